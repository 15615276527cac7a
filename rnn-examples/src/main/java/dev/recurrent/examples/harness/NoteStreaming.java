package dev.recurrent.examples.harness;

import dev.recurrent.data.PianoRolls;
import dev.recurrent.data.Place;
import dev.recurrent.layer.Stepper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Predicts after each step of music which notes come next, the state being carried from step to
 * step. A line is a step, as {@code [60, 64, 67]}; an empty one begins another piece.
 */
public final class NoteStreaming implements Streaming {
  private final Stepper stepper;
  private int piece;
  private int steps;

  /**
   * Waits for the first step, before which there is silence.
   *
   * @param stepper hears the keys of each step and gives a logit for each key; closed with this
   */
  public NoteStreaming(Stepper stepper) {
    this.stepper = stepper;
    beginPiece();
  }

  private void beginPiece() {
    piece++;
    steps = 0;
    stepper.reset();
    stepper.step(Piece.keys());
  }

  @Override
  public Optional<Outcome> answer(Place place, String line) throws IOException {
    if (line.isBlank()) {
      beginPiece();
      return Optional.empty();
    }
    return Optional.of(after(PianoRolls.step(place, line)));
  }

  private Outcome after(int[] pitches) {
    var logits = stepper.step(Piece.keys(pitches));
    var fields = new LinkedHashMap<String, Object>();
    fields.put("piece", piece);
    fields.put("step", ++steps);
    fields.put("next", NextNotes.likely(logits));
    return Outcome.of(fields);
  }

  @Override
  public void close() {
    stepper.close();
  }
}
