package dev.recurrent.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kills training runs in the middle of things: in whatever way, they come to the same bytes. */
@EnabledOnOs(
    value = {OS.LINUX, OS.MAC},
    disabledReason = "signals are sent with kill")
class KilledRunsTest {
  private static final String TEXT =
      "text --data %s --hidden 8 --layers 1 --embed 4 --dropout 0.2 --batch 4 --seq 8 --epochs 3";

  @TempDir private Path folder;
  private String text = TEXT;

  @BeforeEach
  void writeText() throws IOException {
    var file = folder.resolve("text.txt");
    Files.writeString(file, "Der Hund liegt im Schrank, die Katze sitzt davor.\n".repeat(30));
    text = TEXT.formatted(file);
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void runsOfTextThatAreKilledEndInTheSameBytes() throws Exception {
    report(new KilledRuns(folder, 1, text.split(" ")), 5);
  }

  @Test
  @Tag("reliability")
  void manyRunsOfTextThatAreKilledEndInTheSameBytes() throws Exception {
    report(new KilledRuns(folder, 2, text.split(" ")), 40);
  }

  @ParameterizedTest
  @Tag("reliability")
  @CsvSource({
    "classify --hidden 6 --embed 3 --dropout 0.2 --epochs 2",
    "forecast --hidden 6 --epochs 2",
    "tags --hidden 6 --embed 4 --epochs 2"
  })
  void runsOfOtherTasksThatAreKilledEndInTheSameBytes(String training) throws Exception {
    report(new KilledRuns(folder, 3, training.split(" ")), 20);
  }

  private static void report(KilledRuns runs, int count) throws Exception {
    runs.kill(count);
    System.out.println(runs);
  }
}
