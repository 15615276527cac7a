package dev.recurrent.cell;

import java.util.List;

/**
 * Holds the derivative of one step of a cell, which is itself a program: given the gradients of the
 * loss with respect to the states after the step, it computes those with respect to the states
 * before it, and what the parameters' gradients are summed from.
 *
 * <p>The gradient of a weight leaves the time loop: it is Σ dᵀ v over all steps and rows, where d
 * is the weight's {@link ParameterGradient#value()} and v its operand. The gradient with respect to
 * the input is Σ Wᵀ d over the input weights, plus {@link #inputGradient()}.
 *
 * @param cell the program that this is the derivative of
 * @param code the instructions
 * @param saved the forward values that {@code code} reads and the forward pass has to store, in
 *     rising order; the operands of inner weights, which their gradients are made from, come on top
 * @param stateGradients for each state, the instruction with the gradient before the step
 * @param parameterGradients one entry for each slice of each parameter, in order
 * @param inputGradient the instruction with that part of the input's gradient that does not come
 *     through a weight, or -1 if there is none
 */
public record Derivative(
    CellProgram cell,
    List<Instruction> code,
    List<Integer> saved,
    List<Integer> stateGradients,
    List<ParameterGradient> parameterGradients,
    int inputGradient) {

  /**
   * Names the instruction that a parameter's gradient is made from: for a weight, the gradient of
   * each row of its product; for a vector, what is to be summed over all steps and rows.
   */
  public record ParameterGradient(int parameter, int offset, int rows, int value) {}

  public Derivative {
    code = List.copyOf(code);
    saved = List.copyOf(saved);
    stateGradients = List.copyOf(stateGradients);
    parameterGradients = List.copyOf(parameterGradients);
  }

  /** Returns the backward step as text, in the stages in which a backend computes it. */
  public String describeStages() {
    return ProgramText.stagesOf(this);
  }

  /**
   * Returns the derivative as text, a line for each instruction: {@code d7 = d5 * %3}, where {@code
   * %} stands for values of the forward step.
   */
  @Override
  public String toString() {
    return ProgramText.of(this);
  }

  /** Derives the backward pass of one step of the given cell. */
  public static Derivative of(CellProgram cell) {
    return Rematerialization.apply(new Differentiation(cell).run());
  }
}
