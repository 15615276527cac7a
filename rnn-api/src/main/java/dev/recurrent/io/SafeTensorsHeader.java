package dev.recurrent.io;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Parses and checks the header of a safetensors file: strict UTF-8, strict JSON without duplicate
 * keys, and tensors that fill the data exactly, without gap or overlap.
 *
 * <p>Unknown fields of a tensor are skipped, as the reference implementation does; but no name,
 * even within them, may have a lone surrogate.
 */
final class SafeTensorsHeader {
  static final String METADATA = "__metadata__";

  private static final int MAX_DEPTH = 16;
  private static final int MAX_DIMENSIONS = 64; // as many as PyTorch and NumPy can hold

  private final Path file;
  private final JsonParser json;
  private final long dataBytes;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private boolean metadataSeen;

  private SafeTensorsHeader(Path file, JsonParser json, long dataBytes) {
    this.file = file;
    this.json = json;
    this.dataBytes = dataBytes;
  }

  /**
   * Parses a header.
   *
   * @param file only for messages
   * @param dataBytes how many bytes follow the header in the file
   */
  static SafeTensorsHeader parse(Path file, byte[] header, long dataBytes)
      throws SafeTensorsException {
    if (header.length == 0 || header[0] != '{') {
      String first = header.length == 0 ? "no bytes" : "0x%02x".formatted(header[0]);
      throw new SafeTensorsException(file, "header", "'{' as its first byte", first);
    }
    try (JsonParser json = strictParser(header)) {
      var parsed = new SafeTensorsHeader(file, json, dataBytes);
      parsed.readTopLevel();
      parsed.checkLayout();
      return parsed;
    } catch (JacksonIOException e) {
      if (e.getCause() instanceof CharacterCodingException cause) {
        var failure = new SafeTensorsException(file, "header", "UTF-8", "other bytes");
        throw withCause(failure, cause);
      }
      throw new UncheckedIOException(e.getCause()); // reading from memory gives no other kind
    } catch (JacksonException e) {
      long at = e.getLocation() == null ? -1 : e.getLocation().getCharOffset();
      String got = JsonFaults.describe(e) + (at < 0 ? "" : " at character " + at);
      throw withCause(new SafeTensorsException(file, "header", "valid JSON", got), e);
    }
  }

  /** Returns the tensors by name, in the header's order. */
  Map<String, TensorInfo> tensors() {
    return tensors;
  }

  /** Returns the metadata, in the header's order. */
  Map<String, String> metadata() {
    return metadata;
  }

  private static JsonParser strictParser(byte[] header) {
    var constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNameLength(header.length)
            .maxStringLength(header.length)
            .build();
    // Text of a hostile file stays out of JVM-wide tables, shared tables and shared buffers.
    var factory =
        JsonFactory.builder()
            .streamReadConstraints(constraints)
            .disable(JsonFactory.Feature.INTERN_PROPERTY_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build();
    // A decoder made by newDecoder reports malformed bytes; Jackson's own would let some pass, and
    // would take the file for UTF-16 or UTF-32 if it looked so.
    return factory.createParser(
        ObjectReadContext.empty(),
        new InputStreamReader(
            new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder()));
  }

  private static SafeTensorsException withCause(SafeTensorsException failure, Exception cause) {
    failure.initCause(cause);
    return failure;
  }

  private void readTopLevel() throws SafeTensorsException {
    json.nextToken(); // the first byte is '{'
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = wellFormed("header", json.currentName());
      json.nextToken();
      if (name.equals(METADATA)) {
        readMetadata();
      } else if (tensors.put(name, readTensor(name)) != null) {
        throw duplicate("header", name);
      }
    }
    if (json.nextToken() != null) {
      throw wrong("header", "one JSON object", json.currentToken() + " after it");
    }
  }

