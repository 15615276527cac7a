package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.Stepper;
import dev.recurrent.layer.StepperState;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A model step by step gives the bits of a forward pass over whole sequences. */
class StepperBitsTest {
  private static final int VOCABULARY = 61;

  /** Sizes that are no multiple of the lanes. */
  private static final class TokenModel extends Model {
    final Embedding embedding = add("embedding", Embedding.of(VOCABULARY, 19));
    final Dense projection = add("projection", Dense.of(19, 23).activation(UnaryOp.TANH));
    final Recurrent recurrent;
    final Dropout dropout = add("dropout", Dropout.of(0.5));
    final Dense narrow;
    final Dense output;

    TokenModel(CellDefinition cell) {
      recurrent = add("recurrent", Recurrent.of(cell, 23, 29).layers(2).dropout(0.3));
      narrow = add("narrow", Dense.of(recurrent.outputSize(), 19).withoutBias());
      output = add("output", Dense.tiedTo(embedding));
    }

    Tensor logits(Tape tape, Sequences tokens, RecurrentState state) {
      var x = projection.on(tape, embedding.on(tape, tokens));
      var h = dropout.on(tape, recurrent.on(tape, x, state));
      return output.on(tape, narrow.on(tape, h));
    }

    @Override
    public Stepper stepper() {
      return Stepper.chain(embedding, projection, recurrent, dropout, narrow, output);
    }
  }

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aModelGivesTheBitsOfAForwardPass(CellDefinition cell) {
    var tokens = new SplittableRandom(2).ints(12, 0, VOCABULARY).toArray();
    try (var backend = new CpuBackend(2);
        var model = new TokenModel(cell);
        var tape = Tape.inference(backend);
        var state = new RecurrentState()) {
      model.build(backend, 5);
      model.parameters().stream()
          .filter(p -> p.name().endsWith("bias"))
          .forEach(p -> p.set(distinct(p.size())));
      var whole = model.logits(tape, Sequences.ofSequence(tokens), state).unpack().getFirst();
      byte[] half = {};
      try (var stepper = model.stepper();
          var asPass = Stepper.ofTokens(model, VOCABULARY, model::logits)) {
        for (int t = 0; t < tokens.length; t++) {
          assertBits(whole[t], stepper.step(tokens[t]), "step " + t);
          assertBits(whole[t], asPass.step(tokens[t]), "pass, step " + t);
          if (t == 6) {
            half = stepper.state().toBytes();
          }
        }
        assertEquals(state.toStreams().getFirst(), stepper.state());
        assertEquals(stepper.state(), asPass.state());
      }
      try (var stepper = model.stepper(StepperState.fromBytes(half))) {
        for (int t = 7; t < tokens.length; t++) {
          assertBits(whole[t], stepper.step(tokens[t]), "resumed, step " + t);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void denseGivesItsBitsWithEveryActivation(UnaryOp activation) {
    try (var backend = new CpuBackend(1);
        var dense = Dense.of(37, 45).activation(activation).build(backend, 1);
        var stepper = dense.stepper();
        var tape = Tape.inference(backend)) {
      dense.parameters().getLast().set(distinct(45));
      var x = distinct(37);
      var y = dense.on(tape, tape.constant(x, 1, 37)).toArray();
      assertBits(y, stepper.step(x), activation.toString());
      assertBits(y, stepper.step(x), "again");
    }
  }

  private static float[] distinct(int size) {
    var values = new float[size];
    IntStream.range(0, size).forEach(i -> values[i] = (float) Math.sin(1 + i));
    return values;
  }

  private static void assertBits(float[] expected, float[] actual, String message) {
    assertArrayEquals(bits(expected), bits(actual), message);
  }

  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToIntBits(values[i])).toArray();
  }
}
