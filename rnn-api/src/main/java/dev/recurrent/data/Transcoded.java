package dev.recurrent.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Path;

/**
 * A stream of UTF-8 that is made of a stream in another encoding, for those in which a line feed is
 * not the byte 10, as UTF-16.
 */
final class Transcoded extends InputStream {
  private final Reader in;
  private final Path file;
  private final Charset charset;
  private final CharsetEncoder encoder =
      UTF_8.newEncoder().onMalformedInput(CodingErrorAction.REPLACE);
  private final CharBuffer characters = CharBuffer.allocate(1 << 13).flip();
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 15).flip();
  private boolean ended;

  /**
   * Makes a stream of another one, which it closes.
   *
   * @param file that messages name
   */
  Transcoded(InputStream in, Path file, Charset charset) {
    this.in = new InputStreamReader(in, charset.newDecoder());
    this.file = file;
    this.charset = charset;
  }

  /** Tells whether lines of an encoding cannot be found by the byte of a line feed. */
  static boolean isNeededFor(Charset charset) {
    var lineFeed = "\n".getBytes(charset);
    return lineFeed.length != 1 || lineFeed[0] != '\n';
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    while (!bytes.hasRemaining()) {
      if (ended) {
        return -1;
      }
      fill();
    }
    int count = Math.min(length, bytes.remaining());
    bytes.get(target, offset, count);
    return count;
  }

  private void fill() throws IOException {
    characters.compact();
    try {
      ended = in.read(characters) < 0;
    } catch (CharacterCodingException e) {
      var malformed =
          new DataException(Place.of(file), charset.name(), "bytes that are not")
              .suggest(DataException.Remedy.ENCODING);
      malformed.initCause(e);
      throw malformed;
    }
    characters.flip();
    bytes.clear();
    encoder.encode(characters, bytes, ended);
    bytes.flip();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
