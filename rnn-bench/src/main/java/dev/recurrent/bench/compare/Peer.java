package dev.recurrent.bench.compare;

import dev.recurrent.io.Quoted;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Is one candidate: a process that is asked in lines of JSON and lives through the whole run. One
 * that cannot be started, or dies, is missing from then on, with a reason.
 */
public final class Peer implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final String title;
  private final @Nullable Process process;
  private @Nullable BufferedWriter requests;
  private @Nullable BufferedReader answers;
  private String version = "";
  private @Nullable String missing;

  private Peer(String title, List<String> command) {
    this.title = title;
    Process started = null;
    try {
      started = new ProcessBuilder(command).redirectError(log(title)).start();
      requests = new BufferedWriter(new OutputStreamWriter(started.getOutputStream(), utf8()));
      answers = new BufferedReader(new InputStreamReader(started.getInputStream(), utf8()));
      var hello = read();
      if (hello.has("missing")) {
        missing = hello.get("missing").asString();
      } else {
        version = hello.get("version").asString();
      }
    } catch (IOException e) {
      missing = String.valueOf(e.getMessage());
    }
    process = started;
  }

  private static java.nio.charset.Charset utf8() {
    return StandardCharsets.UTF_8;
  }

  /** What a candidate says besides its answers is kept for when something goes wrong. */
  private static ProcessBuilder.Redirect log(String title) throws IOException {
    var file = java.io.File.createTempFile("rnn-compare-" + title.replace(' ', '-') + "-", ".log");
    file.deleteOnExit();
    return ProcessBuilder.Redirect.to(file);
  }

  /** Starts a Java candidate, {@code cpu}, {@code nd4j} or {@code dl4j}, in a JVM like this one. */
  public static Peer java(String title, String name, int threads) {
    var command = new ArrayList<>(javaCommand());
    command.addAll(List.of(PeerMain.class.getName(), name, "" + threads));
    return new Peer(title, command);
  }

  /** Starts a Python candidate: {@code torch}, {@code jax} or {@code onnxruntime}. */
  public static Peer python(String title, String name, int threads, List<Path> pythonAndScript) {
    var command = new ArrayList<>(pythonAndScript.stream().map(Path::toString).toList());
    command.addAll(List.of(name, "--threads", "" + threads));
    return new Peer(title, command);
  }

  /** Returns the start of a command for a JVM with the flags and the class path of this one. */
  static List<String> javaCommand() {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  /** Returns the version of the library. */
  public String version() {
    return version;
  }

  /** Returns why the candidate is missing, or null. */
  public @Nullable String missing() {
    return missing;
  }

  /** Sends a request and waits for its answer; a candidate that dies over it answers an error. */
  public JsonNode ask(ObjectNode request) {
    if (missing != null || requests == null) {
      return JSON.createObjectNode().put("unsupported", "missing: " + missing);
    }
    try {
      requests.write(request.toString());
      requests.newLine();
      requests.flush();
      return read();
    } catch (IOException e) {
      missing = "its process ended over " + request.path("cell").asString("a request");
      return JSON.createObjectNode().put("error", missing);
    }
  }

  /** Returns a request about some work. */
  static ObjectNode request(String op, Work work) {
    var shape = work.shape();
    return JSON.createObjectNode()
        .put("op", op)
        .put("cell", work.cell().id())
        .put("mode", work.mode().id())
        .put("input", shape.input())
        .put("hidden", shape.hidden())
        .put("batch", shape.batch())
        .put("steps", shape.steps())
        .put("layers", shape.layers());
  }

  private JsonNode read() throws IOException {
    var line = answers == null ? null : answers.readLine();
    if (line == null) {
      throw new IOException("it ended without an answer");
    }
    try {
      return JSON.readTree(line);
    } catch (JacksonException e) {
      throw new IOException("it answered something else than JSON: " + Quoted.quote(line), e);
    }
  }

  @Override
  public void close() {
    if (process == null) {
      return;
    }
    try {
      process.getOutputStream().close(); // the end of its input ends it
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
