package dev.recurrent.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir private Path parent;

  @Test
  void runsThatStartTogetherGetFoldersOfTheirOwn() throws Exception {
    try (var threads = Executors.newFixedThreadPool(8)) {
      var folders =
          threads.invokeAll(
              IntStream.range(0, 40)
                  .<Callable<RunFolder>>mapToObj(_ -> () -> RunFolder.create(parent, "run"))
                  .toList());
      var paths = new HashSet<Path>();
      for (var folder : folders) {
        paths.add(folder.get().path());
      }
      assertEquals(40, paths.size());
      assertTrue(paths.contains(parent.resolve("run-40")), paths::toString);
      for (var folder : folders) {
        folder.get().close();
      }
    }
  }

  @Test
  void folderInUseIsRefusedWithTheNameOfWhoHasIt() throws IOException {
    var folder = parent.resolve("run");
    try (var first = RunFolder.take(folder)) {
      var e = assertThrows(IOException.class, () -> RunFolder.take(folder));
      assertTrue(e.getMessage().startsWith(folder + ": expected a folder that no run is"), e + "");
      assertTrue(e.getMessage().contains("process " + ProcessHandle.current().pid()), e + "");
      Files.createFile(first.path().resolve("run.json"));
    }
    RunFolder.take(folder).close();
  }

  /** The lock of the system ends with its process, whatever the file still says. */
  @Test
  void lockOfAProcessThatWasKilledDoesNotStand() throws Exception {
    var folder = Files.createDirectory(parent.resolve("run"));
    var command = ChildJava.command(List.of(), Holder.class, List.of(folder.toString()));
    var process = new ProcessBuilder(command).start();
    try {
      assertEquals("taken", process.inputReader().readLine());
      var e = assertThrows(IOException.class, () -> RunFolder.take(folder));
      assertTrue(e.getMessage().contains("process " + process.pid() + " on "), e + "");
    } finally {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertTrue(
        Files.readString(folder.resolve(RunFolder.LOCK)).contains("process " + process.pid()));
    RunFolder.take(folder).close();
  }

  /** Takes a folder and keeps it until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      try (var _ = RunFolder.take(Path.of(args[0]))) {
        System.out.println("taken");
        Thread.sleep(60_000);
      }
    }
  }

  @Test
  void folderThatWasMadeForARunThatWroteNothingIsRemoved() throws IOException {
    var made = RunFolder.create(parent, "run");
    assertTrue(Files.exists(made.path()));
    made.close();
    assertFalse(Files.exists(parent.resolve("run-1")));
    var given = Files.createDirectory(parent.resolve("given"));
    RunFolder.take(given).close();
    assertTrue(Files.exists(given));
  }
}
