package dev.recurrent.layer;

import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.Map;

/** Reduces sequences to one row each without parameters. */
final class PlainPooling extends SequencePooling {
  private final Kind kind;
  private final int columns;

  PlainPooling(Kind kind, int columns) {
    this.kind = kind;
    this.columns = Checks.positive("columns", columns);
  }

  @Override
  public Tensor on(Tape tape, Tensor x) {
    Checks.columns(describe(), x, columns);
    return switch (kind) {
      case LAST -> Pooling.last(x);
      case MEAN -> Pooling.mean(x);
      case MAX -> Pooling.max(x);
      case ATTENTION -> throw new AssertionError("AttentionPooling does that");
    };
  }

  @Override
  public Tensor on(Tape tape, RecurrentResult result) {
    return kind == Kind.LAST ? result.last() : on(tape, result.output());
  }

  @Override
  protected void declare(Declaration declaration) {}

  @Override
  protected Map<String, String> configuration() {
    return Map.of("kind", kind.name());
  }
}
