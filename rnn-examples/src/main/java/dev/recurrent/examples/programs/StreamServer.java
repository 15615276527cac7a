package dev.recurrent.examples.programs;

import dev.recurrent.Backends;
import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.Stepper;
import dev.recurrent.layer.StepperState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Serves many streams from one model with several threads: after each event of a stream, such as a
 * page that a visitor opens, it says what comes next. What the model remembers of a stream is kept
 * by the stream's key, as bytes. The model is exchanged while the server runs.
 */
public final class StreamServer implements AutoCloseable {
  /** Gives a logit for each page that may come next. */
  static final class NextPage extends Model {
    static final int PAGES = 40;

    final Embedding embedding = add("embedding", Embedding.of(PAGES, 24));
    final Recurrent lstm = add("lstm", Recurrent.of(Cells.LSTM, 24, 48).layers(2));
    final Dense output = add("output", Dense.of(48, PAGES));

    @Override
    public Stepper stepper() {
      return Stepper.chain(embedding, lstm, output);
    }
  }

  /** One thread with a stepper and its share of the streams: nothing that other threads touch. */
  private static final class Worker {
    final ExecutorService thread = Executors.newSingleThreadExecutor();
    final Map<String, byte[]> states = new HashMap<>(); // or a data base
    Stepper stepper;

    Worker(NextPage model) {
      stepper = model.stepper();
    }

    float[] answer(String key, int page) {
      var state = states.get(key);
      if (state == null) {
        stepper.reset();
      } else {
        stepper.setState(StepperState.fromBytes(state));
      }
      float[] logits = stepper.step(page).clone(); // the next step overwrites its array
      states.put(key, stepper.state().toBytes());
      return logits;
    }

    void use(NextPage model) {
      stepper.close();
      stepper = model.stepper();
    }
  }

  private final List<Worker> workers;
  private NextPage model;

  /** Starts so many threads with a model that is built; the server closes it. */
  StreamServer(NextPage model, int threads) {
    this.model = model;
    workers = IntStream.range(0, threads).mapToObj(_ -> new Worker(model)).toList();
  }

  /** Answers an event; those of one key go to one thread, in their order. */
  CompletableFuture<float[]> answer(String key, int page) {
    var worker = workers.get(Math.floorMod(key.hashCode(), workers.size()));
    return CompletableFuture.supplyAsync(() -> worker.answer(key, page), worker.thread);
  }

  /** Exchanges the model, between two events of each thread; the streams keep their states. */
  void exchange(NextPage next) {
    workers.stream()
        .map(worker -> CompletableFuture.runAsync(() -> worker.use(next), worker.thread))
        .toList()
        .forEach(CompletableFuture::join);
    model.close(); // no stepper of it is left
    model = next;
  }

  @Override
  public void close() {
    workers.forEach(worker -> worker.thread.close()); // after what has come in is answered
    workers.forEach(worker -> worker.stepper.close());
    model.close();
  }

  /** Answers events of 50 visitors, half of them by a first model and half by a second one. */
  static List<float[]> serve(int threads) {
    var answers = new ArrayList<CompletableFuture<float[]>>();
    try (var backend = Backends.open()) {
      var first = new NextPage();
      first.build(backend, 1); // and first.load(file)
      try (var server = new StreamServer(first, threads)) {
        for (int event = 0; event < 6_000; event++) {
          if (event == 3_000) {
            var second = new NextPage();
            second.build(backend, 2);
            server.exchange(second);
          }
          answers.add(server.answer("visitor " + event % 50, event * 7 % NextPage.PAGES));
        }
      }
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  /** Serves with 8 threads. */
  public static void main(String... arguments) {
    System.out.println(serve(8).size() + " events answered");
  }
}
