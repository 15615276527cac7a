package dev.recurrent.cell;

/**
 * Stands for a value in the equations of a cell: a row of {@link #width()} numbers for each
 * sequence of the batch. Values are made by a {@link CellBuilder} and by the operations here and in
 * {@link Functions}; they hold no numbers themselves.
 *
 * <p>Operands must have the same width, or be scalars (one number a row), which broadcast.
 */
public final class Value {
  private final CellBuilder owner;
  private final int id;
  private final int width;

  Value(CellBuilder owner, int id, int width) {
    this.owner = owner;
    this.id = id;
    this.width = width;
  }

  /** Returns the number of columns, or {@link Instruction#SCALAR} for one number a row. */
  public int width() {
    return width;
  }

  /** Adds elementwise. */
  public Value plus(Value other) {
    return owner.binary(BinaryOp.PLUS, this, other);
  }

  /** Adds a number to each element. */
  public Value plus(double number) {
    return plus(owner.constant(number));
  }

  /** Subtracts elementwise. */
  public Value minus(Value other) {
    return owner.binary(BinaryOp.MINUS, this, other);
  }

  /** Subtracts a number from each element. */
  public Value minus(double number) {
    return minus(owner.constant(number));
  }

  /** Multiplies elementwise. */
  public Value times(Value other) {
    return owner.binary(BinaryOp.TIMES, this, other);
  }

  /** Multiplies each element by a number. */
  public Value times(double number) {
    return times(owner.constant(number));
  }

  /** Divides elementwise. */
  public Value dividedBy(Value other) {
    return owner.binary(BinaryOp.DIVIDE, this, other);
  }

  /** Divides each element by a number. */
  public Value dividedBy(double number) {
    return dividedBy(owner.constant(number));
  }

  /** Negates each element. */
  public Value negate() {
    return apply(UnaryOp.NEGATE);
  }

  /** Applies a function to each element. */
  public Value apply(UnaryOp op) {
    return owner.unary(op, this);
  }

  CellBuilder owner() {
    return owner;
  }

  int id() {
    return id;
  }
}
