package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParameterGroupTest {
  private final ReferenceBackend backend = new ReferenceBackend();
  private final TinyModel model = new TinyModel(Cells.ELMAN, 0);

  @BeforeEach
  void build() {
    model.build(backend, 1);
    fill(1);
  }

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  private void fill(float value) {
    for (var parameter : model.parameters()) {
      var values = new float[parameter.size()];
      Arrays.fill(values, value);
      parameter.set(values);
    }
  }

  /** Gives every parameter of the model the gradient 1. */
  private void backward() {
    model.clearGradients();
    try (var tape = Tape.training(backend, 1)) {
      var loss = model.parameters().stream().map(p -> tape.of(p).sum()).reduce((a, b) -> a.plus(b));
      tape.backward(loss.orElseThrow());
    }
  }

  private void assertValues(float expected, List<Parameter> parameters) {
    for (var parameter : parameters) {
      for (float value : parameter.toArray()) {
        assertEquals(expected, value, 1e-6f, parameter.name());
      }
    }
  }

  @Test
  void anOptimizerOnAPartUpdatesThatPartOnly() {
    backward();
    try (var updater = Sgd.withLearningRate(0.25).on(model.recurrent)) {
      updater.step();
      assertValues(0.75f, model.recurrent.parameters());
      assertValues(1, model.embedding.parameters());
      assertValues(1, model.output.parameters());
      updater.step(0.5);
      assertValues(0.25f, model.recurrent.parameters());
      assertValues(1, model.output.parameters());
    }
  }

  @Test
  void aTrainingOfAPartTrainsThatPartOnly() throws IOException {
    Training.of(model.output)
        .loss(model::loss)
        .optimizer(Sgd.withLearningRate(0.25).withWeightDecay(0.1))
        .fit(text(), Budget.updates(1));
    assertValues(1, model.recurrent.parameters());
    assertValues(1, model.embedding.parameters());
    assertTrue(model.output.weight().toArray()[0] < 1);
  }

  /** p - η (g + λ p) with p = g = 1. */
  @Test
  void groupsHaveRatesAndDecaysOfTheirOwn() {
    var bias = Objects.requireNonNull(model.output.bias());
    var sgd = Sgd.withLearningRate(0.25).withWeightDecay(0.5);
    try (var updater =
        sgd.on(
            model,
            ParameterGroup.of(model.recurrent).withLearningRate(0.125).withWeightDecay(1),
            ParameterGroup.of(List.of(bias)).withWeightDecay(0),
            ParameterGroup.of(model.embedding).frozen())) {
      backward();
      updater.step();
      assertValues(1 - 0.125f * 2, model.recurrent.parameters());
      assertValues(1 - 0.25f, List.of(bias));
      assertValues(1, model.embedding.parameters());
      assertValues(1 - 0.25f * 1.5f, List.of(model.output.weight()));
      fill(1);
      updater.step(0.5); // twice the rate, of the group too
      assertValues(1 - 0.25f * 2, model.recurrent.parameters());
      assertValues(1 - 0.5f, List.of(bias));
    }
  }

  @Test
  void aScheduleVariesTheRateOfEachGroup() throws IOException {
    Training.of(model)
        .loss((tape, batch, state) -> model.loss(tape, batch, state).times(0))
        .optimizer(Sgd.withLearningRate(0.25).withWeightDecay(1))
        .schedule((base, progress) -> base * (progress.update() == 0 ? 2 : 0))
        .group(ParameterGroup.of(model.recurrent).withLearningRate(0.125))
        .fit(text(), Budget.updates(2));
    assertValues(1 - 0.25f, model.recurrent.parameters());
    assertValues(1 - 0.5f, model.output.parameters());
  }

  @Test
  void aGroupsOwnDecayIsForItsVectorsToo() throws IOException {
    Training.of(model)
        .loss((tape, batch, state) -> model.loss(tape, batch, state).times(0))
        .optimizer(Sgd.withLearningRate(0.25).withWeightDecay(1))
        .decayOnlyMatrices()
        .group(ParameterGroup.of(model.recurrent).withWeightDecay(2))
        .fit(text(), Budget.updates(1));
    assertValues(0.5f, model.recurrent.parameters());
    assertValues(0.75f, List.of(model.output.weight()));
    assertValues(1, List.of(Objects.requireNonNull(model.output.bias())));
  }

  @Test
  void groupsOfTheOptimizersOwnSettingsChangeNoBit() throws IOException {
    var adam = AdamW.withLearningRate(0.01);
    var wanted = trained(t -> t.optimizer(adam));
    var got =
        trained(
            t ->
                t.optimizer(adam)
                    .group(ParameterGroup.of(layers(t).recurrent).withLearningRate(0.01))
                    .group(ParameterGroup.of(layers(t).output).withWeightDecay(0.01)));
    for (int i = 0; i < wanted.size(); i++) {
      assertArrayEquals(wanted.get(i), got.get(i));
    }
  }

  private static TinyModel layers(Training training) {
    return (TinyModel) training.model;
  }

  private List<float[]> trained(UnaryOperator<Training> more) throws IOException {
    try (var fresh = new TinyModel(Cells.LSTM, 0)) {
      fresh.build(backend, 1);
      more.apply(Training.of(fresh).loss(fresh::loss).truncatedBptt(4))
          .fit(text(), Budget.epochs(1));
      return fresh.parameters().stream().map(Parameter::toArray).toList();
    }
  }

  @Test
  void groupsThatOverlapOrAreOfAnotherModelAreRefused() {
    var bias = Objects.requireNonNull(model.output.bias());
    assertMessage(
        "parameter group: expected groups that do not overlap, got output.bias in two",
        () ->
            Training.of(model)
                .group(ParameterGroup.of(model.output).withLearningRate(1))
                .group(ParameterGroup.of(List.of(bias)).frozen()));
    try (var other = new TinyModel(Cells.ELMAN, 0)) {
      other.build(backend, 1);
      String message =
          "parameter group: expected parameters of TinyModel, got output.weight [7, 5] of another"
              + " model or layer";
      var group = ParameterGroup.of(other.output);
      assertMessage(message, () -> Training.of(model).group(group));
      assertMessage(message, () -> Sgd.withLearningRate(1).on(model, group));
    }
    assertMessage(
        "parameter group: expected parameters of recurrent, got output.weight [7, 5] of another"
            + " model or layer",
        () -> Sgd.withLearningRate(1).on(model.recurrent, ParameterGroup.of(model.output)));
    assertMessage(
        "parameter group: expected at least one, got none", () -> ParameterGroup.of(List.of()));
    assertMessage(
        "mine: expected no weight decay, which it does not have, got 0.1",
        () ->
            Optimizer.named("mine", 1, u -> u.update(u.parameter()))
                .on(model, ParameterGroup.of(model.output).withWeightDecay(0.1)));
  }

  @Test
  void aRunGoesOnWithTheSameGroupsOnly(@TempDir Path folder) throws IOException {
    UnaryOperator<Training> slow =
        t -> t.group(ParameterGroup.of(model.recurrent).withLearningRate(1e-4));
    slow.apply(Training.of(model).loss(model::loss))
        .checkpointTo(folder)
        .fit(text(), Budget.epochs(1));
    var e =
        assertThrows(
            SafeTensorsException.class,
            () ->
                Training.of(model)
                    .loss(model::loss)
                    .resumeFrom(folder)
                    .fit(text(), Budget.epochs(2)));
    assertTrue(e.getMessage().contains("groups: expected [], got [[recurrent."), e.getMessage());
    var result =
        slow.apply(Training.of(model).loss(model::loss))
            .resumeFrom(folder)
            .fit(text(), Budget.epochs(2));
    assertEquals(2, result.epochs().size());
  }

  private static Batches text() {
    return TokenStreams.of(TinyModel.text(90, 1), 2);
  }

  private static void assertMessage(
      String message, org.junit.jupiter.api.function.Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
