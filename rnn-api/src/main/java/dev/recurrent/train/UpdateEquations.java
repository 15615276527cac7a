package dev.recurrent.train;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.PointwiseProgram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects the equations of an {@link Optimizer}: what becomes of one element of a parameter, given
 * its gradient and the moments that the optimizer keeps for it.
 */
public final class UpdateEquations {
  private final String optimizer;
  private final PointwiseProgram.Builder program;
  private final Quantity parameter;
  private final Quantity gradient;
  private final Map<String, Moment> moments = new LinkedHashMap<>();
  private final Map<String, Quantity> next = new LinkedHashMap<>();
  private final List<StepFunction> scalars = new ArrayList<>();
  private @Nullable Quantity learningRate;
  private @Nullable Quantity update;

  record Moment(Quantity value, double initial) {}

  record Compiled(
      PointwiseProgram program, Map<String, Double> initialMoments, List<StepFunction> scalars) {}

  /** Is a number that depends on the step and the learning rate of the step. */
  @FunctionalInterface
  public interface StepFunction {
    /**
     * Returns the number.
     *
     * @param step counts from 1
     */
    double at(long step, double learningRate);
  }

  UpdateEquations(String optimizer) {
    this.optimizer = optimizer;
    program = new PointwiseProgram.Builder(optimizer);
    parameter = new Quantity(this, program.input());
    gradient = new Quantity(this, program.input());
  }

  /** Returns the element of the parameter. */
  public Quantity parameter() {
    return parameter;
  }

  /** Returns the element of its gradient. */
  public Quantity gradient() {
    return gradient;
  }

  /** Returns the learning rate of this step. */
  public Quantity learningRate() {
    if (learningRate == null) {
      learningRate = scalar((step, rate) -> rate);
    }
    return learningRate;
  }

  /** Returns a number that is kept between steps, one for each element; at first 0. */
  public Quantity moment(String name) {
    return moment(name, 0);
  }

  /** Returns a number that is kept between steps, with the given first value. */
  public Quantity moment(String name, double initial) {
    return moments
        .computeIfAbsent(name, _ -> new Moment(new Quantity(this, program.input()), initial))
        .value();
  }

  /** Returns a number that is the same for all elements and computed at each step. */
  public Quantity scalar(StepFunction function) {
    scalars.add(function);
    return new Quantity(this, program.scalar());
  }

  /** Returns a constant. */
  public Quantity constant(double number) {
    return new Quantity(this, program.constant(number));
  }

  /** Says what the named moment is after this step. */
  public void next(String moment, Quantity value) {
    if (!moments.containsKey(moment)) {
      throw problem("next " + moment, "a moment out of " + moments.keySet(), "none");
    }
    if (next.putIfAbsent(moment, value) != null) {
      throw problem("next " + moment, "one definition", "a second one");
    }
  }

  /** Says what the parameter is after this step. */
  public void update(Quantity value) {
    if (update != null) {
      throw problem("update", "one definition", "a second one");
    }
    update = value;
  }

  Quantity unary(UnaryOp op, Quantity a) {
    return new Quantity(this, program.apply(op, a.id()));
  }

  Quantity binary(BinaryOp op, Quantity a, Quantity b) {
    return new Quantity(this, program.apply(op, a.id(), b.id()));
  }

  static Compiled of(Optimizer optimizer) {
    var equations = new UpdateEquations(optimizer.name());
    optimizer.equations(equations);
    return equations.compile();
  }

  private Compiled compile() {
    if (update == null) {
      throw problem("update", "update(…)", "none");
    }
    program.output(update.id());
    var initial = new LinkedHashMap<String, Double>();
    moments.forEach(
        (name, moment) -> {
          var value = next.get(name);
          if (value == null) {
            throw problem("moment " + name, "next(\"" + name + "\", …)", "none");
          }
          program.output(value.id());
          initial.put(name, moment.initial());
        });
    return new Compiled(program.build(), initial, List.copyOf(scalars));
  }

  private IllegalArgumentException problem(String what, String expected, String got) {
    return new IllegalArgumentException(
        optimizer + ": " + what + ": expected " + expected + ", got " + got);
  }
}
