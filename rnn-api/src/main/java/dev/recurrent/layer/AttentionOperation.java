package dev.recurrent.layer;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseProgram;
import dev.recurrent.spi.TensorOps;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Attends once, forward and backward, as one operation on the tape: for each source sequence the
 * scores of its queries and keys, their softmax over the keys, and the sum of the values with these
 * weights.
 *
 * <p>The score is q·k, or with a score vector v·tanh(q + k).
 */
final class AttentionOperation {
  private static final float[] NO_SCALARS = {};
  private static final PointwiseProgram TANH_OF_SUM = tanhOfSum();
  private static final PointwiseProgram TANH_DERIVATIVE = tanhDerivative();
  private static final PointwiseProgram SOFTMAX_DERIVATIVE = softmaxDerivative();

  private final Tape tape;
  private final TensorOps ops;
  private final AttentionMemory memory;
  private final AttentionGroups groups;
  private final Tensor queries; // [R, D]
  private final @Nullable Tensor score; // [D, 1]
  private final Tensor contexts; // [R, V]
  private final Matrix weights; // [M, 1]
  private @Nullable Matrix activations; // [M, D], tanh(q + k)
  private @Nullable Matrix queryOfPair;
  private @Nullable Matrix keyOfPair;

  private AttentionOperation(
      AttentionMemory memory, Tensor queries, int[] sequences, @Nullable Tensor score) {
    this.tape = queries.tape();
    this.ops = tape.ops();
    this.memory = memory;
    this.queries = queries;
    this.score = score;
    groups = new AttentionGroups(memory, sequences);
    contexts = tape.tensor(queries.rows(), memory.values().columns(), queries.layout());
    weights = tape.tensor(groups.pairs(), 1, null).value();
  }

  /**
   * Attends.
   *
   * @param queries {@code [R, D]}
   * @param sequences for each query the source sequence whose steps it attends to
   * @param score the vector of an additive score, {@code [D, 1]}, or null for q·k
   */
  static AttentionResult attend(
      AttentionMemory memory, Tensor queries, int[] sequences, @Nullable Tensor score) {
    var operation = new AttentionOperation(memory, queries, sequences, score);
    operation.forward();
    var inputs = new ArrayList<Tensor>(List.of(queries, memory.keys(), memory.values()));
    if (score != null) {
      inputs.add(score);
    }
    operation.tape.record(operation.contexts, inputs, operation::backward);
    return new AttentionResult(
        operation.contexts,
        AttentionWeights.of(queries.layout(), operation.tape, operation.groups, operation.weights));
  }

  private void forward() {
    if (score == null) {
      var grouped = grouped(queries.value());
      for (var g : groups.groups()) {
        ops.multiply(queriesOf(grouped, g), keysOf(g).transposed(), pairsOf(weights, g), 0);
      }
      release(grouped, queries.value());
    } else {
      additiveScores(score);
    }
    for (var g : groups.groups()) {
      if (g.keys() > 0) {
        ops.softmax(pairsOf(weights, g), pairsOf(weights, g));
      }
    }
    ungrouped(
        contexts.value(),
        out -> {
          for (var g : groups.groups()) {
            ops.multiply(pairsOf(weights, g), valuesOf(g), queriesOf(out, g), 0);
          }
        });
  }

  private void additiveScores(Tensor vector) {
    int size = queries.columns();
    var fromKeys = tape.temporary(groups.pairs(), size);
    ops.gatherRows(memory.keys().value(), keyOfPair(), fromKeys);
    var sums = tape.records() ? tape.tensor(groups.pairs(), size, null).value() : fromKeys;
    var fromQueries = tape.temporary(groups.pairs(), size);
    ops.gatherRows(queries.value(), queryOfPair(), fromQueries);
    run(TANH_OF_SUM, List.of(fromQueries, fromKeys), sums);
    ops.multiply(sums, vector.value(), weights, 0);
    tape.release(fromQueries);
    tape.release(fromKeys);
    activations = sums;
  }

  private void backward() {
    var dScores = tape.temporary(groups.pairs(), 1);
    dSoftmax(dScores);
    if (score == null) {
      dProducts(dScores);
    } else {
      dAdditive(score, java.util.Objects.requireNonNull(activations), dScores);
    }
    tape.release(dScores);
  }

  /** With c = Σ w v: dw = dc·v, dv = w dc, and ds = w (dw - Σ w dw), where Σ w dw = dc·c. */
  private void dSoftmax(Matrix dScores) {
    var dContexts = contexts.gradient();
    var grouped = grouped(dContexts);
    for (var g : groups.groups()) {
      var d = queriesOf(grouped, g);
      ops.multiply(d, valuesOf(g).transposed(), pairsOf(dScores, g), 0);
      if (memory.values().requiresGradient()) {
        var dValues = memory.values().gradientOrZeros().rows(g.key(), g.keys());
        ops.multiply(pairsOf(weights, g).transposed(), d, dValues, 1);
      }
    }
    release(grouped, dContexts);
    var products = tape.temporary(contexts.rows(), contexts.columns());
    var sums = tape.temporary(contexts.rows(), 1);
    var ofPairs = tape.temporary(groups.pairs(), 1);
    ops.binary(BinaryOp.TIMES, dContexts, contexts.value(), products);
    ops.sumColumns(products, sums);
    ops.gatherRows(sums, queryOfPair(), ofPairs);
    run(SOFTMAX_DERIVATIVE, List.of(weights, dScores, ofPairs), dScores);
    tape.release(products);
    tape.release(sums);
    tape.release(ofPairs);
  }

