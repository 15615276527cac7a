package dev.recurrent.cuda.driver;

/**
 * Says that the device serves this process no more: a kernel failed, or the device itself. Work is
 * asynchronous, so that the operation that reports it need not be at fault.
 */
public final class LostDeviceException extends CudaException {
  private static final long serialVersionUID = 1;

  /** Creates the exception. */
  public LostDeviceException(String operation, int code, String name) {
    super(operation, code, name);
  }

  @Override
  public String getMessage() {
    return super.getMessage()
        + ", of this work or of what was handed over before (CUDA_LAUNCH_BLOCKING=1 tells);"
        + " the device serves this process no more: start it anew";
  }
}
