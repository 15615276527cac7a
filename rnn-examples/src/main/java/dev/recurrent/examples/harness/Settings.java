package dev.recurrent.examples.harness;

import dev.recurrent.train.Adam;
import dev.recurrent.train.AdamW;
import dev.recurrent.train.Optimizer;
import dev.recurrent.train.Schedule;
import dev.recurrent.train.Sgd;
import java.util.function.Consumer;

/**
 * Says how large a model is and how it is trained. Immutable: what changes a setting returns a
 * copy.
 */
public final class Settings {
  /** Stands for a network without a recurrent layer. */
  public static final String NO_CELL = "none";

  /** Stands for training that ends with its last epoch, however bad the validations. */
  public static final int NO_PATIENCE = Integer.MAX_VALUE;

  // Written by the constructor and, before anybody else has the copy, by with.
  private String cell;
  private int hidden;
  private int layers = 1;
  private int memory;
  private int embed;
  private double dropout;
  private int batch = 64;
  private int epochs = 10;
  private double learningRate = 1e-3;
  private double clip = 5;
  private double weightDecay;
  private int patience = 3;
  private Decay decay = Decay.NONE;
  private int decayAfter;
  private Descent optimizer = Descent.ADAM;
  private int window;

  private Settings(String cell, int hidden) {
    this.cell = cell;
    this.hidden = hidden;
  }

  /** Returns settings with one layer and what works for many tasks. */
  public static Settings of(String cell, int hidden) {
    return new Settings(cell, hidden);
  }

  private Settings with(Consumer<Settings> change) {
    var copy = new Settings(cell, hidden);
    copy.layers = layers;
    copy.memory = memory;
    copy.embed = embed;
    copy.dropout = dropout;
    copy.batch = batch;
    copy.epochs = epochs;
    copy.learningRate = learningRate;
    copy.clip = clip;
    copy.weightDecay = weightDecay;
    copy.patience = patience;
    copy.decay = decay;
    copy.decayAfter = decayAfter;
    copy.optimizer = optimizer;
    copy.window = window;
    change.accept(copy);
    return copy;
  }

  /**
   * Returns the name of a cell of the catalogue, {@link #NO_CELL}, or what the task has besides.
   */
  public String cell() {
    return cell;
  }

  /** Returns the same with another cell. */
  public Settings cell(String name) {
    return with(copy -> copy.cell = name);
  }

  /** Returns the hidden size. */
  public int hidden() {
    return hidden;
  }

  /** Returns the same with another hidden size. */
  public Settings hidden(int size) {
    return with(copy -> copy.hidden = size);
  }

  /** Returns the number of layers. */
  public int layers() {
    return layers;
  }

  /** Returns the same with another number of layers. */
  public Settings layers(int count) {
    return with(copy -> copy.layers = count);
  }

  /** Returns over how many steps the gates remember at first; 0 for what the cell has. */
  public int memory() {
    return memory;
  }

  /** Returns the same with gates that remember at first over other steps. */
  public Settings memory(int steps) {
    return with(copy -> copy.memory = steps);
  }

  /** Returns the size of a token's vector; 0 for a task without tokens. */
  public int embed() {
    return embed;
  }

  /** Returns the same with another size of a token's vector. */
  public Settings embed(int size) {
    return with(copy -> copy.embed = size);
  }

  /** Returns the rate of dropout between layers. */
  public double dropout() {
    return dropout;
  }

  /** Returns the rate of dropout between recurrent layers: 0 where there is but one. */
  public double dropoutBetweenLayers() {
    return layers > 1 ? dropout : 0;
  }

  /** Returns the same with another rate of dropout. */
  public Settings dropout(double rate) {
    return with(copy -> copy.dropout = rate);
  }

  /** Returns the number of sequences of a mini-batch. */
  public int batch() {
    return batch;
  }

  /** Returns the same with another size of a mini-batch. */
  public Settings batch(int size) {
    return with(copy -> copy.batch = size);
  }

  /** Returns how many passes through the data there are at most. */
  public int epochs() {
    return epochs;
  }

  /** Returns after how many validations in a row without a new best one training ends. */
  public int patience() {
    return patience;
  }

  /** Returns the same with another number of epochs and patience. */
  public Settings epochs(int count, int newPatience) {
    return with(
        copy -> {
          copy.epochs = count;
          copy.patience = newPatience;
        });
  }

  /** Returns the learning rate at the start. */
  public double learningRate() {
    return learningRate;
  }

  /** Returns the limit of the gradient's norm. */
  public double clip() {
    return clip;
  }

  /** Returns the same with another learning rate and limit of the gradient's norm. */
  public Settings learning(double rate, double limit) {
    return with(
        copy -> {
          copy.learningRate = rate;
          copy.clip = limit;
        });
  }

  /** Returns the weight decay of AdamW; 0 for Adam. */
  public double weightDecay() {
    return weightDecay;
  }

  /** Returns the same with another weight decay. */
  public Settings weightDecay(double rate) {
    return with(copy -> copy.weightDecay = rate);
  }

  /** Returns how the learning rate falls. */
  public Decay decay() {
    return decay;
  }

  /** Returns the epochs at the learning rate of the start, where it falls by a factor. */
  public int decayAfter() {
    return decayAfter;
  }

  /** Returns the same with another decay of the learning rate. */
  public Settings decay(Decay course, int after) {
    return with(
        copy -> {
          copy.decay = course;
          copy.decayAfter = after;
        });
  }

  /** Returns the rule that moves the parameters. */
  public Descent optimizer() {
    return optimizer;
  }

  /** Returns the same with another rule that moves the parameters. */
  public Settings optimizer(Descent rule) {
    return with(copy -> copy.optimizer = rule);
  }

  /** Returns the steps of a window of truncated BPTT, an update each; 0 for whole sequences. */
  public int window() {
    return window;
  }

  /** Returns the same with windows of another length. */
  public Settings window(int steps) {
    return with(copy -> copy.window = steps);
  }

  /** Returns the optimizer that they describe. */
  Optimizer newOptimizer() {
    return switch (optimizer) {
      case SGD -> Sgd.withLearningRate(learningRate).withWeightDecay(weightDecay);
      case ADAM ->
          weightDecay == 0
              ? Adam.withLearningRate(learningRate)
              : AdamW.withLearningRate(learningRate).withWeightDecay(weightDecay);
    };
  }

  /** Returns the learning rate's course. */
  Schedule newSchedule() {
    return decay.schedule(decayAfter);
  }

  @Override
  public String toString() {
    return ("--cell " + cell + " --hidden " + hidden + " --layers " + layers)
        + (memory == 0 ? "" : " --memory " + memory)
        + (embed == 0 ? "" : " --embed " + embed)
        + (" --dropout " + dropout + " --batch " + batch)
        + (window == 0 ? "" : " --seq " + window)
        + (" --epochs " + epochs)
        + (optimizer == Descent.ADAM ? "" : " --optimizer " + optimizer)
        + (" --lr " + learningRate + " --clip " + clip)
        + (weightDecay == 0 ? "" : " --weight-decay " + weightDecay)
        + (patience == NO_PATIENCE ? "" : " --patience " + patience)
        + (decay.equals(Decay.NONE) ? "" : " --decay " + decay)
        + (decayAfter == 0 ? "" : " --decay-after " + decayAfter);
  }
}
