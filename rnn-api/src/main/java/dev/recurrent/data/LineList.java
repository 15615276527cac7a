package dev.recurrent.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * Holds the examples of a file that is larger than memory: each is made from its line when it is
 * asked for. A first pass through the file makes an example of every line, so that malformed ones
 * are known, and keeps where each begins: 16 bytes a line.
 *
 * <pre>{@code
 * try (var reviews = LineList.open(path, Review::parse, Rows.skipping())) {
 *   var batches = Buckets.of(reviews, Review::length, new Buckets.Order(32, 7), this::batch);
 * }
 * }</pre>
 *
 * <p>A list that cannot be changed. Thread-safe if the parser is. The file must not change while it
 * is open.
 *
 * @param <E> an example; it should keep no other
 */
public final class LineList<E> extends AbstractList<E> implements RandomAccess, Closeable {
  private final Path file;
  private final Parser<? extends E> parser;
  private final FileChannel channel;
  private final Charset charset;
  private final GrowingLongs offsets = new GrowingLongs();
  private final GrowingLongs places = new GrowingLongs(); // bytes of the line << 32 | its number

  /** Makes an example of a line. */
  @FunctionalInterface
  public interface Parser<E> {
    /**
     * Returns the example.
     *
     * @param line without its end
     * @param place of the line's begin
     * @throws DataException if the line is malformed
     */
    E parse(String line, Place place) throws DataException;
  }

  private LineList(Path file, Parser<? extends E> parser, FileChannel channel, Charset charset) {
    this.file = file;
    this.parser = parser;
    this.channel = channel;
    this.charset = charset;
  }

  /**
   * Reads a file once.
   *
   * @throws DataException if the file is compressed, since then no line can be read alone, or a
   *     line is malformed and malformed rows are not to be skipped
   */
  public static <E> LineList<E> open(Path file, Parser<? extends E> parser, Rows rows)
      throws IOException {
    try (var lines = new Lines(file, rows.charset())) {
      if (lines.isCompressed()) {
        throw new DataException(
            Place.of(file), "a file that is not compressed", "one compressed by gzip");
      }
      if (Transcoded.isNeededFor(rows.charset())) {
        throw new DataException(
            Place.of(file), "an encoding whose lines end in one byte", rows.charset().name());
      }
      var list = new LineList<E>(file, parser, FileChannel.open(file), rows.charset());
      try {
        list.index(lines, rows);
        return list;
      } catch (Throwable failure) {
        list.close();
        throw failure;
      }
    }
  }

  private void index(Lines lines, Rows rows) throws IOException {
    while (lines.next()) {
      rows.count(1);
      try {
        parser.parse(lines.text(), lines.place(1));
        offsets.add(lines.offset());
        places.add((long) lines.length() << Integer.SIZE | lines.number());
      } catch (DataException e) {
        rows.reject(e);
      }
    }
  }

  @Override
  public int size() {
    return places.size();
  }

  /**
   * Reads a line and makes its example.
   *
   * @throws UncheckedIOException if that fails, because the file has changed or is closed
   */
  @Override
  public E get(int index) {
    Objects.checkIndex(index, size());
    long place = places.get(index);
    var line = ByteBuffer.allocate((int) (place >>> Integer.SIZE));
    var begin = new Place(file, (int) place, 1);
    try {
      long at = offsets.get(index);
      while (line.hasRemaining()) {
        int read = channel.read(line, at + line.position());
        if (read < 0) {
          throw new DataException(begin, "a file that does not change", "one that is shorter now");
        }
      }
      var decoder = Lines.decoder(charset);
      return parser.parse(Lines.text(decoder, begin, line.array(), line.limit()), begin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
