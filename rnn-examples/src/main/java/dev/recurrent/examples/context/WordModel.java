package dev.recurrent.examples.context;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;

/** Says the next word: an embedding, one recurrent layer, and the logits of all words. */
final class WordModel extends Model {
  private final Embedding embedding;
  private final Recurrent recurrent;
  private final Dense output;

  WordModel(CellDefinition cell, int hidden) {
    int vocabulary = ContextGrammar.VOCABULARY.size();
    embedding = add("embedding", Embedding.of(vocabulary, ContextTraining.EMBEDDING));
    recurrent = add("recurrent", Recurrent.of(cell, ContextTraining.EMBEDDING, hidden));
    output = add("output", Dense.of(recurrent.outputSize(), vocabulary));
  }

  /** Computes the logits of the word after each, {@code [N, V]}. */
  Tensor logits(Tape tape, Batch batch, RecurrentState state) {
    return output.on(tape, recurrent.on(tape, embedding.on(tape, batch.inputs()), state));
  }

  /** Computes the mean cross entropy of the words to be said. */
  Tensor loss(Tape tape, Batch batch, RecurrentState state) {
    return crossEntropy(logits(tape, batch, state), batch.targets());
  }
}
