package dev.recurrent.examples.harness;

import dev.recurrent.decode.BeamSearch;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.layer.Attention;
import dev.recurrent.layer.AttentionDecoder;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options of tasks that write a sequence of their own length, word by word. */
public final class DecoderOptions {
  @Option(
      names = "--attention",
      paramLabel = "SCORE",
      order = 41,
      defaultValue = "general",
      description = "Score of attention: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
  private Score attention = Score.GENERAL;

  @Option(
      names = "--input-feeding",
      order = 42,
      description = "Feed what was attended to into the next step: slower, step by step.")
  private boolean inputFeeding;

  @Option(
      names = "--teacher-forcing",
      paramLabel = "P",
      order = 43,
      defaultValue = "1",
      converter = Numbers.Share.class,
      description =
          "Probability that a step of training reads the true word before it and not its own"
              + " (scheduled sampling); below 1 is slower. Default: ${DEFAULT-VALUE}")
  private double teacherForcing = 1;

  @Option(
      names = "--label-smoothing",
      paramLabel = "P",
      order = 44,
      defaultValue = "0.1",
      converter = Numbers.Rate.class,
      description = "Share of a target that goes to all words. Default: ${DEFAULT-VALUE}")
  private double labelSmoothing = 0.1;

  @Option(
      names = "--beam",
      paramLabel = "N",
      order = 45,
      defaultValue = "4",
      converter = Numbers.AtLeastOne.class,
      description = "Sequences kept while the best is looked for; 1 is greedy. Default: 4")
  private int beam = 4;

  @Option(
      names = "--length-penalty",
      paramLabel = "X",
      order = 46,
      defaultValue = "0.6",
      converter = Numbers.NotNegative.class,
      description = "Above 0 favours longer sequences. Default: ${DEFAULT-VALUE}")
  private double lengthPenalty = 0.6;

  private enum Score {
    NONE,
    DOT,
    GENERAL,
    ADDITIVE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns the name of the attention's score, or {@code none}. */
  public String attention() {
    return attention.toString();
  }

  /** Tells whether there is an attention. */
  public boolean attends() {
    return attention != Score.NONE;
  }

  /** Tells whether what was attended to is fed into the next step. */
  public boolean feedsInput() {
    return inputFeeding;
  }

  /**
   * Returns the hidden size of each direction of a bidirectional encoder: that of the decoder, or
   * half of it (rounded up) for a dot product, which is of vectors of one size.
   */
  public int encoderSize(int hidden) {
    return attention == Score.DOT ? Math.ceilDiv(hidden, 2) : hidden;
  }

  /** Returns the hidden size of the decoder: that of the settings, even for a dot product. */
  public int decoderSize(int hidden) {
    return attention == Score.DOT ? 2 * encoderSize(hidden) : hidden;
  }

  /**
   * Gives a decoder its attention.
   *
   * @param size of the inner vectors of an additive score
   */
  public AttentionDecoder attending(AttentionDecoder plain, int size) {
    var decoder =
        switch (attention) {
          case NONE -> plain;
          case DOT -> plain.attention(Attention.dot().scaled());
          case GENERAL -> plain.attention(Attention.general().scaled());
          case ADDITIVE -> plain.attention(Attention.additive(size));
        };
    return inputFeeding ? decoder.inputFeeding() : decoder;
  }

  /** Returns the probability of a true word in training. */
  public double teacherForcing() {
    return teacherForcing;
  }

  /** Returns the share of a target that goes to all words. */
  public double labelSmoothing() {
    return labelSmoothing;
  }

  /** Returns the search for the best sequence of at most so many tokens. */
  public BeamSearch search(int endToken, int maximumLength) {
    return new BeamSearch(beam, lengthPenalty, maximumLength, endToken);
  }
}
