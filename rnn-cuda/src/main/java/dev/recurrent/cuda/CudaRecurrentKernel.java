package dev.recurrent.cuda;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.cuda.driver.Resources;
import dev.recurrent.spi.BackendProvider.Explanation;
import dev.recurrent.spi.RecurrentKernel;
import java.util.TreeSet;

/**
 * Runs a cell on the device: its pointwise regions, forward and backward, are kernels written for
 * it, its products are those of cuBLAS. Sizes are arguments of the kernels, so that a cell is
 * compiled once for all of them, unless its equations divide by one.
 */
final class CudaRecurrentKernel implements RecurrentKernel {
  private final Device device;
  private final ForwardPass forward;
  private final BackwardPass backward;

  CudaRecurrentKernel(Device device, Primitives primitives, CellProgram cell) {
    this.device = device;
    var plans = Plans.of(cell, device.factorType());
    var module = device.module(plans.source());
    plans.forward().kernels.load(module);
    plans.backward().kernels.load(module);
    forward = new ForwardPass(device, primitives, cell, plans.forward());
    backward =
        new BackwardPass(device, primitives, cell, plans.backward(), plans.hasInputGradient());
  }

  /** The plans of a cell; their kernels are one source. */
  record Plans(String name, ForwardPlan forward, BackwardPlan backward, boolean hasInputGradient) {
    static Plans of(CellProgram cell, NumberType factorType) {
      var derivative = cell.derivative();
      var needed = new TreeSet<>(derivative.saved());
      for (var parameter : cell.parameters()) {
        if (parameter.kind() == Kind.INNER_WEIGHT) {
          needed.add(parameter.operand());
        }
      }
      return new Plans(
          cell.name(),
          new ForwardPlan(cell, needed, factorType),
          new BackwardPlan(cell, derivative, factorType),
          derivative.inputGradient() >= 0);
    }

    /** Returns the launches of a step, and the source of its own kernels, as text for people. */
    Explanation explain() {
      var first = new StringBuilder();
      for (var entry : forward.hoisted.entrySet()) {
        first.append(
            "// for all steps at once: the input × parameter %d\n".formatted(entry.getKey()));
      }
      for (int s = 0; s < forward.products.size(); s++) {
        for (var product : forward.products.get(s)) {
          first.append(
              "// stage %d: a product with parameter %d\n".formatted(s + 1, product.parameter()));
        }
      }
      var second = new StringBuilder();
      for (int s = 0; s < backward.products.size(); s++) {
        for (var product : backward.products.get(s)) {
          second.append(
              "// stage %d: a product with parameter %d transposed\n"
                  .formatted(s + 1, product.parameter()));
        }
      }
      return new Explanation(first + forward.kernels.source(), second + backward.kernels.source());
    }

    KernelSource source() {
      return new KernelSource(name, Resources.text(Primitives.FUNCTIONS) + kernels());
    }

    String kernels() {
      return forward.kernels.source() + backward.kernels.source();
    }
  }

  @Override
  public Trace forward(ForwardCall call) {
    return device.call(
        () -> {
          var trace = new CudaTrace(device, this);
          try {
            forward.run(call, trace);
            if (call.mode() == Mode.INFERENCE) {
              trace.close();
            }
            return trace;
          } catch (RuntimeException | Error e) {
            trace.close();
            throw e;
          }
        });
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the trace is not one of this kernel's, is closed, or is
   *     that of a forward pass for inference
   */
  @Override
  public void backward(Trace trace, BackwardCall call) {
    if (call.forward().mode() == Mode.INFERENCE) {
      throw new IllegalArgumentException("trace: expected TRAINING or EVALUATION, got INFERENCE");
    }
    if (!(trace instanceof CudaTrace own) || own.kernel != this || own.isClosed()) {
      throw new IllegalArgumentException("trace: expected an open one of this kernel");
    }
    device.run(() -> backward.run(own, call));
  }

  /** Frees recordings; equal cells share their kernels, which the backend owns. */
  @Override
  public void close() {
    if (!device.isClosed()) {
      device.run(
          () -> {
            forward.close();
            backward.close();
          });
    }
  }
}
