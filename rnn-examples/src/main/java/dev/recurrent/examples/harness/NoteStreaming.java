package dev.recurrent.examples.harness;

import dev.recurrent.data.PianoRolls;
import dev.recurrent.data.Place;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.Stepper;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Predicts after each step of music which notes come next, the state being carried from step to
 * step. A line is a step, as {@code [60, 64, 67]}; an empty one begins another piece.
 */
public final class NoteStreaming implements Streaming {
  private final Dense output;
  private final Stepper stepper;
  private final Tape tape;
  private int piece;
  private int steps;

  /**
   * Waits for the first step, before which there is silence.
   *
   * @param recurrent hears the keys of each step; of one direction
   * @param output gives a logit for each key
   */
  public NoteStreaming(Recurrent recurrent, Dense output) {
    this.output = output;
    stepper = recurrent.stepper();
    tape = Tape.inference(recurrent.backend());
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
    var heard = stepper.step(Piece.keys(pitches));
    tape.reset(Mode.INFERENCE, 0);
    var logits = output.on(tape, tape.constant(heard, 1, heard.length)).toArray();
    var fields = new LinkedHashMap<String, Object>();
    fields.put("piece", piece);
    fields.put("step", ++steps);
    fields.put("next", NextNotes.likely(logits));
    return Outcome.of(fields);
  }

  @Override
  public void close() {
    tape.close();
    stepper.close();
  }
}
