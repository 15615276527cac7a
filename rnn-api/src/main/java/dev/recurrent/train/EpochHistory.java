package dev.recurrent.train;

import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Validates a {@link TrainingRun} after each epoch; keeps the results and the best model's file.
 */
final class EpochHistory {
  /** The name of the best model's file in the folder of a run. */
  static final String BEST = "best.safetensors";

  private final Training setup;
  private final TrainingPosition at;
  private final List<EpochResult> results = new ArrayList<>();
  private final Map<Parameter, float[]> best = new LinkedHashMap<>(); // where there is no folder
  private @Nullable Path bestFile;

  EpochHistory(Training setup, TrainingPosition at) {
    this.setup = setup;
    this.at = at;
    bestFile = setup.resumeFolder == null ? null : setup.resumeFolder.resolve(BEST);
  }

  List<EpochResult> results() {
    return results;
  }

  /** Adds what has come of an epoch, or of the part of one with which the budget ends. */
  EpochResult add(Tape tape, LossFunction loss, Updates updates) throws IOException {
    var values = validate(tape, loss);
    var result =
        new EpochResult(
            at.epoch + 1,
            updates.made(),
            at.epochWeight > 0 ? at.epochLoss / at.epochWeight : 0,
            values.length == 0 ? Double.NaN : values[0],
            updates.learningRate(),
            at.seconds(),
            at.epochWeight,
            named(values));
    results.add(result);
    return result;
  }

  /** Returns the names of what is measured besides. */
  private List<String> others() {
    return setup.validation == null
        ? List.of()
        : setup.validation.others().stream().map(Metric::name).toList();
  }

  private Map<String, Double> named(double[] values) {
    var named = new LinkedHashMap<String, Double>();
    for (var name : others()) {
      named.put(name, values[named.size() + 1]);
    }
    return named;
  }

  /** Measures all metrics, and keeps the model if it is the best one so far by the first. */
  private double[] validate(Tape tape, LossFunction loss) throws IOException {
    var validation = setup.validation;
    if (validation == null) {
      return new double[0];
    }
    var metrics = new ArrayList<>(List.of(validation.metric()));
    metrics.addAll(validation.others());
    var values = Metrics.evaluate(tape, validation.data(), metrics, loss);
    double value = values[0];
    if (validation.isBetter(value, at.bestValidation)) {
      at.bestEpoch = at.epoch + 1;
      at.bestValidation = value;
      saveBest();
    }
    return values;
  }

  private void saveBest() throws IOException {
    if (setup.checkpointFolder != null) {
      bestFile = setup.checkpointFolder.resolve(BEST);
      setup.model.save(bestFile, setup.modelMetadata);
    } else if (setup.restoreBest) {
      setup.model.parameters().forEach(parameter -> best.put(parameter, parameter.toArray()));
    }
  }

  /** Makes the model what it was at its best validation, if there was one. */
  void restoreBest() throws IOException {
    if (!best.isEmpty()) {
      best.forEach(Parameter::set);
    } else if (bestFile != null && at.bestEpoch > 0) {
      setup.model.load(bestFile);
    }
  }

  /** Refuses to go on in a folder whose best model is gone or damaged: nothing brings it back. */
  void requireBest(Path file) throws IOException {
    boolean here =
        setup.checkpointFolder != null
            && setup.checkpointFolder.toAbsolutePath().equals(file.toAbsolutePath().getParent());
    if (at.bestEpoch == 0 || !here) {
      return;
    }
    var remedy =
        "; the checkpoint has only the last model: bring the file back, or begin a new run";
    if (Files.notExists(file)) {
      throw new NoSuchFileException(
          file.toString(),
          null,
          "expected the best model so far, of epoch " + at.bestEpoch + ", got none" + remedy);
    }
    try {
      SafeTensors.read(file).verify();
    } catch (SafeTensorsException e) {
      throw new IOException(e.getMessage() + remedy, e);
    }
  }

  void write(Checkpoint checkpoint) {
    checkpoint.put("history", String.join("\n", results.stream().map(EpochResult::toCsv).toList()));
  }

  void read(Checkpoint.Reader saved) throws IOException {
    saved
        .text("history")
        .lines()
        .map(line -> EpochResult.ofCsv(line, others()))
        .forEach(results::add);
  }
}
