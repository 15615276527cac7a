package dev.recurrent.examples;

import dev.recurrent.spi.HeapRoom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Turns what went wrong into one line and an exit status. */
final class Errors {
  private static final String TOO_LARGE =
      "size: expected at most "
          + Integer.MAX_VALUE
          + " numbers in one array, got more; lower --batch, --hidden, --embed or --seq (--debug"
          + " shows where)";

  private Errors() {}

  /** Prints what is wrong with the arguments, and where the help is; exit status 2. */
  static int wrongUsage(ParameterException error) {
    var line = error.getCommandLine();
    line.getErr()
        .println(
            "rnn: "
                + oneLine(String.valueOf(error.getMessage()))
                + " (see ./"
                + line.getCommandSpec().qualifiedName()
                + " --help)");
    return line.getCommandSpec().exitCodeOnInvalidInput();
  }

  /** Prints why a command failed, with {@code debug} also where; exit status 1. */
  static int failed(Throwable error, CommandLine line, boolean debug) {
    line.getErr().println("rnn: " + describe(error) + Remedies.of(error, line.getCommandSpec()));
    if (debug) {
      error.printStackTrace(line.getErr());
    }
    return line.getCommandSpec().exitCodeOnExecutionException();
  }

  /** Describes an error in one line, for someone who sees only that line. */
  static String describe(Throwable error) {
    String message = error.getMessage();
    return oneLine(
        switch (error) {
          case NoSuchFileException e when e.getReason() == null ->
              e.getFile() + ": expected a file or folder, got none";
          case AccessDeniedException e when e.getReason() == null ->
              e.getFile() + ": expected access to it, got none: permission denied";
          case NotDirectoryException e -> e.getFile() + ": expected a folder, got a file";
          case FileAlreadyExistsException e when e.getReason() == null ->
              e.getFile() + ": expected a folder, got a file";
          case FileSystemException e -> String.valueOf(e.getMessage());
          case UncheckedIOException e -> describe(Objects.requireNonNull(e.getCause()));
          case IOException e when message == null -> e.getClass().getSimpleName();
          case OutOfMemoryError e -> outOfMemory(e);
          case ArithmeticException e when String.valueOf(message).contains("overflow") -> TOO_LARGE;
          case NegativeArraySizeException e -> TOO_LARGE;
          // What is not meant for users at least names itself.
          case Error e -> "internal error: " + e + " (--debug shows where)";
          case NullPointerException e -> "internal error: " + e + " (--debug shows where)";
          case IndexOutOfBoundsException e -> "internal error: " + e + " (--debug shows where)";
          case ClassCastException e -> "internal error: " + e + " (--debug shows where)";
          default -> message == null ? error + " (--debug shows where)" : message;
        });
  }

  /** The library says how much it asked for; the JVM itself does not. */
  private static String outOfMemory(OutOfMemoryError error) {
    var message = String.valueOf(error.getMessage());
    return message.startsWith("memory: ")
        ? message + " with RNN_JAVA_OPTS"
        : "memory: expected room for what the command asks for, got "
            + HeapRoom.heap()
            + " ("
            + message
            + "); lower --batch, --hidden, --layers or --seq, give less data, or raise the limit"
            + " with RNN_JAVA_OPTS=-Xmx…";
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
