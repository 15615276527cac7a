package dev.recurrent.layer;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.SequenceLayout;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a target sequence from what an encoder has read: any cell in any number of layers, whose
 * states begin as the encoder's final ones, with or without attention.
 *
 * <pre>{@code
 * final Recurrent encoder = add("encoder", Recurrent.of(Cells.GRU, 128, 256).bidirectional());
 * final AttentionDecoder decoder =
 *     add("decoder", AttentionDecoder.of(Cells.GRU, 128, 256).encoder(encoder)
 *         .attention(Attention.general()));
 * ...
 * var encoded = encoder.run(tape, embedding.on(tape, source));
 * var output = decoder.teacherForced(tape, encoded, embedding.on(tape, target));   // [N, 256]
 * }</pre>
 *
 * <p>Four ways to wire it; x is the embedded token of the step before, h the cell's output, c the
 * context:
 *
 * <ul>
 *   <li>without attention: h = cell(x), the output (Sutskever et al. 2014); with {@link
 *       #encodingAtEveryStep()} h = cell([x; encoding]) (Cho et al. 2014).
 *   <li>{@link #attention}: h = cell(x), c = attend(h), the output is h~ = tanh(W [c; h]) (Luong et
 *       al. 2015). No output enters the next step, so that the cell runs over all steps at once,
 *       and so does the attention: the fast way.
 *   <li>with {@link #inputFeeding()}: h = cell([x; h~ of the step before]), then as above (Luong et
 *       al. 2015, section 3.3). Step by step.
 *   <li>with {@link #attendingFirst()}: c = attend(h of the step before), h = cell([x; c]), the
 *       output is tanh(W [c; h]) (Bahdanau et al. 2015, with this output in place of maxout). Step
 *       by step.
 * </ul>
 *
 * <p>A state whose size, name or number of directions is not that of the encoder's goes through
 * tanh(W s + b). Row i of everything belongs to the caller's sequence i. The projection to the
 * vocabulary belongs to the model.
 *
 * <p>Threads: see {@link Layer}.
 */
public final class AttentionDecoder extends Layer {
  private final CellDefinition cell;
  private final int input;
  private final int hidden;
  private int layers = 1;
  private double dropout;
  private Wiring wiring = Wiring.ATTENDING_LAST;
  private boolean feedsEncoding;
  private @Nullable Recurrent encoder;
  private @Nullable Attention attention;
  private @Nullable Parts parts;

  private enum Wiring {
    ATTENDING_LAST,
    INPUT_FEEDING,
    ATTENDING_FIRST
  }

  private record Parts(Recurrent recurrent, DecoderBridge bridge, @Nullable Dense combination) {}

  private AttentionDecoder(CellDefinition cell, int input, int hidden) {
    this.cell = cell;
    this.input = Checks.positive("input", input);
    this.hidden = Checks.positive("hidden", hidden);
  }

  /** Creates a decoder of one layer for embedded tokens of the given size; it needs an encoder. */
  public static AttentionDecoder of(CellDefinition cell, int input, int hidden) {
    return new AttentionDecoder(cell, input, hidden);
  }

  /** Sets the encoder whose results are decoded; it stays a layer of the model. */
  public AttentionDecoder encoder(Recurrent newEncoder) {
    requireNotBuilt();
    encoder = newEncoder;
    return this;
  }

  /** Attends to the encoder's outputs at all source steps. */
  public AttentionDecoder attention(Attention newAttention) {
    requireNotBuilt();
    attention = newAttention;
    return this;
  }

  /** Feeds each step's output into the next step. */
  public AttentionDecoder inputFeeding() {
    requireNotBuilt();
    wiring = Wiring.INPUT_FEEDING;
    return this;
  }

  /** Attends before each step with the output of the cell at the step before. */
  public AttentionDecoder attendingFirst() {
    requireNotBuilt();
    wiring = Wiring.ATTENDING_FIRST;
    return this;
  }

  /** Feeds what the encoder has seen of the whole source, its last output, into every step. */
  public AttentionDecoder encodingAtEveryStep() {
    requireNotBuilt();
    feedsEncoding = true;
    return this;
  }

  /** Sets the number of layers. */
  public AttentionDecoder layers(int count) {
    requireNotBuilt();
    layers = Checks.positive("layers", count);
    return this;
  }

  /** Applies dropout to the outputs of every layer but the last. */
  public AttentionDecoder dropout(double rate) {
    requireNotBuilt();
    dropout = Checks.rate("dropout", rate);
    return this;
  }

  @Override
  public AttentionDecoder build(Backend backend, long seed) {
    super.build(backend, seed);
    return this;
  }

  /** Returns the number of columns of an embedded token. */
  public int inputSize() {
    return input;
  }

  /** Returns the number of columns of an output: those of the cell. */
  public int outputSize() {
    return parts().recurrent.outputSize();
  }

  /** Tells whether there is an attention. */
  public boolean attends() {
    return attention != null;
  }

  /**
   * Decodes with the target at hand: the output of step t has read the target's tokens up to step
   * t. Give it the target shifted by one behind a start token, and train its logits on the target
   * with an end token behind.
   *
   * @param encoded what the encoder gave, of as many sequences
   * @param target the embedded tokens, {@code [N, input]}, packed
   * @return {@code [N, outputSize]}
   */
  public Tensor teacherForced(Tape tape, RecurrentResult encoded, Tensor target) {
    return run(tape, encoded, target).output();
  }

  /** Decodes as {@link #teacherForced} does, and returns the attention's weights, too. */
  public DecoderResult run(Tape tape, RecurrentResult encoded, Tensor target) {
    Checks.columns(describe() + " target", target, input);
    var layout = target.sequenceLayout();
    var start = start(tape, encoded);
    requireBatch(start, layout);
    boolean feedsBack = attends() && wiring != Wiring.ATTENDING_LAST;
    return feedsBack
        ? new DecoderLoop(this, tape, layout).run(start, target)
        : allStepsAtOnce(tape, start, target);
  }

  /** Decodes with tokens of the target or of its own, step by step. */
  public DecoderResult run(
      Tape tape, RecurrentResult encoded, Sequences target, DecoderFeedback feedback) {
    var start = start(tape, encoded);
    requireBatch(start, target.layout());
    return new DecoderLoop(this, tape, target.layout()).run(start, target, feedback);
  }

  /** Starts to decode: a row for each source sequence. */
  public DecoderState start(Tape tape, RecurrentResult encoded) {
    var built = parts();
    var states = built.bridge.on(tape, encoded);
    int batch = states.getFirst().rows();
    return new DecoderState(
        states,
        IntStream.range(0, batch).toArray(),
        new DecoderState.Sources(
            attention == null ? null : attention.memory(encoded.output()),
            feedsEncoding ? encoded.last() : null),
        firstFed(tape, built.recurrent, states));
  }

  /** Takes one step of all rows of a state with the embedded tokens x, {@code [R, input]}. */
  public DecoderStep step(Tape tape, DecoderState state, Tensor x) {
    Checks.columns(describe() + " step", x, input);
    if (x.rows() != state.size()) {
      throw new IllegalArgumentException(
          describe() + " step: expected [rows=" + state.size() + "], got " + x.value().shape());
    }
    var cellInput = feedsEncoding ? x.joinColumns(state.encodings(tape)) : x;
    AttentionResult attended = null;
    if (attention != null && wiring == Wiring.ATTENDING_FIRST) {
      attended = attention.on(state.memory(), state.fed(), state.sequences());
      cellInput = cellInput.joinColumns(attended.contexts());
    } else if (attention != null && wiring == Wiring.INPUT_FEEDING) {
      cellInput = cellInput.joinColumns(state.fed());
    }
    var oneStep = cellInput.withLayout(SequenceLayout.uniform(1, x.rows()));
    var result = parts().recurrent.run(tape, oneStep, state.states());
    var output = result.output().withLayout(null);
    if (attention == null) {
      return new DecoderStep(output, state.next(result.finalStates(), null), null);
    }
    if (attended == null) {
      attended = attention.on(state.memory(), output, state.sequences());
    }
    var combined = combine(tape, attended, output);
    var fed =
        switch (wiring) {
          case ATTENDING_LAST -> null;
          case INPUT_FEEDING -> combined;
          case ATTENDING_FIRST -> output;
        };
    return new DecoderStep(combined, state.next(result.finalStates(), fed), attended.weights());
  }

  private DecoderResult allStepsAtOnce(Tape tape, DecoderState start, Tensor target) {
    var x =
        feedsEncoding
            ? target.joinColumns(start.encodings(tape).repeat(target.sequenceLayout()))
            : target;
    var output = parts().recurrent.run(tape, x, start.states()).output();
    if (attention == null) {
      return new DecoderResult(output, null);
    }
    var attended = attention.on(start.memory(), output);
    return new DecoderResult(combine(tape, attended, output), attended.weights());
  }

  private Tensor combine(Tape tape, AttentionResult attended, Tensor output) {
    var combination = Objects.requireNonNull(parts().combination);
    return combination.on(tape, attended.contexts().joinColumns(output));
  }

  /** Returns what stands for the output of the step before the first. */
  private @Nullable Tensor firstFed(Tape tape, Recurrent recurrent, List<Tensor> states) {
    if (attention == null || wiring == Wiring.ATTENDING_LAST) {
      return null;
    }
    var top = recurrent.program(layers - 1);
    if (wiring == Wiring.ATTENDING_FIRST) {
      return states.get(states.size() - top.states().size() + top.output());
    }
    int rows = states.getFirst().rows();
    return tape.constant(new float[rows * top.outputSize()], rows, top.outputSize());
  }

  private void requireBatch(DecoderState start, SequenceLayout target) {
    if (start.size() != target.batch()) {
      throw new IllegalArgumentException(
          describe()
              + " target: expected "
              + start.size()
              + " sequences, as many as were encoded, got "
              + target.batch());
    }
  }

  private Parts parts() {
    return Checks.built(parts, describe());
  }

  /** Makes the layers inside, whose sizes depend on the encoder and the wiring. */
  @Override
  protected void declare(Declaration declaration) {
    if (encoder == null) {
      throw new IllegalStateException(describe() + ": expected an encoder; call encoder first");
    }
    int encoded = encoder.outputSize();
    int output = Recurrent.of(cell, input, hidden).outputSize();
    int size = input + (feedsEncoding ? encoded : 0);
    if (attention != null) {
      attention.between(output, encoded);
      size +=
          switch (wiring) {
            case ATTENDING_LAST -> 0;
            case INPUT_FEEDING -> output;
            case ATTENDING_FIRST -> encoded;
          };
    }
    var recurrent = Recurrent.of(cell, size, hidden).layers(layers).dropout(dropout);
    var combination =
        attention == null
            ? null
            : Dense.of(encoded + output, output).withoutBias().activation(UnaryOp.TANH);
    parts = new Parts(recurrent, new DecoderBridge(encoder, recurrent), combination);
  }

  @Override
  protected Map<String, Layer> children() {
    var children = new LinkedHashMap<String, Layer>();
    if (parts != null) {
      children.put("recurrent", parts.recurrent);
      children.put("bridge", parts.bridge);
      if (attention != null && parts.combination != null) {
        children.put("attention", attention);
        children.put("combination", parts.combination);
      }
    }
    return children;
  }

  @Override
  protected Map<String, String> configuration() {
    var text = new LinkedHashMap<String, String>();
    text.put("cell", cell.name());
    text.put("input", "" + input);
    text.put("hidden", "" + hidden);
    text.put("wiring", attends() ? wiring.name().toLowerCase(Locale.ROOT) : "no_attention");
    text.put("encoding_at_every_step", "" + feedsEncoding);
    return text;
  }
}
