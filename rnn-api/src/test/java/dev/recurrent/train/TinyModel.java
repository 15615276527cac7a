package dev.recurrent.train;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.SplittableRandom;

/** Is a character model of 7 symbols for the tests of training. */
final class TinyModel extends Model {
  static final int VOCABULARY = 7;

  final Embedding embedding = add("embedding", Embedding.of(VOCABULARY, 3));
  final Recurrent recurrent;
  final Dense output = add("output", Dense.of(5, VOCABULARY));

  TinyModel(CellDefinition cell, double dropout) {
    recurrent = add("recurrent", Recurrent.of(cell, 3, 5).layers(2).dropout(dropout));
  }

  Tensor logits(Tape tape, Sequences characters, RecurrentState state) {
    return output.on(tape, recurrent.on(tape, embedding.on(tape, characters), state));
  }

  Tensor loss(Tape tape, Batch batch, RecurrentState state) {
    return crossEntropy(logits(tape, batch.inputs(), state), batch.targets());
  }

  /** Returns a text in which each symbol depends on the two before, with a little noise. */
  static int[] text(int length, long seed) {
    var random = new SplittableRandom(seed);
    var text = new int[length];
    for (int i = 0; i < length; i++) {
      text[i] =
          i < 2 || random.nextInt(5) == 0
              ? random.nextInt(VOCABULARY)
              : (text[i - 1] + text[i - 2] + 1) % VOCABULARY;
    }
    return text;
  }
}
