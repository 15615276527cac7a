package dev.recurrent.cuda.jcuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;

import dev.recurrent.cuda.driver.CudaException;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;

/** Holds a device and its primary context, which is made current on the thread that opens it. */
final class JCudaContext implements AutoCloseable {
  private final CUdevice device = new CUdevice();
  private final int ordinal;

  JCudaContext(int ordinal) {
    this.ordinal = ordinal;
    Status.ofDriver(cuInit(0), "cuInit");
    var count = new int[1];
    Status.ofDriver(cuDeviceGetCount(count), "cuDeviceGetCount");
    if (ordinal < 0 || ordinal >= count[0]) {
      throw new CudaException(
          "device " + ordinal + " of " + count[0],
          CUresult.CUDA_ERROR_NO_DEVICE,
          "CUDA_ERROR_NO_DEVICE");
    }
    Status.ofDriver(cuDeviceGet(device, ordinal), "cuDeviceGet");
    var context = new CUcontext();
    Status.ofDriver(cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
    Status.ofDriver(cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  /** Returns the name of the device, such as {@code NVIDIA H100, sm_90}. */
  String description() {
    var name = new byte[256];
    Status.ofDriver(cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    var text = new String(name, 0, end, StandardCharsets.UTF_8);
    int driver = driverVersion();
    text += ", sm_" + capability() + ", driver of CUDA " + driver / 1000 + "." + driver % 1000 / 10;
    return text + (ordinal > 0 ? ", device " + ordinal : "");
  }

  /** Returns the version of CUDA that the driver supports, 1000 times the major one: 12060. */
  int driverVersion() {
    var version = new int[1];
    Status.ofDriver(cuDriverGetVersion(version), "cuDriverGetVersion");
    return version[0];
  }

  /** Returns the compute capability, such as 90. */
  int capability() {
    return 10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
        + attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  }

  private int attribute(int attribute) {
    var value = new int[1];
    Status.ofDriver(cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value[0];
  }

  @Override
  public void close() {
    Status.ofDriver(cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
  }
}
