package dev.recurrent.guide;

import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;
import static dev.recurrent.train.Losses.crossEntropy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.Backends;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellDefinitionException;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.contract.CellProblem;
import dev.recurrent.contract.Tolerance;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.Stepper;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.FiniteDifferences;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Adam;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Batches;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Metrics;
import dev.recurrent.train.MiniBatches;
import dev.recurrent.train.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows "How to add a cell" of docs/architecture.md: one test a step, in the same order. */
class OwnCellTest {
  /** The cell of the guide: one gate, which both opens the memory and writes to it. */
  private static final CellDefinition FORGETFUL =
      CellDefinition.named(
              "forgetful",
              c -> {
                var x = c.input();
                var h = c.state("h");
                var f = sigmoid(c.linear("f", x, h));
                var n = tanh(c.linear("n", x, f.times(h)));
                c.next("h", h.plus(f.times(n.minus(h))));
              })
          .withInitialBias("f", 1);

  private static Backend openCpu(int threads) {
    return Backends.open("cpu", new BackendOptions(threads));
  }

  @Test
  void step1AMistakeInTheEquationsIsNamedWhenTheCellIsDefined() {
    var error =
        assertThrows(
            CellDefinitionException.class,
            () -> CellDefinition.named("wrong", c -> c.next("h", c.state("h").plus(c.input()))));
    assertEquals(
        "cell wrong: plus of state h and the input: expected equal sizes, got 5 and 3",
        error.getMessage());
  }

  @Test
  void step2TheProgramSaysWhatThereIsToTrain() {
    var program = FORGETFUL.program(CellSizes.of(3, 5));
    assertEquals(
        List.of("weight_input", "weight_h", "bias", "weight_n_inner"),
        program.parameters().stream().map(ParameterSpec::name).toList());
    assertEquals(2 * 5 * (3 + 5 + 1), program.parameterCount());
  }

  @Test
  void step3ItsDerivativeIsThatOfFiniteDifferences() {
    try (var backend = new ReferenceBackend();
        var layer = Recurrent.of(FORGETFUL, 3, 4).bidirectional().build(backend, 1)) {
      FiniteDifferences.randomize(layer.store(), new SplittableRandom(2));
      var x =
          Sequences.ofFeatures(List.of(features(4, 3, 1), features(0, 3, 2), features(2, 3, 3)));
      FiniteDifferences.check(
          backend,
          layer.store(),
          tape -> {
            var y = layer.on(tape, tape.input(x));
            return y.times(y).sum();
          });
    }
  }

  @Test
  void step3TheCpuComputesTheReferencesNumbers() {
    var program = FORGETFUL.program(CellSizes.of(5, 35));
    var setup = CellProblem.Setup.of(program, SequenceLayout.ofLengths(2, 5, 0, 3), 7);
    try (var cpu = openCpu(2);
        var reference = new ReferenceBackend();
        var fused = cpu.compile(program);
        var oracle = reference.compile(program);
        var got = new CellProblem(cpu, setup);
        var wanted = new CellProblem(reference, setup)) {
      got.run(fused);
      wanted.run(oracle);
      for (int i = 0; i < wanted.results().size(); i++) {
        var result = wanted.results().get(i);
        Tolerance.assertClose(
            result.elements(),
            got.results().get(i).elements(),
            Tolerance.ofSum(5 * 35),
            result.name());
      }
    }
  }

  /** Says which token it read two steps before. */
  private static final class Echo extends Model {
    static final int TOKENS = 4;
    static final int DELAY = 2;

    final Embedding embedding = add("embedding", Embedding.of(TOKENS, 8));
    final Recurrent recurrent;
    final Dense output = add("output", Dense.of(16, TOKENS));

    Echo(CellDefinition cell) {
      recurrent = add("recurrent", Recurrent.of(cell, 8, 16));
    }

