package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenDropoutTest {
  private static final Sequences TOKENS =
      Sequences.ofTokens(
          List.of(IntStream.range(1, 3001).toArray(), IntStream.range(3001, 4001).toArray()));

  private static int[] trained(long seed, double rate, Sequences tokens) {
    try (var backend = new ReferenceBackend();
        var tape = Tape.training(backend, seed)) {
      return TokenDropout.of(rate, 0).on(tape, tokens).packedTokens();
    }
  }

  @Test
  void replacesTheShareThatTheRateSays() {
    var out = trained(1, 0.3, TOKENS);
    long replaced = Arrays.stream(out).filter(token -> token == 0).count();
    assertEquals(0.3 * 4000, replaced, 4 * Math.sqrt(4000 * 0.3 * 0.7));
    for (int row = 0; row < out.length; row++) {
      assertEquals(out[row] == 0 ? 0 : TOKENS.packedTokens()[row], out[row]);
    }
  }

  @Test
  void drawsByTheSeedOfTheTape() {
    assertArrayEquals(trained(1, 0.3, TOKENS), trained(1, 0.3, TOKENS));
    assertFalse(Arrays.equals(trained(1, 0.3, TOKENS), trained(2, 0.3, TOKENS)));
  }

  @Test
  void leavesIgnoredTokensAsTheyAre() {
    var ignored = Sequences.ofTokens(List.of(new int[] {-1, -100, -1, -7, -7, -7}));
    assertArrayEquals(ignored.packedTokens(), trained(1, 0.9, ignored));
  }

  @Test
  void doesNothingOutsideTraining() {
    try (var backend = new ReferenceBackend();
        var evaluation = Tape.evaluation(backend);
        var inference = Tape.inference(backend)) {
      assertSame(TOKENS, TokenDropout.of(0.9, 0).on(evaluation, TOKENS));
      assertSame(TOKENS, TokenDropout.of(0.9, 0).on(inference, TOKENS));
    }
  }
}