  private void dProducts(Matrix dScores) {
    if (memory.keys().requiresGradient()) {
      var dKeys = memory.keys().gradientOrZeros();
      var grouped = grouped(queries.value());
      for (var g : groups.groups()) {
        var d = pairsOf(dScores, g).transposed();
        ops.multiply(d, queriesOf(grouped, g), dKeys.rows(g.key(), g.keys()), 1);
      }
      release(grouped, queries.value());
    }
    queries.contribute(
        dQueries ->
            ungrouped(
                dQueries,
                out -> {
                  for (var g : groups.groups()) {
                    ops.multiply(pairsOf(dScores, g), keysOf(g), queriesOf(out, g), 0);
                  }
                }));
  }

  private void dAdditive(Tensor vector, Matrix tanh, Matrix dScores) {
    vector.accumulate((d, beta) -> ops.multiply(tanh.transposed(), dScores, d, beta));
    var dSums = tape.temporary(tanh.rows(), tanh.columns());
    ops.multiply(dScores, vector.value().transposed(), dSums, 0);
    run(TANH_DERIVATIVE, List.of(dSums, tanh), dSums);
    if (memory.keys().requiresGradient()) {
      ops.scatterAddRows(dSums, keyOfPair(), memory.keys().gradientOrZeros());
    }
    queries.contribute(
        d -> {
          ops.fill(d, 0);
          ops.scatterAddRows(dSums, queryOfPair(), d);
        });
    tape.release(dSums);
  }

  private void run(PointwiseProgram program, List<Matrix> inputs, Matrix out) {
    if (out.rows() > 0) {
      tape.kernel(program)
          .run(inputs.stream().map(Matrix::flat).toList(), NO_SCALARS, List.of(out.flat()));
    }
  }

  /** Returns rows in grouped order: a temporary matrix, or the rows themselves. */
  private Matrix grouped(Matrix rows) {
    if (groups.areGrouped()) {
      return rows;
    }
    var grouped = tape.temporary(rows.rows(), rows.columns());
    ops.gatherRows(rows, tape.indices(groups.order()), grouped);
    return grouped;
  }

  private void release(Matrix grouped, Matrix rows) {
    if (!grouped.equals(rows)) {
      tape.release(grouped);
    }
  }

  /** Lets grouped rows be written, and puts them into the order of the queries. */
  private void ungrouped(Matrix rows, Consumer<Matrix> write) {
    if (groups.areGrouped()) {
      write.accept(rows);
    } else {
      var grouped = tape.temporary(rows.rows(), rows.columns());
      write.accept(grouped);
      ops.gatherRows(grouped, tape.indices(groups.positions()), rows);
      tape.release(grouped);
    }
  }

  private static Matrix queriesOf(Matrix grouped, AttentionGroups.Group g) {
    return grouped.rows(g.row(), g.rows());
  }

  private Matrix keysOf(AttentionGroups.Group g) {
    return memory.keys().value().rows(g.key(), g.keys());
  }

  private Matrix valuesOf(AttentionGroups.Group g) {
    return memory.values().value().rows(g.key(), g.keys());
  }

  /** Views the pairs of a group as a matrix {@code [queries, keys]}. */
  private static Matrix pairsOf(Matrix pairs, AttentionGroups.Group g) {
    int offset = pairs.offset() + g.pair();
    return new Matrix(pairs.storage(), offset, g.rows(), g.keys(), g.keys(), Matrix.Order.NORMAL);
  }

  private Matrix queryOfPair() {
    if (queryOfPair == null) {
      queryOfPair = tape.indices(groups.queryOfPair());
    }
    return queryOfPair;
  }

  private Matrix keyOfPair() {
    if (keyOfPair == null) {
      keyOfPair = tape.indices(groups.keyOfPair());
    }
    return keyOfPair;
  }

  private static PointwiseProgram tanhOfSum() {
    var p = new PointwiseProgram.Builder("attention tanh");
    int sum = p.apply(BinaryOp.PLUS, p.input(), p.input());
    return p.output(p.apply(UnaryOp.TANH, sum)).build();
  }

  private static PointwiseProgram tanhDerivative() {
    var p = new PointwiseProgram.Builder("attention dtanh");
    int dy = p.input();
    int y = p.input();
    int slope = p.apply(BinaryOp.MINUS, p.constant(1), p.apply(BinaryOp.TIMES, y, y));
    return p.output(p.apply(BinaryOp.TIMES, dy, slope)).build();
  }

  private static PointwiseProgram softmaxDerivative() {
    var p = new PointwiseProgram.Builder("attention dsoftmax");
    int w = p.input();
    int dw = p.input();
    int mean = p.input();
    return p.output(p.apply(BinaryOp.TIMES, w, p.apply(BinaryOp.MINUS, dw, mean))).build();
  }
}
