package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.examples.run.ChildJava;
import dev.recurrent.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs of a task in processes of their own that are killed at random moments and resumed, until
 * each has come to its end; what it has left there must be what a run has left that nobody
 * disturbed.
 */
final class KilledRuns {
  private static final long PATIENCE_SECONDS = 300;

  /** A run is left in peace after so many kills. */
  private static final int MOST_KILLS = 6;

  private final Path folder;
  private final List<String> training;
  private final SplittableRandom random;
  private final Map<Way, Integer> kills = new EnumMap<>(Way.class);
  private int beforeTheRun;
  private int runs;

  /** The ways in which a process is ended. */
  enum Way {
    /** SIGKILL, at once. */
    KILL,
    /** SIGTERM: a checkpoint is written first. */
    TERM,
    /** SIGINT, as Ctrl-C gives it. */
    INT,
    /** SIGTERM, and again while the checkpoint is being written. */
    TWICE,
    /** SIGKILL while a file of the run is half written. */
    IN_A_CHECKPOINT
  }

  /**
   * Prepares the runs of a task.
   *
   * @param training the arguments behind {@code train}
   */
  KilledRuns(Path folder, long seed, String... training) {
    this.folder = folder;
    this.training = List.of(training);
    random = new SplittableRandom(seed);
  }

  /** Ends so many processes, in all ways in turn, and compares what each run leaves in the end. */
  void kill(int count) throws IOException, InterruptedException {
    var whole = folder.resolve("whole");
    long begun = System.nanoTime();
    var undisturbed = start(whole);
    requireEnd(undisturbed, 0);
    double seconds = (System.nanoTime() - begun) * 1e-9;
    var expected = content(whole);
    while (kills() < count) {
      var run = folder.resolve("run-" + runs);
      killUntilItEnds(run, seconds, count);
      runs++;
      var got = content(run);
      if (!expected.equals(got)) {
        throw new AssertionError(run + ": " + difference(expected, got));
      }
    }
  }

  private void killUntilItEnds(Path run, double seconds, int count)
      throws IOException, InterruptedException {
    for (int killed = 0; ; killed++) {
      var process = start(run);
      if (killed == MOST_KILLS || kills() == count) {
        requireEnd(process, 0);
        return;
      }
      var way = Way.values()[kills() % Way.values().length];
      long millis = Math.round(1000 * seconds * (0.3 + 0.8 * random.nextDouble()));
      if (process.process.waitFor(millis, TimeUnit.MILLISECONDS) || !end(process, way, run)) {
        requireEnd(process, 0);
        return;
      }
      kills.merge(way, 1, Integer::sum);
      beforeTheRun += Files.exists(run.resolve("run.json")) ? 0 : 1;
    }
  }

