package dev.recurrent.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Unpacks gzip data of one member or several in a row (RFC 1952), as {@code cat a.gz b.gz} and
 * bgzip make them, up to the end of the stream. Unlike {@link java.util.zip.GZIPInputStream} it
 * takes nothing that follows a member for its end but another whole member.
 */
final class GzipMembers extends InflaterInputStream {
  private static final int MAGIC = 0x8b1f;
  private static final int HAS_CHECKSUM = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final CRC32 checksum = new CRC32();
  private int position; // of the first byte of the buffer that has not been read
  private boolean raw = true; // whether bytes are read outside the compressed data
  private boolean ended;

  /**
   * Reads the first member's head.
   *
   * @throws ZipException if it is none
   * @throws EOFException if the stream ends within it
   */
  GzipMembers(InputStream packed, int bufferSize) throws IOException {
    super(packed, new Inflater(true), bufferSize);
    try {
      readHead(required());
    } catch (IOException e) {
      inf.end();
      throw e;
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      int count = super.read(bytes, offset, length);
      if (count > 0) {
        checksum.update(bytes, offset, count);
        return count;
      }
      endMember();
    }
    return -1;
  }

  @Override
  public int available() {
    return ended ? 0 : 1;
  }

  @Override
  public void close() throws IOException {
    try {
      super.close();
    } finally {
      inf.end();
    }
  }

  /** Checks the trailer of the member that has ended, and begins the next one if there is one. */
  private void endMember() throws IOException {
    long sum = word() | (long) word() << 16;
    long size = word() | (long) word() << 16;
    if (sum != checksum.getValue() || size != (inf.getBytesWritten() & 0xffffffffL)) {
      throw new ZipException("data that are not those of their checksum");
    }
    int first = next();
    if (first < 0) {
      ended = true;
      return;
    }
    readHead(first);
  }

  private void readHead(int first) throws IOException {
    if ((first | required() << 8) != MAGIC) {
      throw new ZipException("something else behind it than a further member");
    }
    if (required() != 8) {
      throw new ZipException("another compression than deflate");
    }
    int flags = required();
    if ((flags & RESERVED) != 0) {
      throw new ZipException("unknown flags");
    }
    skip(6); // time, extra flags, system
    if ((flags & HAS_EXTRA) != 0) {
      skip(word());
    }
    if ((flags & HAS_NAME) != 0) {
      skipText();
    }
    if ((flags & HAS_COMMENT) != 0) {
      skipText();
    }
    if ((flags & HAS_CHECKSUM) != 0) {
      skip(2);
    }
    beginData();
  }

  /** Starts to inflate at the first byte that has not been read. */
  private void beginData() {
    int rest = len - position;
    inf.reset();
    checksum.reset();
    inf.setInput(buf, position, rest);
    raw = false;
  }

  /** Returns the next byte outside the compressed data, or -1 at the end. */
  private int next() throws IOException {
    if (!raw) {
      position = len - inf.getRemaining();
      raw = true;
    }
    if (position >= len) {
      len = Math.max(0, in.read(buf, 0, buf.length));
      position = 0;
      if (len == 0) {
        return -1;
      }
    }
    return Byte.toUnsignedInt(buf[position++]);
  }

  private int required() throws IOException {
    int value = next();
    if (value < 0) {
      throw new EOFException();
    }
    return value;
  }

  private int word() throws IOException {
    int low = required();
    return low | required() << 8;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      required();
    }
  }

  private void skipText() throws IOException {
    while (required() != 0) {
      // up to the zero at its end
    }
  }
}
