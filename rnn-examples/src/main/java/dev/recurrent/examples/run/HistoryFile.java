package dev.recurrent.examples.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.io.AtomicFiles;
import dev.recurrent.train.EpochResult;
import dev.recurrent.train.TrainingListener;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes {@code history.csv}, a line for each epoch: before each checkpoint, so that a run that is
 * killed at any moment has the line of every epoch that its checkpoint has.
 */
public final class HistoryFile implements TrainingListener {
  private final Path file;
  private String header = EpochResult.CSV_HEADER;
  private final List<EpochResult> unwritten = new ArrayList<>();

  /** Writes into the folder of a run. */
  public HistoryFile(Path folder) {
    file = folder.resolve("history.csv");
  }

  @Override
  public void epochEnded(EpochResult result) {
    header = result.csvHeader();
    unwritten.add(result);
  }

  @Override
  public void checkpointing(Path checkpoint) {
    if (unwritten.isEmpty()) {
      return;
    }
    try {
      var lines = new ArrayList<String>();
      if (Files.exists(file)) {
        // Those of an earlier part of the run, which may have got further than its checkpoint.
        Files.readAllLines(file).stream()
            .skip(1)
            .limit(unwritten.getFirst().epoch() - 1L)
            .forEach(lines::add);
      }
      unwritten.forEach(result -> lines.add(result.toCsv()));
      write(lines);
      unwritten.clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void ended(TrainingResult result) {
    var epochs = result.epochs();
    if (!epochs.isEmpty()) {
      header = epochs.getLast().csvHeader();
    }
    try {
      write(epochs.stream().map(EpochResult::toCsv).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(List<String> lines) throws IOException {
    var text = header + "\n" + String.join("\n", lines) + (lines.isEmpty() ? "" : "\n");
    AtomicFiles.write(file, text.getBytes(UTF_8));
  }
}
