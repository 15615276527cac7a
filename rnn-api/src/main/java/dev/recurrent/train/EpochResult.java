package dev.recurrent.train;

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
 */
public record EpochResult(
    int epoch,
    long updates,
    double trainingLoss,
    double validation,
    double learningRate,
    double seconds,
    double targets) {

  /** Is the first line of a CSV file of results. */
  public static final String CSV_HEADER =
      "epoch,updates,training_loss,validation,learning_rate,seconds,targets";

  /** Returns the result as a line of a CSV file. */
  public String toCsv() {
    return epoch
        + ","
        + updates
        + ","
        + trainingLoss
        + ","
        + validation
        + ","
        + learningRate
        + ","
        + seconds
        + ","
        + targets;
  }

  /** Reads what {@link #toCsv} wrote. */
  static EpochResult ofCsv(String line) {
    var cells = line.split(",", -1);
    if (cells.length != 7) {
      throw new IllegalArgumentException("history: expected 7 cells, got \"" + line + "\"");
    }
    return new EpochResult(
        Integer.parseInt(cells[0]),
        Long.parseLong(cells[1]),
        Double.parseDouble(cells[2]),
        Double.parseDouble(cells[3]),
        Double.parseDouble(cells[4]),
        Double.parseDouble(cells[5]),
        Double.parseDouble(cells[6]));
  }
}
