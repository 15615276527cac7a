package dev.recurrent.layer;

import dev.recurrent.spi.RandomBits;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a decoder over target sequences step by step, on the rows that are still running: for what a
 * fused kernel cannot do, since an output of a step enters the next one's input.
 */
final class DecoderLoop {
  private final AttentionDecoder decoder;
  private final Tape tape;
  private final SequenceLayout layout;

  /** Gives the input of a step. */
  private interface Feed {
    /** Returns {@code [rows, input]}; before is the output of the step before, null at first. */
    Tensor at(int step, int rows, @Nullable Tensor before);
  }

  DecoderLoop(AttentionDecoder decoder, Tape tape, SequenceLayout layout) {
    this.decoder = decoder;
    this.tape = tape;
    this.layout = layout;
  }

  /** Reads the given inputs, {@code [N, input]}. */
  DecoderResult run(DecoderState start, Tensor x) {
    return run(start, (t, rows, before) -> x.sliceRows(layout.rowStart(t), rows));
  }

  /** Reads the given tokens, or its own. */
  DecoderResult run(DecoderState start, Sequences tokens, DecoderFeedback feedback) {
    long seed = tape.nextSeed();
    return run(
        start,
        (t, rows, before) -> {
          var read =
              java.util.Arrays.copyOfRange(
                  tokens.packedTokens(), layout.rowStart(t), layout.rowStart(t) + rows);
          if (before != null) {
            replace(read, t, seed, before, feedback);
          }
          return feedback.vocabulary().embed(tape, Sequences.timeMajor(read, 1, rows));
        });
  }

  private void replace(int[] read, int t, long seed, Tensor before, DecoderFeedback feedback) {
    float[] logits = null;
    for (int i = 0; i < read.length; i++) {
      int row = RandomBits.hash(layout.originalIndex(i)) + t;
      float draw = RandomBits.uniform(RandomBits.rowKey(seed, row), 0);
      if (draw >= feedback.teacherForcing()) {
        if (logits == null) {
          logits = feedback.vocabulary().logits(tape, before).toArray();
        }
        read[i] = largest(logits, i, logits.length / before.rows());
      }
    }
  }

  private static int largest(float[] logits, int row, int vocabulary) {
    int largest = 0;
    for (int token = 1; token < vocabulary; token++) {
      if (logits[row * vocabulary + token] > logits[row * vocabulary + largest]) {
        largest = token;
      }
    }
    return largest;
  }

  private DecoderResult run(DecoderState start, Feed feed) {
    var state = start;
    if (!layout.isSorted()) {
      state = state.rows(layout.order().stream().mapToInt(Integer::intValue).toArray());
    }
    var outputs = new ArrayList<Tensor>();
    var weights = new ArrayList<AttentionWeights>();
    for (int t = 0; t < layout.steps(); t++) {
      int rows = layout.batchSize(t);
      var before = outputs.isEmpty() ? null : outputs.getLast();
      var step = decoder.step(tape, state.first(rows), feed.at(t, rows, before));
      state = step.next();
      outputs.add(step.output());
      if (decoder.attends()) {
        weights.add(Objects.requireNonNull(step.weights()));
      }
    }
    return new DecoderResult(
        pack(outputs), decoder.attends() ? AttentionWeights.ofSteps(layout, weights) : null);
  }

  /** Puts the rows of all steps below each other. */
  private Tensor pack(List<Tensor> steps) {
    var packed = tape.tensor(layout.totalRows(), decoder.outputSize(), layout);
    for (int t = 0; t < steps.size(); t++) {
      tape.ops().copy(steps.get(t).value(), ofStep(packed.value(), t));
    }
    return tape.record(
        packed,
        steps,
        () -> {
          for (int t = 0; t < steps.size(); t++) {
            var d = ofStep(packed.gradient(), t);
            steps.get(t).contribute(target -> tape.ops().copy(d, target));
          }
        });
  }

  private dev.recurrent.spi.Matrix ofStep(dev.recurrent.spi.Matrix packed, int t) {
    return packed.rows(layout.rowStart(t), layout.batchSize(t));
  }
}
