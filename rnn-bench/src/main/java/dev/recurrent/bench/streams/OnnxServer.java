package dev.recurrent.bench.streams;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Serves an LSTM with ONNX Runtime: one session for all threads, each step in the caller's thread,
 * into memory that is allocated once.
 */
final class OnnxServer implements Server {
  /**
   * Bytes of stack that it needs to start: version 1.29 matches the command line of the process
   * with a regular expression that recurses for each character, and from some 4,000 on overruns the
   * usual stack and kills the process.
   */
  private static final long STACK = 1 << 28;

  private final OrtEnvironment environment;
  private final LstmWeights weights;
  private final OrtSession session;

  /** Loads the library and the model. */
  static OnnxServer start(LstmWeights weights) {
    var start = new FutureTask<>(() -> new OnnxServer(weights));
    Thread.ofPlatform().stackSize(STACK).start(start);
    try {
      return start.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  private OnnxServer(LstmWeights weights) {
    this.weights = weights;
    environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      session = environment.createSession(OnnxLstm.model(weights), options);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  @Override
  public String title() {
    return "ONNX Runtime";
  }

  @Override
  public String version() {
    return environment.getVersion() + ", Java API; one session, memory bound once for each thread";
  }

  @Override
  public Session open() {
    return new OnnxSession();
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  /** Two sets of states, each of which is read by one step and written by the next one. */
  private final class OnnxSession implements Session {
    private final List<OnnxTensor> tensors = new ArrayList<>();
    private final FloatBuffer input;
    private final List<List<FloatBuffer>> states = List.of(new ArrayList<>(), new ArrayList<>());
    private final List<Map<String, OnnxTensor>> inputs = List.of(new HashMap<>(), new HashMap<>());
    private final List<Map<String, OnnxTensor>> outputs = List.of(new HashMap<>(), new HashMap<>());
    private final float[] zeros = new float[weights.hidden()];
    private final float[] y = new float[weights.hidden()];
    private int phase;

    OnnxSession() {
      input = buffer(weights.input());
      var x = tensor(input);
      for (int p = 0; p < 2; p++) {
        inputs.get(p).put("x", x);
        for (var name : OnnxLstm.states(weights)) {
          var buffer = buffer(weights.hidden());
          var tensor = tensor(buffer);
          states.get(p).add(buffer);
          inputs.get(p).put(name, tensor);
          outputs.get(1 - p).put(name + "_next", tensor);
        }
      }
    }

    private static FloatBuffer buffer(int size) {
      return ByteBuffer.allocateDirect(size * Float.BYTES)
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer();
    }

    private OnnxTensor tensor(FloatBuffer buffer) {
      try {
        var tensor =
            OnnxTensor.createTensor(environment, buffer, new long[] {1, 1, buffer.capacity()});
        tensors.add(tensor);
        return tensor;
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
      }
    }

    @Override
    public void reset() {
      states.get(phase).forEach(state -> state.put(0, zeros));
    }

    @Override
    public float[] step(float[] x) {
      input.put(0, x);
      try {
        session.run(inputs.get(phase), outputs.get(phase)).close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
      }
      phase = 1 - phase;
      states.get(phase).get(2 * weights.layers().size() - 2).get(0, y); // h of the last layer
      return y;
    }

    @Override
    public void close() {
      tensors.forEach(OnnxTensor::close);
    }
  }
}
