package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.spi.Backend;
import dev.recurrent.train.TrainingListener.Update;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Shows when a training on an asynchronous backend copies from the device. A backend's test extends
 * this class.
 */
public abstract class LateReadingContract {
  private static final int UPDATES_OF_EPOCH = 40;

  /** Opens the backend, whose copies to the host are counted. */
  protected abstract Backend open();

  /** Returns the copies to the host so far. */
  protected abstract int copies();

  private record Outcome(List<float[]> parameters, String losses, List<Integer> copies) {}

  /** Trains over a text of 40 updates an epoch; the listener may ask. */
  private Outcome train(int epochs, Consumer<Update> listener) throws IOException {
    try (var backend = open();
        var model = new TinyModel(Cells.LSTM, 0.2)) {
      assertTrue(backend.isAsynchronous());
      model.build(backend, 3);
      var copies = new ArrayList<Integer>();
      var updates = new ArrayList<Update>();
      int before = copies();
      var result =
          training(model, model::loss)
              .listener(
                  new TrainingListener() {
                    @Override
                    public void updated(Update update) {
                      listener.accept(update);
                      updates.add(update);
                      copies.add(copies() - before);
                    }
                  })
              .fit(text(), Budget.epochs(epochs));
      copies.add(copies() - before);
      var losses = new StringBuilder();
      updates.forEach(u -> losses.append(u.loss()).append(' ').append(u.gradientNorm()));
      result.epochs().forEach(e -> losses.append(e.trainingLoss()).append(' '));
      var parameters = new ArrayList<float[]>();
      model.parameters().forEach(p -> parameters.add(p.toArray()));
      return new Outcome(parameters, losses.toString(), copies);
    }
  }

  private static Training training(TinyModel model, LossFunction loss) {
    return Training.of(model)
        .loss(loss)
        .optimizer(Adam.withLearningRate(0.01))
        .clipGradientNorm(0.1)
        .truncatedBptt(4);
  }

  private static Batches text() {
    return TokenStreams.of(TinyModel.text(4 * (4 * UPDATES_OF_EPOCH) + 1, 5), 4);
  }

  @Test
  void updatesCopyNothingBackUntilTheEpochEnds() throws IOException {
    var copies = train(1, _ -> {}).copies;
    assertEquals(UPDATES_OF_EPOCH + 1, copies.size());
    for (int i = 0; i < UPDATES_OF_EPOCH; i++) {
      assertEquals(0, copies.get(i), "after update " + (i + 1));
    }
    assertEquals(1, copies.getLast());
  }

  @Test
  void whoAsksCausesOneCopyOfAllThatIsUnread() throws IOException {
    var asked = new ArrayList<Update>();
    var copies =
        train(
                1,
                update -> {
                  asked.add(update);
                  if (update.update() == 10 || update.update() == 25) {
                    asked.forEach(u -> assertTrue(u.loss() > 0 && u.gradientNorm() > 0));
                  }
                })
            .copies;
    assertEquals(0, copies.get(8));
    assertEquals(1, copies.get(9));
    assertEquals(1, copies.get(23));
    assertEquals(2, copies.get(24));
    assertEquals(3, copies.getLast());
  }

  /** One at update 64, and one at the end of each epoch, 40 and 80. */
  @Test
  void numbersAreReadAtLeastEvery64Updates() throws IOException {
    var copies = train(2, _ -> {}).copies;
    assertEquals(1, copies.get(UPDATES_OF_EPOCH));
    assertEquals(1, copies.get(63)); // as the listener of update 64 is told
    assertEquals(2, copies.get(64));
    assertEquals(3, copies.getLast());
  }

  @Test
  void askingChangesNoBit() throws IOException {
    var wanted = train(2, _ -> {});
    var got = train(2, update -> assertTrue(update.loss() > 0));
    assertEquals(wanted.losses, got.losses);
    for (int i = 0; i < wanted.parameters.size(); i++) {
      assertArrayEquals(wanted.parameters.get(i), got.parameters.get(i));
    }
  }

  @Test
  void divergenceIsFoundSoonAndLeavesAGoodModel() {
    try (var backend = open();
        var model = new TinyModel(Cells.LSTM, 0)) {
      model.build(backend, 1);
      var last = new long[1];
      var good = new ArrayList<float[]>(); // after update 64
      var training =
          training(
                  model,
                  (tape, batch, state) -> {
                    if (last[0] == 64 && good.isEmpty()) {
                      model.parameters().forEach(p -> good.add(p.toArray()));
                    }
                    return model.loss(tape, batch, state).times(last[0] < 69 ? 1 : Double.NaN);
                  })
              .listener(
                  new TrainingListener() {
                    @Override
                    public void updated(Update update) {
                      last[0] = update.update();
                    }
                  });
      var e = assertThrows(DivergedException.class, () -> training.fit(text(), Budget.epochs(5)));
      assertEquals(
          "loss: expected a finite number, got NaN at update 70 of epoch 2; the model is as after"
              + " update 64. Try a smaller learning rate or a lower clipping limit",
          e.getMessage());
      assertEquals(80, last[0]); // the end of the epoch
      for (int i = 0; i < good.size(); i++) {
        assertArrayEquals(good.get(i), model.parameters().get(i).toArray());
      }
    }
  }
}
