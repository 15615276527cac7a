package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.spi.Precision;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Losses;
import dev.recurrent.train.Sgd;
import dev.recurrent.train.TokenStreams;
import dev.recurrent.train.Training;
import java.io.IOException;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trains in other numbers than FP32. */
class PrecisionTrainingTest {
  private static final int VOCABULARY = 5;

  /** Predicts the next of five symbols; the loss is multiplied by a number. */
  private static final class Tiny extends Model {
    private final Embedding embedding = add("embedding", Embedding.of(VOCABULARY, 4));
    private final Recurrent recurrent = add("recurrent", Recurrent.of(Cells.LSTM, 4, 8));
    private final Dense output = add("output", Dense.of(8, VOCABULARY));
    private final float lossFactor;

    Tiny(float lossFactor) {
      this.lossFactor = lossFactor;
    }

    Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      var embedded = embedding.on(tape, batch.inputs());
      var logits = output.on(tape, recurrent.on(tape, embedded, state));
      return Losses.crossEntropy(logits, batch.targets()).times(lossFactor);
    }
  }

  private record Outcome(double loss, float[] parameters) {}

  private static Outcome train(Precision precision, float lossFactor, int updates)
      throws IOException {
    var text = new int[200];
    for (int i = 0; i < text.length; i++) {
      text[i] = i * i % VOCABULARY;
    }
    try (var backend = Emulation.open(precision);
        var model = new Tiny(lossFactor)) {
      model.build(backend, 3);
      var result =
          Training.of(model)
              .loss(model::loss)
              .optimizer(Sgd.withLearningRate(2 / lossFactor))
              .fit(TokenStreams.of(text, 4).windows(10), Budget.updates(updates));
      var all = new ArrayList<Float>();
      model.parameters().forEach(p -> addAll(all, p.toArray()));
      var values = new float[all.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = all.get(i);
      }
      return new Outcome(result.epochs().getLast().trainingLoss() / lossFactor, values);
    }
  }

  private static void addAll(ArrayList<Float> all, float[] values) {
    for (float value : values) {
      all.add(value);
    }
  }

  @ParameterizedTest
  @EnumSource
  void trainingLearnsInEveryPrecision(Precision precision) throws IOException {
    double loss = train(precision, 1, 60).loss;
    assertTrue(loss < 0.9, () -> "expected less than ln 5 = 1.61, got " + loss);
  }

  /** The products of the backward pass would be 0 in FP16, and the parameters stay as they were. */
  @Test
  void gradientsTooSmallForFp16AreSavedByTheScaleOfTheLoss() throws IOException {
    float tiny = 0x1p-20f;
    var before = train(Precision.FP16, tiny, 1).parameters;
    var wanted = train(Precision.FP32, tiny, 5).parameters;
    var got = train(Precision.FP16, tiny, 5).parameters;
    double moved = 0;
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], got[i], 0.01, "parameter " + i);
      moved = Math.max(moved, Math.abs(wanted[i] - before[i]));
    }
    assertTrue(moved > 0.1, "expected parameters that move, got at most " + moved);
  }
}
