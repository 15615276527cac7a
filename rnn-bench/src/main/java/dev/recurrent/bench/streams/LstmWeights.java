package dev.recurrent.bench.streams;

import dev.recurrent.layer.Recurrent;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights of an LSTM of one or several layers, for libraries with other orders of the gates.
 *
 * @param input the number of features, I
 * @param hidden the number of units, H
 */
record LstmWeights(int input, int hidden, List<Layer> layers) {
  private static final String OUR_GATES = "ifgo";

  /**
   * The weights of one layer, with the gates i, f, g, o one below the other.
   *
   * @param inputs {@code [4H, I]}, of a layer above the first {@code [4H, H]}
   * @param states {@code [4H, H]}
   * @param bias {@code [4H]}
   */
  record Layer(float[] inputs, float[] states, float[] bias) {}

  /** Reads the weights of a layer of ours. */
  static LstmWeights of(Recurrent lstm) {
    var layers =
        IntStream.range(0, lstm.layerCount())
            .mapToObj(
                l ->
                    new Layer(
                        values(lstm, "weight_input_l" + l),
                        values(lstm, "weight_h_l" + l),
                        values(lstm, "bias_l" + l)))
            .toList();
    return new LstmWeights(lstm.inputSize(), lstm.hiddenSize(), layers);
  }

  private static float[] values(Recurrent lstm, String name) {
    return lstm.parameters().stream()
        .filter(parameter -> parameter.name().equals(name))
        .findFirst()
        .orElseThrow()
        .toArray();
  }

  /** Returns the number of inputs of a layer. */
  int inputOf(int layer) {
    return layer == 0 ? input : hidden;
  }

  /**
   * Puts the gates of a weight {@code [4H, columns]} into another order.
   *
   * @param gates such as {@code iofc}; c is another name of g
   */
  float[] inOrder(String gates, float[] weight) {
    int size = weight.length / OUR_GATES.length();
    var result = new float[weight.length];
    for (int gate = 0; gate < OUR_GATES.length(); gate++) {
      int from = OUR_GATES.indexOf(gates.replace('c', 'g').charAt(gate));
      System.arraycopy(weight, from * size, result, gate * size, size);
    }
    return result;
  }

  /** Transposes {@code [rows, columns]}. */
  static float[] transposed(float[] matrix, int rows) {
    int columns = matrix.length / rows;
    var result = new float[matrix.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[c * rows + r] = matrix[r * columns + c];
      }
    }
    return result;
  }
}
