package dev.recurrent.examples.context;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.examples.context.ContextGrammar.Part;
import dev.recurrent.examples.context.ContextText.Asked;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Tape;
import dev.recurrent.train.Adam;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Metrics;
import dev.recurrent.train.Training;
import java.io.IOException;

/**
 * Trains a word model on texts of one gap, and measures how often it says the right word in texts
 * that it has not seen.
 *
 * @param hidden the units of the recurrent layer
 * @param updates the updates, each by a batch of texts of their own
 * @param seed decides the weights and the texts
 */
public record ContextTraining(int hidden, int updates, long seed) {
  /** Texts in a batch: each pair of a far and a near word once. */
  public static final int BATCH = ContextGrammar.CLASSES * ContextGrammar.CLASSES;

  /** The size of a word's vector. */
  public static final int EMBEDDING = 32;

  /** Adam's learning rate. */
  public static final double LEARNING_RATE = 0.003;

  /** The norm to which gradients are clipped. */
  public static final double CLIP = 1;

  /** Batches to test on. */
  public static final int TEST_BATCHES = 8;

  /** Is the share of texts in which the near word and the far word are right. */
  public record Accuracy(double near, double far) {}

  /**
   * Trains and measures.
   *
   * @throws dev.recurrent.train.DivergedException if the training does
   */
  public Accuracy run(Backend backend, CellDefinition cell, int gap) throws IOException {
    var grammar = new ContextGrammar(gap);
    try (var model = new WordModel(cell, hidden)) {
      model.build(backend, seed);
      Training.of(model)
          .loss(model::loss)
          .optimizer(Adam.withLearningRate(LEARNING_RATE))
          .clipGradientNorm(CLIP)
          .fit(
              new ContextTexts(
                  grammar, Part.TRAINING, Asked.BOTH, new ContextTexts.Size(updates, BATCH, seed)),
              Budget.epochs(1));
      return new Accuracy(
          accuracy(backend, model, test(grammar, Asked.NEAR)),
          accuracy(backend, model, test(grammar, Asked.FAR)));
    }
  }

  private ContextTexts test(ContextGrammar grammar, Asked asked) {
    return new ContextTexts(
        grammar, Part.TEST, asked, new ContextTexts.Size(TEST_BATCHES, BATCH, seed));
  }

  private static double accuracy(Backend backend, WordModel model, ContextTexts texts) {
    try (var tape = Tape.inference(backend)) {
      return Metrics.evaluate(tape, texts, Metrics.accuracy(model::logits), model::loss);
    }
  }
}