  /** Ends a process, and tells whether it had not come to its end before. */
  private boolean end(Started started, Way way, Path run) throws IOException, InterruptedException {
    var process = started.process;
    switch (way) {
      case KILL -> process.destroyForcibly();
      case TERM -> signal(process, "TERM");
      case INT -> signal(process, isInterruptIgnored() ? "TERM" : "INT");
      case TWICE -> {
        signal(process, "TERM");
        Thread.sleep(random.nextInt(30));
        signal(process, "TERM");
      }
      case IN_A_CHECKPOINT -> {
        while (process.isAlive() && !isWriting(run)) {
          Thread.onSpinWait();
        }
        process.destroyForcibly();
      }
    }
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(way + ": expected the process to end, got one that goes on");
    }
    int status = process.exitValue();
    if (status != 0 && status < 128) {
      throw new AssertionError(way + ": " + Files.readString(started.output));
    }
    return status != 0;
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, "" + process.pid())
        .redirectErrorStream(true)
        .start()
        .waitFor();
  }

  /** Processes in the background of a script inherit that Ctrl-C is none of their business. */
  private static boolean isInterruptIgnored() throws IOException {
    for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("SigIgn:")) {
        return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0;
      }
    }
    return false;
  }

  private static boolean isWriting(Path run) throws IOException {
    if (Files.notExists(run)) {
      return false;
    }
    try (var files = Files.list(run)) {
      // Those that an earlier kill has left are old.
      return files.anyMatch(file -> file.toString().endsWith(".tmp") && isNew(file));
    }
  }

  private static boolean isNew(Path file) {
    try {
      var age = System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis();
      return age < Duration.ofMillis(100).toMillis();
    } catch (IOException e) {
      return false; // it is in place by now
    }
  }

  private record Started(Process process, Path output) {}

  private Started start(Path run) throws IOException {
    var arguments = new ArrayList<>(List.of("train"));
    if (Files.exists(run.resolve("run.json"))) {
      arguments.addAll(List.of(training.getFirst(), "--resume", run.toString()));
    } else {
      arguments.addAll(training);
      arguments.addAll(List.of("--out", run.toString()));
    }
    arguments.addAll(List.of("--backend", "cpu", "--checkpoint-seconds", "0"));
    var output = folder.resolve("output.txt");
    var process =
        new ProcessBuilder(ChildJava.command(List.of("-Xmx400m"), Main.class, arguments))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new Started(process, output);
  }

  private static void requireEnd(Started started, int status)
      throws IOException, InterruptedException {
    if (!started.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)
        || started.process.exitValue() != status) {
      started.process.destroyForcibly();
      throw new AssertionError(Files.readString(started.output));
    }
  }

  /** Returns all that a run leaves but times: how long its epochs took. */
  private static Map<String, String> content(Path run) throws IOException {
    var content = new TreeMap<String, String>();
    for (var name : List.of("best.safetensors", "losses.csv", "scores.json", "run.json")) {
      if (Files.exists(run.resolve(name))) {
        content.put(name, HexFormat.of().formatHex(Files.readAllBytes(run.resolve(name))));
      }
    }
    content.put("history.csv", timeless(Files.readAllLines(run.resolve("history.csv"))));
    var checkpoint = SafeTensors.read(run.resolve("checkpoint.safetensors"));
    for (var tensor : checkpoint.names()) {
      content.put("checkpoint " + tensor, HexFormat.of().formatHex(checkpoint.bytes(tensor)));
    }
    checkpoint.metadata().forEach((key, value) -> content.put("checkpoint " + key, value));
    try (var files = Files.list(run)) {
      var names = files.map(file -> file.getFileName().toString()).filter(n -> n.endsWith(".tmp"));
      content.put("temporary files", names.toList().toString());
    }
    content.remove("checkpoint seconds");
    content.remove("checkpoint history");
    content.remove("checkpoint recurrent.crc32c.header"); // which covers those
    return content;
  }

  /** Leaves the seconds out of a history. */
  private static String timeless(List<String> lines) {
    int seconds = Arrays.asList(lines.getFirst().split(",", -1)).indexOf("seconds");
    return lines.stream()
        .map(
            line -> {
              var cells = new ArrayList<>(Arrays.asList(line.split(",", -1)));
              cells.remove(seconds);
              return String.join(",", cells);
            })
        .collect(Collectors.joining("\n"));
  }

  private static String difference(Map<String, String> expected, Map<String, String> got) {
    var names = new ArrayList<>(expected.keySet());
    got.keySet().stream().filter(name -> !expected.containsKey(name)).forEach(names::add);
    return names.stream()
        .filter(name -> !String.valueOf(expected.get(name)).equals(got.get(name)))
        .map(
            name ->
                "%s: expected %s, got %s"
                    .formatted(name, text(expected.get(name)), text(got.get(name))))
        .collect(Collectors.joining("; "));
  }

  private static String text(String hexadecimal) {
    if (hexadecimal == null) {
      return "none";
    }
    var start = hexadecimal.substring(0, Math.min(400, hexadecimal.length()));
    try {
      return new String(HexFormat.of().parseHex(start), UTF_8);
    } catch (IllegalArgumentException e) {
      return start;
    }
  }

  private int kills() {
    return kills.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public String toString() {
    return "%s: %d kills %s, %d of them before the run had begun; %d runs ended in the same bytes"
        .formatted(training.getFirst(), kills(), kills, beforeTheRun, runs);
  }
}
