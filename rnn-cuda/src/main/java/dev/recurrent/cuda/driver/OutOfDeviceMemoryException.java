package dev.recurrent.cuda.driver;

/** Says that the device has not enough free memory; the backend can still be used. */
public final class OutOfDeviceMemoryException extends CudaException {
  private static final long serialVersionUID = 1;

  /** Creates the exception; the operation says how much was asked for. */
  public OutOfDeviceMemoryException(String operation, int code, String name) {
    super(operation, code, name);
  }
}
