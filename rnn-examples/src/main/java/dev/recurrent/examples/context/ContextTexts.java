package dev.recurrent.examples.context;

import dev.recurrent.examples.context.ContextGrammar.Part;
import dev.recurrent.examples.context.ContextText.Asked;
import dev.recurrent.tape.Sequences;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Batches;
import java.util.stream.IntStream;

/** Makes batches of texts, each text when it is asked for, and none twice but by chance. */
final class ContextTexts implements Batches {
  private final ContextGrammar grammar;
  private final Part part;
  private final Asked asked;
  private final Size size;

  /**
   * Says how many texts there are, and what they are drawn from.
   *
   * @param batches the number of batches
   * @param batch the texts of a batch
   */
  record Size(int batches, int batch, long seed) {}

  ContextTexts(ContextGrammar grammar, Part part, Asked asked, Size size) {
    this.grammar = grammar;
    this.part = part;
    this.asked = asked;
    this.size = size;
  }

  @Override
  public int count() {
    return size.batches;
  }

  @Override
  public Batch batch(int epoch, int index) {
    var texts =
        IntStream.range(0, size.batch)
            .mapToObj(i -> grammar.text(part, (long) index * size.batch + i, size.seed))
            .toList();
    return Batch.of(
        Sequences.ofTokens(texts.stream().map(ContextText::inputs).toList()),
        Sequences.ofTokens(texts.stream().map(text -> text.targets(asked)).toList()));
  }
}
