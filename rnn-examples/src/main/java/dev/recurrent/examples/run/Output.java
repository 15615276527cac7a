package dev.recurrent.examples.run;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A standard output that knows whether everything was written. A {@link PrintWriter} keeps it to
 * itself when something was not, as on a full disk.
 *
 * <p>Used by one thread at a time.
 */
public final class Output {
  private final Guarded guarded;
  private final PrintWriter writer;

  /** Writes to a stream. */
  public Output(OutputStream out, Charset charset) {
    guarded = new Guarded(out);
    writer = new PrintWriter(guarded, true, charset);
  }

  /** Returns where the command prints. */
  public PrintWriter writer() {
    return writer;
  }

  /**
   * Writes what is left, and says why something could not be written; nothing where all was, or
   * where its reader has gone away, as {@code head} does, who does not miss it.
   */
  public Optional<String> problem() {
    writer.flush();
    var failure = guarded.failure;
    return failure == null || isClosedPipe(failure)
        ? Optional.empty()
        : Optional.of(String.valueOf(failure.getMessage()));
  }

  /** The system words its errors in the language of the user; what it writes to, it does not. */
  private static boolean isClosedPipe(IOException failure) {
    if (String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("broken pipe")) {
      return true;
    }
    try {
      var target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
      return target.startsWith("pipe:") || target.startsWith("socket:");
    } catch (IOException | UnsupportedOperationException e) {
      return false; // not on Linux
    }
  }

  /** Remembers the first failure. */
  private static final class Guarded extends FilterOutputStream {
    private @Nullable IOException failure;

    Guarded(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
        throw e;
      }
    }
  }
}
