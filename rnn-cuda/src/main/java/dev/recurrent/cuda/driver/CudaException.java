package dev.recurrent.cuda.driver;

/** Says which operation of CUDA failed, with the code and name of its status. */
public class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String operation;
  private final int code;
  private final String name;

  /**
   * Creates the exception.
   *
   * @param operation the function that was called, such as {@code cuLaunchKernel}, and on what
   * @param code the status
   * @param name the name of the status, such as {@code CUDA_ERROR_LAUNCH_FAILED}
   */
  public CudaException(String operation, int code, String name) {
    super(operation + ": " + name + " (" + code + ")");
    this.operation = operation;
    this.code = code;
    this.name = name;
  }

  /** Returns the function that was called. */
  public String operation() {
    return operation;
  }

  /** Returns the status. */
  public int code() {
    return code;
  }

  /** Returns the name of the status. */
  public String statusName() {
    return name;
  }
}
