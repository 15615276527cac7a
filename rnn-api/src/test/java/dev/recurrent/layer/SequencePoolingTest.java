package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.SequencePooling.Kind;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SequencePoolingTest {
  private static final Sequences RAGGED =
      Sequences.ofFeatures(
          List.of(
              new float[][] {{1, -2}, {3, 4}},
              new float[0][2],
              new float[][] {{-5, 6}, {7, 8}, {-9, 0}},
              new float[][] {{0.5f, -0.25f}}));

  @ParameterizedTest
  @EnumSource
  void eachKindIsTheReductionOfItsName(Kind kind) {
    try (var backend = new ReferenceBackend();
        var pooling = SequencePooling.of(kind, 2);
        var tape = Tape.inference(backend)) {
      pooling.build(backend, 3);
      var x = tape.input(RAGGED);
      var want =
          switch (kind) {
            case LAST -> Pooling.last(x).toArray();
            case MEAN -> Pooling.mean(x).toArray();
            case MAX -> Pooling.max(x).toArray();
            case ATTENTION -> attention(tape, x);
          };
      var got = pooling.on(tape, x);
      assertEquals(4, got.rows());
      assertArrayEquals(want, got.toArray());
      var narrow = tape.constant(new float[3], 3, 1);
      assertThrows(IllegalArgumentException.class, () -> pooling.on(tape, narrow));
    }
  }

  private static float[] attention(Tape tape, Tensor x) {
    try (var pooling = AttentionPooling.of(2, 2).build(tape.backend(), 3)) {
      return pooling.on(tape, x).toArray();
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothDirectionsOfARecurrentLayerAreSeenAtTheirEnds(Kind kind) {
    try (var backend = new ReferenceBackend();
        var layer = Recurrent.of(Cells.GRU, 2, 3).bidirectional().build(backend, 1);
        var pooling = SequencePooling.of(kind, layer.outputSize());
        var tape = Tape.inference(backend)) {
      pooling.build(backend, 3);
      var result = layer.run(tape, tape.input(RAGGED));
      var want = kind == Kind.LAST ? result.last() : pooling.on(tape, result.output());
      assertArrayEquals(want.toArray(), pooling.on(tape, result).toArray());
    }
  }

  @Test
  void onlyAttentionHasParametersUnderItsOwnName() {
    final class Pooled extends Model {
      Pooled(Kind kind) {
        add("pool", SequencePooling.of(kind, 2));
      }
    }

    for (var kind : Kind.values()) {
      try (var backend = new ReferenceBackend();
          var model = new Pooled(kind)) {
        model.build(backend, 1);
        assertEquals(
            kind == Kind.ATTENTION
                ? Set.of("pool.score", "pool.hidden.weight", "pool.hidden.bias")
                : Set.of(),
            new TreeSet<>(model.toTensors().keySet()));
      }
    }
  }
}
