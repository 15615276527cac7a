package dev.recurrent.examples.harness;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Writes the fields of outcomes, a line each. */
final class PredictionWriter {
  private final PrintWriter out;
  private final Format format;
  private final CsvWriter csv;
  private List<String> columns = List.of();

  /** Says how a line looks. */
  enum Format {
    /** RFC 4180, the names of the fields in the first line. */
    CSV,
    /** A JSON object a line. */
    JSONL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  PredictionWriter(PrintWriter out, Format format) {
    this.out = out;
    this.format = format;
    csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(out);
  }

  void write(Outcome outcome) {
    if (format == Format.JSONL) {
      out.println(JsonMapper.shared().writeValueAsString(outcome.fields()));
    } else {
      writeCsv(outcome.fields());
    }
  }

  private void writeCsv(Map<String, Object> fields) {
    if (columns.isEmpty()) {
      columns = List.copyOf(fields.keySet());
      csv.writeRecord(columns);
    }
    var cells = new ArrayList<String>();
    columns.forEach(column -> cells.add(String.valueOf(fields.getOrDefault(column, ""))));
    csv.writeRecord(cells);
  }
}
