package dev.recurrent.layer;

import static dev.recurrent.train.Losses.crossEntropy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionDecoderTest {
  private static final Sequences SOURCE =
      Sequences.ofTokens(
          List.of(new int[] {4, 0}, new int[] {}, new int[] {3, 2, 4, 1}, new int[] {2}));
  private static final Sequences TARGET =
      Sequences.ofTokens(
          List.of(new int[] {1, 3}, new int[] {2}, new int[] {}, new int[] {0, 2, 4}));

  /** The ways to wire a decoder. */
  enum Wiring {
    PLAIN(d -> d),
    ENCODING_AT_EVERY_STEP(AttentionDecoder::encodingAtEveryStep),
    LUONG(d -> d.attention(Attention.general())),
    LUONG_WITH_ENCODING(d -> d.attention(Attention.additive(3)).encodingAtEveryStep()),
    INPUT_FEEDING(d -> d.attention(Attention.general()).inputFeeding()),
    BAHDANAU(d -> d.attention(Attention.additive(3)).attendingFirst());

    final UnaryOperator<AttentionDecoder> shape;

    Wiring(UnaryOperator<AttentionDecoder> shape) {
      this.shape = shape;
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAreThoseOfFiniteDifferences(Wiring wiring) {
    checkGradients(
        new Translator(Recurrent.of(Cells.LSTM, 3, 2).bidirectional(), Cells.GRU, wiring.shape));
  }

  @Test
  void everyStateOfEveryLayerIsBridged() {
    checkGradients(
        new Translator(
            Recurrent.of(Cells.LSTM, 3, 2).layers(2).bidirectional(),
            Cells.LSTM,
            d -> d.layers(2).attention(Attention.additive(2)).attendingFirst()));
    checkGradients(
        new Translator(
            Recurrent.of(Cells.GRU, 3, 4),
            Cells.LSTM_PROJECTION,
            d -> d.layers(2).attention(Attention.general()).inputFeeding()));
  }

  private static void checkGradients(Translator model) {
    try (model;
        var backend = new ReferenceBackend()) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(11));
      FiniteDifferences.check(
          backend, model.store(), tape -> crossEntropy(model.logits(tape, SOURCE, TARGET), TARGET));
    }
  }

  @Test
  void statesThatFitAreTakenAsTheyAre() {
    var encoder = Recurrent.of(Cells.LSTM, 3, 4).layers(2);
    try (var backend = new ReferenceBackend();
        var model = new Translator(encoder, Cells.LSTM, d -> d.layers(2));
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      assertTrue(model.parameters().stream().noneMatch(p -> p.name().contains("bridge")));
      var encoded = model.encode(tape, SOURCE);
      var states = model.decoder.start(tape, encoded).states();
      assertEquals(4, states.size());
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(encoded.finalStates().get(i).toArray(), states.get(i).toArray());
      }
    }
  }

  @Test
  void aDecoderOfAnotherDepthStartsFromTheLastLayerOfTheEncoder() {
    var encoder = Recurrent.of(Cells.LSTM, 3, 4).layers(2);
    try (var backend = new ReferenceBackend();
        var model = new Translator(encoder, Cells.LSTM, d -> d);
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      var encoded = model.encode(tape, SOURCE);
      var states = model.decoder.start(tape, encoded).states();
      assertArrayEquals(encoded.finalStates().get(2).toArray(), states.get(0).toArray());
      assertArrayEquals(encoded.finalStates().get(3).toArray(), states.get(1).toArray());
    }
  }

  @Test
  void statesOfBothDirectionsAreBridgedByTanh() {
    var encoder = Recurrent.of(Cells.GRU, 3, 2).bidirectional();
    try (var backend = new ReferenceBackend();
        var model = new Translator(encoder, Cells.LSTM, d -> d);
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(11));
      var encoded = model.encode(tape, SOURCE);
      var states = model.decoder.start(tape, encoded).states();
      var both = encoded.last().toArray();
      for (int s = 0; s < 2; s++) {
        String name = "decoder.bridge." + List.of("h", "c").get(s) + "_l0";
        var weight = parameter(model, name + ".weight");
        var bias = parameter(model, name + ".bias");
        var got = states.get(s).toArray();
        for (int i = 0; i < got.length; i++) {
          double sum = bias[i % 4];
          for (int k = 0; k < 4; k++) {
            sum += (double) weight[i % 4 * 4 + k] * both[i / 4 * 4 + k];
          }
          assertEquals(Math.tanh(sum), got[i], 1e-6);
        }
      }
    }
  }

  private static float[] parameter(Layer layer, String name) {
    return layer.parameters().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow()
        .toArray();
  }

  @ParameterizedTest
  @EnumSource
  void allStepsAtOnceGiveTheNumbersOfTheStepLoop(Wiring wiring) {
    try (var backend = new ReferenceBackend();
        var model =
            new Translator(
                Recurrent.of(Cells.LSTM, 3, 2).bidirectional(), Cells.LSTM, wiring.shape);
        var tape = Tape.evaluation(backend)) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(11));
      var encoded = model.encode(tape, SOURCE);
      var embedded = model.embedding.on(tape, TARGET);
      var atOnce = model.decoder.run(tape, encoded, embedded);
      var feedback = new DecoderFeedback(model.vocabulary(), 1);
      var stepped = model.decoder.run(tape, encoded, TARGET, feedback);
      assertEquals(atOnce.output().layout(), stepped.output().layout());
      assertArrayEquals(atOnce.output().toArray(), stepped.output().toArray(), 1e-6f);
      if (model.decoder.attends()) {
        var one = java.util.Objects.requireNonNull(atOnce.weights()).unpack();
        var other = java.util.Objects.requireNonNull(stepped.weights()).unpack();
        for (int b = 0; b < SOURCE.batch(); b++) {
          assertEquals(one.get(b).length, other.get(b).length);
          for (int t = 0; t < one.get(b).length; t++) {
            assertArrayEquals(one.get(b)[t], other.get(b)[t], 1e-6f);
          }
        }
        assertEquals(2, one.get(0)[1].length);
        assertEquals(0, one.get(1)[0].length);
      } else {
        assertNull(atOnce.weights());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDecoderWithElmansCellGivesTheNumbersOfItsEquations(Wiring wiring) {
    try (var backend = new ReferenceBackend();
        var model = new Translator(Recurrent.of(Cells.ELMAN, 3, 4), Cells.ELMAN, wiring.shape);
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(11));
      var encoded = model.encode(tape, SOURCE);
      var target = model.embedding.on(tape, TARGET);
      var got = model.decoder.teacherForced(tape, encoded, target).unpack();
      for (int b = 0; b < SOURCE.batch(); b++) {
        var want =
            new PlainDecoder(model.decoder, wiring)
                .run(
                    encoded.output().unpack().get(b),
                    encoded.last().sliceRows(b, 1).toArray(),
                    target.unpack().get(b));
        for (int t = 0; t < want.length; t++) {
          for (int c = 0; c < want[t].length; c++) {
            assertEquals(want[t][c], got.get(b)[t][c], 1e-5, "sequence " + b + ", step " + t);
          }
        }
      }
    }
  }

  @Test
  void withoutATeacherTheDecoderReadsItsOwnWords() {
    try (var backend = new ReferenceBackend();
        var model =
            new Translator(Recurrent.of(Cells.GRU, 3, 4), Cells.GRU, Wiring.INPUT_FEEDING.shape);
        var tape = Tape.training(backend, 4)) {
      model.build(backend, 3);
      FiniteDifferences.randomize(model.store(), new SplittableRandom(11));
      var feedback = new DecoderFeedback(model.vocabulary(), 0);
      var free = model.decoder.run(tape, model.encode(tape, SOURCE), TARGET, feedback);
      var logits = model.output.on(tape, free.output()).unpack();
      for (int b = 0; b < SOURCE.batch(); b++) {
        int steps = logits.get(b).length;
        var read = new int[steps];
        for (int t = 0; t < steps; t++) {
          read[t] = t == 0 ? TARGET.packedTokens()[rowOf(b)] : largest(logits.get(b)[t - 1]);
        }
        if (steps > 0) {
          var tokens = Sequences.ofSequence(read);
          var alone = model.encode(tape, Sequences.ofSequence(sourceOf(b)));
          var again = model.decoder.teacherForced(tape, alone, model.embedding.on(tape, tokens));
          assertArrayEquals(
              flat(free.output().unpack().get(b)), again.toArray(), 1e-6f, "sequence " + b);
        }
      }
    }
  }

  @Test
  void aTeacherOfHalfTheTimeIsHeardHalfTheTimeAndTheGradientFlows() {
    try (var backend = new ReferenceBackend();
        var model = new Translator(Recurrent.of(Cells.GRU, 3, 4), Cells.GRU, Wiring.LUONG.shape);
        var tape = Tape.training(backend, 4)) {
      model.build(backend, 3);
      var tokens = new int[400];
      var sequences = Sequences.timeMajor(tokens, 20, 20);
      var own = new int[1];
      var counting =
          new DecoderVocabulary() {
            @Override
            public dev.recurrent.tape.Tensor embed(Tape on, Sequences read) {
              for (int token : read.packedTokens()) {
                own[0] += token == 3 ? 1 : 0;
              }
              return model.embedding.on(on, read);
            }

            @Override
            public dev.recurrent.tape.Tensor logits(Tape on, dev.recurrent.tape.Tensor output) {
              var logits = new float[output.rows() * 5];
              for (int r = 0; r < output.rows(); r++) {
                logits[r * 5 + 3] = 1;
              }
              return on.constant(logits, output.rows(), 5);
            }
          };
      var encoded = model.encode(tape, sequences);
      var output =
          model.decoder.run(tape, encoded, sequences, new DecoderFeedback(counting, 0.5)).output();
      // 380 draws, whose deviation is 9.7.
      assertEquals(190, own[0], 40);
      tape.backward(output.sum());
      for (var parameter : model.encoder.parameters()) {
        var gradient = parameter.gradientToArray();
        assertTrue(
            java.util.stream.IntStream.range(0, gradient.length).anyMatch(i -> gradient[i] != 0));
      }
    }
  }

  @Test
  void aModelFileBringsADecoderBack(@TempDir Path folder) throws IOException {
    try (var backend = new ReferenceBackend();
        var model =
            new Translator(Recurrent.of(Cells.GRU, 3, 4), Cells.GRU, Wiring.BAHDANAU.shape);
        var other =
            new Translator(Recurrent.of(Cells.GRU, 3, 4), Cells.GRU, Wiring.BAHDANAU.shape);
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      other.build(backend, 4);
      model.save(folder.resolve("model.safetensors"));
      other.load(folder.resolve("model.safetensors"));
      assertArrayEquals(
          model.logits(tape, SOURCE, TARGET).toArray(),
          other.logits(tape, SOURCE, TARGET).toArray());
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (var backend = new ReferenceBackend();
        var model = new Translator(Recurrent.of(Cells.GRU, 3, 4), Cells.GRU, d -> d);
        var alone = AttentionDecoder.of(Cells.GRU, 3, 4);
        var tape = Tape.inference(backend)) {
      model.build(backend, 3);
      var encoded = model.encode(tape, SOURCE);
      var fewer = model.embedding.on(tape, Sequences.ofSequence(1, 2));
      assertThrows(
          IllegalArgumentException.class, () -> model.decoder.teacherForced(tape, encoded, fewer));
      assertThrows(IllegalStateException.class, () -> alone.build(backend, 1));
      assertThrows(
          IllegalArgumentException.class, () -> new DecoderFeedback(model.vocabulary(), 1.5));
    }
  }

  private static int rowOf(int sequence) {
    return TARGET.layout().order().indexOf(sequence);
  }

  private static int[] sourceOf(int sequence) {
    return switch (sequence) {
      case 0 -> new int[] {4, 0};
      case 1 -> new int[] {};
      case 2 -> new int[] {3, 2, 4, 1};
      default -> new int[] {2};
    };
  }

  private static int largest(float[] row) {
    int largest = 0;
    for (int i = 1; i < row.length; i++) {
      largest = row[i] > row[largest] ? i : largest;
    }
    return largest;
  }

  private static float[] flat(float[][] rows) {
    var flat = new float[rows.length * rows[0].length];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r], 0, flat, r * rows[0].length, rows[0].length);
    }
    return flat;
  }

  /** A small translator of 5 words. */
  private static final class Translator extends Model {
    final Embedding embedding = add("embedding", Embedding.of(5, 3));
    final Recurrent encoder;
    final AttentionDecoder decoder;
    final Dense output;

    Translator(Recurrent encoder, CellDefinition cell, UnaryOperator<AttentionDecoder> shape) {
      this.encoder = add("encoder", encoder);
      decoder = add("decoder", shape.apply(AttentionDecoder.of(cell, 3, 4).encoder(encoder)));
      output = add("output", Dense.of(Recurrent.of(cell, 3, 4).outputSize(), 5));
    }

    RecurrentResult encode(Tape tape, Sequences source) {
      return encoder.run(tape, embedding.on(tape, source));
    }

    dev.recurrent.tape.Tensor logits(Tape tape, Sequences source, Sequences target) {
      var embedded = embedding.on(tape, target);
      return output.on(tape, decoder.teacherForced(tape, encode(tape, source), embedded));
    }

    DecoderVocabulary vocabulary() {
      return DecoderVocabulary.of(embedding, output);
    }
  }

  /** The equations of a decoder of one layer with Elman's cell, in plain loops. */
  private static final class PlainDecoder {
    private final AttentionDecoder decoder;
    private final Wiring wiring;

    PlainDecoder(AttentionDecoder decoder, Wiring wiring) {
      this.decoder = decoder;
      this.wiring = wiring;
    }

    double[][] run(float[][] source, float[] encoding, float[][] target) {
      var outputs = new double[target.length][];
      var h = widened(encoding);
      var fed = new double[h.length];
      for (int t = 0; t < target.length; t++) {
        var x = widened(target[t]);
        var context = new double[h.length];
        switch (wiring) {
          case PLAIN, LUONG -> {}
          case ENCODING_AT_EVERY_STEP, LUONG_WITH_ENCODING -> x = joined(x, widened(encoding));
          case INPUT_FEEDING -> x = joined(x, fed);
          case BAHDANAU -> {
            context = context(source, h);
            x = joined(x, context);
          }
        }
        var sum = product("recurrent.weight_input_l0", x);
        var recurrent = product("recurrent.weight_h_l0", h);
        var bias = values("recurrent.bias_l0");
        h = new double[sum.length];
        for (int i = 0; i < h.length; i++) {
          h[i] = Math.tanh(sum[i] + recurrent[i] + bias[i]);
        }
        outputs[t] = h;
        if (decoder.attends()) {
          var attended = wiring == Wiring.BAHDANAU ? context : context(source, h);
          fed = product("combination.weight", joined(attended, h));
          java.util.Arrays.setAll(fed, tanhOf(fed));
          outputs[t] = fed;
        }
      }
      return outputs;
    }

    private static java.util.function.IntToDoubleFunction tanhOf(double[] values) {
      return i -> Math.tanh(values[i]);
    }

    private double[] context(float[][] source, double[] query) {
      var context = new double[query.length];
      double total = 0;
      for (var step : source) {
        double weight = Math.exp(score(query, widened(step)));
        total += weight;
        for (int i = 0; i < context.length; i++) {
          context[i] += weight * step[i];
        }
      }
      for (int i = 0; i < context.length; i++) {
        context[i] = total == 0 ? 0 : context[i] / total;
      }
      return context;
    }

    private double score(double[] query, double[] key) {
      double score = 0;
      if (wiring == Wiring.LUONG || wiring == Wiring.INPUT_FEEDING) {
        var projected = product("attention.weight", key);
        for (int i = 0; i < query.length; i++) {
          score += query[i] * projected[i];
        }
        return score;
      }
      var fromQuery = product("attention.query", query);
      var fromKey = product("attention.key", key);
      var vector = values("attention.score");
      for (int i = 0; i < vector.length; i++) {
        score += vector[i] * Math.tanh(fromQuery[i] + fromKey[i]);
      }
      return score;
    }

    private double[] product(String name, double[] x) {
      var weight = values(name);
      var y = new double[weight.length / x.length];
      for (int i = 0; i < weight.length; i++) {
        y[i / x.length] += weight[i] * x[i % x.length];
      }
      return y;
    }

    private float[] values(String name) {
      return parameter(decoder, "decoder." + name);
    }

    private static double[] widened(float[] values) {
      var wide = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        wide[i] = values[i];
      }
      return wide;
    }

    private static double[] joined(double[] a, double[] b) {
      var joined = java.util.Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, joined, a.length, b.length);
      return joined;
    }
  }
}
