package dev.recurrent.examples.programs;

import dev.recurrent.Backends;
import dev.recurrent.cell.Cells;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Model;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.Stepper;
import dev.recurrent.layer.StepperState;
import dev.recurrent.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * page that a visitor opens, it says what comes next. A stream has a key, and what the model
 * remembers of it is kept by that key as bytes. The model is exchanged while the server runs.
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

  /** One thread, with a stepper and the states of its streams: nothing that others touch. */
  private static final class Worker {
    final ExecutorService thread = Executors.newSingleThreadExecutor();
    final Map<String, byte[]> states = new HashMap<>(); // a data base, in a server that restarts
    Stepper stepper;

    Worker(NextPage model) {
      stepper = model.stepper();
    }

    float[] answer(String key, int page) {
      var kept = states.get(key);
      if (kept == null) {
        stepper.reset();
      } else {
        stepper.setState(StepperState.fromBytes(kept));
      }
      var logits = stepper.step(page).clone(); // the next step overwrites its array
      states.put(key, stepper.state().toBytes());
      return logits;
    }

    void use(NextPage model) {
      stepper.close();
      stepper = model.stepper();
    }
  }

  private final Backend backend;
  private final List<Worker> workers;
  private NextPage model;

  /** Starts so many threads with the model of a file. */
  StreamServer(Backend backend, int threads, Path file) throws IOException {
    this.backend = backend;
    model = load(file);
    workers = IntStream.range(0, threads).mapToObj(_ -> new Worker(model)).toList();
  }

  private NextPage load(Path file) throws IOException {
    var loaded = new NextPage();
    loaded.build(backend, 1);
    loaded.load(file);
    return loaded;
  }

  /** Answers an event. Those of one stream are answered in their order, by the same thread. */
  CompletableFuture<float[]> answer(String key, int page) {
    var worker = workers.get(Math.floorMod(key.hashCode(), workers.size()));
    return CompletableFuture.supplyAsync(() -> worker.answer(key, page), worker.thread);
  }

  /** Exchanges the model for that of a file; each stream goes on from what it remembers. */
  void reload(Path file) throws IOException {
    var old = model;
    var next = load(file); // while the old one is used
    CompletableFuture.allOf(
            workers.stream()
                .map(worker -> CompletableFuture.runAsync(() -> worker.use(next), worker.thread))
                .toArray(CompletableFuture[]::new))
        .join();
    model = next;
    old.close(); // no stepper of it is left
  }

  @Override
  public void close() {
    workers.forEach(worker -> worker.thread.close()); // answers what has come in
    workers.forEach(worker -> worker.stepper.close());
    model.close();
  }

  /** Stands for a training, which may be that of another process. */
  private static Path train(Backend backend, long seed, Path file) throws IOException {
    try (var model = new NextPage()) {
      model.build(backend, seed);
      model.save(file);
      return file;
    }
  }

  /** Answers events of 100 visitors, half of them by a first model and half by a second one. */
  static List<float[]> serve(int threads, Path folder) throws IOException {
    var answers = new ArrayList<CompletableFuture<float[]>>();
    try (var backend = Backends.open()) {
      var first = train(backend, 1, folder.resolve("first.safetensors"));
      var second = train(backend, 2, folder.resolve("second.safetensors"));
      try (var server = new StreamServer(backend, threads, first)) {
        for (int event = 0; event < 10_000; event++) {
          if (event == 5_000) {
            server.reload(second);
          }
          answers.add(server.answer("visitor " + event % 100, event * 7 % NextPage.PAGES));
        }
      }
      return answers.stream().map(CompletableFuture::join).toList();
    }
  }

  /** Serves with 8 threads, or as many as the first argument says. */
  public static void main(String... arguments) throws IOException {
    int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8;
    var answers = serve(threads, Files.createTempDirectory("stream-server"));
    System.out.println(answers.size() + " events answered by " + threads + " threads");
  }
}