  private void readMetadata() throws SafeTensorsException {
    if (metadataSeen) {
      throw duplicate("header", METADATA);
    }
    metadataSeen = true;
    require(JsonToken.START_OBJECT, METADATA, "an object of strings");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String key = wellFormed(METADATA, json.currentName());
      json.nextToken();
      require(JsonToken.VALUE_STRING, METADATA + " " + Quoted.quote(key), "a string");
      if (metadata.put(key, wellFormed(METADATA, json.getString())) != null) {
        throw duplicate(METADATA, key);
      }
    }
  }

  private TensorInfo readTensor(String name) throws SafeTensorsException {
    String what = "tensor " + Quoted.quote(name);
    require(JsonToken.START_OBJECT, what, "an object");
    DType dtype = null;
    long[] shape = null;
    long[] offsets = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "dtype" -> dtype = onlyOne(dtype, readDType(what), what, field);
        case "shape" -> shape = onlyOne(shape, readLongs(what + ": shape"), what, field);
        case "data_offsets" ->
            offsets = onlyOne(offsets, readLongs(what + ": data_offsets"), what, field);
        default -> json.skipChildren();
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
      throw wrong(what, "dtype, shape and data_offsets", "no " + missing);
    }
    if (offsets.length != 2) {
      throw wrong(what + ": data_offsets", "[begin, end]", Arrays.toString(offsets));
    }
    return checked(what, new TensorInfo(name, dtype, shape, offsets[0], offsets[1]));
  }

  private <T> T onlyOne(@Nullable T before, T now, String what, String field)
      throws SafeTensorsException {
    if (before != null) {
      throw duplicate(what, field);
    }
    return now;
  }

  private DType readDType(String what) throws SafeTensorsException {
    require(JsonToken.VALUE_STRING, what + ": dtype", "a string");
    var dtype = DType.named(json.getString());
    if (dtype.isEmpty()) {
      String known = "one of " + Arrays.toString(DType.values());
      throw wrong(what + ": dtype", known, Quoted.quote(json.getString()));
    }
    return dtype.get();
  }

  private long[] readLongs(String what) throws SafeTensorsException {
    require(JsonToken.START_ARRAY, what, "an array of whole numbers");
    long[] numbers = new long[MAX_DIMENSIONS];
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (count == MAX_DIMENSIONS) {
        throw wrong(what, "at most " + MAX_DIMENSIONS + " numbers", "more");
      }
      require(JsonToken.VALUE_NUMBER_INT, what, "whole numbers");
      if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getString().startsWith("-")) {
        throw wrong(what, "numbers from 0 to 2^63 - 1", Quoted.quote(json.getString()));
      }
      numbers[count++] = json.getLongValue();
    }
    return Arrays.copyOf(numbers, count);
  }

  private TensorInfo checked(String what, TensorInfo tensor) throws SafeTensorsException {
    long begin = tensor.begin();
    long end = tensor.end();
    if (begin > end || end > dataBytes) {
      String range = "0 <= begin <= end <= " + dataBytes + " (the bytes of data in the file)";
      throw wrong(what + ": data_offsets", range, "[" + begin + ", " + end + "]");
    }
    long bits;
    try {
      long product = tensor.dtype().bits();
      for (long size : tensor.shape()) {
        product = Math.multiplyExact(product, size);
      }
      bits = product;
    } catch (ArithmeticException overflow) {
      String got = Arrays.toString(tensor.shape());
      throw wrong(what + ": shape", "a product far below 2^63", got);
    }
    if (bits % 8 != 0 || bits / 8 != end - begin) {
      String size = bits % 8 == 0 ? bits / 8 + " bytes" : bits + " bits";
      String of = " of " + tensor.dtype() + " " + Arrays.toString(tensor.shape());
      throw wrong(what + ": data_offsets", size + of, end - begin + " bytes");
    }
    return tensor;
  }

  private void checkLayout() throws SafeTensorsException {
    List<TensorInfo> byPlace = new ArrayList<>(tensors.values());
    byPlace.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
    long filled = 0;
    for (TensorInfo tensor : byPlace) {
      if (tensor.begin() != filled) {
        String fault = tensor.begin() > filled ? " (a gap)" : " (an overlap)";
        throw wrong(
            "tensor " + Quoted.quote(tensor.name()) + ": data_offsets",
            "a begin of " + filled + ", where the tensor before ends",
            tensor.begin() + fault);
      }
      filled = tensor.end();
    }
    if (filled != dataBytes) {
      throw wrong("data", filled + " bytes, as the tensors hold", dataBytes + " bytes");
    }
  }

  /**
   * Refuses a text with a lone surrogate, which UTF-8 could not give back. Jackson 3.2 itself
   * refuses one in a name, though it does not say that it must; it lets one in a value pass.
   */
  private String wellFormed(String what, String text) throws SafeTensorsException {
    if (!isWellFormed(text)) {
      throw wrong(what, "well-formed Unicode text", Quoted.quote(text));
    }
    return text;
  }

  /** Says whether UTF-8 can hold the text: whether each surrogate has its partner. */
  static boolean isWellFormed(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private void require(JsonToken token, String what, String expected) throws SafeTensorsException {
    if (json.currentToken() != token) {
      throw wrong(what, expected, Quoted.quote(json.getString()));
    }
  }

  private SafeTensorsException duplicate(String what, String key) {
    return wrong(what, "each key once", Quoted.quote(key) + " twice");
  }

  private SafeTensorsException wrong(String what, String expected, String got) {
    return new SafeTensorsException(file, what, expected, got);
  }
}
