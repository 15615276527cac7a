package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.Cells;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.reference.ReferenceBackend;
import dev.recurrent.spi.Backend;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Batches;
import dev.recurrent.train.Budget;
import dev.recurrent.train.Losses;
import dev.recurrent.train.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A layer that was built, and perhaps trained, becomes a part of another model with its values. */
class ReuseTest {
  private static final Sequences X =
      Sequences.ofFeatures(List.of(new float[][] {{1, -2}, {0.5f, 1}}, new float[][] {{3, 0.25f}}));

  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  /** An encoder in a model, so that a layer within a reused layer moves, too. */
  private static final class Encoder extends Model {
    final Dense dense = add("dense", Dense.of(2, 3));
    final Recurrent recurrent = add("recurrent", Recurrent.of(Cells.GRU, 3, 4).layers(2));

    float[] outputs(Backend backend) {
      try (var tape = Tape.inference(backend)) {
        return recurrent.on(tape, dense.on(tape, tape.input(X))).toArray();
      }
    }
  }

  private static final class Classifier extends Model {
    final Encoder encoder;
    final Dense output = add("output", Dense.of(4, 2));

    Classifier(Encoder encoder) {
      this.encoder = add("encoder", encoder);
    }

    Training training() {
      return Training.of(this)
          .loss(
              (tape, batch, _) -> {
                var x = encoder.dense.on(tape, tape.input(batch.inputs()));
                var last = encoder.recurrent.run(tape, x).last();
                return Losses.crossEntropy(output.on(tape, last), batch.targets());
              });
    }
  }

  private static List<float[]> values(Layer layer) {
    return layer.parameters().stream().map(Parameter::toArray).toList();
  }

  private static void assertValues(List<float[]> wanted, Layer layer) {
    var got = values(layer);
    assertEquals(wanted.size(), got.size());
    for (int i = 0; i < wanted.size(); i++) {
      assertArrayEquals(wanted.get(i), got.get(i));
    }
  }

  @Test
  void aLayerThatWasBuiltKeepsItsValuesInAnOuterModel() {
    var encoder = new Encoder();
    encoder.build(backend, 3);
    var wanted = values(encoder);
    var outputs = encoder.outputs(backend);
    try (var model = new Classifier(encoder)) {
      model.build(backend, 7);
      assertValues(wanted, encoder);
      assertArrayEquals(outputs, encoder.outputs(backend));
      assertEquals("encoder.recurrent", encoder.recurrent.path());
      assertEquals(model.store(), encoder.recurrent.store());
      assertEquals(
          model.parameters().size(),
          encoder.parameters().size() + model.output.parameters().size());
      assertTrue(
          model.parameters().stream()
              .map(Parameter::name)
              .toList()
              .contains("encoder.recurrent.weight_input_l1"));
      encoder.close(); // it is the model's now
      assertValues(wanted, encoder);
      // The others are drawn as without.
      try (var fresh = new Classifier(new Encoder())) {
        fresh.build(backend, 7);
        assertValues(values(fresh.output), model.output);
      }
    }
    assertTrue(encoder.isBuilt());
  }

  @Test
  void aLayerMovesToAnotherBackend() {
    var encoder = new Encoder();
    encoder.build(backend, 3);
    var outputs = encoder.outputs(backend);
    try (var other = new ReferenceBackend();
        var model = new Classifier(encoder)) {
      model.build(other, 7);
      assertArrayEquals(outputs, encoder.outputs(other));
    }
  }

  @Test
  void aReusedLayerTrainsOrStaysAsItIs() throws IOException {
    for (boolean frozen : new boolean[] {true, false}) {
      var encoder = new Encoder();
      encoder.build(backend, 3);
      var before = values(encoder);
      try (var model = new Classifier(encoder)) {
        model.build(backend, 7);
        var output = model.output.weight().toArray();
        var training = model.training();
        (frozen ? training.freeze(encoder) : training)
            .fit(Batches.of(Batch.of(X, Sequences.ofLabels(1, 0))), Budget.epochs(2));
        for (int i = 0; i < before.size(); i++) {
          var after = encoder.parameters().get(i).toArray();
          assertEquals(frozen, java.util.Arrays.equals(before.get(i), after));
        }
        assertFalse(java.util.Arrays.equals(output, model.output.weight().toArray()));
      }
    }
  }

