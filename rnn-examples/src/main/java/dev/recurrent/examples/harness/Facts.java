package dev.recurrent.examples.harness;

import dev.recurrent.data.Vocabulary;
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
          "facts of the model: expected " + name + ", got " + new TreeMap<>(values).keySet());
    }
    return text;
  }

  /** Returns a vocabulary. */
  public Vocabulary vocabulary(String name) {
    return Vocabulary.parse(text(name));
  }

  /** Returns numbers. */
  public double[] numbers(String name) {
    var text = text(name);
    return text.isEmpty()
        ? new double[0]
        : Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
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
