package dev.recurrent.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.decode.Hypothesis.Ending;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BeamSearchTest {
  private static final int VOCABULARY = 4;
  private static final int END = 2;

  /** A model whose logits depend on the whole sequence so far, and on the source. */
  private static final class Tree implements StepModel {
    private final long[] seeds;
    private long[] histories;
    private int steps;
    private int rowsRead;

    Tree(long... seeds) {
      this.seeds = seeds;
      this.histories = seeds.clone();
    }

    @Override
    public int[] startTokens() {
      return new int[seeds.length];
    }

    @Override
    public float[] step(int[] parents, int[] tokens) {
      var next = new long[parents.length];
      var logits = new float[parents.length * VOCABULARY];
      for (int r = 0; r < next.length; r++) {
        next[r] = histories[parents[r]] * 31 + tokens[r] + 1;
        var random = new SplittableRandom(next[r]);
        for (int v = 0; v < VOCABULARY; v++) {
          logits[r * VOCABULARY + v] = (float) (random.nextDouble() * 3);
        }
      }
      histories = next;
      steps++;
      rowsRead += next.length;
      return logits;
    }

    @Override
    public float[][] attention(int rows) {
      var weights = new float[rows][];
      for (int r = 0; r < rows; r++) {
        weights[r] = new float[] {histories[r]};
      }
      return weights;
    }
  }

  private record Scored(List<Integer> tokens, double logProbability, double score) {}

  /** Visits every sequence of at most a length. */
  private static List<Scored> all(long seed, int maximumLength, double alpha) {
    var found = new ArrayList<Scored>();
    visit(seed, List.of(0), 0, maximumLength, alpha, found);
    found.sort(Comparator.comparingDouble(Scored::score).reversed());
    return found;
  }

  private static void visit(
      long history,
      List<Integer> read,
      double logProbability,
      int left,
      double alpha,
      List<Scored> found) {
    if (left == 0) {
      found.add(scored(read.subList(1, read.size()), logProbability, read.size() - 1, alpha));
      return;
    }
    long next = history * 31 + read.getLast() + 1;
    var random = new SplittableRandom(next);
    var exponents = new double[VOCABULARY];
    double total = 0;
    for (int v = 0; v < VOCABULARY; v++) {
      exponents[v] = Math.exp((float) (random.nextDouble() * 3));
      total += exponents[v];
    }
    for (int v = 0; v < VOCABULARY; v++) {
      double sum = logProbability + Math.log(exponents[v] / total);
      if (v == END) {
        found.add(scored(read.subList(1, read.size()), sum, read.size(), alpha));
      } else {
        var longer = new ArrayList<>(read);
        longer.add(v);
        visit(next, longer, sum, left - 1, alpha, found);
      }
    }
  }

  private static Scored scored(List<Integer> tokens, double log, int length, double alpha) {
    return new Scored(List.copyOf(tokens), log, log / Math.pow((5 + length) / 6.0, alpha));
  }

  @Test
  void whatIsImpossibleIsNotWrittenByABeamLargerThanTheVocabulary() {
    var model =
        new StepModel() {
          @Override
          public int[] startTokens() {
            return new int[1];
          }

          @Override
          public float[] step(int[] parents, int[] tokens) {
            var logits = new float[tokens.length * VOCABULARY];
            for (int r = 0; r < tokens.length; r++) {
              logits[r * VOCABULARY + 1] = Float.NEGATIVE_INFINITY;
            }
            return logits;
          }
        };
    var found = search(10, 0).maximumLength(2).search(model).getFirst();
    // The end at once, and 0 or 3 before 0, the end, or 3.
    assertEquals(7, found.size());
    assertTrue(found.stream().noneMatch(hypothesis -> hypothesis.tokens().contains(1)));
  }

  /**
   * Of two sequences, 0 with 0.5 and 1 with 0.4, both may end, with 0.25 and 0.16 in all; between
   * these lies 0 0 with 0.2, of which then nothing is left above 0.05.
   */
  @Test
  void anEndThatIsNotAmongTheBestOfItsStepIsNoHypothesis() {
    var model =
        new StepModel() {
          private int length;

          @Override
          public int[] startTokens() {
            return new int[1];
          }

          @Override
          public float[] step(int[] parents, int[] tokens) {
            length++;
            var logits = new float[tokens.length * VOCABULARY];
            for (int row = 0; row < tokens.length; row++) {
              double[] next = {0.25, 0.25, 0.25, 0.25};
              if (length == 1) {
                next = new double[] {0.5, 0.4, 0.05, 0.05};
              } else if (length == 2) {
                next =
                    tokens[row] == 0
                        ? new double[] {0.4, 0.05, 0.5, 0.05}
                        : new double[] {0.3, 0.2, 0.4, 0.1};
              }
              for (int token = 0; token < VOCABULARY; token++) {
                logits[row * VOCABULARY + token] = (float) Math.log(next[token]);
              }
            }
            return logits;
          }
        };
    var found = search(2, 0).maximumLength(3).search(model).getFirst();
    assertEquals(
        List.of(List.of(0), List.of(0, 0, 0)), found.stream().map(Hypothesis::tokens).toList());
    assertEquals(Math.log(0.25), found.getFirst().logProbability(), 1e-6);
    assertEquals(Math.log(0.05), found.getLast().logProbability(), 1e-6);
  }

  private static BeamSearch search(int width, double alpha) {
    return BeamSearch.width(width).lengthPenalty(alpha).maximumLength(4).endToken(END);
  }

  @Test
  void aBeamAsWideAsTheTreeFindsAllSequencesInTheirOrder() {
    for (double alpha : new double[] {0, 0.6, 1}) {
      for (long seed = 1; seed < 6; seed++) {
        var want = all(seed, 4, alpha);
        var got = search(500, alpha).search(new Tree(seed)).getFirst();
        assertEquals(want.size(), got.size());
        for (int i = 0; i < want.size(); i++) {
          assertEquals(want.get(i).tokens(), got.get(i).tokens());
          assertEquals(want.get(i).logProbability(), got.get(i).logProbability(), 1e-5);
          assertEquals(want.get(i).score(), got.get(i).score(), 1e-5);
        }
      }
    }
  }

  @Test
  void aWidthOfOneIsGreedy() {
    for (long seed = 1; seed < 20; seed++) {
      var model = new Tree(seed);
      var want = new ArrayList<Integer>();
      int token = 0;
      for (int t = 0; t < 4; t++) {
        var logits = model.step(new int[] {0}, new int[] {token});
        token = 0;
        for (int v = 1; v < VOCABULARY; v++) {
          token = logits[v] > logits[token] ? v : token;
        }
        if (token == END) {
          break;
        }
        want.add(token);
      }
      assertEquals(want, search(1, 0.6).best(new Tree(seed)).getFirst().tokens());
    }
  }

  @Test
  void hypothesesAreDistinctAndSortedAndTheBestOfAWiderBeamIsNoWorseThanGreedys() {
    for (long seed = 1; seed < 20; seed++) {
      var greedy = search(1, 0).best(new Tree(seed)).getFirst();
      var found = search(5, 0).search(new Tree(seed)).getFirst();
      assertTrue(found.size() <= 5);
      assertEquals(
          found.size(), new HashSet<>(found.stream().map(Hypothesis::tokens).toList()).size());
      for (int i = 1; i < found.size(); i++) {
        assertTrue(found.get(i - 1).score() >= found.get(i).score());
      }
      for (var hypothesis : found) {
        assertTrue(hypothesis.logProbability() < 0);
        assertTrue(hypothesis.ending() == Ending.END_TOKEN || hypothesis.tokens().size() == 4);
        assertEquals(hypothesis.tokens().size(), hypothesis.attention().size());
      }
      assertTrue(all(seed, 4, 0).getFirst().score() >= found.getFirst().score() - 1e-5);
      if (found.stream().anyMatch(h -> h.tokens().equals(greedy.tokens()))) {
        assertTrue(found.getFirst().score() >= greedy.score());
      }
    }
  }

  @Test
  void aProbableSequenceIsNotLostToShorterOnesThatEndFirst() {
    // 0 0 0 0 END with probability 0.9, or else END at any step.
    StepModel model =
        new StepModel() {
          private int length;

          @Override
          public int[] startTokens() {
            return new int[] {0};
          }

          @Override
          public float[] step(int[] parents, int[] tokens) {
            var logits = new float[parents.length * VOCABULARY];
            java.util.Arrays.fill(logits, -30);
            for (int row = 0; row < parents.length; row++) {
              boolean ends = length == 4;
              logits[row * VOCABULARY] = ends ? -30 : (float) Math.log(0.974);
              logits[row * VOCABULARY + END] = ends ? 0 : (float) Math.log(0.026);
            }
            length++;
            return logits;
          }
        };
    var found = BeamSearch.width(3).endToken(END).maximumLength(9).search(model).getFirst();
    assertEquals(List.of(0, 0, 0, 0), found.getFirst().tokens());
    assertEquals(Math.log(0.9), found.getFirst().logProbability(), 1e-3);
    assertEquals(3, found.size());
  }

  @Test
  void sourcesDoNotDependOnEachOther() {
    var together = search(3, 0.6).search(new Tree(5, 9, 7, 5));
    for (int i = 0; i < 4; i++) {
      var alone = search(3, 0.6).search(new Tree(new long[] {5, 9, 7, 5}[i])).getFirst();
      var withOthers = together.get(i);
      assertEquals(alone.size(), withOthers.size());
      for (int h = 0; h < alone.size(); h++) {
        assertEquals(alone.get(h).tokens(), withOthers.get(h).tokens());
        assertEquals(alone.get(h).score(), withOthers.get(h).score());
      }
    }
    assertTrue(search(3, 0).search(new Tree()).isEmpty());
  }

  @Test
  void attentionIsThatOfTheStepsOfTheHypothesis() {
    for (var hypothesis : search(4, 0).search(new Tree(3)).getFirst()) {
      long history = 3;
      int before = 0;
      for (int t = 0; t < hypothesis.tokens().size(); t++) {
        history = history * 31 + before + 1;
        assertEquals((float) history, hypothesis.attentionMatrix()[t][0]);
        before = hypothesis.tokens().get(t);
      }
    }
  }

  @Test
  void equalProbabilitiesGoByIndex() {
    StepModel even =
        new StepModel() {
          @Override
          public int[] startTokens() {
            return new int[] {0};
          }

          @Override
          public float[] step(int[] parents, int[] tokens) {
            return new float[parents.length * VOCABULARY];
          }
        };
    var found = BeamSearch.width(3).maximumLength(2).search(even).getFirst();
    assertEquals(
        List.of(List.of(0, 0), List.of(0, 1), List.of(0, 2)),
        found.stream().map(Hypothesis::tokens).toList());
    assertEquals(Ending.CUT_OFF, found.getFirst().ending());
    assertEquals(0, found.getFirst().attentionMatrix()[1].length);
  }

  @Test
  void sourcesThatAreDoneCostNothing() {
    var model = new Tree(1, 2, 3, 4, 5, 6, 7, 8);
    search(1, 0).search(model);
    assertTrue(model.steps <= 4);
    assertTrue(model.rowsRead < 8 * model.steps, model.rowsRead + " rows");
  }

  @Test
  void whatIsNotANumberIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> BeamSearch.width(0));
    assertThrows(IllegalArgumentException.class, () -> BeamSearch.width(1).maximumLength(0));
    assertThrows(
        IllegalArgumentException.class, () -> BeamSearch.width(1).lengthPenalty(Double.NaN));
    assertThrows(IllegalStateException.class, () -> BeamSearch.greedy().best(constant(Float.NaN)));
    assertThrows(
        IllegalStateException.class,
        () -> Sampling.temperature(1, 1).sample(constant(Float.POSITIVE_INFINITY)));
    assertThrows(IllegalArgumentException.class, () -> Sampling.temperature(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> Sampling.temperature(1, 1).maximumLength(0));
  }

  private static StepModel constant(float... logits) {
    return new StepModel() {
      @Override
      public int[] startTokens() {
        return new int[] {0};
      }

      @Override
      public float[] step(int[] parents, int[] tokens) {
        return logits.clone();
      }
    };
  }

  @Test
  void samplesComeAsOftenAsTheirProbabilitySays() {
    var wanted = all(3, 4, 0);
    int draws = 20_000;
    var seeds = new long[draws];
    java.util.Arrays.fill(seeds, 3);
    var sampling = Sampling.temperature(1, 17).maximumLength(4).endToken(END);
    var drawn = sampling.sample(new Tree(seeds));
    for (var want : wanted.subList(0, 5)) {
      double probability = Math.exp(want.logProbability());
      var same = drawn.stream().filter(h -> h.tokens().equals(want.tokens())).toList();
      double deviation = Math.sqrt(probability * (1 - probability) / draws);
      assertEquals(probability, same.size() / (double) draws, 5 * deviation);
      assertEquals(want.logProbability(), same.getFirst().logProbability(), 1e-5);
    }
  }

  @Test
  void temperatureZeroTakesTheMostProbableTokenAndTheFirstOfEqualOnes() {
    var seeds = new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    assertEquals(
        search(1, 0).best(new Tree(seeds)).stream().map(Hypothesis::tokens).toList(),
        Sampling.temperature(0, 5).maximumLength(4).endToken(END).sample(new Tree(seeds)).stream()
            .map(Hypothesis::tokens)
            .toList());
    var first = Sampling.temperature(0, 1).maximumLength(2).sample(constant(0, 2, 2)).getFirst();
    assertEquals(List.of(1, 1), first.tokens());
  }

  @Test
  void listenerHearsEachTokenAndMayEndASequence() {
    var seeds = new long[] {1, 2, 3};
    var sampling = Sampling.temperature(1, 5).maximumLength(4).endToken(END);
    var heard = new ArrayList<List<Integer>>();
    for (var _ : seeds) {
      heard.add(new ArrayList<>());
    }
    var whole =
        sampling.sample(
            new Tree(seeds), (source, token) -> token == END || heard.get(source).add(token));
    assertEquals(whole.stream().map(Hypothesis::tokens).toList(), heard);
    var cut = sampling.sample(new Tree(seeds), (source, token) -> source != 1);
    assertEquals(whole.getFirst().tokens(), cut.getFirst().tokens());
    assertEquals(whole.get(1).tokens().subList(0, 1), cut.get(1).tokens());
  }

  @Test
  void temperatureSharpensAndSeedsDecide() {
    var seeds = new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    var cold = Sampling.temperature(1e-3, 5).maximumLength(4).endToken(END);
    assertEquals(
        search(1, 0).best(new Tree(seeds)).stream().map(Hypothesis::tokens).toList(),
        cold.sample(new Tree(seeds)).stream().map(Hypothesis::tokens).toList());
    var warm = Sampling.temperature(2, 5).maximumLength(4).endToken(END);
    var once = warm.sample(new Tree(seeds)).stream().map(Hypothesis::tokens).toList();
    assertEquals(once, warm.sample(new Tree(seeds)).stream().map(Hypothesis::tokens).toList());
    assertEquals(once.getFirst(), warm.sample(new Tree(1)).getFirst().tokens());
    var other = Sampling.temperature(2, 6).maximumLength(4).endToken(END);
    assertNotEquals(once, other.sample(new Tree(seeds)).stream().map(Hypothesis::tokens).toList());
  }

  @Test
  void hypothesisTellsWhereItLookedMost() {
    var attention =
        List.of(
            new float[] {0.2f, 0.4f, 0.4f}, new float[] {1}, new float[] {}, new float[] {0, 0});
    var hypothesis = new Hypothesis(List.of(5, 6, 7, 8), Ending.CUT_OFF, -1, -1, attention);
    assertEquals(1, hypothesis.attendedMost(0));
    assertEquals(0, hypothesis.attendedMost(1));
    assertEquals(-1, hypothesis.attendedMost(2));
    assertEquals(0, hypothesis.attendedMost(3));
  }
}
