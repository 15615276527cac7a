package dev.recurrent.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads a file or a stream line by line; each line is decoded on its own, so that one that is not
 * UTF-8, or of another encoding that is asked for, can be left out. A line of a stream is there as
 * soon as its end has arrived.
 *
 * <pre>{@code
 * try (var lines = Lines.of(Path.of("standard input"), System.in)) {
 *   while (lines.next()) {
 *     System.out.println(lines.text());
 *   }
 * }
 * }</pre>
 */
public final class Lines implements Closeable {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final Path file;
  private final InputStream in;
  private final boolean compressed;
  private final CharsetDecoder decoder;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private byte[] line = new byte[256];
  private int length;
  private int number;
  private String ending = "";
  private long offset; // of the current line
  private long nextOffset;

  /**
   * Opens a file.
   *
   * @param charset its encoding
   */
  Lines(Path file, Charset charset) throws IOException {
    this(file, DataStream.open(file), charset);
  }

  private Lines(Path file, DataStream in, Charset charset) {
    this(
        file,
        Transcoded.isNeededFor(charset) ? new Transcoded(in, file, charset) : in,
        in.isCompressed(),
        charset);
  }

  private Lines(Path file, InputStream in, boolean compressed, Charset charset) {
    this.file = file;
    this.in = in;
    this.compressed = compressed;
    decoder = decoder(charset);
  }

  /**
   * Reads what arrives.
   *
   * @param name what messages say instead of the name of a file
   */
  public static Lines of(Path name, InputStream in) {
    return of(name, in, UTF_8);
  }

  /**
   * Reads what arrives in an encoding.
   *
   * @param name what messages say instead of the name of a file
   */
  public static Lines of(Path name, InputStream in, Charset charset) {
    var bytes = Transcoded.isNeededFor(charset) ? new Transcoded(in, name, charset) : in;
    return new Lines(name, bytes, false, charset);
  }

  /** Returns what decodes a line of a file in an encoding. */
  static CharsetDecoder decoder(Charset charset) {
    return (Transcoded.isNeededFor(charset) ? UTF_8 : charset).newDecoder();
  }

  /**
   * Goes to the next line, and tells whether there is one.
   *
   * @throws DataException if the file is compressed and damaged, or starts as UTF-16 does
   */
  public boolean next() throws IOException {
    length = 0;
    ending = "";
    offset = nextOffset;
    while (ending.isEmpty() && (position < limit || fill())) {
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      append(end);
      if (end < limit) {
        position++;
        ending = "\n";
      }
    }
    int mark = number == 0 ? byteOrderMark() : 0;
    if (ending.isEmpty() && length == mark) {
      return false;
    }
    nextOffset += length + ending.length();
    if (!ending.isEmpty() && length > 0 && line[length - 1] == '\r') {
      length--;
      ending = "\r\n";
    }
    number++;
    return true;
  }

  /**
   * Decodes the current line, without its end.
   *
   * @throws DataException if it is not of the encoding
   */
  public String text() throws DataException {
    return text(decoder, place(1), line, length);
  }

  /** Decodes the current line, with U+FFFD for each sequence of bytes that is malformed. */
  String lenientText() {
    return new String(line, 0, length, decoder.charset());
  }

  /**
   * Decodes a line, without its end.
   *
   * @param place of its begin
   * @throws DataException if it is not of the decoder's encoding
   */
  static String text(CharsetDecoder decoder, Place place, byte[] line, int length)
      throws DataException {
    var bytes = ByteBuffer.wrap(line, 0, length);
    boolean utf8 = decoder.charset().equals(UTF_8);
    if (place.line() == 1 && utf8 && startsWithByteOrderMark(line, length)) {
      bytes.position(BYTE_ORDER_MARK.length);
    }
    if (utf8
        && isAscii(line, bytes.position(), length)) { // most are; no room for characters is needed
      return new String(line, bytes.position(), bytes.remaining(), ISO_8859_1);
    }
    var characters =
        CharBuffer.allocate(
            (int) Math.ceil(bytes.remaining() * (double) decoder.maxCharsPerByte()));
    var result = decoder.reset().decode(bytes, characters, true);
    characters.flip();
    if (result.isError()) {
      throw new DataException(
              place.atColumn(Character.codePointCount(characters, 0, characters.length()) + 1),
              decoder.charset().name(),
              String.format("the byte 0x%02X", line[bytes.position()] & 0xff))
          .suggest(DataException.Remedy.ENCODING);
    }
    return characters.toString();
  }

  private static boolean isAscii(byte[] line, int from, int to) {
    for (int i = from; i < to; i++) {
      if (line[i] < 0) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether the file is compressed. */
  boolean isCompressed() {
    return compressed;
  }

  /** Returns where the current line begins, in bytes from the begin of the unpacked file. */
  long offset() {
    return offset;
  }

  /** Returns the bytes of the current line, without its end. */
  int length() {
    return length;
  }

  /** Returns what ends the current line: LF, CR and LF, or nothing at the end of the file. */
  String ending() {
    return ending;
  }

  /** Returns the number of the current line, from 1. */
  int number() {
    return number;
  }

  /** Returns the place of a character of the current line, from 1. */
  public Place place(int column) {
    return new Place(file, number, column);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    return limit > 0;
  }

  private void append(int end) {
    int count = end - position;
    if (count > line.length - length) {
      line = Arrays.copyOf(line, Math.max(Math.addExact(length, count), length + (length >> 1)));
    }
    System.arraycopy(buffer, position, line, length, count);
    length += count;
    position = end;
  }

  /** Returns how many bytes of the first line are a mark. */
  private int byteOrderMark() throws DataException {
    boolean marked = startsWithByteOrderMark(line, length);
    if (!decoder.charset().equals(UTF_8)) {
      if (marked) {
        throw unexpected("UTF-8");
      }
      return 0;
    }
    // Each line alone may be valid UTF-8, with a NUL for every other character.
    if (length >= 2 && (line[0] & 0xff) + (line[1] & 0xff) == 0xff + 0xfe) {
      throw unexpected("UTF-16");
    }
    if (length >= 4 && ((line[0] == 0 && line[2] == 0) || (line[1] == 0 && line[3] == 0))) {
      throw unexpected("UTF-16, it seems: every other byte is 0");
    }
    return marked ? BYTE_ORDER_MARK.length : 0;
  }

  private DataException unexpected(String encoding) {
    return new DataException(new Place(file, 1, 1), decoder.charset().name(), encoding)
        .suggest(DataException.Remedy.ENCODING);
  }

  private static boolean startsWithByteOrderMark(byte[] line, int length) {
    int mark = BYTE_ORDER_MARK.length;
    return length >= mark && Arrays.equals(line, 0, mark, BYTE_ORDER_MARK, 0, mark);
  }
}
