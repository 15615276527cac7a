package dev.recurrent.io;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists files that must be refused, with what the message must say. Uses nothing of JUnit, so that
 * {@link SmallHeap} can run it in a bare JVM.
 */
final class HostileFiles {
  /**
   * One file.
   *
   * @param message the parts, between bars, that the refusal's message must have
   * @param length the file's length; beyond the bytes it is sparse
   */
  record Case(String name, String message, byte[] bytes, long length) {
    Case(String name, String message, byte[] bytes) {
      this(name, message, bytes, bytes.length);
    }

    @Override
    public String toString() {
      return name;
    }

    void writeTo(Path file) throws IOException {
      Files.deleteIfExists(file);
      try (var channel =
          Files.newByteChannel(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.SPARSE,
              StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(bytes));
      }
      if (length > bytes.length) {
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
          sparse.setLength(length);
        }
      }
    }
  }

  private HostileFiles() {}

  /** Builds a file of a header, with its right length before it, and data. */
  static byte[] file(String header, int... data) {
    byte[] bytes = new byte[data.length];
    for (int i = 0; i < data.length; i++) {
      bytes[i] = (byte) data[i];
    }
    return file(header, bytes);
  }

  static byte[] file(String header, byte[] data) {
    return file(header.getBytes(StandardCharsets.UTF_8), data);
  }

  private static byte[] file(byte[] header, byte[] data) {
    var file = ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    return file.putLong(header.length).put(header).put(data).array();
  }

  /** Reads the header and loads every tensor. */
  static void readAll(Path file) throws IOException {
    var read = SafeTensors.read(file);
    for (String name : read.names()) {
      read.bytes(name);
    }
  }

  /** Returns all cases; each is refused whatever the size of the heap. */
  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    addLengths(cases);
    addJson(cases);
    addFields(cases);
    addPlaces(cases);
    return cases;
  }

  private static void addLengths(List<Case> cases) {
    cases.add(new Case("empty file", "file: expected at least 8 bytes", new byte[0]));
    cases.add(new Case("seven bytes", "file: expected at least 8 bytes", new byte[7]));
    cases.add(new Case("no header", "header: expected '{' as its first byte", new byte[8]));
    cases.add(lengthOnly("length -1", -1, "got 18446744073709551615 bytes"));
    cases.add(lengthOnly("smallest length", Long.MIN_VALUE, "got 9223372036854775808 bytes"));
    cases.add(lengthOnly("largest length", Long.MAX_VALUE, "at most 100000000 bytes"));
    cases.add(lengthOnly("header of gigabytes", 5L << 30, "header length: expected at most"));
    cases.add(lengthOnly("header above the limit", 100_000_001, "at most 100000000 bytes"));
    cases.add(lengthOnly("header at the limit", 100_000_000, "the 2 bytes that follow it"));
    cases.add(lengthOnly("header beyond the file", 3, "at most the 2 bytes that follow it"));
    cases.add(
        new Case("header of zeros", "header", longs(90_000_000), 100_000_000)); // or by the heap
    cases.add(new Case("header of a sparse file", "header length", longs(1L << 32), 5L << 30));
  }

  private static Case lengthOnly(String name, long length, String message) {
    var bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    return new Case(name, message, bytes.putLong(length).put((byte) '{').put((byte) '}').array());
  }

  private static byte[] longs(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static void addJson(List<Case> cases) {
    cases.add(json("not JSON", "{hello}", "header: expected valid JSON, got"));
    cases.add(json("cut JSON", "{\"a\":{\"dtype\":\"U8\"", "header: expected valid JSON, got"));
    cases.add(json("brace only", "{", "header: expected valid JSON, got"));
    cases.add(json("array", "[]", "header: expected '{' as its first byte, got 0x5b"));
    cases.add(json("blank first", " {}", "header: expected '{' as its first byte, got 0x20"));
    cases.add(json("byte order mark", "\uFEFF{}", "'{' as its first byte, got 0xef"));
    cases.add(json("two objects", "{}{}", "header: expected one JSON object, got START_OBJECT"));
    cases.add(json("zero padding", "{}\0\0", "header: expected valid JSON, got"));
    cases.add(json("comment", "{/* */}", "header: expected valid JSON, got"));
    cases.add(json("single quotes", "{'a':1}", "header: expected valid JSON, got"));
    cases.add(json("trailing comma", "{\"__metadata__\":{},}", "header: expected valid JSON"));
    cases.add(json("raw line break", "{\"a\nb\":1}", "header: expected valid JSON, got"));
    cases.add(json("number as a name", "{1:{}}", "header: expected valid JSON, got"));
    cases.add(json("null as a name", "{null:{}}", "header: expected valid JSON, got"));
    cases.add(
        json(
            "lone surrogate",
            "{\"\\ud800\":{}}",
            "valid JSON, got a text with half of a surrogate"));
    cases.add(json("lone low surrogate", "{\"\\udc00\":{}}", "header: expected valid JSON, got"));
    String lone = "{\"__metadata__\":{\"a\":\"\\ud800\"}}";
    cases.add(json("lone surrogate as a value", lone, "well-formed Unicode text, got"));
    cases.add(bytes("not UTF-8", "header: expected UTF-8", '{', '"', 0xC3, 0x28, '"', '}'));
    cases.add(bytes("overlong UTF-8", "expected UTF-8", '{', '"', 0xC0, 0xAF, '"', '}'));
    cases.add(bytes("surrogate bytes", "expected UTF-8", '{', '"', 0xED, 0xA0, 0x80, '"', '}'));
    cases.add(bytes("UTF-16", "header: expected valid JSON", '{', 0, '}', 0));
    String open = "{\"a\":{\"x\":" + "[".repeat(100_000);
    cases.add(
        json("deep nesting", open, "header: expected valid JSON, got values nested too deeply"));
    cases.add(json("deep objects", "{\"a\":".repeat(50_000), "header: expected valid JSON, got"));
    String tensor = "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
    String doubled = "{" + tensor + "," + tensor + "}";
    cases.add(json("name twice", doubled, "header: expected each key once, got \"a\" twice"));
    String escaped = "{" + tensor + "," + tensor.replace("\"a\"", "\"\\u0061\"") + "}";
    cases.add(json("name twice, escaped", escaped, "header: expected each key once, got \"a\""));
  }

  private static Case json(String name, String header, String message) {
    return new Case(name, message, file(header));
  }

  private static Case bytes(String name, String message, int... header) {
    byte[] bytes = new byte[header.length];
    for (int i = 0; i < header.length; i++) {
      bytes[i] = (byte) header[i];
    }
    return new Case(name, message, file(bytes, new byte[0]));
  }

  private static void addFields(List<Case> cases) {
    String meta = "{\"__metadata__\":%s}";
    cases.add(json("metadata null", meta.formatted("null"), "expected an object of strings"));
    cases.add(json("metadata list", meta.formatted("[]"), "expected an object of strings"));
    cases.add(json("metadata text", meta.formatted("\"a\""), "expected an object of strings"));
    String number = meta.formatted("{\"a\":1}");
    cases.add(json("metadata number", number, "__metadata__ \"a\": expected a string, got \"1\""));
    cases.add(json("metadata nested", meta.formatted("{\"a\":{}}"), "\"a\": expected a string"));
    String keys = meta.formatted("{\"a\":\"1\",\"a\":\"1\"}");
    cases.add(json("metadata key twice", keys, "__metadata__: expected each key once, got \"a\""));
    String twice = "{\"__metadata__\":{},\"__metadata__\":{}}";
    cases.add(json("metadata twice", twice, "header: expected each key once"));
    cases.add(json("tensor null", "{\"a\":null}", "tensor \"a\": expected an object"));
    cases.add(
        json("tensor list", "{\"a\":[\"U8\",[1],[0,1]]}", "tensor \"a\": expected an object"));
    cases.add(tensor("no fields", "", "dtype, shape and data_offsets, got no dtype"));
    cases.add(tensor("no dtype", "'shape':[1],'data_offsets':[0,1]", "got no dtype"));
    cases.add(tensor("no shape", "'dtype':'U8','data_offsets':[0,1]", "got no shape"));
    cases.add(tensor("no offsets", "'dtype':'U8','shape':[1]", "got no data_offsets"));
    String fields = "'dtype':'U8','dtype':'U8','shape':[1],'data_offsets':[0,1]";
    cases.add(tensor("dtype twice", fields, "each key once, got \"dtype\" twice"));
    cases.add(tensor("dtype unknown", "'dtype':'F31'", "dtype: expected one of [BOOL, F4"));
    cases.add(tensor("dtype lower case", "'dtype':'f32'", "dtype: expected one of [BOOL, F4"));
    cases.add(tensor("dtype number", "'dtype':3", "dtype: expected a string, got \"3\""));
    cases.add(shape("shape text", "'1'", "shape: expected an array of whole numbers"));
    cases.add(shape("shape null", "null", "shape: expected an array of whole numbers"));
    cases.add(shape("shape of texts", "['1']", "shape: expected whole numbers, got \"1\""));
    cases.add(shape("shape nested", "[[1]]", "shape: expected whole numbers, got \"[\""));
    cases.add(shape("shape negative", "[-1,-1]", "shape: expected numbers from 0 to 2^63 - 1"));
    cases.add(shape("shape minus zero", "[-0]", "shape: expected numbers from 0 to 2^63 - 1"));
    cases.add(shape("shape fraction", "[1.0]", "shape: expected whole numbers, got \"1.0\""));
    cases.add(shape("shape 1e308", "[1e308]", "shape: expected whole numbers, got \"1e308\""));
    cases.add(shape("shape NaN", "[NaN]", "header: expected valid JSON, got"));
    cases.add(shape("shape 2^64", "[18446744073709551616]", "expected numbers from 0 to 2^63"));
    String digits = "[" + "9".repeat(100_000) + "]";
    cases.add(shape("shape of many digits", digits, "header: expected valid JSON, got"));
    String ones = "[1" + ",1".repeat(1_000_000) + "]";
    cases.add(shape("shape of many ones", ones, "shape: expected at most 64 numbers"));
    String large = "[4294967296,4294967296]";
    cases.add(shape("shape overflows", large, "shape: expected a product far below 2^63"));
    String bits = "[2305843009213693952]";
    cases.add(shape("bits overflow", bits, "shape: expected a product far below 2^63"));
    String wraps = "[3,6148914691236517206]"; // 2^64 + 2: the product would wrap around to 2
    cases.add(shape("shape wraps", wraps, "shape: expected a product far below 2^63"));
  }

  private static Case tensor(String name, String fields, String message) {
    String header = "{\"a\":{" + fields.replace('\'', '"') + "}}";
    return new Case(name, message, file(header, 7));
  }

  private static Case shape(String name, String shape, String message) {
    return tensor(name, "'dtype':'U8','shape':" + shape + ",'data_offsets':[0,1]", message);
  }

  private static void addPlaces(List<Case> cases) {
    cases.add(place("offsets one", "[0]", "data_offsets: expected [begin, end], got [0]"));
    cases.add(place("offsets three", "[0,1,1]", "data_offsets: expected [begin, end], got"));
    cases.add(place("offsets none", "[]", "data_offsets: expected [begin, end], got []"));
    cases.add(place("offsets object", "{}", "data_offsets: expected an array of whole numbers"));
    cases.add(place("offsets floats", "[0.0,1.0]", "data_offsets: expected whole numbers, got"));
    cases.add(place("offsets backwards", "[1,0]", "expected 0 <= begin <= end <= 1"));
    cases.add(place("offsets beyond", "[0,2]", "expected 0 <= begin <= end <= 1"));
    cases.add(place("offsets huge", "[0,9223372036854775807]", "begin <= end <= 1 (the bytes"));
    cases.add(place("offsets too short", "[0,0]", "expected 1 bytes of U8 [1], got 0 bytes"));
    String half = "'dtype':'F4','shape':[1],'data_offsets':[0,1]";
    cases.add(tensor("half a byte", half, "expected 4 bits of F4 [1], got 1 bytes"));
    String byDType = "'dtype':'F64','shape':[1],'data_offsets':[0,1]";
    cases.add(tensor("dtype too large", byDType, "expected 8 bytes of F64 [1], got 1 bytes"));
    cases.add(pair("overlap", "[0,2]", "[1,3]", 3, "a begin of 2, where", "1 (an overlap)"));
    cases.add(pair("same place", "[0,2]", "[0,2]", 2, "a begin of 2, where", "0 (an overlap)"));
    cases.add(pair("gap", "[0,2]", "[3,5]", 5, "a begin of 2, where", "3 (a gap)"));
    cases.add(pair("gap first", "[1,3]", "[3,5]", 5, "a begin of 0, where", "1 (a gap)"));
    cases.add(pair("trailing data", "[0,2]", "[2,4]", 5, "data: expected 4 bytes", "5 bytes"));
    cases.add(pair("cut data", "[0,2]", "[2,4]", 3, "begin <= end <= 3", "[2, 4]"));
    cases.add(new Case("data of nothing", "data: expected 0 bytes", file("{}", 0)));
    long gigabytes = 3L << 30;
    String header =
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(gigabytes, gigabytes);
    byte[] bytes = file(header);
    cases.add(
        new Case("too large for an array", "at most 2147483639", bytes, bytes.length + gigabytes));
  }

  private static Case place(String name, String offsets, String message) {
    return tensor(name, "'dtype':'U8','shape':[1],'data_offsets':" + offsets, message);
  }

  private static Case pair(
      String name, String a, String b, int bytes, String expected, String got) {
    String header =
        ("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":%s},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":%s}}")
            .formatted(a, b);
    return new Case(name, expected + "|" + got, file(header, new int[bytes]));
  }
}
