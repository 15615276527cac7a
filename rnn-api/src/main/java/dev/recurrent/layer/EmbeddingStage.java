package dev.recurrent.layer;

import dev.recurrent.spi.DataType;
import dev.recurrent.spi.Matrix;

/** Looks one token up. */
final class EmbeddingStage extends StepStage {
  private final Embedding embedding;
  private final Matrix table;
  private final Matrix output;

  EmbeddingStage(Embedding embedding) {
    super(embedding, DataType.INT32, embedding.vocabulary());
    this.embedding = embedding;
    table = embedding.weight().value();
    output = allocate(DataType.FLOAT32, embedding.size());
  }

  @Override
  void run(long version) {
    embedding.backend().ops().gatherRows(table, input(), output);
  }

  @Override
  Matrix output() {
    return output;
  }

  @Override
  EmbeddingStage another() {
    return new EmbeddingStage(embedding);
  }
}
