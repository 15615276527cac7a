package dev.recurrent.examples.harness;

import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Tape;
import java.util.ArrayList;
import java.util.List;

/** Predicts many examples, a mini-batch at a time. */
final class Predictions {
  private Predictions() {}

  /** Returns the outcome of each example. */
  static <E> List<Outcome> of(TaskModel<E> model, List<E> examples, int batch) {
    var outcomes = new ArrayList<Outcome>(examples.size());
    try (var tape = Tape.inference(model.backend())) {
      for (int from = 0; from < examples.size(); from += batch) {
        tape.reset(Mode.INFERENCE, 0);
        var some = examples.subList(from, Math.min(from + batch, examples.size()));
        outcomes.addAll(model.predict(tape, some));
      }
    }
    return outcomes;
  }
}
