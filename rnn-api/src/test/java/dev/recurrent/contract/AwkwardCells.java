package dev.recurrent.contract;

import static dev.recurrent.cell.Functions.mean;
import static dev.recurrent.cell.Functions.oneMinus;
import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;

import dev.recurrent.cell.CellBuilder;
import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Initializer;
import java.util.List;
import java.util.function.Consumer;

/** Holds small cells, each with one thing in it that is easily forgotten. */
public final class AwkwardCells {
  private static final List<CellDefinition> ALL =
      List.of(
          // The gradient of the sum is the same in all columns, and adds up over them for the mean.
          cell(
              "mean-of-repeated-scalar",
              c -> {
                var a = c.linear("a", c.input(), c.state("h"));
                var sum = a.plus(mean(a.times(a)));
                c.next("h", tanh(a.times(mean(sum))));
              }),
          // The derivative reads what is a state and a clipped value at once, and not its operand.
          cell(
              "clipped-state-read-again",
              c -> {
                var clipped = c.clipGradient(c.linear("a", c.input(), c.state("h")), 99);
                c.next("h", clipped);
                c.next("m", tanh(clipped.times(c.state("m")).times(c.vector("v"))));
              }),
          cell(
              "states-change-places",
              c -> {
                var a = c.state("a");
                var b = c.state("b");
                c.next("a", b);
                c.next("b", tanh(c.linear("l", c.input(), a)));
              }),
          cell(
              "linear-of-a-vector",
              c -> {
                var bias = c.linear("b", c.vector("v", 3, Initializer.uniform(1)));
                c.next("h", tanh(c.linear("h", c.input(), c.state("h")).plus(bias)));
              }),
          cell(
              "clipped-vector-and-constant",
              c -> {
                var v = c.clipGradient(c.vector("v", 3, Initializer.uniform(1)), 99);
                var three = tanh(c.clipGradient(c.constant(3), 99));
                c.next("h", tanh(c.linear("h", c.input(), c.state("h"), v)).times(three));
              }),
          cell(
              "linear-of-a-mask",
              c -> {
                var mask = c.keepMask(0.5);
                c.next("h", tanh(c.linear("h", c.state("h"), mask)));
              }),
          // Two of three products in a sum have the same operand, and one weight.
          cell(
              "sum-of-products-of-one-state",
              c -> {
                var h = c.state("h");
                int size = c.hiddenSize();
                c.next("h", tanh(c.product("a", size, h).plus(c.product("b", size, c.input(), h))));
              }),
          // The gradients of the input's and the state's products are the same; between the two
          // weights lies one whose gradients are others.
          cell(
              "weights-of-equal-gradients-apart",
              c -> {
                var v = c.vector("v", 3, Initializer.uniform(1));
                int size = 8 * c.hiddenSize();
                var sum = c.product("a", size, c.input(), v, c.state("h"));
                var other = c.product("b", size, v);
                c.next("h", c.product("h", c.hiddenSize(), tanh(sum.plus(other))));
              }),
          cell(
              "linear-of-two-computed-values",
              c -> {
                var h = c.state("h");
                var f = sigmoid(c.linear("f", c.input(), h));
                c.next("h", tanh(c.linear("n", c.input(), f.times(h), oneMinus(f).times(h))));
              }),
          cell("input-unread", c -> c.next("h", tanh(c.linear("h", c.state("h"))))),
          cell(
              "state-unread",
              c -> {
                c.state("h");
                c.next("h", tanh(c.linear("h", c.input())));
              }),
          cell(
              "state-is-the-input",
              c -> {
                var before = c.state("before", c.inputSize());
                c.next("before", c.input());
                c.next("h", tanh(c.linear("h", c.input(), before).plus(c.state("h"))));
                c.output("h");
              }),
          cell(
              "state-is-a-vector",
              c -> {
                var v = c.state("v");
                c.next("v", c.vector("u"));
                c.next("h", tanh(c.linear("h", c.input(), c.state("h"))).times(v));
                c.output("h");
              }),
          cell(
              "two-states-of-one-value",
              c -> {
                var next = tanh(c.linear("h", c.input(), c.state("h")));
                c.state("m");
                c.next("h", next);
                c.next("m", next);
                c.output("m");
              }));

  private AwkwardCells() {}

  /** Returns every one. */
  public static List<CellDefinition> all() {
    return ALL;
  }

  private static CellDefinition cell(String name, Consumer<CellBuilder> equations) {
    return CellDefinition.named(name, equations);
  }
}
