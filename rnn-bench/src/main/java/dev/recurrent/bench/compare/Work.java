package dev.recurrent.bench.compare;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Names one row of the comparison: a cell, its sizes, and what is done with it. */
public record Work(Cell cell, Shape shape, Mode mode) {

  /** The cells that are compared. */
  public enum Cell {
    /** Elman's, PyTorch's RNN. */
    ELMAN("rnn", "Elman", "elman"),
    /** PyTorch's GRU. */
    GRU("gru", "GRU", "gru"),
    /** PyTorch's LSTM. */
    LSTM("lstm", "LSTM", "lstm"),
    /** The LSTM with peepholes, which stands for any cell of a user's own. */
    PEEPHOLE("lstm-peephole", "peephole LSTM", "lstm-peephole");

    private final String id;
    private final String title;
    private final String catalogueName;

    Cell(String id, String title, String catalogueName) {
      this.id = id;
      this.title = title;
      this.catalogueName = catalogueName;
    }

    /** Returns the name in requests. */
    public String id() {
      return id;
    }

    /** Returns the name in tables. */
    public String title() {
      return title;
    }

    /** Returns the equations. */
    public CellDefinition definition() {
      return Cells.named(catalogueName);
    }

    static Cell of(String id) {
      return Arrays.stream(values()).filter(c -> c.id.equals(id)).findFirst().orElseThrow();
    }
  }

  /** What is done. */
  public enum Mode {
    /** Forward, without gradients. */
    FWD,
    /** Forward, and backward of the sum of the output. */
    TRAIN,
    /** A training step of a {@link CharacterModel} with these layers, all of it. */
    TEXT;

    /** Returns the name in requests and tables. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The sizes: input I, hidden H, batch B, steps T, layers L. */
  public record Shape(int input, int hidden, int batch, int steps, int layers) {
    @Override
    public String toString() {
      return hidden + ", " + batch + ", " + steps + (layers > 1 ? ", " + layers : "");
    }
  }

  /** The sizes that are compared: from one small sequence to large batches of wide layers. */
  public static final List<Shape> FULL =
      List.of(
          new Shape(64, 64, 1, 100, 1),
          new Shape(64, 64, 32, 50, 1),
          new Shape(128, 128, 64, 100, 1),
          new Shape(256, 256, 1, 100, 1),
          new Shape(256, 256, 64, 100, 1),
          new Shape(512, 512, 64, 50, 1),
          new Shape(1024, 1024, 64, 25, 1),
          new Shape(128, 128, 64, 100, 2));

  /** The character model that {@code ./rnn train text} trains by default. */
  public static final Work TEXT = new Work(Cell.LSTM, new Shape(64, 256, 64, 64, 2), Mode.TEXT);

  /** A small one, to see whether everything works. */
  public static final Work QUICK_TEXT = new Work(Cell.LSTM, new Shape(16, 64, 8, 16, 2), Mode.TEXT);

  /** What is done with layers alone. */
  static final List<Mode> LAYER_MODES = List.of(Mode.FWD, Mode.TRAIN);

  /** Two shapes that take no time, to see whether everything works. */
  public static final List<Shape> QUICK =
      List.of(new Shape(64, 64, 1, 100, 1), new Shape(64, 64, 32, 50, 1));

  /** Returns all work on the given shapes; the user's own cell has one layer. */
  public static List<Work> on(List<Shape> shapes) {
    var all = new ArrayList<Work>();
    for (var cell : Cell.values()) {
      for (var shape : shapes) {
        for (var mode : LAYER_MODES) {
          if (cell != Cell.PEEPHOLE || shape.layers() == 1) {
            all.add(new Work(cell, shape, mode));
          }
        }
      }
    }
    return all;
  }

  /**
   * Returns the floating-point operations of the matrix products: those of the forward pass, three
   * times for training. A character model has one more, that of its dense layer.
   */
  public double flops() {
    double perRow = 0;
    for (int layer = 0; layer < shape.layers(); layer++) {
      int input = layer == 0 ? shape.input() : shape.hidden();
      perRow += cell.definition().program(CellSizes.of(input, shape.hidden())).productFlops();
    }
    if (mode == Mode.TEXT) {
      perRow += 2.0 * shape.hidden() * CharacterModel.SYMBOLS;
    }
    return perRow * shape.batch() * shape.steps() * (mode == Mode.FWD ? 1 : 3);
  }

  @Override
  public String toString() {
    return cell.title() + " " + shape + " " + mode.id();
  }
}
