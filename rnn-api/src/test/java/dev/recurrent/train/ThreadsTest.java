package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Checks that what may not overlap says so. What may is compared in ConcurrencyContract. */
@Timeout(60)
class ThreadsTest {
  private static final float[] X = {0.5f, -1, 0.25f};

  private final ReferenceBackend backend = new ReferenceBackend();
  private final Recurrent layer = Recurrent.of(Cells.GRU, 3, 4).build(backend, 1);
  private final Sequences input = Sequences.ofFeatures(List.<float[][]>of(new float[][] {X, X}));

  @AfterEach
  void close() {
    layer.close();
    backend.close();
  }

  /** Runs something in another thread, and returns or throws what it does. */
  private static <T> T elsewhere(Callable<T> work) throws Exception {
    var task = new FutureTask<T>(work);
    Thread.ofPlatform().name("other").start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private static void elsewhere(Runnable work) throws Exception {
    var _ =
        elsewhere(
            () -> {
              work.run();
              return true;
            });
  }

  private static <E extends Exception> void assertRefused(
      Class<E> type, String part, Executable work) {
    var message = assertThrows(type, work).getMessage();
    assertTrue(message.contains(part), message);
  }

  private void setSomething() {
    var parameter = layer.parameters().getFirst();
    parameter.set(new float[parameter.size()]);
  }

  @Test
  void aPassDuringWhichAnotherThreadChangesParametersIsRefused() throws Exception {
    try (var tape = Tape.inference(backend)) {
      var y = layer.on(tape, tape.input(input));
      elsewhere(this::setSomething);
      assertRefused(ConcurrentModificationException.class, "model.snapshot", y::toArray);
      assertRefused(
          ConcurrentModificationException.class,
          "model.snapshot",
          () -> layer.on(tape, tape.input(input)));
      tape.reset();
      assertEquals(8, layer.on(tape, tape.input(input)).toArray().length);
    }
  }

  @Test
  void aThreadMayChangeWhatItComputesWithItself() {
    try (var tape = Tape.inference(backend)) {
      var y = layer.on(tape, tape.input(input));
      setSomething();
      var z = layer.on(tape, tape.input(input));
      assertFalse(java.util.Arrays.equals(y.toArray(), z.toArray()));
    }
  }

  @Test
  void aStepDuringAChangeIsRefusedAndTheStateStaysAsItWas() throws Exception {
    try (var stepper = layer.stepper();
        var alone = layer.stepper()) {
      alone.step(X);
      var expected = alone.step(X).clone();
      stepper.step(X);
      var changing = new CountDownLatch(1);
      var tried = new CountDownLatch(1);
      var writer =
          Thread.ofPlatform()
              .start(
                  () ->
                      layer
                          .store()
                          .change(
                              () -> {
                                changing.countDown();
                                awaitUninterrupted(tried);
                              }));
      changing.await();
      assertRefused(ConcurrentModificationException.class, "model.snapshot", () -> stepper.step(X));
      assertRefused(IllegalStateException.class, "being changed", this::setSomething);
      tried.countDown();
      writer.join();
      assertArrayEquals(expected, stepper.step(X));
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private interface During {
    void run(TinyModel model) throws Exception;
  }

  private void whileTraining(During during) throws Exception {
    try (var model = new TinyModel(Cells.GRU, 0)) {
      model.build(backend, 1);
      var failures = new ArrayList<Throwable>();
      training(model)
          .listener(
              new TrainingListener() {
                @Override
                public void updated(Update update) {
                  if (update.update() == 2) {
                    try {
                      during.run(model);
                    } catch (Throwable e) {
                      failures.add(e);
                    }
                  }
                }
              })
          .fit(data(), Budget.updates(3));
      if (!failures.isEmpty()) {
        throw new AssertionError(failures.getFirst());
      }
    }
  }

  private static Training training(TinyModel model) {
    return Training.of(model)
        .loss(model::loss)
        .optimizer(Adam.withLearningRate(0.02))
        .truncatedBptt(8);
  }

  private static Batches data() {
    return TokenStreams.of(TinyModel.text(200, 4), 5).windows(8);
  }

  @Test
  void aModelInTrainingIsForItsThreadAndSnapshotsForOthers() throws Exception {
    whileTraining(
        model -> {
          var values = model.parameters().getFirst().toArray();
          assertRefused(
              IllegalStateException.class,
              "being trained by thread",
              () -> elsewhere(() -> training(model).fit(data(), Budget.updates(1))));
          assertRefused(
              IllegalStateException.class,
              "this thread trains",
              () -> training(model).fit(data(), Budget.updates(1)));
          assertRefused(
              IllegalStateException.class,
              "model.snapshot",
              () ->
                  elsewhere(
                      () -> {
                        try (var tape = Tape.inference(backend)) {
                          tape.of(model.parameters().getFirst());
                        }
                      }));
          assertRefused(
              IllegalStateException.class,
              "being trained by thread",
              () -> elsewhere(() -> model.parameters().getFirst().set(values)));
          assertRefused(
              IllegalStateException.class,
              "being trained by thread",
              () -> elsewhere(() -> model.store().clearGradients()));
          try (var updater = Adam.withLearningRate(1).on(model)) {
            assertRefused(
                IllegalStateException.class,
                "being trained by thread",
                () -> elsewhere(() -> updater.step()));
          }
          try (var snapshot = elsewhere(() -> model.snapshot(() -> new TinyModel(Cells.GRU, 0)))) {
            assertArrayEquals(values, snapshot.parameters().getFirst().toArray());
          }
        });
  }

  @Test
  void aSnapshotIsForInferenceOnly(@TempDir Path folder) throws IOException {
    setSomething();
    try (var snapshot = layer.snapshot(() -> Recurrent.of(Cells.GRU, 3, 4));
        var tape = Tape.inference(backend);
        var training = Tape.training(backend, 1)) {
      var expected = layer.on(tape, tape.input(input)).toArray();
      layer.parameters().get(1).set(new float[layer.parameters().get(1).size()]);
      assertArrayEquals(expected, snapshot.on(tape, tape.input(input)).toArray());
      assertRefused(
          IllegalStateException.class,
          "snapshot",
          () -> snapshot.parameters().getFirst().set(new float[36]));
      assertRefused(
          IllegalStateException.class,
          "snapshot",
          () -> snapshot.on(training, training.input(input)));
      assertRefused(
          IllegalStateException.class, "snapshot", () -> Sgd.withLearningRate(1).on(snapshot));
      snapshot.save(folder.resolve("snapshot.safetensors"));
      layer.load(folder.resolve("snapshot.safetensors"));
      tape.reset();
      assertArrayEquals(expected, layer.on(tape, tape.input(input)).toArray());
    }
  }

  @Test
  void aSnapshotOfAnotherKindIsRefused() {
    assertRefused(
        IllegalArgumentException.class,
        "cell=gru",
        () -> layer.snapshot(() -> Recurrent.of(Cells.LSTM, 3, 4)));
    assertRefused(
        IllegalArgumentException.class,
        "hidden=4",
        () -> layer.snapshot(() -> Recurrent.of(Cells.GRU, 3, 5)));
    assertRefused(
        IllegalArgumentException.class, "Dense", () -> layer.snapshot(() -> Dense.of(3, 4)));
    assertRefused(IllegalStateException.class, "not built", () -> layer.snapshot(() -> layer));
  }

  @Test
  void aLayerInsideAModelHasSnapshotsOfItsOwn() {
    try (var model = new TinyModel(Cells.GRU, 0)) {
      model.build(backend, 1);
      var inner = model.parameters().stream().filter(p -> p.name().startsWith("output.")).toList();
      try (var snapshot = model.output.snapshot(() -> Dense.of(5, TinyModel.VOCABULARY))) {
        for (int i = 0; i < inner.size(); i++) {
          assertArrayEquals(inner.get(i).toArray(), snapshot.parameters().get(i).toArray());
        }
      }
    }
  }

  @Test
  void gradientsOfOneModelAreAddedByOneThreadAtATime() throws Exception {
    var goingBack = new CountDownLatch(1);
    var tried = new CountDownLatch(1);
    try (var tape = Tape.training(backend, 1)) {
      var y = layer.on(tape, tape.input(input));
      var out = tape.tensor(1, 1, null);
      tape.record(
          out,
          List.of(y),
          () -> {
            goingBack.countDown();
            awaitUninterrupted(tried);
          });
      var second =
          new FutureTask<>(
              () -> {
                try (var other = Tape.training(backend, 1)) {
                  var loss = layer.on(other, other.input(input)).sum();
                  goingBack.await();
                  return assertThrows(IllegalStateException.class, () -> other.backward(loss))
                      .getMessage();
                } finally {
                  tried.countDown();
                }
              });
      Thread.ofPlatform().start(second);
      tape.backward(out);
      assertTrue(second.get().contains("being trained by thread"), second.get());
    }
  }

  @Test
  void aPassIsMadeByOneThread() throws Exception {
    try (var tape = Tape.inference(backend)) {
      var x = tape.input(input);
      assertRefused(
          IllegalStateException.class,
          "open a tape for each thread",
          () -> elsewhere(() -> layer.on(tape, x)));
      tape.reset();
      elsewhere(() -> assertEquals(8, layer.on(tape, tape.input(input)).toArray().length));
    }
  }

  @Test
  void whatIsClosedSaysSo() {
    var tape = Tape.inference(backend);
    var x = tape.input(input);
    tape.close();
    tape.close();
    assertRefused(IllegalStateException.class, "tape: expected an open one", tape::reset);
    assertRefused(
        IllegalStateException.class, "tape: expected an open one", () -> tape.input(input));
    assertRefused(IllegalStateException.class, "tensor: expected one of the tape's", x::toArray);
    var updater = Sgd.withLearningRate(1).on(layer);
    updater.close();
    updater.close();
    assertRefused(IllegalStateException.class, "updater: expected an open one", updater::step);
    try (var open = Tape.inference(backend);
        var stepper = layer.stepper()) {
      layer.close();
      assertRefused(
          IllegalStateException.class,
          "expected those of an open layer",
          () -> layer.on(open, open.input(input)));
      assertRefused(
          IllegalStateException.class,
          "expected those of an open layer",
          () -> stepper.step(new float[3]));
    }
    backend.close();
    assertRefused(
        IllegalStateException.class,
        "backend reference: expected an open one",
        () -> Recurrent.of(Cells.GRU, 3, 4).build(backend, 1));
  }

  @Test
  void aTapeOfAnotherBackendIsRefused() {
    try (var other = new ReferenceBackend();
        var tape = Tape.inference(other)) {
      assertRefused(
          IllegalArgumentException.class,
          "open the tape with the backend of the layer",
          () -> layer.on(tape, tape.input(input)));
    }
  }

  @Test
  void anInterruptedTrainingSaysWhatItCannotDo(@TempDir Path folder) {
    try (var model = new TinyModel(Cells.GRU, 0)) {
      model.build(backend, 1);
      Thread.currentThread().interrupt();
      assertRefused(
          InterruptedIOException.class,
          "resumeFrom",
          () -> training(model).checkpointTo(folder).fit(data(), Budget.updates(3)));
      assertTrue(Thread.interrupted());
    }
  }
}
