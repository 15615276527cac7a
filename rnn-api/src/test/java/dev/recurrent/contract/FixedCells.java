package dev.recurrent.contract;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.CellSizes.Bias;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.contract.CellProblem.Lie;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.spi.SequenceLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Cells with the values and gradients that PyTorch computed in double precision. {@code
 * fixed-cells.txt} holds the equations, {@code fixed-cells.py} beside it computes, {@code
 * fixed-cells.f64} is what it wrote. Whatever goes in is a hash of its name and position, which
 * both compute.
 */
final class FixedCells {
  /** A cell, and all results one after the other: see {@link #results}. */
  record FixedCell(CellTrial trial, double[] expected) {
    @Override
    public String toString() {
      return trial.cell().name();
    }
  }

  private FixedCells() {}

  static List<FixedCell> all() {
    var values = ByteBuffer.wrap(resource("f64")).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    var cells = new ArrayList<FixedCell>();
    for (var text : new String(resource("txt"), StandardCharsets.UTF_8).strip().split("\n\n")) {
      cells.add(read(text.lines().toList(), values));
    }
    if (values.hasRemaining()) {
      throw new IllegalStateException(
          "fixed-cells.f64: expected no more, got " + values.remaining() + " numbers");
    }
    return cells;
  }

  private static FixedCell read(List<String> text, DoubleBuffer values) {
    var sizes = text.get(0).split(" ");
    var lengths = Arrays.stream(text.get(1).split(" ")).skip(1).map(Integer::valueOf).toList();
    var run = text.get(2).split(" ");
    var trial =
        new CellTrial(
            RandomCell.parse(text.subList(3, text.size())),
            new CellSizes(
                Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2]), Bias.valueOf(sizes[3])),
            lengths,
            Direction.valueOf(run[1]),
            Mode.valueOf(run[2]),
            Lie.DENSE,
            Long.parseLong(run[3]));
    var expected = new double[count(trial)];
    values.get(expected);
    return new FixedCell(trial, expected);
  }

  private static int count(CellTrial trial) {
    var program = trial.program();
    int rows = trial.lengths().stream().mapToInt(Integer::intValue).sum();
    int states = program.states().stream().mapToInt(state -> state.size()).sum();
    return rows * (program.outputSize() + program.sizes().input())
        + 2 * trial.lengths().size() * states
        + program.parameters().stream().mapToInt(ParameterSpec::size).sum();
  }

  private static byte[] resource(String ending) {
    try (var stream = FixedCells.class.getResourceAsStream("fixed-cells." + ending)) {
      return java.util.Objects.requireNonNull(stream, ending).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a cell forward and backward and returns its results in the order of the resource: the
   * output, sequence after sequence; the final states; the gradients of the input, of the initial
   * states, and of the parameters in the order of their names.
   */
  static float[] results(Backend backend, CellTrial trial) {
    var program = trial.program();
    var setup = trial.setup(program);
    try (var kernel = backend.compile(program);
        var problem = new CellProblem(backend, setup)) {
      fill(problem, program, setup.layout(), trial.seed());
      problem.run(kernel);
      var results = new Numbers(problem, setup.layout());
      var forward = problem.forwardCall();
      var backward = problem.backwardCall();
      results.addSteps(forward.output());
      forward.finalStates().forEach(results::addSequences);
      results.addSteps(java.util.Objects.requireNonNull(backward.dInput()));
      backward.dInitialStates().forEach(results::addSequences);
      for (int p : byName(program.parameters())) {
        results.addRows(backward.dParameters().get(p));
      }
      return results.all();
    }
  }

  private static int[] byName(List<ParameterSpec> parameters) {
    return IntStream.range(0, parameters.size())
        .boxed()
        .sorted(Comparator.comparing(p -> parameters.get(p).name()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static void fill(
      CellProblem problem, CellProgram program, SequenceLayout layout, long seed) {
    RecurrentKernel.ForwardCall forward = problem.forwardCall();
    var backward = problem.backwardCall();
    for (int b = 0; b < layout.batch(); b++) {
      int sequence = layout.originalIndex(b);
      for (int t = 0; t < layout.sortedLength(b); t++) {
        int row = layout.rowStart(t) + b;
        set(problem, forward.input(), row, name("input", sequence, t), seed, 1);
        set(problem, backward.dOutput(), row, name("dOutput", sequence, t), seed, 1);
      }
      for (int s = 0; s < program.states().size(); s++) {
        var initial = forward.initialStates().get(s);
        var dFinal = backward.dFinalStates().get(s);
        set(problem, initial, b, name("initial", s, sequence), seed, 1);
        set(problem, dFinal, b, name("dFinal", s, sequence), seed, 1);
      }
    }
    for (int p = 0; p < program.parameters().size(); p++) {
      var spec = program.parameters().get(p);
      double limit = 1.5 / Math.sqrt(spec.columns());
      for (int row = 0; row < spec.rows(); row++) {
        set(problem, forward.parameters().get(p), row, spec.name() + " " + row, seed, limit);
        problem.setRow(backward.dParameters().get(p), row, new float[spec.columns()]);
      }
    }
  }

  private static String name(String what, int first, int second) {
    return what + " " + first + " " + second;
  }

  private static void set(
      CellProblem problem, Matrix matrix, int row, String name, long seed, double limit) {
    int key = RandomBits.rowKey(seed, name.hashCode());
    var values = new float[matrix.columns()];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) ((2 * (double) RandomBits.uniform(key, k) - 1) * limit);
    }
    problem.setRow(matrix, row, values);
  }

  /** Collects results in the order of the caller's sequences. */
  private static final class Numbers {
    private final CellProblem problem;
    private final SequenceLayout layout;
    private final List<float[]> rows = new ArrayList<>();

    Numbers(CellProblem problem, SequenceLayout layout) {
      this.problem = problem;
      this.layout = layout;
    }

    private Stream<Integer> sequences() {
      return IntStream.range(0, layout.batch())
          .boxed()
          .sorted(Comparator.comparing(layout::originalIndex));
    }

    void addSteps(Matrix matrix) {
      sequences()
          .forEach(
              b -> {
                for (int t = 0; t < layout.sortedLength(b); t++) {
                  rows.add(problem.row(matrix, layout.rowStart(t) + b));
                }
              });
    }

    void addSequences(Matrix matrix) {
      sequences().forEach(b -> rows.add(problem.row(matrix, b)));
    }

    void addRows(Matrix matrix) {
      for (int row = 0; row < matrix.rows(); row++) {
        rows.add(problem.row(matrix, row));
      }
    }

    float[] all() {
      var all = new float[rows.stream().mapToInt(row -> row.length).sum()];
      int at = 0;
      for (var row : rows) {
        System.arraycopy(row, 0, all, at, row.length);
        at += row.length;
      }
      return all;
    }
  }
}
