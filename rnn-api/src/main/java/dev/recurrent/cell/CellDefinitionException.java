package dev.recurrent.cell;

/**
 * Reports that the equations of a cell do not fit together; the message names the value at fault.
 */
public final class CellDefinitionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception for the named cell. */
  public CellDefinitionException(String cell, String problem) {
    super("cell " + cell + ": " + problem);
  }
}
