package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.HistoryFile;
import dev.recurrent.examples.run.LossCurve;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.Batches;
import dev.recurrent.train.Buckets;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Metric;
import dev.recurrent.train.Prefetch;
import dev.recurrent.train.Training;
import dev.recurrent.train.TrainingListener;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Trains the model of a task in a folder, with checkpoints; then scores the best model. */
final class TaskRun<E> implements AutoCloseable {
  static final String MODEL = "best.safetensors";
  static final String CHECKPOINT = "checkpoint.safetensors";
  static final String TASK = "task";
  static final String ARGUMENTS = "arguments";

  private final Setup<E> setup;
  private final Facts facts;
  private final List<String> remarks = new ArrayList<>();
  private final TrainableModel<E> model;
  private final Batches batches;
  private final Training training;

  /** Is what a run is made of. */
  record Setup<E>(Task<E> task, Parts<E> parts, RunFile file, Path folder) {}

  TaskRun(Backend backend, Setup<E> setup) throws IOException {
    this.setup = setup;
    var task = setup.task;
    var settings = task.settings();
    facts = task.learn(setup.parts);
    remarks.addAll(task.remarks("validation", setup.parts.validation(), facts));
    remarks.addAll(task.remarks("test", setup.parts.test(), facts));
    model = task.startingModel(facts);
    batches =
        model.trainingBatches(
            setup.parts.training(), new Buckets.Order(settings.batch(), task.seed()));
    var validation = model.validationBatches(setup.parts.validation(), settings.batch());
    boolean goesOn = Files.exists(setup.folder.resolve(CHECKPOINT));
    if (goesOn) {
      model.buildForLoading(backend);
    } else {
      model.build(backend, task.seed());
    }
    training =
        Training.of(model)
            .loss(model::loss)
            .optimizer(settings.newOptimizer())
            .schedule(settings.newSchedule())
            .clipGradientNorm(settings.clip())
            .stopEarly(settings.patience())
            .validateOn(
                validation, model.validation(), model.otherValidations().toArray(Metric[]::new))
            .checkpointTo(setup.folder)
            .checkpointEvery(Duration.ofSeconds(task.learning().checkpointSeconds))
            .modelMetadata(metadata())
            .seed(task.seed());
    if (settings.window() > 0) {
      training.truncatedBptt(settings.window());
    }
    if (goesOn) {
      training.resumeFrom(setup.folder);
    }
  }

  TrainableModel<E> model() {
    return model;
  }

  /** Returns what is to be said of the parts that validate and test: a line each. */
  List<String> remarks() {
    return List.copyOf(remarks);
  }

  TrainingResult train(TrainingListener listener) throws IOException {
    training
        .listener(listener)
        .listener(
            new HistoryFile(setup.folder), new LossCurve(setup.folder, setup.task.lossUnit()));
    try (var ahead = Prefetch.of(batches)) {
      return training.fit(ahead, Budget.epochs(setup.task.settings().epochs()));
    }
  }

  /** Asks {@link #train} to write a checkpoint and return; any thread may call it. */
  void stop() {
    training.requestStop();
  }

  /** Scores the best model on the test part, or else on the validation part. */
  Scores test(PrintWriter out) throws IOException {
    model.load(SafeTensors.read(setup.folder.resolve(MODEL)), "");
    var task = setup.task;
    var outcomes = model.outcomes(setup.parts.scored(), task.settings().batch());
    var scores = Scores.of(task.measures(facts), outcomes, task.baseline(setup.parts, facts));
    scores.write(setup.folder);
    task.report(new Task.Report<>(setup.folder, out, facts, model, setup.parts.scored(), outcomes));
    return scores;
  }

  private Map<String, String> metadata() {
    var metadata = new TreeMap<>(facts.toMetadata());
    metadata.put(TASK, setup.task.name());
    metadata.put(ARGUMENTS, arguments());
    return metadata;
  }

  /** Returns the options that the model needs: a model that is given away names no files. */
  private String arguments() {
    return RunFile.toText(SavedOptions.withoutFiles(setup.file.arguments(), setup.task.spec()));
  }

  @Override
  public void close() {
    model.close();
  }
}
