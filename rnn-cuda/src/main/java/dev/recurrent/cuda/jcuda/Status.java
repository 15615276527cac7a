package dev.recurrent.cuda.jcuda;

import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import jcuda.driver.CUresult;

/** Turns every status that is not success into an exception. */
final class Status {
  private Status() {}

  static void ofDriver(int status, String operation) {
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfDeviceMemoryException(operation, status, CUresult.stringFor(status));
    }
    if (status != CUresult.CUDA_SUCCESS) {
      throw new CudaException(operation, status, CUresult.stringFor(status));
    }
  }
}
