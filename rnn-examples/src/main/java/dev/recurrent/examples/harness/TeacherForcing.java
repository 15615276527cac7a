package dev.recurrent.examples.harness;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.tape.Sequences;
import dev.recurrent.train.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes batches in which each token is to be said from the right ones before it. */
public final class TeacherForcing {
  private TeacherForcing() {}

  /**
   * Makes a batch of texts: inputs are {@link Vocabulary#BEGIN} and the tokens, targets the tokens
   * and {@link Vocabulary#END}.
   */
  public static Batch batch(Vocabulary vocabulary, List<List<String>> texts) {
    var inputs = new ArrayList<int[]>();
    var targets = new ArrayList<int[]>();
    for (var text : texts) {
      var tokens = vocabulary.encode(text);
      var before = new int[tokens.length + 1];
      before[0] = vocabulary.index(Vocabulary.BEGIN);
      System.arraycopy(tokens, 0, before, 1, tokens.length);
      var after = Arrays.copyOf(tokens, tokens.length + 1);
      after[tokens.length] = vocabulary.index(Vocabulary.END);
      inputs.add(before);
      targets.add(after);
    }
    return Batch.of(Sequences.ofTokens(inputs), Sequences.ofTokens(targets));
  }
}
