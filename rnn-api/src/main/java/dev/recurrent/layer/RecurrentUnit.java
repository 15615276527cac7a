package dev.recurrent.layer;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.RecurrentKernel;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is one layer of a {@link Recurrent} in one direction: a cell, its parameters, its kernel.
 * Thread-safe, as kernels are.
 */
final class RecurrentUnit {
  private final CellProgram program;
  private final Direction direction;
  private final String suffix;
  private final List<Parameter> parameters;
  private @Nullable ParameterStore store;
  private volatile @Nullable RecurrentKernel kernel;

  RecurrentUnit(
      CellProgram program, Direction direction, String suffix, List<Parameter> parameters) {
    this.program = program;
    this.direction = direction;
    this.suffix = suffix;
    this.parameters = List.copyOf(parameters);
  }

  CellProgram program() {
    return program;
  }

  Direction direction() {
    return direction;
  }

  /** Returns {@code _l0} or {@code _l0_reverse}, the end of the names of parameters and states. */
  String suffix() {
    return suffix;
  }

  List<Parameter> parameters() {
    return parameters;
  }

  /** Returns the parameter of the cell's given name. */
  Parameter parameter(String name) {
    return parameters.get(program.parameters().indexOf(program.parameter(name)));
  }

  List<Matrix> values() {
    return parameters.stream().map(Parameter::value).toList();
  }

  List<Matrix> gradients() {
    return parameters.stream().map(Parameter::gradient).toList();
  }

  /** Says where the parameters live, when the layer is built. */
  void bind(ParameterStore itsStore) {
    store = itsStore;
  }

  /** Returns where the parameters live. */
  ParameterStore store() {
    return java.util.Objects.requireNonNull(store, "unit used before its layer was built");
  }

  /** Returns the kernel, which is compiled when it is first asked for. */
  RecurrentKernel kernel() {
    var compiled = kernel;
    return compiled != null ? compiled : compile();
  }

  private synchronized RecurrentKernel compile() {
    var compiled = kernel;
    if (compiled == null) {
      compiled = store().backend().compile(program);
      kernel = compiled;
    }
    return compiled;
  }

  void trim() {
    var compiled = kernel;
    if (compiled != null) {
      compiled.trim();
    }
  }

  synchronized void close() {
    var compiled = kernel;
    if (compiled != null) {
      compiled.close();
      kernel = null;
    }
  }

  /** Fills each slice of a parameter with its own first values. */
  static Initializer filling(ParameterSpec spec) {
    return (values, offset, rows, columns, random) -> {
      for (var slice : spec.slices()) {
        int start = offset + slice.offset() * columns;
        slice.initializer().fill(values, start, slice.rows(), columns, random);
      }
    };
  }
}
