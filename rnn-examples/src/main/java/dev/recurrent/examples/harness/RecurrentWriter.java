package dev.recurrent.examples.harness;

import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.decode.RecurrentSteps;
import dev.recurrent.decode.Sampling;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Writes texts with a recurrent language model, from known tokens only.
 *
 * @param recurrent the layer whose states remember what was written
 * @param around how tokens enter it and leave it
 * @param vocabulary with {@link Vocabulary#BEGIN}, {@link Vocabulary#END} and {@link
 *     Vocabulary#UNKNOWN}
 * @param tokenizer cuts a beginning, and joins what was written
 */
public record RecurrentWriter(
    Recurrent recurrent, DecoderVocabulary around, Vocabulary vocabulary, Tokenizer tokenizer)
    implements SentenceWriter {
  private static final float IMPOSSIBLE = -1e9f; // as a logit

  @Override
  public List<String> write(String beginning, int count, double temperature, long seed) {
    var given = tokenizer.tokens(beginning);
    var read = new int[given.size() + 1];
    read[0] = vocabulary.index(Vocabulary.BEGIN);
    System.arraycopy(vocabulary.encode(given), 0, read, 1, given.size());
    var before = Arrays.copyOf(read, given.size());
    var last = new int[count];
    Arrays.fill(last, read[given.size()]);
    int end = vocabulary.index(Vocabulary.END);
    try (var tape = Tape.inference(recurrent.backend())) {
      var sequences = Sequences.ofTokens(Collections.nCopies(count, before));
      var states = recurrent.run(tape, around.embed(tape, sequences), List.of()).finalStates();
      try (var steps = RecurrentSteps.of(recurrent, states, new Known(), last)) {
        var written = Sampling.temperature(temperature, seed).endToken(end).sample(steps);
        return written.stream().map(h -> text(given, h.toArray())).toList();
      }
    }
  }

  private String text(List<String> given, int[] written) {
    var all = new ArrayList<>(given);
    all.addAll(vocabulary.decode(written));
    return tokenizer.join(all);
  }

  private final class Known implements DecoderVocabulary {
    private final float[] bias = new float[vocabulary.size()];

    Known() {
      bias[vocabulary.index(Vocabulary.UNKNOWN)] = IMPOSSIBLE;
      bias[vocabulary.index(Vocabulary.BEGIN)] = IMPOSSIBLE;
    }

    @Override
    public Tensor embed(Tape tape, Sequences tokens) {
      return around.embed(tape, tokens);
    }

    @Override
    public Tensor logits(Tape tape, Tensor output) {
      return around.logits(tape, output).plusRow(tape.constant(bias, 1, bias.length));
    }
  }
}
