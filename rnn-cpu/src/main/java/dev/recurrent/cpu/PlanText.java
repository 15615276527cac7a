package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.cpu.Operand.Place;
import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.cpu.PassCode.Step;
import dev.recurrent.cpu.StageOps.ProductOp;
import dev.recurrent.cpu.StageOps.Start;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * The text of a plan: the products and passes of each stage, in the order in which a step takes
 * them. An operand is named by how its rows follow the time loop, its number, and its first column.
 */
final class PlanText {
  private final StringBuilder text = new StringBuilder();
  private final IntFunction<String> weight; // by index among the packed weights

  private PlanText(IntFunction<String> weight) {
    this.weight = weight;
  }

  /** Returns the forward step of a cell as text. */
  static String of(CellProgram cell, ForwardPlan plan) {
    var layouts = plan.weights();
    var text =
        new PlanText(
            i -> {
              var slices = layouts.get(i).slices().stream().map(ParameterSpec.Slice::name).toList();
              return layouts.get(i).spec().name() + slices;
            });
    text.line("forward step of %s on cpu".formatted(cell.name()));
    if (!plan.hoisted.isEmpty()) {
      text.line("some steps ahead");
      plan.hoisted.forEach(text::product);
    }
    text.stages(plan.stages());
    return text.text.toString();
  }

  /** Returns the backward step of a cell as text. */
  static String of(CellProgram cell, BackwardPlan plan) {
    var text = new PlanText(i -> cell.parameters().get(plan.weights.get(i)).name() + " transposed");
    text.line("backward step of %s on cpu".formatted(cell.name()));
    text.line("first");
    plan.addOutputGradient.forEach(text::pass);
    text.stages(plan.stages());
    return text.text.toString();
  }

  private void stages(List<StageOps> stages) {
    for (int s = 0; s < stages.size(); s++) {
      line("stage " + (s + 1));
      stages.get(s).products().forEach(this::product);
      for (var sum : stages.get(s).rowSums()) {
        line(
            "  %s = sum of %d columns of %s"
                .formatted(name(sum.to()), sum.width(), name(sum.from())));
      }
      stages.get(s).passes().forEach(this::pass);
    }
  }

  private void product(ProductOp op) {
    line(
        "  %s %s %s × %s"
            .formatted(
                name(op.target().full(0)),
                op.start() == Start.OVERWRITE ? "=" : "+=",
                name(op.left()),
                weight.apply(op.weight())));
  }

  private void pass(PassPlan plan) {
    var code = plan.code();
    line("  for each row, for each vector of %d columns".formatted(plan.units().width()));
    var live = code.live();
    for (int i = 0; i < code.steps().size(); i++) {
      if (live.get(i)) {
        var step = code.steps().get(i);
        var row = step.shape() == Shape.ROW && !(step instanceof Step.Constant);
        line("    " + step(i, step, plan.slots()) + (row ? "  once a row" : ""));
      }
    }
  }

  private static String step(int i, Step step, PassPlan.Slot[] slots) {
    return switch (step) {
      case Step.Load load -> "v%d = %s".formatted(i, name(slots[load.index()]));
      case Step.Constant constant -> "v%d = %s".formatted(i, constant.value());
      case Step.Unary unary -> "v%d = %s(v%d)".formatted(i, lower(unary.op()), unary.a());
      case Step.Binary binary ->
          "v%d = %s(v%d, v%d)".formatted(i, lower(binary.op()), binary.a(), binary.b());
      case Step.MultiplyAdd fma -> "v%d = v%d * v%d + v%d".formatted(i, fma.a(), fma.b(), fma.c());
      case Step.Store store -> "%s = v%d".formatted(name(slots[store.index()]), store.value());
      case Step.StoreRow store -> "%s = v%d".formatted(name(slots[store.index()]), store.value());
    };
  }

  private static String name(PassPlan.Slot slot) {
    var place = slot.place();
    return place == null ? "tile" + slot.temporary() : name(place);
  }

  private static String name(Place place) {
    var operand = place.operand();
    return "%s%d[%d]".formatted(lower(operand.rows()), operand.index(), place.column());
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ').replace(" ", "");
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
