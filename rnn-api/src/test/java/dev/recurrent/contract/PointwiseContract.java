package dev.recurrent.contract;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.contract.Twins.Lie;
import dev.recurrent.contract.Twins.Twin;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseProgram;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What compiled elementwise programs promise. */
interface PointwiseContract extends ContractSubject {
  int[][] EXTENTS = {{1, 1}, {1, 67}, {3, 17}, {17, 3}, {16, 16}, {5, 35}, {0, 4}, {4, 0}};

  /** Adam's update: m, v and w are read and written. */
  private static PointwiseProgram adam() {
    var p = new PointwiseProgram.Builder("adam");
    int w = p.input();
    int g = p.input();
    int m = p.input();
    int v = p.input();
    int rate = p.scalar();
    int decay = p.scalar();
    int complement = p.apply(BinaryOp.MINUS, p.constant(1), decay);
    int mNext =
        p.apply(
            BinaryOp.PLUS,
            p.apply(BinaryOp.TIMES, decay, m),
            p.apply(BinaryOp.TIMES, complement, g));
    int squared = p.apply(BinaryOp.TIMES, g, g);
    int vNext =
        p.apply(
            BinaryOp.PLUS,
            p.apply(BinaryOp.TIMES, decay, p.apply(BinaryOp.MAX, v, p.constant(0))),
            p.apply(BinaryOp.TIMES, complement, squared));
    int root = p.apply(BinaryOp.PLUS, p.apply(UnaryOp.SQRT, vNext), p.constant(1e-3));
    int update = p.apply(BinaryOp.TIMES, rate, p.apply(BinaryOp.DIVIDE, mNext, root));
    return p.output(p.apply(BinaryOp.MINUS, w, update)).output(mNext).output(vNext).build();
  }

  /** Every operation, each on the result of the one before. */
  private static PointwiseProgram everyOperation() {
    var p = new PointwiseProgram.Builder("every-operation");
    int a = p.input();
    int b = p.input();
    int value = a;
    for (var op : BinaryOp.values()) {
      value = p.apply(UnaryOp.TANH, p.apply(BinaryOp.PLUS, p.apply(op, value, b), a));
    }
    for (var op : UnaryOp.values()) {
      // Arguments from 0.5 to 1.5: within the domain of every function.
      int half = p.apply(BinaryOp.TIMES, p.constant(0.5), p.apply(UnaryOp.TANH, value));
      value = p.apply(op, p.apply(BinaryOp.PLUS, half, p.constant(1)));
    }
    return p.output(value).build();
  }

  @Test
  default void optimizerUpdatesInPlaceWithNewScalarsAtEachCall() {
    var program = adam();
    try (var tested = backend().compile(program);
        var expected = reference().compile(program)) {
      for (var extent : EXTENTS) {
        for (var lie : Lie.values()) {
          try (var twins = new Twins(this, 41)) {
            var w = twins.random(extent[0], extent[1], lie);
            var g = twins.random(extent[0], extent[1], lie);
            var m = twins.random(extent[0], extent[1], lie);
            var v = twins.random(extent[0], extent[1], lie);
            for (float rate : new float[] {0.1f, 0.2f}) {
              var scalars = new float[] {rate, 0.75f};
              tested.run(tested(w, g, m, v), scalars, tested(w, m, v));
              expected.run(expected(w, g, m, v), scalars, expected(w, m, v));
            }
            for (var twin : List.of(w, g, m, v)) {
              // √(v + …) + 1e-3 magnifies what v is off by where it is near 0.
              twins.assertClose(twin, leniency() * Tolerance.ofSum(20), "adam");
            }
          }
        }
      }
    }
  }

  @Test
  default void everyOperationMatchesReference() {
    var program = everyOperation();
    try (var tested = backend().compile(program);
        var expected = reference().compile(program)) {
      for (var extent : EXTENTS) {
        try (var twins = new Twins(this, 42)) {
          var a = twins.random(extent[0], extent[1], Lie.VIEW);
          var b = twins.random(extent[0], extent[1], Lie.DENSE);
          var out = twins.random(extent[0], extent[1], Lie.VIEW);
          tested.run(tested(a, b), new float[0], tested(out));
          expected.run(expected(a, b), new float[0], expected(out));
          twins.assertClose(out, leniency() * Tolerance.ofSum(16), "every operation");
        }
      }
    }
  }

  /** Two matrices change places, and what is an input, a scalar or a constant is an output. */
  @Test
  default void outputsMayBeInputsScalarsAndConstantsAndChangePlaces() {
    var p = new PointwiseProgram.Builder("swap");
    int a = p.input();
    int b = p.input();
    p.output(b).output(a).output(p.scalar()).output(p.constant(2.5)).output(a);
    p.output(p.apply(UnaryOp.NEGATE, p.scalar()));
    var program = p.build();
    try (var tested = backend().compile(program);
        var expected = reference().compile(program);
        var twins = new Twins(this, 43)) {
      var all = new Twin[6];
      for (int i = 0; i < all.length; i++) {
        all[i] = twins.random(3, 35, Lie.values()[i % 2]);
      }
      var scalars = new float[] {7, 8};
      tested.run(tested(all[0], all[1]), scalars, tested(all));
      expected.run(expected(all[0], all[1]), scalars, expected(all));
      for (var twin : all) {
        twins.assertSame(twin, "swap");
      }
    }
  }

  private static List<Matrix> tested(Twin... twins) {
    return Arrays.stream(twins).map(Twin::tested).toList();
  }

  private static List<Matrix> expected(Twin... twins) {
    return Arrays.stream(twins).map(Twin::expected).toList();
  }
}
