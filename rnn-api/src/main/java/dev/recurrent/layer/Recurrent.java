package dev.recurrent.layer;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Initializer;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs any cell over sequences: in one or several layers, one or two directions, with dropout
 * between the layers. With two directions the outputs of a step are joined, forward first, and a
 * layer above sees both.
 *
 * <pre>{@code
 * var lstm = Recurrent.of(Cells.LSTM, 64, 256).layers(2).dropout(0.2).build(backend, 1);
 * Tensor y = lstm.on(tape, x);
 * }</pre>
 *
 * <p>Three ways to run it: {@link #on(Tape, Tensor)} from zero states; {@link #on(Tape, Tensor,
 * RecurrentState)} with a state that is carried from window to window and cut from the gradient;
 * {@link #run} with initial and final states through which the gradient flows. {@link #stepper()}
 * goes one step at a time. States are in the caller's order of the sequences.
 *
 * <p>Once built, any number of threads may run it at once, each with a tape or stepper of its own.
 *
 * <p>Parameters are named as those of {@link CellProgram#parameters()} with {@code _l0} or {@code
 * _l0_reverse} behind; model files have PyTorch's names for the cells that PyTorch has.
 */
public final class Recurrent extends Layer {
  private final CellDefinition cell;
  private final int input;
  private final int hidden;
  private int layers = 1;
  private List<Direction> directions = List.of(Direction.FORWARD);
  private double dropout;
  private double inputDropout;
  private CellSizes.Bias bias = CellSizes.Bias.WITH;
  private final List<RecurrentUnit> units = new ArrayList<>(); // [layers * directions]
  private List<StateLayout.Entry> stateEntries = List.of();
  private Map<String, float[]> pretrained = Map.of();

  private Recurrent(CellDefinition cell, int input, int hidden) {
    this.cell = cell;
    this.input = Checks.positive("input", input);
    this.hidden = Checks.positive("hidden", hidden);
  }

  /** Creates one layer of a cell, in one direction, with bias. */
  public static Recurrent of(CellDefinition cell, int input, int hidden) {
    return new Recurrent(cell, input, hidden);
  }

  /**
   * Creates a layer from the tensors that PyTorch's {@code RNN}, {@code LSTM} or {@code GRU} saved:
   * sizes, layers, directions and biases are read off their names and shapes, the values become the
   * parameters when the layer is built.
   *
   * @param prefix what stands before {@code weight_ih_l0}, such as {@code encoder.}
   * @throws dev.recurrent.io.SafeTensorsException if the tensors are not those of such a layer
   */
  public static Recurrent fromPyTorch(SafeTensors file, String prefix, CellDefinition cell)
      throws IOException {
    var found = PyTorchLayout.read(file, prefix, cell);
    var layer = of(cell, found.input(), found.hidden()).layers(found.layers());
    layer.directions = found.directions();
    layer.bias = found.bias();
    layer.pretrained = found.values();
    return layer;
  }

  /** Sets the number of layers. */
  public Recurrent layers(int count) {
    requireNotBuilt();
    requireAsInFile("layers", layers, Checks.positive("layers", count));
    layers = count;
    return this;
  }

  /** Runs each layer in both directions of time. */
  public Recurrent bidirectional() {
    requireNotBuilt();
    requireAsInFile("directions", directions.size(), 2);
    directions = List.of(Direction.FORWARD, Direction.REVERSE);
    return this;
  }

  /**
   * Applies dropout to the outputs of every layer but the last; building one layer alone with a
   * rate above 0 is refused, since there is no place for it.
   */
  public Recurrent dropout(double rate) {
    requireNotBuilt();
    dropout = Checks.rate("dropout", rate);
    return this;
  }

  /**
   * Applies variational dropout to the input of every layer, the first one included: a mask for a
   * whole sequence (Gal and Ghahramani 2016). With {@link CellDefinition#withRecurrentDropout} it
   * is the paper's.
   */
  public Recurrent inputDropout(double rate) {
    requireNotBuilt();
    inputDropout = Checks.rate("input dropout", rate);
    return this;
  }

  /** Leaves the biases of the cell's linears out. */
  public Recurrent withoutBias() {
    requireNotBuilt();
    requireAsInFile("bias", bias, CellSizes.Bias.WITHOUT);
    bias = CellSizes.Bias.WITHOUT;
    return this;
  }

  /** Refuses another structure than that of the file whose values are to be taken. */
  private void requireAsInFile(String what, Object inFile, Object wanted) {
    if (!pretrained.isEmpty() && !inFile.equals(wanted)) {
      throw new IllegalStateException(
          what
              + ": expected those of the file that the layer is made from, "
              + inFile
              + ", got "
              + wanted);
    }
  }

  @Override
  public Recurrent build(Backend backend, long seed) {
    super.build(backend, seed);
    return this;
  }

  /** Returns the cell. */
  public CellDefinition cell() {
    return cell;
  }

  /** Returns the number of input features. */
  public int inputSize() {
    return input;
  }

  /** Returns the hidden size. */
  public int hiddenSize() {
    return hidden;
  }

  /** Returns the number of layers. */
  public int layerCount() {
    return layers;
  }

  /** Returns the directions of each layer. */
  public List<Direction> directions() {
    return directions;
  }

  /** Returns the number of columns of the output: that of the cell, for each direction. */
  public int outputSize() {
    return Math.multiplyExact(program(0).outputSize(), directions.size());
  }

  /** Returns the cell compiled for the sizes of the given layer. */
  public CellProgram program(int layer) {
    int size = input;
    if (layer > 0) {
      size = outputSize();
    }
    return cell.program(new CellSizes(size, hidden, bias));
  }

  /** Runs the sequences from zero states: x {@code [N, input]} gives {@code [N, outputSize]}. */
  public Tensor on(Tape tape, Tensor x) {
    return run(tape, x).output();
  }

  /**
   * Runs the sequences from the states that {@code state} holds for this layer (zeros at first),
   * and leaves the states after their last steps there, cut from the gradient.
   *
   * @throws IllegalArgumentException if the state is of another number of sequences
   */
  public Tensor on(Tape tape, Tensor x, RecurrentState state) {
    var result = run(tape, x, state.read(tape, this, x.sequenceLayout().batch()));
    state.write(tape, this, result.finalStates());
    return result.output();
  }

  /** Runs the sequences from zero states, and returns output and final states. */
  public RecurrentResult run(Tape tape, Tensor x) {
    return run(tape, x, List.of());
  }

  /**
   * Runs the sequences from the given states, and returns output and final states; the gradient
   * flows through all of them.
   *
   * @param initial {@code [B, S]} each in the caller's order of the sequences, in the order of
   *     {@link RecurrentResult#finalStates()}; an empty list for zeros
   */
  public RecurrentResult run(Tape tape, Tensor x, List<Tensor> initial) {
    Checks.columns(describe(), x, input);
    tape.requireSameTape(describe(), x);
    initial.forEach(state -> tape.requireSameTape(describe(), state));
    return new RecurrentPass(this, tape, x.sequenceLayout()).run(x, initial);
  }

  /**
   * Starts at zero states with one sequence, to be stepped through.
   *
   * @throws IllegalStateException with two directions, of which the reverse one needs the whole
   *     sequence
   */
  @Override
  public Stepper stepper() {
    if (directions.size() > 1) {
      throw new IllegalStateException(
          describe()
              + ": expected one direction, got two: the reverse one needs the whole sequence");
    }
    return Stepper.of(new RecurrentStage(new RecurrentStage.Cells(this, units(), stateEntries())));
  }

  /** Describes the states, in the order of {@link RecurrentResult#finalStates()}. */
  List<StateLayout.Entry> stateEntries() {
    store();
    return stateEntries;
  }

  private List<StateLayout.Entry> describeStates() {
    var sizes = stateSizes();
    var names = stateNames();
    var entries = new ArrayList<StateLayout.Entry>();
    for (int i = 0; i < sizes.size(); i++) {
      entries.add(StateLayout.Entry.of(join(path(), names.get(i)), cell, sizes.get(i)));
    }
    return List.copyOf(entries);
  }

  /** Returns the size of each state, in the order of {@link RecurrentResult#finalStates()}. */
  List<Integer> stateSizes() {
    return units().stream()
        .flatMap(unit -> unit.program().states().stream())
        .map(dev.recurrent.cell.StateSpec::size)
        .toList();
  }

  /** Returns the name of each state, such as {@code h_l0_reverse}. */
  List<String> stateNames() {
    return units().stream()
        .flatMap(unit -> unit.program().states().stream().map(s -> s.name() + unit.suffix()))
        .toList();
  }

  List<RecurrentUnit> units() {
    store();
    return units;
  }

  double dropoutRate() {
    return dropout;
  }

  double inputDropoutRate() {
    return inputDropout;
  }

  @Override
  protected void declare(Declaration declaration) {
    if (dropout > 0 && layers == 1) {
      throw new IllegalStateException(
          describe()
              + " dropout: expected at least two layers, between which it is applied, got one and a"
              + " rate of "
              + dropout
              + "; use inputDropout(rate), or a layer Dropout.of(rate) before or behind this one");
    }
    for (int layer = 0; layer < layers; layer++) {
      for (var direction : directions) {
        var program = program(layer);
        String suffix = "_l" + layer + (direction == Direction.REVERSE ? "_reverse" : "");
        var parameters = new ArrayList<Parameter>();
        for (var spec : program.parameters()) {
          var initializer =
              pretrained.isEmpty() ? RecurrentUnit.filling(spec) : Initializer.constant(0);
          parameters.add(
              spec.isWeight()
                  ? declaration.matrix(
                      spec.name() + suffix, spec.rows(), spec.columns(), initializer)
                  : declaration.vector(spec.name() + suffix, spec.rows(), initializer));
        }
        units.add(new RecurrentUnit(program, direction, suffix, parameters));
      }
    }
  }

  @Override
  protected void built() {
    units.forEach(unit -> unit.bind(store()));
    stateEntries = describeStates();
    if (!pretrained.isEmpty()) {
      setFileValues(pretrained);
      pretrained = Map.of();
    }
  }

  @Override
  protected Map<String, long[]> fileShapes() {
    var shapes = new LinkedHashMap<String, long[]>();
    units().forEach(unit -> shapes.putAll(PyTorchLayout.shapes(unit)));
    return shapes;
  }

  @Override
  protected Map<String, float[]> fileValues() {
    var values = new LinkedHashMap<String, float[]>();
    units().forEach(unit -> values.putAll(PyTorchLayout.export(unit)));
    return values;
  }

  @Override
  protected void setFileValues(Map<String, float[]> values) {
    units().forEach(unit -> PyTorchLayout.load(unit, values));
  }

  @Override
  CellDefinition equations() {
    return cell;
  }

  @Override
  void moved() {
    units.forEach(unit -> unit.bind(store()));
  }

  @Override
  protected void trimOwn() {
    units.forEach(RecurrentUnit::trim);
  }

  @Override
  protected void release() {
    units.forEach(RecurrentUnit::close);
  }

  @Override
  protected Map<String, String> configuration() {
    var text = new LinkedHashMap<String, String>();
    text.put("cell", cell.name());
    text.put("input", "" + input);
    text.put("hidden", "" + hidden);
    text.put("output", "" + outputSize());
    text.put("layers", "" + layers);
    text.put("directions", "" + directions.size());
    text.put("bias", "" + (bias == CellSizes.Bias.WITH));
    text.put("dropout", "" + dropout);
    if (inputDropout > 0) {
      text.put("inputDropout", "" + inputDropout);
    }
    if (cell.recurrentDropout() > 0) {
      text.put("recurrentDropout", "" + cell.recurrentDropout());
    }
    return text;
  }
}
