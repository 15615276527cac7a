package dev.recurrent.examples.harness;

import dev.recurrent.train.Adam;
import dev.recurrent.train.AdamW;
import dev.recurrent.train.Optimizer;

/**
 * Says how large a model is and how it is trained.
 *
 * @param cell the name of a cell of the catalogue, {@link #NO_CELL}, or what the task has besides
 * @param embed the size of a token's vector; 0 for a task without tokens
 * @param dropout the rate between layers
 * @param batch the sequences of a mini-batch
 * @param epochs at most so many passes through the data
 * @param learningRate of Adam
 * @param clip the limit of the gradient's norm
 * @param weightDecay of AdamW; 0 for Adam
 * @param patience the validations in a row without a new best one after which training ends
 * @param decay of the learning rate
 */
public record Settings(
    String cell,
    int hidden,
    int layers,
    int embed,
    double dropout,
    int batch,
    int epochs,
    double learningRate,
    double clip,
    double weightDecay,
    int patience,
    Decay decay) {

  /** Stands for a network without a recurrent layer. */
  public static final String NO_CELL = "none";

  /** Returns the optimizer that they describe. */
  Optimizer optimizer() {
    return weightDecay == 0
        ? Adam.withLearningRate(learningRate)
        : AdamW.withLearningRate(learningRate).withWeightDecay(weightDecay);
  }

  /** Returns settings with one layer and what works for many tasks. */
  public static Settings of(String cell, int hidden) {
    return new Settings(cell, hidden, 1, 0, 0, 64, 10, 1e-3, 5, 0, 3, Decay.NONE);
  }

  /** Returns the same with another hidden size. */
  public Settings hidden(int size) {
    return new Settings(
        cell,
        size,
        layers,
        embed,
        dropout,
        batch,
        epochs,
        learningRate,
        clip,
        weightDecay,
        patience,
        decay);
  }

  /** Returns the same with another number of layers. */
  public Settings layers(int count) {
    return new Settings(
        cell,
        hidden,
        count,
        embed,
        dropout,
        batch,
        epochs,
        learningRate,
        clip,
        weightDecay,
        patience,
        decay);
  }

  /** Returns the same with another size of a token's vector. */
  public Settings embed(int size) {
    return new Settings(
        cell,
        hidden,
        layers,
        size,
        dropout,
        batch,
        epochs,
        learningRate,
        clip,
        weightDecay,
        patience,
        decay);
  }

  /** Returns the same with another rate of dropout. */
  public Settings dropout(double rate) {
    return new Settings(
        cell,
        hidden,
        layers,
        embed,
        rate,
        batch,
        epochs,
        learningRate,
        clip,
        weightDecay,
        patience,
        decay);
  }

  /** Returns the same with another size of a mini-batch. */
  public Settings batch(int size) {
    return new Settings(
        cell,
        hidden,
        layers,
        embed,
        dropout,
        size,
        epochs,
        learningRate,
        clip,
        weightDecay,
        patience,
        decay);
  }

  /** Returns the same with another number of epochs and patience. */
  public Settings epochs(int count, int newPatience) {
    return new Settings(
        cell,
        hidden,
        layers,
        embed,
        dropout,
        batch,
        count,
        learningRate,
        clip,
        weightDecay,
        newPatience,
        decay);
  }

  /** Returns the same with another learning rate and limit of the gradient's norm. */
  public Settings learning(double rate, double limit) {
    return new Settings(
        cell,
        hidden,
        layers,
        embed,
        dropout,
        batch,
        epochs,
        rate,
        limit,
        weightDecay,
        patience,
        decay);
  }

  /** Returns the same with another weight decay. */
  public Settings weightDecay(double rate) {
    return new Settings(
        cell,
        hidden,
        layers,
        embed,
        dropout,
        batch,
        epochs,
        learningRate,
        clip,
        rate,
        patience,
        decay);
  }

  /** Returns the same with another decay of the learning rate. */
  public Settings decay(Decay course) {
    return new Settings(
        cell,
        hidden,
        layers,
        embed,
        dropout,
        batch,
        epochs,
        learningRate,
        clip,
        weightDecay,
        patience,
        course);
  }

  @Override
  public String toString() {
    return "--cell "
        + cell
        + " --hidden "
        + hidden
        + " --layers "
        + layers
        + (embed == 0 ? "" : " --embed " + embed)
        + " --dropout "
        + dropout
        + " --batch "
        + batch
        + " --epochs "
        + epochs
        + " --lr "
        + learningRate
        + " --clip "
        + clip
        + (weightDecay == 0 ? "" : " --weight-decay " + weightDecay)
        + " --patience "
        + patience
        + (decay == Decay.NONE ? "" : " --decay " + decay);
  }
}
