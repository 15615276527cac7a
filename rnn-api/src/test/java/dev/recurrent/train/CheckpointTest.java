package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.contract.SinglePrecisionBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what becomes of a run whose files cannot be written or are no longer there. */
class CheckpointTest {
  private static final int UPDATES_PER_EPOCH = 12;

  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();

  @Test
  void failedCheckpointWithinTheRunWarnsAndTheNextOneIsWritten() throws IOException {
    var result =
        train(
            t -> t.checkpointEvery(Duration.ZERO),
            1,
            atUpdate(3, () -> block("checkpoint.safetensors")),
            atUpdate(5, () -> Files.delete(folder.resolve("checkpoint.safetensors"))));
    assertEquals(UPDATES_PER_EPOCH, result.updates());
    assertEquals(2, warnings.size(), warnings::toString);
    assertTrue(warnings.getFirst().contains("checkpoint.safetensors"), warnings::toString);
    assertTrue(warnings.getFirst().contains("up to update 2:"), warnings::toString);
    assertTrue(warnings.getFirst().contains("the run goes on"), warnings::toString);
    assertTrue(Files.isRegularFile(folder.resolve("checkpoint.safetensors")));
  }

  @Test
  void lastCheckpointThatCannotBeWrittenFailsTheRun() {
    var e =
        assertThrows(
            IOException.class,
            () ->
                train(
                    t -> t,
                    2,
                    atUpdate(UPDATES_PER_EPOCH + 3, () -> block("checkpoint.safetensors"))));
    assertTrue(e.getMessage().contains(folder.resolve("checkpoint.safetensors") + ""), e::toString);
    assertTrue(e.getMessage().contains("up to update 12: resuming goes on there"), e::toString);
  }

  @Test
  void bestModelThatCannotBeWrittenFailsTheRunAndSaysWhatIsSafe() {
    var e =
        assertThrows(
            IOException.class,
            () ->
                train(
                    t -> t.checkpointEvery(Duration.ZERO),
                    2,
                    atUpdate(4, () -> block("best.safetensors"))));
    assertTrue(e.getMessage().contains("best.safetensors"), e::toString);
    assertTrue(e.getMessage().contains("up to update 12"), e::toString);
  }

  @Test
  void listenersWriteTheirFilesBeforeTheCheckpoint() throws IOException {
    var order = new ArrayList<String>();
    train(
        t -> t,
        1,
        new TrainingListener() {
          @Override
          public void epochEnded(EpochResult result) {
            order.add("epoch " + result.epoch());
          }

          @Override
          public void checkpointing(Path file) {
            assertFalse(Files.exists(file));
            order.add("before");
          }

          @Override
          public void checkpointed(Path file) {
            assertTrue(Files.exists(file));
            order.add("after");
          }
        });
    assertEquals(List.of("epoch 1", "before", "after"), order);
  }

  /** Puts a folder in the place of a file, which then cannot be written, even by root. */
  private void block(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
    Files.createDirectory(folder.resolve(name));
  }

  private interface Action {
    void run() throws IOException;
  }

  private static TrainingListener atUpdate(long update, Action action) {
    return new TrainingListener() {
      @Override
      public void updated(Update u) {
        if (u.update() == update) {
          try {
            action.run();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        }
      }
    };
  }

  private TrainingResult train(
      UnaryOperator<Training> more, int epochs, TrainingListener... listeners) throws IOException {
    var logger = Logger.getLogger("dev.recurrent");
    var handler = new Warnings();
    logger.addHandler(handler);
    try (var backend = new SinglePrecisionBackend();
        var model = new TinyModel(Cells.GRU, 0)) {
      model.build(backend, 3);
      return more.apply(
              Training.of(model)
                  .loss(model::loss)
                  .optimizer(Adam.withLearningRate(0.01))
                  .truncatedBptt(4)
                  .validateOn(TokenStreams.of(TinyModel.text(80, 6), 2), Metrics.BITS_PER_CHARACTER)
                  .checkpointTo(folder)
                  .listener(listeners))
          .fit(TokenStreams.of(TinyModel.text(200, 5), 4).windows(4), Budget.epochs(epochs));
    } finally {
      logger.removeHandler(handler);
    }
  }

  private final class Warnings extends Handler {
    @Override
    public void publish(LogRecord record) {
      warnings.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
