package dev.recurrent.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Sums up an epoch.
 *
 * @param epoch counts from 1
 * @param updates the updates made so far
 * @param trainingLoss the mean loss over the epoch's targets, as training went on
 * @param validation the metric on the validation data, or NaN without any
 * @param learningRate the last one used
 * @param seconds the time that the epoch's training took, validation apart
 * @param targets the weight of the targets trained on: for text, characters
 * @param measures what else was measured on the validation data, by name, in the order of the
 *     metrics
 */
public record EpochResult(
    int epoch,
    long updates,
    double trainingLoss,
    double validation,
    double learningRate,
    double seconds,
    double targets,
    Map<String, Double> measures) {

  /** The first cells of the first line of a CSV file of results: of one metric all. */
  public static final String CSV_HEADER =
      "epoch,updates,training_loss,validation,learning_rate,seconds,targets";

  public EpochResult {
    measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
  }

  /** Returns the first line of a CSV file of results. */
  public String csvHeader() {
    var names = measures.keySet().stream().map(name -> "," + name.replace(',', ' '));
    return CSV_HEADER + names.collect(Collectors.joining());
  }

  /** Returns the result as a line of a CSV file. */
  public String toCsv() {
    var cells = new ArrayList<Object>();
    cells.addAll(List.of(epoch, updates, trainingLoss, validation, learningRate, seconds, targets));
    cells.addAll(measures.values());
    return cells.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /** Reads what {@link #toCsv} wrote, given the names of what else was measured. */
  static EpochResult ofCsv(String line, List<String> names) {
    var cells = line.split(",", -1);
    int fixed = CSV_HEADER.split(",", -1).length;
    if (cells.length != fixed + names.size()) {
      throw new IllegalArgumentException(
          "history: expected %d cells, as there are %d metrics, got \"%s\""
              .formatted(fixed + names.size(), 1 + names.size(), line));
    }
    var measures = new LinkedHashMap<String, Double>();
    for (int k = 0; k < names.size(); k++) {
      measures.put(names.get(k), Double.valueOf(cells[fixed + k]));
    }
    return new EpochResult(
        Integer.parseInt(cells[0]),
        Long.parseLong(cells[1]),
        Double.parseDouble(cells[2]),
        Double.parseDouble(cells[3]),
        Double.parseDouble(cells[4]),
        Double.parseDouble(cells[5]),
        Double.parseDouble(cells[6]),
        measures);
  }
}
