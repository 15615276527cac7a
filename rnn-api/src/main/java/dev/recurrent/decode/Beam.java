package dev.recurrent.decode;

import dev.recurrent.decode.Hypothesis.Ending;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Holds the sequences that a {@link BeamSearch} writes for one source. */
final class Beam {
  private static final Comparator<Hypothesis> BEST_FIRST =
      Comparator.comparingDouble(Hypothesis::score).reversed();

  private final BeamSearch search;
  private final List<Hypothesis> ended = new ArrayList<>();
  private List<Path> running;
  private int length;

  private record Candidate(int rank, int token, double logProbability) {
    static final Comparator<Candidate> BEST_FIRST =
        Comparator.comparingDouble(Candidate::logProbability)
            .reversed()
            .thenComparingInt(Candidate::rank)
            .thenComparingInt(Candidate::token);
  }

  Beam(BeamSearch search, Path start) {
    this.search = search;
    this.running = List.of(start);
  }

  /** Returns the sequences that go on, the most probable first. */
  List<Path> running() {
    return running;
  }

  /**
   * Continues all sequences by one token.
   *
   * @param logits those of the running sequences are in rows {@code first} on
   * @param attention the weights of each running sequence
   */
  void advance(LogitRows logits, List<float[]> attention, int first) {
    length++;
    var candidates = candidates(logits, first);
    var next = new ArrayList<Path>();
    for (int i = 0; i < candidates.size() && next.size() < search.width(); i++) {
      var c = candidates.get(i);
      var path =
          new Path(
              running.get(c.rank),
              c.token,
              first + c.rank,
              c.logProbability,
              attention.get(c.rank));
      if (c.token != search.endToken()) {
        next.add(path);
      } else if (i < search.width()) {
        end(path, Ending.END_TOKEN);
      }
    }
    running = isDone(next) ? List.of() : next;
  }

  /** Tells whether enough have ended, and no sequence that goes on is better than these now. */
  private boolean isDone(List<Path> next) {
    if (ended.size() < search.width() || next.isEmpty()) {
      return next.isEmpty();
    }
    double worst =
        ended.stream()
            .sorted(BEST_FIRST)
            .skip(search.width() - 1)
            .findFirst()
            .orElseThrow()
            .score();
    return worst >= search.score(next.getFirst().logProbability(), length);
  }

  /** Returns the hypotheses, the best first. */
  List<Hypothesis> finish() {
    running.forEach(path -> end(path, Ending.CUT_OFF));
    running = List.of();
    return ended.stream().sorted(BEST_FIRST).limit(search.width()).toList();
  }

  /**
   * Returns the best continuations: twice the width, so that {@code width} go on though as many
   * end.
   */
  private List<Candidate> candidates(LogitRows logits, int first) {
    int count = Math.multiplyExact(2, search.width());
    var candidates = new ArrayList<Candidate>();
    for (int rank = 0; rank < running.size(); rank++) {
      double before = running.get(rank).logProbability();
      double total = logits.logSumExp(first + rank, 1);
      for (int token : logits.largest(first + rank, count)) {
        float logit = logits.get(first + rank, token);
        if (logit > Float.NEGATIVE_INFINITY) {
          candidates.add(new Candidate(rank, token, before + logit - total));
        }
      }
    }
    candidates.sort(Candidate.BEST_FIRST);
    return candidates.subList(0, Math.min(count, candidates.size()));
  }

  private void end(Path path, Ending ending) {
    ended.add(path.end(ending, search.score(path.logProbability(), length)));
  }
}
