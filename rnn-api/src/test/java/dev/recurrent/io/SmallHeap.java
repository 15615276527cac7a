package dev.recurrent.io;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.IntFunction;

/**
 * Reads hostile files in a JVM of its own, whose heap is small. Prints one line for each file that
 * does something else than it should, and "done" at the end.
 */
final class SmallHeap {
  private enum Expected {
    READ,
    REFUSED
  }

  private SmallHeap() {}

  /** Runs all files in the folder given. */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]).resolve("small-heap.safetensors");
    for (var hostile : HostileFiles.cases()) {
      hostile.writeTo(file);
      check(hostile.name(), file, Expected.REFUSED);
    }
    String tensor = "{\"dtype\":\"F32\",\"shape\":[268435456],\"data_offsets\":[0,1073741824]}";
    byte[] large = HostileFiles.file("{\"a\":" + tensor + "}");
    new HostileFiles.Case("large tensor", "", large, large.length + (1L << 30)).writeTo(file);
    check("large tensor", file, Expected.REFUSED);
    checkDensestHeaders(file);
    System.out.println("done");
  }

  /** Checks valid headers that hold as many objects as fit in the longest header accepted. */
  private static void checkDensestHeaders(Path file) throws IOException {
    writeDense(file, "{\"__metadata__\":{", i -> "\"" + name(i) + "\":\"\",", "\"\":\"\"}}");
    check("dense metadata", file, Expected.READ);
    String tensor = "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},";
    writeDense(file, "{", i -> "\"" + name(i) + tensor, "\"__metadata__\":{}}");
    check("dense tensors", file, Expected.READ);
    String dimensions = "\":{\"dtype\":\"U8\",\"shape\":[" + "0,".repeat(63) + "0],";
    String shaped = dimensions + "\"data_offsets\":[0,0]},";
    writeDense(file, "{", i -> "\"" + name(i) + shaped, "\"__metadata__\":{}}");
    check("dense shapes", file, Expected.READ);
    writeDense(file, "{\"__metadata__\":{\"\":\"", i -> "重".repeat(100), "\"}}");
    check("long metadata", file, Expected.READ);
    writeDense(file, "{\"__metadata__\":{\"", i -> "ab".repeat(100), "\":\"\"}}");
    check("long name", file, Expected.READ);
    String skipped = "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":[";
    writeDense(file, skipped, i -> "0,", "0]}}");
    check("long unknown field", file, Expected.READ);
  }

  private static String name(int number) {
    return Integer.toString(number, Character.MAX_RADIX);
  }

  private static void writeDense(Path file, String begin, IntFunction<String> part, String end)
      throws IOException {
    // Just below the 16th that the reader accepts, since some collectors change the maximum a
    // little.
    long limit = Runtime.getRuntime().maxMemory() / 18;
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("\0".repeat(8));
      out.write(begin);
      long length = begin.length() + end.length();
      for (int i = 0; ; i++) {
        String text = part.apply(i);
        length += text.getBytes(StandardCharsets.UTF_8).length;
        if (length > limit) {
          break;
        }
        out.write(text);
      }
      out.write(end);
    }
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      long header = Files.size(file) - 8;
      var bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(bytes.putLong(header).flip());
    }
  }

  private static void check(String name, Path file, Expected expected) {
    String got;
    try {
      HostileFiles.readAll(file);
      got = expected == Expected.READ ? "" : "no refusal";
    } catch (SafeTensorsException e) {
      got = expected == Expected.REFUSED ? "" : e.getMessage();
    } catch (Throwable e) {
      got = e.toString();
    }
    if (!got.isEmpty()) {
      System.out.println(name + ": " + got);
    }
  }
}
