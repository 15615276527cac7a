package dev.recurrent.cpu;

/**
 * Holds one worker's position in the time loop, and its scratch memory. Made once per worker and
 * pass; nothing is allocated while it moves.
 */
final class StepContext {
  /** Elements of one value that lives between passes: a tile of it stays in the L1 cache. */
  static final int TILE = 1024;

  private final int worker;
  private final Bindings bindings;
  private final Product product = new Product();
  private final float[][] arrays;
  private final int[] offsets;
  private final int[] strides;
  private final float[] temporaries;
  private final float[] lanes = new float[Lanes.COUNT];

  private int batch;
  private int packedRow;
  private int chunkRow;
  private int previousRow;
  private int nextRow;
  private int gradientHalf;

  /**
   * Starts at no step.
   *
   * @param bindings the arrays of the call, which its workers share
   */
  StepContext(int worker, PassPlanner planner, Bindings bindings) {
    this.worker = worker;
    this.bindings = bindings;
    int operands = Math.max(2, planner.mostOperands()); // the output's gradient is added from two
    arrays = new float[operands][];
    offsets = new int[operands];
    strides = new int[operands];
    temporaries = new float[planner.mostTemporaries() * TILE];
  }

  /** Begins a call with {@code batch} sequences. */
  void begin(int newBatch) {
    batch = newBatch;
  }

  /**
   * Moves to a step.
   *
   * @param packed the first packed row of the step
   * @param chunk the first packed row of the chunk
   * @param previous the first row of the state before the step
   * @param next the first row of the state after the step
   * @param half 0 or 1: which half of the gradients holds those after the step
   */
  void moveTo(int packed, int chunk, int previous, int next, int half) {
    packedRow = packed;
    chunkRow = packed - chunk;
    previousRow = previous;
    nextRow = next;
    gradientHalf = half;
  }

  /** Returns the index of the first element of row {@code row} of the batch. */
  int offset(Operand operand, int row) {
    int index =
        switch (operand.rows()) {
          case SHARED -> 0;
          case BATCH -> row;
          case WORKER -> worker * batch + row;
          case CHUNK -> chunkRow + row;
          case PACKED -> packedRow + row;
          case PREVIOUS -> previousRow + row;
          case NEXT -> nextRow + row;
          case GRADIENT_NEXT -> gradientHalf * batch + row;
          case GRADIENT_PREVIOUS -> (1 - gradientHalf) * batch + row;
        };
    return bindings.base(operand) + index * bindings.stride(operand);
  }

  Bindings bindings() {
    return bindings;
  }

  Product product() {
    return product;
  }

  float[][] arrays() {
    return arrays;
  }

  int[] offsets() {
    return offsets;
  }

  int[] strides() {
    return strides;
  }

  float[] temporaries() {
    return temporaries;
  }

  /** Returns scratch for one vector. */
  float[] lanes() {
    return lanes;
  }
}
