package dev.recurrent.examples.conformance;

import dev.recurrent.io.SafeTensors;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads tensors and options of a case, and remembers which tensors have been read. */
final class CaseFile {
  private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

  private final SafeTensors file;
  private final Set<String> used = new HashSet<>();

  CaseFile(SafeTensors file) {
    this.file = file;
  }

  boolean has(String tensor) {
    return file.has(tensor);
  }

  /** Returns the names of the tensors that begin so. */
  List<String> namesWith(String prefix) {
    return file.names().stream().filter(name -> name.startsWith(prefix)).toList();
  }

  /** Returns a tensor's shape, which has to be of so many dimensions. */
  int[] shape(String tensor, int dimensions) throws IOException {
    var shape = file.shape(tensor);
    if (shape.length != dimensions) {
      throw new IllegalArgumentException(
          tensor + ": expected " + dimensions + " dimensions, got " + Arrays.toString(shape));
    }
    return Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
  }

  float[] floats(String tensor) throws IOException {
    used.add(tensor);
    return file.roundedFloats(tensor);
  }

  /** Returns a tensor of the given shape; anything else is refused. */
  float[] floats(String tensor, int... shape) throws IOException {
    requireShape(tensor, shape);
    return floats(tensor);
  }

  double[] doubles(String tensor) throws IOException {
    used.add(tensor);
    return file.doubles(tensor);
  }

  int[] ints(String tensor) throws IOException {
    used.add(tensor);
    return Arrays.stream(file.longs(tensor)).mapToInt(Math::toIntExact).toArray();
  }

  void requireShape(String tensor, int... shape) throws IOException {
    var got = file.shape(tensor);
    if (!Arrays.equals(got, Arrays.stream(shape).asLongStream().toArray())) {
      throw new IllegalArgumentException(
          tensor + ": expected " + Arrays.toString(shape) + ", got " + Arrays.toString(got));
    }
  }

  /** Refuses a case of which a part was neither computed with nor compared. */
  void requireAllUsed() {
    var unused = file.names().stream().filter(name -> !used.contains(name)).sorted().toList();
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException("not understood: tensors " + unused);
    }
  }

  String text(String option) {
    return required(option, file.metadata().get(option));
  }

  String text(String option, String otherwise) {
    return file.metadata().getOrDefault(option, otherwise);
  }

  int integer(String option) {
    return (int) number(option, text(option));
  }

  int integer(String option, int otherwise) {
    return (int) number(option, otherwise);
  }

  double number(String option, double otherwise) {
    var text = file.metadata().get(option);
    return text == null ? otherwise : number(option, text);
  }

  boolean flag(String option, boolean otherwise) {
    var text = file.metadata().get(option);
    if (text == null) {
      return otherwise;
    }
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException(option + ": expected true or false, got " + text);
    }
    return text.equals("true");
  }

  /** Returns numbers such as {@code [0.9, 0.999]}. */
  double[] numbers(String option, double... otherwise) {
    var text = file.metadata().get(option);
    if (text == null) {
      return otherwise;
    }
    if (!text.startsWith("[") || !text.endsWith("]")) {
      throw new IllegalArgumentException(option + ": expected numbers in [ ], got " + text);
    }
    return COMMA
        .splitAsStream(text.substring(1, text.length() - 1).strip())
        .mapToDouble(number -> number(option, number))
        .toArray();
  }

  private static double number(String option, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + ": expected a number, got " + text, e);
    }
  }

  private static String required(String option, @Nullable String text) {
    if (text == null) {
      throw new IllegalArgumentException("metadata " + option + ": expected a value, got none");
    }
    return text;
  }
}
