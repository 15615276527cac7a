package dev.recurrent.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.train.EpochResult;
import dev.recurrent.train.TrainingListener.Measures;
import dev.recurrent.train.TrainingListener.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what is left of a run that is killed and goes on: every line, and none twice. */
class RunFilesTest {
  @TempDir private Path folder;

  @Test
  void lossesAreWrittenBeforeTheCheckpointAndCutWhereTheRunGoesOn() throws IOException {
    var killed = new LossCurve(folder, "loss");
    for (int update = 1; update <= 5; update++) {
      killed.updated(update(update, 0.5));
    }
    killed.checkpointing(folder); // and then it is killed: the checkpoint is that of update 3
    assertEquals(6, Files.readAllLines(folder.resolve("losses.csv")).size());
    var resumed = new LossCurve(folder, "loss");
    resumed.checkpointing(folder); // at the end of an epoch whose last update had been made
    assertEquals(6, Files.readAllLines(folder.resolve("losses.csv")).size());
    for (int update = 4; update <= 6; update++) {
      resumed.updated(update(update, 0.25));
    }
    resumed.checkpointing(folder);
    assertEquals(
        List.of("update,loss", "1,0.5", "2,0.5", "3,0.5", "4,0.25", "5,0.25", "6,0.25"),
        Files.readAllLines(folder.resolve("losses.csv")));
  }

  @Test
  void historyIsWrittenBeforeTheCheckpointAndCutWhereTheRunGoesOn() throws IOException {
    var killed = new HistoryFile(folder);
    killed.epochEnded(epoch(1));
    killed.checkpointing(folder);
    killed.epochEnded(epoch(2));
    killed.checkpointing(folder); // and then it is killed: the checkpoint is that of epoch 1
    assertEquals(3, Files.readAllLines(folder.resolve("history.csv")).size());
    var resumed = new HistoryFile(folder);
    resumed.checkpointing(folder); // within epoch 2
    resumed.epochEnded(epoch(2));
    resumed.checkpointing(folder);
    assertEquals(
        List.of(EpochResult.CSV_HEADER, epoch(1).toCsv(), epoch(2).toCsv()),
        Files.readAllLines(folder.resolve("history.csv")));
  }

  private static EpochResult epoch(int epoch) {
    return new EpochResult(epoch, 10L * epoch, 0.5, 0.75, 0.001, 2, 100, Map.of());
  }

  private static Update update(int update, double loss) {
    var measures =
        new Measures() {
          @Override
          public double loss() {
            return loss;
          }

          @Override
          public double gradientNorm() {
            return 1;
          }
        };
    return new Update(1, update, 10, update, 0.001, 8, measures);
  }
}
