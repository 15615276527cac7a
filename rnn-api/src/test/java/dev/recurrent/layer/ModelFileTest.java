package dev.recurrent.layer;

import static dev.recurrent.cell.Functions.sigmoid;
import static dev.recurrent.cell.Functions.tanh;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.Value;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.SafeTensorsException;
import dev.recurrent.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {
  @TempDir Path folder;
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  private static final class CharModel extends Model {
    final Embedding embedding = add("embedding", Embedding.of(6, 1));
    final Recurrent recurrent;
    final Dense output;

    CharModel(CellDefinition cell, int hidden) {
      recurrent = add("recurrent", Recurrent.of(cell, 1, hidden).inputDropout(0.1));
      output = add("output", Dense.of(recurrent.outputSize(), 6));
    }
  }

  private Path saved(CellDefinition cell, int hidden) throws IOException {
    var file = folder.resolve("model.safetensors");
    try (var model = new CharModel(cell, hidden)) {
      model.build(backend, 1);
      model.save(file, Map.of("vocabulary", "abc\"\n😀"));
    }
    return file;
  }

  @Test
  void namesAndShapesArePyTorchs() throws IOException {
    var file = SafeTensors.read(saved(Cells.LSTM, 3));
    assertEquals(
        Set.of(
            "embedding.weight",
            "recurrent.weight_ih_l0",
            "recurrent.weight_hh_l0",
            "recurrent.bias_ih_l0",
            "recurrent.bias_hh_l0",
            "output.weight",
            "output.bias"),
        file.names());
    // A matrix of one column stays a matrix.
    assertArrayEquals(new long[] {12, 1}, file.shape("recurrent.weight_ih_l0"));
    assertArrayEquals(new long[] {6, 1}, file.shape("embedding.weight"));
    assertArrayEquals(new long[] {6}, file.shape("output.bias"));
    assertEquals("abc\"\n😀", file.metadata().get("vocabulary"));
    assertTrue(file.metadata().get("recurrent.layer.recurrent").contains("cell=lstm"));
  }

  @Test
  void everyCellLoadsToTheSameBits() throws IOException {
    for (var cell : Cells.all()) {
      var file = saved(cell, 4);
      try (var first = new CharModel(cell, 4);
          var second = new CharModel(cell, 4)) {
        first.build(backend, 1);
        second.build(backend, 2);
        second.load(file);
        for (int i = 0; i < first.parameters().size(); i++) {
          var parameter = first.parameters().get(i);
          assertArrayEquals(
              parameter.toArray(),
              second.parameters().get(i).toArray(),
              cell + " " + parameter.name());
        }
      }
    }
  }

  @Test
  void aPartOfAModelLoadsFromAPrefix() throws IOException {
    var file = SafeTensors.read(saved(Cells.GRU, 3));
    try (var layer = Recurrent.of(Cells.GRU, 1, 3).build(backend, 9)) {
      layer.load(file, "recurrent.");
      assertArrayEquals(
          file.floats("recurrent.weight_ih_l0"), layer.parameters().getFirst().toArray());
    }
  }

  @Test
  void aModelOfOtherSizesIsRefusedAndKept() throws IOException {
    var file = saved(Cells.LSTM, 3);
    try (var model = new CharModel(Cells.LSTM, 4)) {
      model.build(backend, 1);
      var before = model.parameters().getLast().toArray();
      var e = assertThrows(SafeTensorsException.class, () -> model.load(file));
      assertTrue(e.getMessage().contains("hidden=4"), e.getMessage());
      assertTrue(e.getMessage().contains("hidden=3"), e.getMessage());
      assertArrayEquals(before, model.parameters().getLast().toArray());
    }
    try (var model = new CharModel(Cells.GRU, 3)) {
      model.build(backend, 1);
      var e = assertThrows(SafeTensorsException.class, () -> model.load(file));
      assertTrue(e.getMessage().contains("cell=gru"), e.getMessage());
    }
  }

  @Test
  void valuesThatAreNotFiniteAreRefused() throws IOException {
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      try (var model = new CharModel(Cells.GRU, 3);
          var other = new CharModel(Cells.GRU, 3)) {
        model.build(backend, 1);
        other.build(backend, 2);
        var weight = model.recurrent.parameters().getFirst();
        var values = weight.toArray();
        values[5] = bad;
        weight.set(values);
        var path = folder.resolve("bad.safetensors");
        model.save(path);
        var before = other.parameters().getLast().toArray();
        String message = "weight_ih_l0: expected finite numbers, got " + bad + " as element 5: the";
        var e = assertThrows(SafeTensorsException.class, () -> other.load(path));
        assertTrue(e.getMessage().contains("tensor recurrent." + message), e.getMessage());
        assertArrayEquals(before, other.parameters().getLast().toArray());
        var file = SafeTensors.read(path);
        e =
            assertThrows(
                SafeTensorsException.class,
                () -> Recurrent.fromPyTorch(file, "recurrent.", Cells.GRU));
        assertTrue(e.getMessage().contains(message), e.getMessage());
      }
    }
  }

  @Test
  void tensorsMissingOrOfAnotherShapeAreNamed() throws IOException {
    try (var model = new CharModel(Cells.LSTM, 3)) {
      model.build(backend, 1);
      var file = folder.resolve("plain.safetensors");
      var tensors = new LinkedHashMap<>(model.toTensors());
      tensors.put("output.bias", dev.recurrent.io.TensorData.of(new float[5], 5));
      SafeTensors.write(file, tensors, Map.of());
      var e = assertThrows(SafeTensorsException.class, () -> model.load(file));
      assertTrue(
          e.getMessage().endsWith("tensor output.bias: expected [6], got [5]"), e.getMessage());
      tensors.remove("output.bias");
      SafeTensors.write(file, tensors, Map.of());
      e = assertThrows(SafeTensorsException.class, () -> model.load(file));
      assertTrue(e.getMessage().contains("output.bias"), e.getMessage());
      tensors.putAll(model.toTensors());
      tensors.put("extra", dev.recurrent.io.TensorData.of(new float[5], 5));
      SafeTensors.write(file, tensors, Map.of());
      e = assertThrows(SafeTensorsException.class, () -> model.load(file));
      assertTrue(e.getMessage().endsWith("got extra"), e.getMessage());
    }
  }

  @Test
  void aModelBuiltFromAFileHasItsBitsAndDrawsNothing() throws IOException {
    var counted = new AtomicInteger();
    Initializer counting =
        (values, offset, rows, columns, random) -> counted.addAndGet(rows * columns);
    for (var cell : Cells.all()) {
      var file = SafeTensors.read(saved(cell, 4));
      try (var saved = new CharModel(cell, 4);
          var loaded = new CharModel(cell, 4)) {
        saved.build(backend, 1);
        loaded.embedding.initialized(counting);
        loaded.output.initialized(counting);
        loaded.buildFrom(backend, file, "");
        assertEquals(0, counted.get());
        for (int i = 0; i < saved.parameters().size(); i++) {
          assertArrayEquals(
              saved.parameters().get(i).toArray(), loaded.parameters().get(i).toArray());
        }
      }
    }
  }

  @Test
  @Timeout(10)
  void whatAFileHasNoTensorsForIsRefusedBeforeItIsMade() throws IOException {
    var file = SafeTensors.read(saved(Cells.LSTM, 3));
    for (var asked :
        List.of(
            Recurrent.of(Cells.LSTM, 1, 3).layers(100_000),
            Recurrent.of(Cells.LSTM, 1, 1 << 30),
            Recurrent.of(Cells.LSTM, 1 << 28, 3),
            Recurrent.of(Cells.LSTM, 1, 1 << 14).bidirectional())) {
      var e =
          assertThrows(
              SafeTensorsException.class, () -> asked.buildFrom(backend, file, "recurrent."));
      assertTrue(e.getMessage().contains("model.safetensors"), e.getMessage());
    }
  }

  @Test
  void sizesBeyondAnArrayAreNamedWithTheirShape() {
    for (var layer :
        List.of(
            Dense.of(65536, 65536), Embedding.of(1 << 30, 4), Recurrent.of(Cells.GRU, 3, 40_000))) {
      var e = assertThrows(IllegalArgumentException.class, () -> layer.build(backend, 1));
      assertTrue(e.getMessage().contains("numbers, got ["), e.getMessage());
    }
    try (var model =
        new Model() {
          final Dense a = add("a", Dense.of(32768, 32768));
          final Dense b = add("b", Dense.of(32768, 32769));
        }) {
      var e = assertThrows(IllegalArgumentException.class, () -> model.build(backend, 1));
      assertTrue(e.getMessage().contains("in all, got 2,147,581,968"), e.getMessage());
      assertTrue(e.getMessage().contains("b.weight [32769, 32768]"), e.getMessage());
    }
  }

  @Test
  void parametersForWhichThereIsNoRoomAreNamed() {
    assumeTrue(Runtime.getRuntime().maxMemory() < 4L << 30, "this heap has room for 8 GB");
    var layer = Dense.of(40_000, 50_000);
    var e = assertThrows(IllegalStateException.class, () -> layer.build(backend, 1));
    assertTrue(e.getMessage().contains("expected room for 15,259 MB"), e.getMessage());
    assertTrue(e.getMessage().contains("weight [50000, 40000]; got a heap of"), e.getMessage());
  }

  @Test
  void aCellOfTheSameNameWithOtherEquationsIsRefused() throws IOException {
    var keeping = forgetful(h -> sigmoid(h));
    var other = forgetful(h -> tanh(h));
    var file = saved(keeping, 3);
    try (var model = new CharModel(other, 3)) {
      model.build(backend, 1);
      var e = assertThrows(SafeTensorsException.class, () -> model.load(file));
      assertTrue(e.getMessage().contains("equations of the cell forgetful"), e.getMessage());
      assertTrue(e.getMessage().contains(keeping.fingerprint()), e.getMessage());
      assertTrue(e.getMessage().contains(other.fingerprint()), e.getMessage());
    }
    try (var model = new CharModel(forgetful(h -> sigmoid(h)).withRecurrentDropout(0.1), 3)) {
      model.build(backend, 1);
      model.load(file);
    }
  }

  private static CellDefinition forgetful(UnaryOperator<Value> gate) {
    return CellDefinition.named(
        "forgetful",
        c -> {
          var h = c.state("h");
          c.next("h", gate.apply(c.linear("f", c.input(), h)).times(h));
        });
  }

  /** Files of earlier versions have neither equations nor checksums. */
  @Test
  void aFileWithoutEquationsLoads() throws IOException {
    var file = SafeTensors.read(saved(Cells.MGU, 3));
    var metadata = new LinkedHashMap<>(file.metadata());
    metadata.keySet().removeIf(key -> key.contains("equations") || key.contains("crc32c"));
    try (var model = new CharModel(Cells.MGU, 3)) {
      model.build(backend, 2);
      var tensors = model.toTensors();
      var old = folder.resolve("old.safetensors");
      SafeTensors.write(old, tensors, metadata);
      model.load(old);
    }
  }

  @Test
  void tensorsOfAnotherCellAreNamedAsWhatTheyLookLike() throws IOException {
    var gru = plain(Recurrent.of(Cells.GRU, 2, 8));
    assertLikeness(gru, Cells.LSTM, "expected [4 hidden, input]", "looks like a GRU of 8");
    assertLikeness(gru, Cells.ELMAN, "[1 hidden, input]", "looks like a GRU of 8");
    var lstm = plain(Recurrent.of(Cells.LSTM, 2, 6));
    assertLikeness(lstm, Cells.GRU, "[3 hidden, input]", "looks like an LSTM of 6");
    var elman = plain(Recurrent.of(Cells.ELMAN, 2, 12));
    assertLikeness(elman, Cells.GRU, "[3 hidden, input]", "looks like an Elman network of 12");
    var projected = plain(Recurrent.of(Cells.lstmWithProjection(3), 2, 8));
    assertLikeness(projected, Cells.LSTM, "", "an LSTM of 8 with a projection");
    assertLikeness(projected, Cells.lstmWithProjection(2), "", "lstmWithProjection(3)");
    assertLikeness(lstm, Cells.lstmWithProjection(3), "", "looks like an LSTM of 6");
  }

  private Path plain(Recurrent layer) throws IOException {
    var file = folder.resolve(layer.cell() + ".safetensors");
    try (layer) {
      layer.build(backend, 1);
      SafeTensors.write(file, layer.toTensors(), Map.of());
    }
    return file;
  }

  private void assertLikeness(Path file, CellDefinition cell, String expected, String likeness)
      throws IOException {
    var read = SafeTensors.read(file);
    var e = assertThrows(SafeTensorsException.class, () -> Recurrent.fromPyTorch(read, "", cell));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertTrue(e.getMessage().contains(likeness), e.getMessage());
  }

  @Test
  void reservedMetadataAreRefused() {
    try (var model = new CharModel(Cells.LSTM, 3)) {
      model.build(backend, 1);
      assertThrows(
          IllegalArgumentException.class,
          () -> model.save(folder.resolve("m"), Map.of("recurrent.version", "9")));
    }
  }

  @Test
  void aModelIsBuiltOnceAndUsedAfterwards() {
    var model = new CharModel(Cells.LSTM, 3);
    assertThrows(IllegalStateException.class, model::store);
    model.build(backend, 1);
    assertThrows(IllegalStateException.class, () -> model.build(backend, 1));
    assertThrows(IllegalStateException.class, () -> model.recurrent.layers(2));
    assertTrue(model.summary().contains("recurrent"), model.summary());
    assertEquals(6 + 12 + 36 + 12 + 18 + 6, model.parameterCount());
    model.close();
  }

  @Test
  void theSeedAndTheNameDecideTheFirstValues() {
    try (var a = new CharModel(Cells.LSTM, 3);
        var b = new CharModel(Cells.LSTM, 3);
        var c = new CharModel(Cells.LSTM, 3)) {
      a.build(backend, 1);
      b.build(backend, 1);
      c.build(backend, 2);
      assertArrayEquals(a.output.weight().toArray(), b.output.weight().toArray());
      assertTrue(
          !java.util.Arrays.equals(a.output.weight().toArray(), c.output.weight().toArray()));
    }
  }
}
