package dev.recurrent.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipException;

/** Reads the bytes of a file, unpacked if it is compressed by gzip. */
final class DataStream extends FilterInputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int[] GZIP_MAGIC = {0x1f, 0x8b}; // RFC 1952; never the start of UTF-8 text

  private final Path file;
  private final boolean compressed;

  private DataStream(InputStream in, Path file, boolean compressed) {
    super(in);
    this.file = file;
    this.compressed = compressed;
  }

  /**
   * Opens a file.
   *
   * @throws DataException if it is a folder, or its name ends in {@code .gz} and its content is
   *     something else
   */
  static DataStream open(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new DataException(Place.of(file), "a file", "a folder");
    }
    var bytes = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
    try {
      bytes.mark(GZIP_MAGIC.length);
      boolean gzip = bytes.read() == GZIP_MAGIC[0] && bytes.read() == GZIP_MAGIC[1];
      bytes.reset();
      if (!gzip && isGzipName(file.toString())) {
        throw new DataException(Place.of(file), "data compressed by gzip", "other data");
      }
      return new DataStream(gzip ? unpacked(bytes, file) : bytes, file, gzip);
    } catch (Throwable failure) {
      bytes.close();
      throw failure;
    }
  }

  /** Tells whether the file is compressed. */
  boolean isCompressed() {
    return compressed;
  }

  /** Returns a file's name without {@code .gz}. */
  static String plainName(Path file) {
    Path name = file.getFileName();
    String text = name == null ? "" : name.toString();
    return isGzipName(text) ? text.substring(0, text.length() - ".gz".length()) : text;
  }

  private static boolean isGzipName(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  @Override
  public int read() throws IOException {
    try {
      return in.read();
    } catch (EOFException | ZipException e) {
      throw damaged(file, e);
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return in.read(bytes, offset, length);
    } catch (EOFException | ZipException e) {
      throw damaged(file, e);
    }
  }

  private static InputStream unpacked(InputStream bytes, Path file) throws IOException {
    try {
      return new GzipMembers(bytes, BUFFER_BYTES);
    } catch (EOFException | ZipException e) {
      throw damaged(file, e);
    }
  }

  private static DataException damaged(Path file, IOException cause) {
    var failure =
        new DataException(
            Place.of(file),
            "complete data compressed by gzip",
            cause instanceof EOFException
                ? "a file that is cut short"
                : String.valueOf(cause.getMessage()));
    failure.initCause(cause);
    return failure;
  }
}
