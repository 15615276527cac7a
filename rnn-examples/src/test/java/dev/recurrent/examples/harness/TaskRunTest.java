package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.Backends;
import dev.recurrent.data.Rows;
import dev.recurrent.examples.tasks.LanguageModel;
import dev.recurrent.examples.text.Text;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.train.TrainingListener;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TaskRunTest {
  @TempDir private Path folder;

  @Test
  void runThatStopsAnywhereGoesOnToTheSameBits() throws IOException {
    var data = folder.resolve("text.txt");
    Files.writeString(data, "Der Käse liegt im Schrank, 😀 und so weiter.\n".repeat(30));
    var whole = folder.resolve("whole");
    assertEquals(TrainingResult.Ending.COMPLETED, run(data, whole, Integer.MAX_VALUE).ending());
    for (int update : new int[] {1, 17, 40}) {
      var parted = folder.resolve("stopped" + update);
      var stopped = run(data, parted, update);
      assertEquals(TrainingResult.Ending.STOPPED, stopped.ending());
      assertEquals(update, stopped.updates());
      run(data, parted, Integer.MAX_VALUE);
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(TaskRun.MODEL)),
          Files.readAllBytes(parted.resolve(TaskRun.MODEL)));
      assertEquals(
          Files.readString(whole.resolve("losses.csv")),
          Files.readString(parted.resolve("losses.csv")));
    }
  }

  private static TrainingResult run(Path data, Path folder, int stopAfter) throws IOException {
    var arguments =
        List.of(
            ("--hidden 9 --layers 2 --embed 5 --batch 4 --seq 8 --dropout 0.2 --lr 0.01 --epochs 2"
                    + " --data "
                    + data)
                .split(" "));
    var task = new LanguageModel();
    new CommandLine(task).parseArgs(arguments.toArray(String[]::new));
    var file = new RunFile("text", arguments, "cpu", "");
    var parts = ((Task<Text>) task).parts(Rows.failing());
    try (var backend = Backends.open("cpu", BackendOptions.DEFAULT);
        var run = new TaskRun<>(backend, new TaskRun.Setup<>(task, parts, file, folder))) {
      return run.train(
          new TrainingListener() {
            @Override
            public void updated(Update done) {
              if (done.update() == stopAfter) {
                run.stop();
              }
            }
          });
    }
  }
}
