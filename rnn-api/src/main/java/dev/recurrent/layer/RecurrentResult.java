package dev.recurrent.layer;

import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.tape.Tensor;
import java.util.List;

/**
 * Holds what a {@link Recurrent} computed: the outputs of all steps and the states after the last.
 *
 * <p>Belongs to the pass of a tape, and so to its thread.
 */
public final class RecurrentResult {
  private final Recurrent layer;
  private final Tensor output;
  private final List<Tensor> finalStates;

  RecurrentResult(Recurrent layer, Tensor output, List<Tensor> finalStates) {
    this.layer = layer;
    this.output = output;
    this.finalStates = List.copyOf(finalStates);
  }

  /** Returns the outputs of the last layer, {@code [N, outputSize]}, packed. */
  public Tensor output() {
    return output;
  }

  /** Returns the directions of each layer. */
  List<Direction> directions() {
    return layer.directions();
  }

  /**
   * Returns all states after each sequence's last step, {@code [B, S]} each, row i that of the
   * caller's sequence i: layer by layer, in it direction by direction, in it state by state. They
   * may be handed to {@link Recurrent#run} as initial states.
   */
  public List<Tensor> finalStates() {
    return finalStates;
  }

  /** Returns one state after each sequence's last step, {@code [B, S]}. */
  public Tensor finalState(int layerIndex, Direction direction, String name) {
    String suffix = "_l" + layerIndex + (direction == Direction.REVERSE ? "_reverse" : "");
    int index = layer.stateNames().indexOf(name + suffix);
    if (index < 0) {
      throw new IllegalArgumentException(
          "state: expected one of " + layer.stateNames() + ", got " + name + suffix);
    }
    return finalStates.get(index);
  }

  /**
   * Returns what the last layer has seen of each whole sequence, {@code [B, outputSize]}: its
   * output at the last step, joined with that of the reverse direction at the first. Row i belongs
   * to the caller's sequence i; of a sequence of length 0 it is the initial state.
   */
  public Tensor last() {
    int top = layer.layerCount() - 1;
    var program = layer.program(top);
    String name = program.states().get(program.output()).name();
    var last = finalState(top, Direction.FORWARD, name);
    return layer.directions().size() == 1
        ? last
        : last.joinColumns(finalState(top, Direction.REVERSE, name));
  }
}
