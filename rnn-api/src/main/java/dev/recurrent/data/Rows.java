package dev.recurrent.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Decides how rows are read: in which encoding, and what happens to malformed ones. The first one
 * ends the reading, or each is left out, counted and reported. None is dropped silently.
 *
 * <p>A row is what a reader reads one of: a line, a record of a table, a sentence, a pair, a file
 * of a folder. What concerns a file as a whole (it is missing, cut short, or has no heading) ends
 * the reading in either case.
 *
 * <pre>{@code
 * var rows = Rows.skipping();
 * var table = Table.read(path, rows);
 * List<Review> reviews = rows.map(table.rows(), r -> new Review(r.text("review"), r.integer("label")));
 * if (rows.skipped() > 0) {
 *   System.err.println(rows.report());
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class Rows {
  private static final int MAX_MESSAGES = 5;

  private final boolean skipping;
  private final boolean offersToSkip;
  private final Charset charset;
  private final List<String> messages = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private long skipped;
  private long read;

  private Rows(boolean skipping, boolean offersToSkip, Charset charset) {
    this.skipping = skipping;
    this.offersToSkip = offersToSkip;
    this.charset = charset;
  }

  /** Makes an example of a row. */
  @FunctionalInterface
  public interface Parser<R, E> {
    /**
     * Returns the example.
     *
     * @throws DataException if the row is malformed
     * @throws IOException if reading fails, whether or not malformed rows are to be skipped
     */
    E parse(R row) throws IOException;
  }

  /** Returns the policy that throws at the first malformed row. */
  public static Rows failing() {
    return new Rows(false, false, UTF_8);
  }

  /** Returns a policy that leaves malformed rows out, counts them and keeps the first messages. */
  public static Rows skipping() {
    return new Rows(true, false, UTF_8);
  }

  /** Returns the same policy, with nothing read yet, for files in another encoding than UTF-8. */
  public Rows in(Charset encoding) {
    return new Rows(skipping, offersToSkip, encoding);
  }

  /**
   * Returns the same policy, with nothing read yet, whose errors suggest {@link
   * DataException.Remedy#SKIPPING}.
   */
  public Rows offeringToSkip() {
    return new Rows(skipping, true, charset);
  }

  /** Returns the encoding of the files. */
  public Charset charset() {
    return charset;
  }

  /** Takes note of rows that have been read, malformed ones among them. */
  public void count(long rows) {
    read += rows;
  }

  /** Returns how many rows have been read, malformed ones among them. */
  public long read() {
    return read;
  }

  /** Takes note of what a user should know of the data though nothing is malformed. */
  public void note(String note) {
    notes.add(note);
  }

  /** Returns what a user should know of the data though nothing is malformed. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * Takes note of a malformed row, which the caller leaves out if this returns.
   *
   * @throws DataException the given one, if malformed rows are not to be skipped
   */
  public void reject(DataException malformed) throws DataException {
    if (!skipping) {
      throw offersToSkip ? malformed.suggest(DataException.Remedy.SKIPPING) : malformed;
    }
    skipped++;
    if (messages.size() < MAX_MESSAGES) {
      messages.add(String.valueOf(malformed.getMessage()));
    }
  }

  /**
   * Makes an example of each row, and rejects those rows whose parser throws. The rows have been
   * counted by what has read them.
   *
   * @throws DataException if a row is malformed and malformed rows are not to be skipped
   */
  public <R, E> List<E> map(List<R> rows, Parser<? super R, ? extends E> parser)
      throws IOException {
    List<E> examples = new ArrayList<>(rows.size());
    for (R row : rows) {
      try {
        examples.add(parser.parse(row));
      } catch (DataException e) {
        reject(e);
      }
    }
    return Collections.unmodifiableList(examples);
  }

  /** Returns how many rows were left out so far. */
  public long skipped() {
    return skipped;
  }

  /** Returns the messages of the first rows that were left out, at most five. */
  public List<String> messages() {
    return List.copyOf(messages);
  }

  /** Returns how many rows were left out and the first messages, one a line. */
  public String report() {
    var report =
        new StringBuilder("skipped " + skipped + (skipped == 1 ? " bad row" : " bad rows"));
    messages.forEach(message -> report.append("\n  ").append(message));
    if (skipped > messages.size()) {
      report.append("\n  and ").append(skipped - messages.size()).append(" more");
    }
    return report.toString();
  }
}