  @Test
  void aFileOfTheOuterModelIsThatOfOneBuiltAtOnce(@TempDir Path folder) throws IOException {
    var file = folder.resolve("model.safetensors");
    var encoder = new Encoder();
    encoder.build(backend, 3);
    var wanted = values(encoder);
    try (var model = new Classifier(encoder);
        var fresh = new Classifier(new Encoder())) {
      model.build(backend, 7);
      model.save(file);
      fresh.build(backend, 9);
      fresh.load(file);
      assertValues(wanted, fresh.encoder);
    }
  }

  @Test
  void aLayerOfAModelIsNotPutIntoAnother() {
    try (var first = new Classifier(new Encoder())) {
      first.build(backend, 1);
      assertRefused(
          "encoder: expected a layer that is not built, or was built alone and is open, got one of"
              + " another model",
          () -> new Classifier(first.encoder));
    }
    var shared = new Encoder();
    try (var first = new Classifier(shared);
        var second = new Classifier(shared)) {
      first.build(backend, 1);
      var before = values(first);
      assertRefused(
          "encoder: expected a layer that is not built, or was built alone and is open, got one of"
              + " another model",
          () -> second.build(backend, 2));
      assertFalse(second.isBuilt());
      assertValues(before, first);
    }
  }

  @Test
  void aLayerStandsInOnePlaceOnly() {
    var twice =
        new Model() {
          final Dense dense = add("a", Dense.of(2, 2));
          final Dense again = add("b", dense);
        };
    assertRefused(
        "b: expected a layer of its own, got the same one as a again",
        () -> twice.build(backend, 1));
    assertEquals(twice.dense, twice.again);
  }

  @Test
  void valuesAreCopiedFromALayerOfAnotherModel() {
    try (var from = new Classifier(new Encoder());
        var to = new Classifier(new Encoder())) {
      from.build(backend, 1);
      to.build(backend, 2);
      var output = values(to.output);
      to.encoder.copyFrom(from.encoder);
      assertValues(values(from.encoder), to.encoder);
      assertArrayEquals(from.encoder.outputs(backend), to.encoder.outputs(backend));
      assertValues(output, to.output);
      to.copyFrom(from);
      assertValues(values(from), to);
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> to.encoder.dense.copyFrom(from.output));
      assertEquals(
          "copyFrom: expected Dense{bias=true, inputs=2, outputs=3}, got Dense{bias=true, inputs=4,"
              + " outputs=2}",
          e.getMessage());
      try (var alone = new Encoder()) {
        alone.build(backend, 5);
        alone.copyFrom(from.encoder); // from another place in another model
        assertValues(values(from.encoder), alone);
      }
    }
  }

  @Test
  void aLayerFromAFileKeepsTheFilesStructure(@TempDir Path folder) throws IOException {
    var path = folder.resolve("gru.safetensors");
    try (var gru = Recurrent.of(Cells.GRU, 3, 4).build(backend, 1)) {
      gru.save(path);
    }
    var file = SafeTensors.read(path);
    assertRefused(
        "layers: expected those of the file that the layer is made from, 1, got 3",
        () -> Recurrent.fromPyTorch(file, "", Cells.GRU).layers(3));
    assertRefused(
        "bias: expected those of the file that the layer is made from, WITH, got WITHOUT",
        () -> Recurrent.fromPyTorch(file, "", Cells.GRU).withoutBias());
    assertRefused(
        "directions: expected those of the file that the layer is made from, 1, got 2",
        () -> Recurrent.fromPyTorch(file, "", Cells.GRU).bidirectional());
    try (var gru = Recurrent.fromPyTorch(file, "", Cells.GRU).layers(1).build(backend, 2)) {
      assertEquals(1, gru.layerCount());
    }
  }

  @Test
  void dropoutBetweenTheLayersOfOneLayerIsRefused() {
    assertRefused(
        "dropout: expected at least two layers, between which it is applied, got one and a rate of"
            + " 0.5",
        () -> Recurrent.of(Cells.GRU, 3, 4).dropout(0.5).build(backend, 1));
    Recurrent.of(Cells.GRU, 3, 4).dropout(0).build(backend, 1).close();
  }

  private static void assertRefused(String message, Executable call) {
    var e = assertThrows(IllegalStateException.class, call);
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
