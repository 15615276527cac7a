package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cell.Cells;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint or a model of which anything was changed by a disk is refused, and says so. */
class DamagedFilesTest {
  private static final int CASES = 200;

  @TempDir Path folder;
  private final ReferenceBackend backend = new ReferenceBackend();
  private final TinyModel model = new TinyModel(Cells.LSTM, 0.2);
  private Path checkpoint;
  private Path best;

  @BeforeEach
  void train() throws IOException {
    model.build(backend, 3);
    training(model).fit(TokenStreams.of(TinyModel.text(80, 5), 2), Budget.epochs(1));
    checkpoint = folder.resolve(Checkpoint.FILE);
    best = folder.resolve(EpochHistory.BEST);
  }

  private Training training(TinyModel trained) {
    return Training.of(trained)
        .loss(trained::loss)
        .optimizer(Adam.withLearningRate(0.01))
        .truncatedBptt(4)
        .seed(77)
        .validateOn(TokenStreams.of(TinyModel.text(80, 6), 2), Metrics.LOSS)
        .checkpointTo(folder);
  }

  @AfterEach
  void close() {
    model.close();
    backend.close();
  }

  @Test
  void eachFlippedBitOfACheckpointIsRefused() throws IOException {
    var whole = Files.readAllBytes(checkpoint);
    var random = new Random(1);
    for (int i = 0; i < CASES; i++) {
      assertNoResume(flipped(whole, random));
    }
  }

  @Test
  void eachCutOrZeroedCheckpointIsRefused() throws IOException {
    var whole = Files.readAllBytes(checkpoint);
    var random = new Random(2);
    for (int i = 0; i < CASES / 2; i++) {
      assertNoResume(Arrays.copyOf(whole, random.nextInt(whole.length)));
      assertNoResume(zeroed(whole, random));
    }
  }

  @Test
  void eachFlippedBitOfAModelIsRefusedAndTheModelKept() throws IOException {
    var whole = Files.readAllBytes(best);
    var before = model.store().parameters().getLast().toArray();
    var random = new Random(3);
    for (int i = 0; i < CASES; i++) {
      assertNoLoad(flipped(whole, random));
    }
    assertArrayEquals(before, model.store().parameters().getLast().toArray());
  }

  @Test
  void eachCutOrZeroedModelIsRefused() throws IOException {
    var whole = Files.readAllBytes(best);
    var random = new Random(4);
    for (int i = 0; i < CASES / 2; i++) {
      assertNoLoad(Arrays.copyOf(whole, random.nextInt(whole.length)));
      assertNoLoad(zeroed(whole, random));
    }
  }

  private void assertNoResume(byte[] damaged) throws IOException {
    Files.write(checkpoint, damaged);
    try (var resumed = new TinyModel(Cells.LSTM, 0.2)) {
      resumed.buildForLoading(backend);
      var training = training(resumed).resumeFrom(folder);
      assertThrows(
          SafeTensorsException.class,
          () -> training.fit(TokenStreams.of(TinyModel.text(80, 5), 2), Budget.epochs(2)));
      for (var parameter : resumed.parameters()) {
        assertArrayEquals(new float[parameter.size()], parameter.toArray(), parameter.name());
      }
    }
  }

  private void assertNoLoad(byte[] damaged) throws IOException {
    Files.write(best, damaged);
    assertThrows(SafeTensorsException.class, () -> model.load(best));
  }

  private static byte[] flipped(byte[] whole, Random random) {
    var damaged = whole.clone();
    damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
    return damaged;
  }

  /** As a disk does that loses a block. */
  private static byte[] zeroed(byte[] whole, Random random) {
    var damaged = whole.clone();
    int from;
    do {
      from = random.nextInt(whole.length);
      Arrays.fill(damaged, from, Math.min(whole.length, from + 64), (byte) 0);
    } while (Arrays.equals(damaged, whole));
    return damaged;
  }

  @Test
  void bothLoadWhereNothingWasChanged() throws IOException {
    model.load(best);
    try (var resumed = new TinyModel(Cells.LSTM, 0.2)) {
      resumed.buildForLoading(backend);
      var result =
          training(resumed)
              .resumeFrom(folder)
              .fit(TokenStreams.of(TinyModel.text(80, 5), 2), Budget.epochs(2));
      assertEquals(2, result.epochs().size());
    }
  }
}
