package dev.recurrent.cell;

import java.util.List;

/**
 * Holds a cell compiled for given sizes: its states, its parameters, and one step of it as
 * instructions. A program is what a backend compiles; its backward pass is {@link #derivative()}.
 *
 * <p>Immutable: any number of threads may use it.
 *
 * @param name the name of the cell
 * @param states the states; the sizes are those of one row
 * @param parameters the trainable tensors
 * @param code the step, in static single assignment form
 * @param next for each state, the instruction that computes it after the step
 * @param output the index of the state that is the cell's output
 */
public record CellProgram(
    String name,
    CellSizes sizes,
    List<StateSpec> states,
    List<ParameterSpec> parameters,
    List<Instruction> code,
    List<Integer> next,
    int output) {

  public CellProgram {
    states = List.copyOf(states);
    parameters = List.copyOf(parameters);
    code = List.copyOf(code);
    next = List.copyOf(next);
  }

  /** Returns the number of columns of the output, O. */
  public int outputSize() {
    return states.get(output).size();
  }

  /** Derives the backward pass of one step. */
  public Derivative derivative() {
    return Derivative.of(this);
  }

  /** Returns the parameter of the given name, or throws. */
  public ParameterSpec parameter(String parameterName) {
    return parameters.stream()
        .filter(parameter -> parameter.name().equals(parameterName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "parameter: expected one of "
                        + parameters.stream().map(ParameterSpec::name).toList()
                        + ", got "
                        + parameterName));
  }

  /** Returns the number of trainable numbers. */
  public long parameterCount() {
    return parameters.stream().mapToLong(ParameterSpec::size).sum();
  }

  /**
   * Returns the floating-point operations of the matrix products of one step and row, two for each
   * weight: the figure by which benchmarks count.
   */
  public long productFlops() {
    return parameters.stream().filter(ParameterSpec::isWeight).mapToLong(p -> 2L * p.size()).sum();
  }

  /** Returns the step as text, in the stages in which a backend computes it. */
  public String describeStages() {
    return ProgramText.stagesOf(this);
  }

  /** Returns the program as text, a line for each instruction: {@code %7 = sigmoid(%5)}. */
  @Override
  public String toString() {
    return ProgramText.of(this);
  }

  String sliceName(int parameter, int offset) {
    return parameters.get(parameter).slices().stream()
        .filter(slice -> slice.offset() == offset)
        .findFirst()
        .orElseThrow()
        .name();
  }
}
