package dev.recurrent.cuda.jcuda;

import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.LostDeviceException;
import dev.recurrent.cuda.driver.OutOfDeviceMemoryException;
import java.util.Set;
import jcuda.driver.CUresult;

/** Turns every status that is not success into an exception. */
final class Status {
  /** After these, every further call of the process on the device fails with the same one. */
  private static final Set<Integer> LOST =
      Set.of(
          CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
          CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
          CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
          CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
          CUresult.CUDA_ERROR_ASSERT,
          CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
          CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
          CUresult.CUDA_ERROR_INVALID_PC,
          CUresult.CUDA_ERROR_LAUNCH_FAILED);

  private Status() {}

  static void ofDriver(int status, String operation) {
    if (status == CUresult.CUDA_SUCCESS) {
      return;
    }
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfDeviceMemoryException(operation, status, CUresult.stringFor(status));
    }
    if (LOST.contains(status)) {
      throw new LostDeviceException(operation, status, CUresult.stringFor(status));
    }
    throw new CudaException(operation, status, CUresult.stringFor(status));
  }
}
