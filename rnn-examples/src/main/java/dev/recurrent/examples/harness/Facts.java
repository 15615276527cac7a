package dev.recurrent.examples.harness;

import dev.recurrent.data.Vocabulary;
import dev.recurrent.io.Quoted;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Holds what a model has to know of the data that trained it, besides its parameters: vocabularies,
 * classes, means. Kept as text in the metadata of the model's file.
 */
public record Facts(Map<String, String> values) {
  private static final String PREFIX = "fact.";

  /** Copies the values. */
  public Facts {
    values = Map.copyOf(values);
  }

  /** Returns no facts. */
  public static Facts none() {
    return new Facts(Map.of());
  }

  /** Returns these facts and a text. */
  public Facts with(String name, String text) {
    var more = new TreeMap<>(values);
    more.put(name, text);
    return new Facts(more);
  }

  /** Returns these facts and a vocabulary. */
  public Facts with(String name, Vocabulary vocabulary) {
    return with(name, vocabulary.toText());
  }

  /** Returns these facts and numbers. */
  public Facts with(String name, double... numbers) {
    return with(
        name, Arrays.stream(numbers).mapToObj(Double::toString).collect(Collectors.joining(" ")));
  }

  /**
   * Returns a text.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public String text(String name) {
    var text = values.get(name);
    if (text == null) {
      throw new IllegalArgumentException(
          "facts of the model: expected "
              + name
              + ", got "
              + Quoted.quote(new TreeMap<>(values).keySet().toString()));
    }
    return text;
  }

  /** Returns a vocabulary. */
  public Vocabulary vocabulary(String name) {
    return Vocabulary.parse(text(name));
  }

  /**
   * Returns numbers.
   *
   * @throws IllegalArgumentException if they are none, or not finite
   */
  public double[] numbers(String name) {
    var text = text(name);
    return text.isEmpty()
        ? new double[0]
        : Arrays.stream(text.split(" ")).mapToDouble(number -> number(name, number)).toArray();
  }

  /**
   * Returns the one whole number under a name.
   *
   * @param most the largest there can be
   * @throws IllegalArgumentException if it is something else, or not from 1 to {@code most}
   */
  public int size(String name, int most) {
    var numbers = numbers(name);
    boolean whole = numbers.length == 1 && numbers[0] == Math.rint(numbers[0]);
    if (!whole || numbers[0] < 1 || numbers[0] > most) {
      throw new IllegalArgumentException(
          "fact %s of the model: expected a whole number from 1 to %d, got %s"
              .formatted(name, most, Quoted.quote(text(name))));
    }
    return (int) numbers[0];
  }

  private static double number(String name, String text) {
    try {
      double number = Double.parseDouble(text);
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, as infinity is.
    }
    throw new IllegalArgumentException(
        "fact " + name + " of the model: expected finite numbers, got " + Quoted.quote(text));
  }

  /**
   * Returns the constant of an enum that a fact names.
   *
   * @throws IllegalArgumentException if there is none of this name, or it names another
   */
  public <C extends Enum<C>> C constant(String name, Class<C> kind) {
    var text = text(name);
    return Arrays.stream(kind.getEnumConstants())
        .filter(constant -> constant.name().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "fact %s of the model: expected one of %s, got %s"
                        .formatted(
                            name, Arrays.toString(kind.getEnumConstants()), Quoted.quote(text))));
  }

  /** Returns the facts as metadata of a model file. */
  Map<String, String> toMetadata() {
    var metadata = new TreeMap<String, String>();
    values.forEach((name, text) -> metadata.put(PREFIX + name, text));
    return metadata;
  }

  /** Finds the facts in the metadata of a model file. */
  static Facts ofMetadata(Map<String, String> metadata) {
    var found = new TreeMap<String, String>();
    metadata.forEach(
        (name, text) -> {
          if (name.startsWith(PREFIX)) {
            found.put(name.substring(PREFIX.length()), text);
          }
        });
    return new Facts(found);
  }
}
