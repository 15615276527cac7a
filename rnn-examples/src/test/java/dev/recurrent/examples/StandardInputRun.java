package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs a command that reads lines from standard input while it runs. */
final class StandardInputRun implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final InputStream before = System.in;
  private final PipedOutputStream lines = new PipedOutputStream();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final Thread running;

  StandardInputRun(String... args) throws IOException {
    System.setIn(new PipedInputStream(lines));
    var command =
        Main.commandLine()
            .setOut(new PrintWriter(new Flushed()))
            .setErr(new PrintWriter(Writer.nullWriter()));
    running = Thread.ofPlatform().daemon().start(() -> command.execute(args));
  }

  /** Writes what has been flushed, a line each. */
  private final class Flushed extends Writer {
    private final StringBuilder written = new StringBuilder();

    @Override
    public void write(char[] text, int from, int count) {
      written.append(text, from, count);
    }

    @Override
    public void flush() {
      written.toString().lines().forEach(answers::add);
      written.setLength(0);
    }

    @Override
    public void close() {
      flush();
    }
  }

  /** Gives the command one line more. */
  void write(String line) throws IOException {
    lines.write((line + "\n").getBytes(UTF_8));
    lines.flush();
  }

  /** Returns the next line that the command has printed and flushed, or says that none has come. */
  String answer() throws InterruptedException {
    var answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return answer == null ? "(no answer)" : answer;
  }

  /** Runs a command that reads bytes from standard input to their end. */
  static CommandLineRun of(byte[] input, String... args) {
    var before = System.in;
    System.setIn(new ByteArrayInputStream(input));
    try {
      return CommandLineRun.of(args);
    } finally {
      System.setIn(before);
    }
  }

  @Override
  public void close() throws IOException {
    lines.close();
    try {
      running.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.setIn(before);
  }
}
