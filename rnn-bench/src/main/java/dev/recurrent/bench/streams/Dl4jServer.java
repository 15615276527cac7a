package dev.recurrent.bench.streams;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Serves an LSTM with Deeplearning4j's {@code rnnTimeStep}. Its network holds the state of one
 * stream, so each thread has a copy of it.
 */
final class Dl4jServer implements Server {
  /** The candidate is what DL4J calls the input of the block, its g is the input gate. */
  private static final String GATES = "gfoi";

  private final LstmWeights weights;
  private final MultiLayerNetwork network;

  Dl4jServer(LstmWeights weights) {
    this.weights = weights;
    var list = new NeuralNetConfiguration.Builder().seed(1).dataType(DataType.FLOAT).list();
    for (int l = 0; l < weights.layers().size(); l++) {
      list.layer(
          new LSTM.Builder()
              .nIn(weights.inputOf(l))
              .nOut(weights.hidden())
              .activation(Activation.TANH)
              .build());
    }
    network = new MultiLayerNetwork(list.build());
    network.init();
    for (int l = 0; l < weights.layers().size(); l++) {
      var its = weights.layers().get(l);
      network.setParam(l + "_W", matrix(its.inputs()));
      network.setParam(l + "_RW", matrix(its.states()));
      network.setParam(l + "_b", row(weights.inOrder(GATES, its.bias())));
    }
  }

  /** Turns {@code [4H, columns]} into DL4J's {@code [columns, 4H]}. */
  private INDArray matrix(float[] weight) {
    int gates = GATES.length() * weights.hidden();
    var transposed = LstmWeights.transposed(weights.inOrder(GATES, weight), gates);
    return Nd4j.create(transposed, new long[] {weight.length / gates, gates}, 'c');
  }

  private static INDArray row(float[] values) {
    return Nd4j.create(values, new long[] {1, values.length}, 'c');
  }

  @Override
  public String title() {
    return "DL4J";
  }

  @Override
  public String version() {
    return "1.0.0-M2.1, rnnTimeStep; a network for each thread, since it holds the state";
  }

  @Override
  public Session open() {
    return new Dl4jSession(network.clone());
  }

  @Override
  public void close() {
    network.close();
  }

  private record Dl4jSession(MultiLayerNetwork network) implements Session {
    @Override
    public void reset() {
      network.rnnClearPreviousState();
    }

    @Override
    public float[] step(float[] x) {
      return network.rnnTimeStep(row(x)).toFloatVector();
    }

    @Override
    public void close() {
      network.close();
    }
  }
}
