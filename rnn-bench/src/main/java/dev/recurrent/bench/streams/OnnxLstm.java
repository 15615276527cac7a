package dev.recurrent.bench.streams;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes an LSTM as an ONNX model of one step of one stream: inputs {@code x [1, 1, I]} and, for
 * each layer l, {@code h<l>} and {@code c<l>}, {@code [1, 1, H]}; outputs {@code h<l>_next} and
 * {@code c<l>_next}. The numbers of the fields are those of onnx.proto.
 */
final class OnnxLstm {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 14;
  private static final int FLOAT = 1;
  private static final int INT_ATTRIBUTE = 2;
  private static final String GATES = "iofc";

  private final LstmWeights weights;
  private final ProtobufMessage graph = new ProtobufMessage();

  private OnnxLstm(LstmWeights weights) {
    this.weights = weights;
  }

  /** Returns the bytes of the model. */
  static byte[] model(LstmWeights weights) {
    return new OnnxLstm(weights).model();
  }

  private byte[] model() {
    graph.add(2, "lstm"); // name
    value(11, "x", weights.input());
    for (int l = 0; l < weights.layers().size(); l++) {
      layer(l);
    }
    return new ProtobufMessage()
        .add(1, IR_VERSION)
        .add(7, graph)
        .add(8, new ProtobufMessage().add(1, "").add(2, OPSET))
        .toBytes();
  }

  private void layer(int l) {
    int hidden = weights.hidden();
    var its = weights.layers().get(l);
    int gates = GATES.length() * hidden;
    tensor("W" + l, weights.inOrder(GATES, its.inputs()), List.of(1, gates, weights.inputOf(l)));
    tensor("R" + l, weights.inOrder(GATES, its.states()), List.of(1, gates, hidden));
    var both = new float[2 * gates]; // ONNX has a second bias, which stays 0
    System.arraycopy(weights.inOrder(GATES, its.bias()), 0, both, 0, gates);
    tensor("B" + l, both, List.of(1, 2 * gates));
    for (var state : List.of("h" + l, "c" + l)) {
      value(11, state, hidden);
      value(12, state + "_next", hidden);
    }
    // The final state of the layer below is its output: there is one step.
    var x = l == 0 ? "x" : "h" + (l - 1) + "_next";
    var node = new ProtobufMessage();
    for (var input : List.of(x, "W" + l, "R" + l, "B" + l, "", "h" + l, "c" + l)) {
      node.add(1, input);
    }
    for (var output : List.of("", "h" + l + "_next", "c" + l + "_next")) {
      node.add(2, output);
    }
    node.add(4, "LSTM")
        .add(5, new ProtobufMessage().add(1, "hidden_size").add(3, hidden).add(20, INT_ATTRIBUTE));
    graph.add(1, node);
  }

  /** Adds a weight. */
  private void tensor(String name, float[] values, List<Integer> shape) {
    var tensor = new ProtobufMessage();
    shape.forEach(size -> tensor.add(1, size));
    graph.add(5, tensor.add(2, FLOAT).add(8, name).add(9, values));
  }

  /** Adds an input or output {@code [1, 1, size]}. */
  private void value(int field, String name, int size) {
    var shape = new ProtobufMessage();
    for (int dimension : new int[] {1, 1, size}) {
      shape.add(1, new ProtobufMessage().add(1, dimension));
    }
    var type = new ProtobufMessage().add(1, new ProtobufMessage().add(1, FLOAT).add(2, shape));
    graph.add(field, new ProtobufMessage().add(1, name).add(2, type));
  }

  /** Returns the names of the states, in the order of the layers. */
  static List<String> states(LstmWeights weights) {
    var names = new ArrayList<String>();
    for (int l = 0; l < weights.layers().size(); l++) {
      names.add("h" + l);
      names.add("c" + l);
    }
    return names;
  }
}
