package dev.recurrent.layer;

import static dev.recurrent.train.Losses.crossEntropy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.decode.BeamSearch;
import dev.recurrent.decode.DecoderSteps;
import dev.recurrent.decode.Hypothesis;
import dev.recurrent.decode.RecurrentSteps;
import dev.recurrent.decode.Sampling;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Adam;
import dev.recurrent.train.GradientClipping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs attention, decoders and decoding on a backend. A backend's test extends this class. */
public abstract class DecoderContract {
  private static final int WORDS = 9;
  private static final int START = 0;
  private static final int END = 1;

  /** Opens the backend. */
  protected abstract Backend open();

  /** The ways to wire a decoder. */
  public enum Wiring {
    /** Without attention. */
    PLAIN(d -> d.encodingAtEveryStep()),
    /** All steps at once. */
    LUONG(d -> d.attention(Attention.general()).layers(2)),
    /** Step by step. */
    INPUT_FEEDING(d -> d.attention(Attention.general()).inputFeeding()),
    /** Step by step, with additive scores. */
    BAHDANAU(d -> d.attention(Attention.additive(13)).attendingFirst());

    private final UnaryOperator<AttentionDecoder> shape;

    Wiring(UnaryOperator<AttentionDecoder> shape) {
      this.shape = shape;
    }
  }

  private static final class Translator extends Model {
    final Embedding embedding = add("embedding", Embedding.of(WORDS, 16));
    final Recurrent encoder;
    final AttentionPooling pooling;
    final AttentionDecoder decoder;
    final Dense output = add("output", Dense.of(32, WORDS));

    Translator(CellDefinition cell, Wiring wiring) {
      encoder = add("encoder", Recurrent.of(cell, 16, 17).bidirectional());
      pooling = add("pooling", AttentionPooling.of(34, 11));
      decoder =
          add("decoder", wiring.shape.apply(AttentionDecoder.of(cell, 16, 32).encoder(encoder)));
    }

    RecurrentResult encode(Tape tape, Sequences source) {
      return encoder.run(tape, embedding.on(tape, source));
    }

    Tensor logits(Tape tape, RecurrentResult encoded, Sequences target) {
      return output.on(tape, decoder.teacherForced(tape, encoded, embedding.on(tape, target)));
    }

    DecoderSteps steps(Tape tape, Sequences source) {
      return DecoderSteps.of(decoder, encode(tape, source), vocabulary(), START);
    }

    DecoderVocabulary vocabulary() {
      return DecoderVocabulary.of(embedding, output);
    }
  }

  private static List<int[]> ragged(int batch, long seed) {
    var random = new SplittableRandom(seed);
    var sequences = new ArrayList<int[]>();
    for (int i = 0; i < batch; i++) {
      sequences.add(random.ints(random.nextInt(7), 2, WORDS).toArray());
    }
    return sequences;
  }

  private static List<float[]> numbers(Backend backend, Wiring wiring) {
    try (backend;
        var model = new Translator(Cells.GRU, wiring);
        var tape = Tape.training(backend, 4)) {
      model.build(backend, 8);
      var numbers = new ArrayList<float[]>();
      // Several batches, so that the later ones run in memory that holds old values.
      for (int batch : new int[] {1, 33, 6}) {
        tape.reset(Mode.TRAINING, 5);
        model.store().clearGradients();
        var target = Sequences.ofTokens(ragged(batch, 2));
        var encoded = model.encode(tape, Sequences.ofTokens(ragged(batch, 1)));
        var logits = model.logits(tape, encoded, target);
        var pooled = model.pooling.on(tape, encoded.output());
        tape.backward(logits.times(logits).sum().plus(pooled.times(pooled).sum()));
        numbers.add(logits.toArray());
        numbers.add(pooled.toArray());
        model.parameters().forEach(p -> numbers.add(p.gradientToArray()));
      }
      return numbers;
    }
  }

  @ParameterizedTest
  @EnumSource
  void decodersGiveTheReferencesNumbers(Wiring wiring) {
    var want = numbers(new ReferenceBackend(), wiring);
    var got = numbers(open(), wiring);
    assertEquals(want.size(), got.size());
    for (int i = 0; i < want.size(); i++) {
      float largest = 1;
      for (float v : want.get(i)) {
        largest = Math.max(largest, Math.abs(v));
      }
      // Single precision over sums of some hundred terms.
      assertArrayEquals(want.get(i), got.get(i), 3e-5f * largest, "numbers " + i);
    }
  }

