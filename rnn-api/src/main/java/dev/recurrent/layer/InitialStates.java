package dev.recurrent.layer;

import dev.recurrent.cell.StateSpec;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes all initial states of a {@link Recurrent} from one vector for each sequence, tanh(W v + b):
 * how an image or a topic begins a sequence (one-to-many; Vinyals et al. 2015, "Show and tell: a
 * neural image caption generator").
 *
 * <p>Threads: see {@link Layer}.
 */
public final class InitialStates extends Model {
  private final List<Integer> sizes;
  private final Dense dense;

  private InitialStates(int inputs, List<Integer> sizes) {
    this.sizes = sizes;
    int all = sizes.stream().mapToInt(Integer::intValue).sum();
    dense = add("dense", Dense.of(inputs, all).activation(UnaryOp.TANH));
  }

  /** Creates the layer from vectors of {@code inputs} numbers to the states of another layer. */
  public static InitialStates of(int inputs, Recurrent recurrent) {
    var sizes = new ArrayList<Integer>();
    for (int layer = 0; layer < recurrent.layerCount(); layer++) {
      for (int d = 0; d < recurrent.directions().size(); d++) {
        recurrent.program(layer).states().stream().map(StateSpec::size).forEach(sizes::add);
      }
    }
    return new InitialStates(inputs, List.copyOf(sizes));
  }

  @Override
  public InitialStates build(Backend backend, long seed) {
    super.build(backend, seed);
    return this;
  }

  /**
   * Computes the states as {@link Recurrent#run} wants them, {@code [B, S]} each.
   *
   * @param vectors {@code [B, inputs]}, row i that of the caller's sequence i
   */
  public List<Tensor> on(Tape tape, Tensor vectors) {
    var all = dense.on(tape, vectors).withLayout(null);
    var states = new ArrayList<Tensor>();
    int from = 0;
    for (int size : sizes) {
      states.add(all.columns(from, size));
      from += size;
    }
    return states;
  }
}
