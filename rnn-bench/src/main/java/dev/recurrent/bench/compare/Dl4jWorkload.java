package dev.recurrent.bench.compare;

import dev.recurrent.bench.compare.Work.Cell;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs Deeplearning4j's own layers LSTM and SimpleRnn. */
final class Dl4jWorkload implements Workload {
  private final MultiLayerNetwork network;
  private final Work.Mode mode;
  private final INDArray x; // [B, I, T]
  private final INDArray ones; // [B, H, T]
  private @Nullable INDArray output;

  Dl4jWorkload(Work work) {
    if (work.mode() == Work.Mode.TEXT) {
      throw new UnsupportedWorkException("measured on layers only");
    }
    var shape = work.shape();
    var list = new NeuralNetConfiguration.Builder().seed(1).dataType(DataType.FLOAT).list();
    for (int l = 0; l < shape.layers(); l++) {
      list.layer(layer(work.cell(), l == 0 ? shape.input() : shape.hidden(), shape.hidden()));
    }
    network = new MultiLayerNetwork(list.build());
    network.init();
    mode = work.mode();
    x = Nd4j.randn(DataType.FLOAT, shape.batch(), shape.input(), shape.steps());
    ones = Nd4j.ones(DataType.FLOAT, shape.batch(), shape.hidden(), shape.steps());
  }

  private static BaseRecurrentLayer layer(Cell cell, int input, int hidden) {
    return switch (cell) {
      case LSTM -> new LSTM.Builder().nIn(input).nOut(hidden).activation(Activation.TANH).build();
      case ELMAN ->
          new SimpleRnn.Builder().nIn(input).nOut(hidden).activation(Activation.TANH).build();
      case GRU, PEEPHOLE -> throw new UnsupportedWorkException("has no such layer");
    };
  }

  @Override
  public void run() {
    if (mode == Work.Mode.FWD) {
      output = network.output(x);
      return;
    }
    network.setInput(x);
    output = network.feedForward(true, false).getLast();
    output.sumNumber();
    network.backpropGradient(ones, LayerWorkspaceMgr.noWorkspaces());
  }

  @Override
  public boolean isFinite() {
    return output != null && Double.isFinite(output.sumNumber().doubleValue());
  }

  @Override
  public void close() {
    network.close();
  }
}
