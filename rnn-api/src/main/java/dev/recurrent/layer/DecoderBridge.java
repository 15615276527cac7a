package dev.recurrent.layer;

import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the initial states of a decoder from the final states of its encoder. A decoder's layer
 * takes those of the encoder's layer of the same number, or of the encoder's last one if they have
 * different numbers of layers. A state of the same name and size, in one direction, is taken as it
 * is; otherwise it is tanh(W s + b) of the state of that name, or of the output where the encoder's
 * cell has none, with both directions joined.
 */
final class DecoderBridge extends Layer {
  private final List<Plank> planks = new ArrayList<>();
  private final Map<String, Layer> projections = new LinkedHashMap<>();

  /** Says where one state of the decoder comes from. */
  private record Plank(int layer, String state, @Nullable Dense projection) {}

  DecoderBridge(Recurrent encoder, Recurrent decoder) {
    boolean sameDepth = encoder.layerCount() == decoder.layerCount();
    for (int l = 0; l < decoder.layerCount(); l++) {
      int from = sameDepth ? l : encoder.layerCount() - 1;
      for (var state : decoder.program(l).states()) {
        var states = encoder.program(from).states();
        var source =
            states.stream()
                .filter(s -> s.name().equals(state.name()))
                .findFirst()
                .orElse(states.get(encoder.program(from).output()));
        int directions = encoder.directions().size();
        int size = source.size() * directions;
        if (source.equals(state) && directions == 1) {
          planks.add(new Plank(from, source.name(), null));
        } else {
          var projection = Dense.of(size, state.size()).activation(UnaryOp.TANH);
          projections.put(state.name() + "_l" + l, projection);
          planks.add(new Plank(from, source.name(), projection));
        }
      }
    }
  }

  /** Returns the initial states, {@code [B, S]} each, in the order of the decoder's states. */
  List<Tensor> on(Tape tape, RecurrentResult encoded) {
    return planks.stream().map(plank -> on(tape, encoded, plank)).toList();
  }

  private static Tensor on(Tape tape, RecurrentResult encoded, Plank plank) {
    var state = encoded.finalState(plank.layer, Direction.FORWARD, plank.state);
    if (encoded.directions().contains(Direction.REVERSE)) {
      state = state.joinColumns(encoded.finalState(plank.layer, Direction.REVERSE, plank.state));
    }
    return plank.projection == null ? state : plank.projection.on(tape, state);
  }

  @Override
  protected void declare(Declaration declaration) {}

  @Override
  protected Map<String, Layer> children() {
    return projections;
  }
}
