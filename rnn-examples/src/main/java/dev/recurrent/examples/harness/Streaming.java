package dev.recurrent.examples.harness;

import dev.recurrent.data.Place;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Answers lines as they arrive, each before the next one is read. What a line is, a model says: a
 * step of a sequence, whose state is kept in between, or an example of its own.
 */
public interface Streaming extends AutoCloseable {
  /**
   * Answers a line.
   *
   * @param place where it begins
   * @return what is predicted after it; none where it asks for nothing, such as a heading
   * @throws dev.recurrent.data.DataException if it is malformed; the next one may be answered all
   *     the same
   */
  Optional<Outcome> answer(Place place, String line) throws IOException;

  /** Frees the state. */
  @Override
  void close();

  /** Makes the example that is there when a line has arrived. */
  @FunctionalInterface
  interface Parser<E> {
    /** Returns the example, if there is one. */
    Optional<E> example(Place place, String line) throws IOException;
  }

  /** Answers with what a model predicts of the example that is there after a line. */
  static <E> Streaming of(TaskModel<E> model, Parser<E> parser) {
    var tape = Tape.inference(model.backend());
    return new Streaming() {
      @Override
      public Optional<Outcome> answer(Place place, String line) throws IOException {
        tape.reset(Mode.INFERENCE, 0);
        return parser
            .example(place, line)
            .map(example -> model.predict(tape, List.of(example)).getFirst());
      }

      @Override
      public void close() {
        tape.close();
      }
    };
  }

  /** Answers with what a model predicts of a line, which is an example of its own. */
  static <E> Streaming ofLines(TaskModel<E> model, Function<String, E> example) {
    return of(model, (place, line) -> Optional.of(example.apply(line)));
  }
}