    Tensor logits(Tape tape, Batch batch, RecurrentState state) {
      return output.on(tape, recurrent.on(tape, embedding.on(tape, batch.inputs()), state));
    }

    Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch, state), batch.targets());
    }

    /** Returns sequences of 4 to 12 tokens. */
    static Batches data(int examples, long seed) {
      var random = new SplittableRandom(seed);
      var inputs = new ArrayList<int[]>();
      var targets = new ArrayList<int[]>();
      for (int i = 0; i < examples; i++) {
        int[] input = random.ints(random.nextInt(4, 13), 0, TOKENS).toArray();
        int[] target = new int[input.length];
        Arrays.fill(target, 0, DELAY, Sequences.IGNORED);
        System.arraycopy(input, 0, target, DELAY, input.length - DELAY);
        inputs.add(input);
        targets.add(target);
      }
      return MiniBatches.of(
          examples,
          16,
          rows ->
              Batch.of(
                  Sequences.ofTokens(Arrays.stream(rows).mapToObj(inputs::get).toList()),
                  Sequences.ofTokens(Arrays.stream(rows).mapToObj(targets::get).toList())));
    }

    double train(int epochs) throws IOException {
      return Training.of(this)
          .loss(this::loss)
          .optimizer(Adam.withLearningRate(0.01))
          .clipGradientNorm(5)
          .validateOn(data(64, 2), Metrics.LOSS)
          .fit(data(320, 1), Budget.epochs(epochs))
          .bestValidation();
    }
  }

  @Test
  void step4ItTrains() throws IOException {
    try (var cpu = openCpu(2);
        var model = new Echo(FORGETFUL)) {
      model.build(cpu, 1);
      double loss = model.train(8); // 160 updates
      // A guess costs ln 4 = 1.39 nats.
      assertTrue(loss < 0.2, "validation loss " + loss);
    }
  }

  @Test
  void step5ItIsSavedAndLoaded(@TempDir Path folder) throws IOException {
    var file = folder.resolve("echo.safetensors");
    var inputs = Echo.data(5, 3).batch(0, 0);
    try (var cpu = openCpu(2);
        var tape = Tape.inference(cpu);
        var trained = new Echo(FORGETFUL);
        var loaded = new Echo(FORGETFUL);
        var other = new Echo(Cells.MGU)) {
      trained.build(cpu, 1);
      trained.train(1);
      trained.save(file);
      loaded.build(cpu, 2);
      loaded.load(file);
      assertArrayEquals(logits(trained, tape, inputs), logits(loaded, tape, inputs));

      // The file knows the cell: that MGU has tensors of the same names and shapes does not help.
      other.build(cpu, 3);
      var error = assertThrows(SafeTensorsException.class, () -> other.load(file));
      assertTrue(error.getMessage().contains("forgetful"), error.getMessage());
    }
  }

  private static float[] logits(Echo model, Tape tape, Batch batch) {
    try (var state = new RecurrentState()) {
      tape.reset();
      return model.logits(tape, batch, state).toArray();
    }
  }

  /**
   * MGU has the same products and functions. Best of many calls that take turns, in one run: what
   * else happens on the machine can only slow a call down.
   */
  @Test
  @Tag("guard")
  void step6ItIsAsFastAsACellOfTheCatalogue() {
    try (var cpu = openCpu(1);
        var own = new Work(cpu, FORGETFUL);
        var catalogue = new Work(cpu, Cells.MGU)) {
      assertNotSlower(own::train, catalogue::train, "training");
      assertNotSlower(own::steps, catalogue::steps, "steps");
    }
  }

  /** Is one layer at work. */
  private static final class Work implements AutoCloseable {
    private static final int SIZE = 64;

    private final Recurrent layer;
    private final Tape tape;
    private final Stepper stepper;
    private final Sequences input;
    private final float[] x = new float[SIZE];

    Work(Backend backend, CellDefinition cell) {
      layer = Recurrent.of(cell, SIZE, SIZE).build(backend, 1);
      tape = Tape.training(backend, 1);
      stepper = layer.stepper();
      var sequences = new ArrayList<float[][]>();
      for (int i = 0; i < 8; i++) {
        sequences.add(features(20, SIZE, i));
      }
      input = Sequences.ofFeatures(sequences);
    }

    void train() {
      tape.reset();
      tape.backward(layer.on(tape, tape.input(input)).sum());
    }

    void steps() {
      for (int i = 0; i < 50; i++) {
        stepper.step(x);
      }
    }

    @Override
    public void close() {
      stepper.close();
      tape.close();
      layer.close();
    }
  }

  private static void assertNotSlower(Runnable own, Runnable other, String name) {
    double ownBest = Double.MAX_VALUE;
    double otherBest = Double.MAX_VALUE;
    long end = System.nanoTime() + 40_000_000_000L; // where all is well it takes less than one
    for (int round = 0; round < 100 || ownBest > 1.5 * otherBest; round++) {
      if (System.nanoTime() > end) {
        break;
      }
      ownBest = Math.min(ownBest, nanos(own));
      otherBest = Math.min(otherBest, nanos(other));
    }
    assertTrue(
        ownBest <= 1.5 * otherBest,
        "%s: expected at most 1.5x, got %.2fx (%.0f and %.0f microseconds)"
            .formatted(name, ownBest / otherBest, ownBest / 1e3, otherBest / 1e3));
  }

  private static double nanos(Runnable code) {
    long start = System.nanoTime();
    code.run();
    return System.nanoTime() - start;
  }

  private static float[][] features(int steps, int width, long seed) {
    var random = new SplittableRandom(seed);
    var x = new float[steps][width];
    for (var row : x) {
      for (int i = 0; i < width; i++) {
        row[i] = random.nextFloat() - 0.5f;
      }
    }
    return x;
  }
}