  @Test
  void aDecoderLearnsToReverseAndShowsWhereItLooks() {
    try (var backend = open();
        var model = new Translator(Cells.GRU, Wiring.LUONG);
        var tape = Tape.training(backend, 7)) {
      model.build(backend, 1);
      train(model, tape);
      tape.reset(Mode.INFERENCE, 0);
      var tests = distinct(40, 99);
      var source = Sequences.ofTokens(tests);
      List<Hypothesis> greedy;
      try (var steps = model.steps(tape, source)) {
        greedy = BeamSearch.greedy().endToken(END).maximumLength(8).best(steps);
      }
      List<List<Hypothesis>> beams;
      try (var steps = model.steps(tape, source)) {
        var search = BeamSearch.width(4).lengthPenalty(0.6).endToken(END).maximumLength(8);
        beams = search.search(steps);
      }
      int right = 0;
      int looksRight = 0;
      int words = 0;
      for (int i = 0; i < tests.size(); i++) {
        var want = Arrays.stream(reversed(tests.get(i))).boxed().toList();
        var best = beams.get(i).getFirst();
        right += best.tokens().equals(want) && greedy.get(i).tokens().equals(want) ? 1 : 0;
        var attention = best.attentionMatrix();
        for (int t = 0; t < attention.length; t++) {
          words++;
          looksRight += argmax(attention[t]) == tests.get(i).length - 1 - t ? 1 : 0;
        }
        assertTrue(beams.get(i).size() <= 4);
      }
      assertTrue(right >= 36, right + " of 40 reversed");
      assertTrue(words > 100 && looksRight > 0.5 * words, looksRight + " of " + words);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSearchWithADecoderIsThatOfItsStepsWhichItCloses(Wiring wiring) {
    try (var backend = open();
        var model = new Translator(Cells.GRU, wiring);
        var tape = Tape.inference(backend)) {
      model.build(backend, 8);
      var source = Sequences.ofTokens(ragged(6, 1));
      var search = BeamSearch.width(3).endToken(END).maximumLength(7);
      List<Hypothesis> ofSteps;
      try (var steps = model.steps(tape, source)) {
        ofSteps = search.best(steps);
      }
      var words = new Watched(model.vocabulary());
      var best = search.best(model.decoder, model.encode(tape, source), words, START);
      assertEquals(tokens(ofSteps), tokens(best));
      assertThrows(IllegalStateException.class, words.last::toArray);
      var others = search.best(model.decoder, model.encode(tape, source), words, 5);
      assertNotEquals(tokens(best), tokens(others));
    }
  }

  private static List<List<Integer>> tokens(List<Hypothesis> hypotheses) {
    return hypotheses.stream().map(Hypothesis::tokens).toList();
  }

  /** Keeps the last logits, which are of a step's own tape. */
  private static final class Watched implements DecoderVocabulary {
    private final DecoderVocabulary words;
    private Tensor last;

    Watched(DecoderVocabulary words) {
      this.words = words;
    }

    @Override
    public Tensor embed(Tape tape, Sequences tokens) {
      return words.embed(tape, tokens);
    }

    @Override
    public Tensor logits(Tape tape, Tensor output) {
      last = words.logits(tape, output);
      return last;
    }
  }

  private static void train(Translator model, Tape tape) {
    try (var updater = Adam.withLearningRate(0.01).on(model);
        var clipping = GradientClipping.byNorm(model.store(), 5)) {
      float loss = 9;
      for (int i = 0; i < 800 && loss > 0.01; i++) {
        var words = distinct(32, 1000 + i);
        tape.reset();
        model.store().clearGradients();
        var encoded = model.encode(tape, Sequences.ofTokens(words));
        var inputs = words.stream().map(w -> joined(new int[] {START}, reversed(w))).toList();
        var targets = words.stream().map(w -> joined(reversed(w), new int[] {END})).toList();
        var logits = model.logits(tape, encoded, Sequences.ofTokens(inputs));
        var tensor = crossEntropy(logits, Sequences.ofTokens(targets));
        tape.backward(tensor);
        clipping.apply();
        updater.step();
        loss = tensor.item();
      }
    }
  }

  /** Draws sequences of 1 to 6 different words. */
  private static List<int[]> distinct(int count, long seed) {
    var random = new SplittableRandom(seed);
    var drawn = new ArrayList<int[]>();
    for (int i = 0; i < count; i++) {
      int length = 1 + random.nextInt(6);
      drawn.add(random.ints(2, WORDS).distinct().limit(length).toArray());
    }
    return drawn;
  }

  private static int argmax(float[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      largest = values[i] > values[largest] ? i : largest;
    }
    return largest;
  }

  private static int[] reversed(int[] words) {
    var reversed = new int[words.length];
    Arrays.setAll(reversed, i -> words[words.length - 1 - i]);
    return reversed;
  }

  private static int[] joined(int[] a, int[] b) {
    var joined = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, joined, a.length, b.length);
    return joined;
  }

  @ParameterizedTest
  @EnumSource
  void theProbabilityOfAHypothesisIsThatOfTeacherForcing(Wiring wiring) {
    try (var backend = open();
        var model = new Translator(Cells.LSTM, wiring);
        var tape = Tape.inference(backend)) {
      model.build(backend, 1);
      var sources = ragged(5, 3);
      try (var steps = model.steps(tape, Sequences.ofTokens(sources))) {
        var found = BeamSearch.width(3).endToken(END).maximumLength(5).search(steps);
        for (int i = 0; i < sources.size(); i++) {
          for (var hypothesis : found.get(i)) {
            checkProbability(model, sources.get(i), hypothesis);
          }
        }
      }
    }
  }

  private static void checkProbability(Translator model, int[] source, Hypothesis hypothesis) {
    try (var tape = Tape.inference(model.backend())) {
      var tokens = hypothesis.toArray();
      var written =
          hypothesis.ending() == Hypothesis.Ending.END_TOKEN
              ? joined(tokens, new int[] {END})
              : tokens;
      var read = joined(new int[] {START}, Arrays.copyOf(written, written.length - 1));
      var encoded = model.encode(tape, Sequences.ofSequence(source));
      var logits = model.logits(tape, encoded, Sequences.ofSequence(read));
      double mean = crossEntropy(logits, Sequences.ofSequence(written)).item();
      assertEquals(-mean * written.length, hypothesis.logProbability(), 2e-5);
    }
  }

  /** A caption's decoder: its states begin as vectors, and a language model's begin as zeros. */
  @Test
  void aRecurrentLayerIsDecodedFromAVectorForEachRow() {
    try (var backend = open();
        var model = new Translator(Cells.GRU, Wiring.PLAIN);
        var recurrent = Recurrent.of(Cells.GRU, 16, 32).build(backend, 3);
        var tape = Tape.inference(backend)) {
      model.build(backend, 1);
      var random = new SplittableRandom(4);
      var images = new float[6 * 32];
      for (int i = 0; i < images.length; i++) {
        images[i] = (float) (random.nextDouble() * 2 - 1);
      }
      var initial = List.of(tape.constant(images, 6, 32));
      var found = new ArrayList<Hypothesis>();
      try (var steps = RecurrentSteps.of(recurrent, initial, model.vocabulary(), new int[6])) {
        found.addAll(BeamSearch.greedy().maximumLength(5).best(steps));
      }
      for (int i = 0; i < 6; i++) {
        var one = List.of(tape.constant(Arrays.copyOfRange(images, i * 32, i * 32 + 32), 1, 32));
        var read = joined(new int[] {0}, Arrays.copyOf(found.get(i).toArray(), 4));
        var x = model.embedding.on(tape, Sequences.ofSequence(read));
        var logits = model.output.on(tape, recurrent.run(tape, x, one).output()).toArray();
        for (int t = 0; t < 5; t++) {
          var row = Arrays.copyOfRange(logits, t * WORDS, t * WORDS + WORDS);
          assertEquals(argmax(row), found.get(i).tokens().get(t));
        }
      }
      try (var steps =
          RecurrentSteps.of(recurrent, List.of(), model.vocabulary(), new int[] {3, 4})) {
        var drawn = Sampling.temperature(1, 2).maximumLength(5).sample(steps);
        assertEquals(List.of(5, 5), drawn.stream().map(h -> h.tokens().size()).toList());
      }
    }
  }
}
