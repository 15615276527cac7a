package dev.recurrent.cpu;

/**
 * Says where one vector column of a {@link PackedMatrix} comes from and where its products go.
 *
 * <p>Element {@code (k, lane)} is {@code sources[source][offset + k * strideK + lane * strideN]}
 * for {@code lane < lanes}, and zero for the other lanes.
 *
 * @param source index into the arrays given to {@link PackedMatrix#pack}
 * @param offset index of element (0, 0)
 * @param strideK distance of neighbours along the reduction
 * @param strideN distance of neighbouring output columns
 * @param lanes how many lanes are real, 1 to {@link Lanes#COUNT}
 * @param destination column of C that receives lane 0
 */
record VectorColumn(int source, int offset, int strideK, int strideN, int lanes, int destination) {
  VectorColumn {
    if (lanes < 1 || lanes > Lanes.COUNT) {
      throw new IllegalArgumentException(
          "lanes: expected 1 to %d, got %d".formatted(Lanes.COUNT, lanes));
    }
    if (source < 0 || offset < 0 || strideK < 0 || strideN < 0 || destination < 0) {
      throw new IllegalArgumentException(
          "vector column: expected no negative number, got source %d, offset %d, strides %d and %d,"
                  .formatted(source, offset, strideK, strideN)
              + " destination "
              + destination);
    }
  }
}
