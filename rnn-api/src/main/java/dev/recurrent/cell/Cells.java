package dev.recurrent.cell;

import static dev.recurrent.cell.Functions.layerNorm;
import static dev.recurrent.cell.Functions.oneMinus;
import static dev.recurrent.cell.Functions.relu;
import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Holds the catalogue of cells: for each its equations, its paper and its initial values. In the
 * equations σ is the logistic function, ∘ the elementwise product, and {@code W_k x + U_k h + b_k}
 * is written {@code linear("k", x, h)}. Input weights start as Glorot's, recurrent weights
 * orthogonal, biases 0 (the forget gate's 1: Jozefowicz et al. 2015).
 */
public final class Cells {
  /** Elman's simple recurrent network (1990): h' = tanh(W x + U h + b). PyTorch's {@code RNN}. */
  public static final CellDefinition ELMAN = elman("elman", Functions::tanh);

  /** Elman's network with h' = relu(W x + U h + b). PyTorch's {@code RNN(nonlinearity='relu')}. */
  public static final CellDefinition ELMAN_RELU = elman("elman-relu", Functions::relu);

  /**
   * Jordan's network (1986), whose memory is its output: h = tanh(W_h x + U_h y + b_h), y' =
   * tanh(W_y h + b_y). The hidden layer and the output have H units each.
   */
  public static final CellDefinition JORDAN =
      CellDefinition.named(
          "jordan",
          c -> {
            var x = c.input();
            var y = c.state("y");
            var h = tanh(c.linear("h", x, y));
            c.next("y", tanh(c.linear("y", h)));
          });

  /**
   * Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gate (Gers et al. 2000):
   * i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c' = f∘c + i∘g, h' = o∘tanh(c'). PyTorch's
   * and cuDNN's {@code LSTM}.
   */
  public static final CellDefinition LSTM =
      CellDefinition.named(
              "lstm",
              c -> {
                var x = c.input();
                var h = c.state("h");
                var m = c.state("c");
                var i = sigmoid(c.linear("i", x, h));
                var f = sigmoid(c.linear("f", x, h));
                var g = tanh(c.linear("g", x, h));
                var o = sigmoid(c.linear("o", x, h));
                var mNext = f.times(m).plus(i.times(g));
                c.next("c", mNext);
                c.next("h", o.times(tanh(mNext)));
              })
          .withInitialBias("f", 1);

  /**
   * LSTM whose gates see the memory through diagonal weights p (Gers and Schmidhuber 2000): i, f =
   * σ(W x + U h + p∘c + b), o = σ(W x + U h + p∘c' + b); the rest as in {@link #LSTM}.
   */
  public static final CellDefinition LSTM_PEEPHOLE =
      CellDefinition.named(
              "lstm-peephole",
              c -> {
                var x = c.input();
                var h = c.state("h");
                var m = c.state("c");
                var i = sigmoid(c.linear("i", x, h).plus(c.vector("pi").times(m)));
                var f = sigmoid(c.linear("f", x, h).plus(c.vector("pf").times(m)));
                var g = tanh(c.linear("g", x, h));
                var mNext = f.times(m).plus(i.times(g));
                var o = sigmoid(c.linear("o", x, h).plus(c.vector("po").times(mNext)));
                c.next("c", mNext);
                c.next("h", o.times(tanh(mNext)));
              })
          .withInitialBias("f", 1);

  /**
   * LSTM with layer normalisation (Ba et al. 2016): gate k sees LN(W_k x; gain, shift) + LN(U_k h;
   * gain, shift), and h' = o∘tanh(LN(c'; gain, shift)).
   */
  public static final CellDefinition LSTM_LAYERNORM =
      CellDefinition.named(
          "lstm-layernorm",
          c -> {
            var x = c.input();
            var h = c.state("h");
            var m = c.state("c");
            var i = sigmoid(normalizedGate(c, "i", x, h, 0));
            var f = sigmoid(normalizedGate(c, "f", x, h, 1));
            var g = tanh(normalizedGate(c, "g", x, h, 0));
            var o = sigmoid(normalizedGate(c, "o", x, h, 0));
            var mNext = f.times(m).plus(i.times(g));
            c.next("c", mNext);
            c.next("h", o.times(tanh(normalized(c, "c", mNext, 0))));
          });

  /**
   * Gated recurrent unit, reset gate after the product: r, z = σ(W x + U h + b), n = tanh(W x + b +
   * r∘(U h + b')), h' = (1-z)∘n + z∘h. PyTorch's and cuDNN's {@code GRU}.
   */
  public static final CellDefinition GRU =
      CellDefinition.named(
          "gru",
          c -> {
            var x = c.input();
            var h = c.state("h");
            var r = sigmoid(c.linear("r", x, h));
            var z = sigmoid(c.linear("z", x, h));
            var n = tanh(c.linear("n", x).plus(r.times(c.linear("nh", h))));
            c.next("h", oneMinus(z).times(n).plus(z.times(h)));
          });

  /**
   * Gated recurrent unit, reset gate before the product (Cho et al. 2014): r, z = σ(W x + U h + b),
   * n = tanh(W x + U (r∘h) + b), h' = (1-z)∘n + z∘h.
   */
  public static final CellDefinition GRU_RESET_BEFORE =
      CellDefinition.named(
          "gru-reset-before",
          c -> {
            var x = c.input();
            var h = c.state("h");
            var r = sigmoid(c.linear("r", x, h));
            var z = sigmoid(c.linear("z", x, h));
            var n = tanh(c.linear("n", x, r.times(h)));
            c.next("h", oneMinus(z).times(n).plus(z.times(h)));
          });

  /**
   * Minimal gated unit (Zhou et al. 2016): f = σ(W x + U h + b), n = tanh(W x + U (f∘h) + b), h' =
   * (1-f)∘h + f∘n.
   */
  public static final CellDefinition MGU =
      CellDefinition.named(
          "mgu",
          c -> {
            var x = c.input();
            var h = c.state("h");
            var f = sigmoid(c.linear("f", x, h));
            var n = tanh(c.linear("n", x, f.times(h)));
            c.next("h", oneMinus(f).times(h).plus(f.times(n)));
          });

  /**
   * Independently recurrent network (Li et al. 2018): h' = relu(W x + u∘h + b); u starts uniformly
   * in [0, 1).
   */
  public static final CellDefinition INDRNN =
      CellDefinition.named(
          "indrnn",
          c -> {
            var x = c.input();
            var h = c.state("h");
            var u =
                c.vector(
                    "u",
                    c.hiddenSize(),
                    (values, offset, rows, columns, random) -> {
                      for (int k = offset; k < offset + rows; k++) {
                        values[k] = random.nextFloat();
                      }
                    });
            c.next("h", relu(c.linear("h", x).plus(u.times(h))));
          });

  /**
   * Update-gate network (Collins et al. 2017): c = tanh(W x + U h + b), g = σ(W x + U h + b), h' =
   * g∘h + (1-g)∘c.
   */
  public static final CellDefinition UGRNN =
      CellDefinition.named(
              "ugrnn",
              c -> {
                var x = c.input();
                var h = c.state("h");
                var candidate = tanh(c.linear("c", x, h));
                var g = sigmoid(c.linear("g", x, h));
                c.next("h", g.times(h).plus(oneMinus(g).times(candidate)));
              })
          .withInitialBias("g", 1);

  /** LSTM with projection to a quarter of the hidden size, at least 1. */
  public static final CellDefinition LSTM_PROJECTION = lstmWithProjection(0);

  private static final List<CellDefinition> CATALOGUE =
      List.of(
          ELMAN,
          ELMAN_RELU,
          JORDAN,
          LSTM,
          LSTM_PEEPHOLE,
          LSTM_PROJECTION,
          LSTM_LAYERNORM,
          GRU,
          GRU_RESET_BEFORE,
          MGU,
          INDRNN,
          UGRNN);

  private Cells() {}

  /** Returns every cell of the catalogue. */
  public static List<CellDefinition> all() {
    return CATALOGUE;
  }

  /**
   * Returns the cell of the catalogue with the given name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static CellDefinition named(String name) {
    return CATALOGUE.stream()
        .filter(cell -> cell.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "cell: expected one of "
                        + CATALOGUE.stream().map(CellDefinition::name).toList()
                        + ", got "
                        + name));
  }

  /** Returns Elman's network with another activation: h' = activation(W x + U h + b). */
  public static CellDefinition elman(String name, UnaryOperator<Value> activation) {
    return CellDefinition.named(
        name, c -> c.next("h", activation.apply(c.linear("h", c.input(), c.state("h")))));
  }

  /**
   * Returns the LSTM with a projected hidden state (Sak et al. 2014): the gates as in {@link
   * #LSTM}, h' = V (o∘tanh(c')), with h of the given size. PyTorch's {@code LSTM(proj_size=…)}.
   *
   * @param size the size of h, or 0 for a quarter of the hidden size
   */
  public static CellDefinition lstmWithProjection(int size) {
    if (size < 0) {
      throw new IllegalArgumentException("projection: expected a size of at least 0, got " + size);
    }
    return CellDefinition.named(
            "lstm-projection",
            c -> {
              int projected = size > 0 ? size : Math.max(1, c.hiddenSize() / 4);
              var x = c.input();
              var h = c.state("h", projected);
              var m = c.state("c");
              var i = sigmoid(c.linear("i", x, h));
              var f = sigmoid(c.linear("f", x, h));
              var g = tanh(c.linear("g", x, h));
              var o = sigmoid(c.linear("o", x, h));
              var mNext = f.times(m).plus(i.times(g));
              c.next("c", mNext);
              c.next("h", c.product("r", projected, o.times(tanh(mNext))));
            })
        .withInitialBias("f", 1);
  }

  private static Value normalizedGate(
      CellBuilder c, String gate, Value x, Value h, double initialShift) {
    var fromInput = normalized(c, "x" + gate, c.product(gate, c.hiddenSize(), x), initialShift);
    return fromInput.plus(normalized(c, "h" + gate, c.product(gate, c.hiddenSize(), h), 0));
  }

  private static Value normalized(CellBuilder c, String name, Value value, double initialShift) {
    var gain = c.vector("gain_" + name, c.hiddenSize(), Initializer.constant(1));
    var shift = c.vector("shift_" + name, c.hiddenSize(), Initializer.constant(initialShift));
    return layerNorm(value).times(gain).plus(shift);
  }
}
