package dev.recurrent.bench.streams;

import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.Stepper;

/** Serves a layer of ours: a stepper for each thread. */
final class OwnServer implements Server {
  private final Recurrent layer;

  /** Serves a layer that is built; closing the server closes neither it nor its backend. */
  OwnServer(Recurrent layer) {
    this.layer = layer;
  }

  @Override
  public String title() {
    return "Recurrent";
  }

  @Override
  public String version() {
    return layer.backend().device() + "; one model, a stepper for each thread";
  }

  @Override
  public Session open() {
    return new OwnSession(layer.stepper());
  }

  @Override
  public void close() {}

  private record OwnSession(Stepper stepper) implements Session {
    @Override
    public void reset() {
      stepper.reset();
    }

    @Override
    public float[] step(float[] x) {
      return stepper.step(x);
    }

    @Override
    public void close() {
      stepper.close();
    }
  }
}
