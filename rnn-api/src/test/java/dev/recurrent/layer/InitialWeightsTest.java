package dev.recurrent.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellDefinitionException;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.ParameterSpec;
import dev.recurrent.cell.ParameterSpec.Kind;
import dev.recurrent.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code CellDefinition.withInitialWeights} as a layer has it. */
class InitialWeightsTest {
  @TempDir Path folder;
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  static List<CellDefinition> catalogue() {
    return Cells.all();
  }

  /** Returns the parameters of two layers of a cell by name. */
  private Map<String, List<Float>> first(CellDefinition cell, long seed) {
    try (var layer = Recurrent.of(cell, 3, 4).layers(2)) {
      layer.build(backend, seed);
      return values(layer);
    }
  }

  private static Map<String, List<Float>> values(Layer layer) {
    var values = new LinkedHashMap<String, List<Float>>();
    for (var parameter : layer.parameters()) {
      var array = parameter.toArray();
      values.put(parameter.name(), Arrays.stream(box(array)).toList());
    }
    return values;
  }

  private static Float[] box(float[] values) {
    var boxed = new Float[values.length];
    Arrays.setAll(boxed, i -> values[i]);
    return boxed;
  }

  private static long count(Map<String, List<Float>> values, float wanted) {
    return values.values().stream().flatMap(List::stream).filter(x -> x == wanted).count();
  }

  /** Every cell of the catalogue, with each of the kinds it has. */
  @ParameterizedTest
  @MethodSource("catalogue")
  void exactlyTheWeightsOfTheKindStartAsTheInitializerSays(CellDefinition cell) {
    for (var kind : List.of(Kind.INPUT_WEIGHT, Kind.STATE_WEIGHT, Kind.INNER_WEIGHT)) {
      int size = sizeOf(cell, kind);
      if (size == 0) {
        assertThrows(
            CellDefinitionException.class,
            () -> cell.withInitialWeights(kind, Initializer.constant(7)));
      } else {
        var changed = first(cell.withInitialWeights(kind, Initializer.constant(7)), 1);
        assertEquals(size, count(changed, 7), cell + " " + kind);
        assertEquals(0, count(first(cell, 1), 7));
      }
    }
  }

  private static int sizeOf(CellDefinition cell, Kind kind) {
    var lower = cell.program(CellSizes.of(3, 4));
    var upper = cell.program(CellSizes.of(lower.outputSize(), 4));
    return Stream.of(lower, upper)
        .flatMap(program -> program.parameters().stream())
        .filter(parameter -> parameter.kind() == kind)
        .mapToInt(ParameterSpec::size)
        .sum();
  }

  @Test
  void aLaterInitializerOfTheSameKindReplacesAndOthersStay() {
    var cell =
        Cells.GRU
            .withInitialBias("r", 3)
            .withInitialWeights(Kind.STATE_WEIGHT, Initializer.constant(5))
            .withInitialWeights(Kind.INPUT_WEIGHT, Initializer.constant(7))
            .withInitialWeights(Kind.STATE_WEIGHT, Initializer.constant(9));
    var values = first(cell, 1);
    assertEquals(0, count(values, 5));
    assertEquals(3 * 4 * (3 + 4), count(values, 7));
    assertEquals(2 * 3 * 4 * 4, count(values, 9));
    assertEquals(2 * 4, count(values, 3));
  }

  @Test
  void theSeedDecidesTheDraws() {
    var cell = Cells.LSTM.withInitialWeights(Kind.STATE_WEIGHT, Initializer.normal(0.1));
    assertEquals(first(cell, 5), first(cell, 5));
    assertNotEquals(first(cell, 5), first(cell, 6));
    assertNotEquals(first(Cells.LSTM, 5), first(cell, 5));
  }

  @Test
  void gatesAreFilledOneByOne() {
    var cell =
        Cells.LSTM.withInitialWeights(
            Kind.STATE_WEIGHT,
            (values, offset, rows, columns, random) -> {
              assertArrayEquals(new int[] {4, 4}, new int[] {rows, columns});
              Arrays.fill(values, offset, offset + rows * columns, 11 + offset / (rows * columns));
            });
    var values = first(cell, 1);
    for (int gate = 0; gate < 4; gate++) {
      assertEquals(2 * 16, count(values, 11 + gate), "gate " + gate);
    }
  }

  @Test
  void aDenseLayerAndAnEmbeddingStartAsTheyAreTold() {
    try (var dense = Dense.of(3, 2).initialized(Initializer.constant(7)).build(backend, 1);
        var embedding = Embedding.of(2, 3).initialized(Initializer.constant(5)).build(backend, 1)) {
      assertArrayEquals(new float[] {7, 7, 7, 7, 7, 7}, dense.weight().toArray());
      assertArrayEquals(new float[2], Objects.requireNonNull(dense.bias()).toArray());
      assertArrayEquals(new float[] {5, 5, 5, 5, 5, 5}, embedding.weight().toArray());
    }
  }

  /** Glorot and Bengio 2010: uniform within sqrt(6 / (40 + 110)) = 0.2. */
  @Test
  void aDenseLayerStartsAsGlorotsByDefault() {
    try (var dense = Dense.of(40, 110).build(backend, 1)) {
      var weights = box(dense.weight().toArray());
      double most = Arrays.stream(weights).mapToDouble(Math::abs).max().orElseThrow();
      assertTrue(most > 0.199 && most <= 0.2, "largest " + most);
      double squares = Arrays.stream(weights).mapToDouble(x -> (double) x * x).average().orElse(0);
      assertEquals(0.2 / Math.sqrt(3), Math.sqrt(squares), 0.002);
    }
  }

  @Test
  void aFileOfTheOneIsAFileOfTheOther() throws IOException {
    var file = folder.resolve("layer.safetensors");
    var cell = Cells.LSTM.withInitialWeights(Kind.STATE_WEIGHT, Initializer.normal(0.1));
    assertEquals(Cells.LSTM.name(), cell.name());
    try (var saved = new OneLayer(cell);
        var plain = new OneLayer(Cells.LSTM);
        var same = new OneLayer(cell)) {
      saved.build(backend, 1);
      saved.save(file);
      for (var other : List.of(plain, same)) {
        other.build(backend, 2);
        assertNotEquals(values(saved), values(other));
        other.load(file);
        assertEquals(values(saved), values(other));
      }
    }
  }

  private static final class OneLayer extends Model {
    OneLayer(CellDefinition cell) {
      add("recurrent", Recurrent.of(cell, 3, 4));
    }
  }

  @Test
  void aKindThatTheCellHasNotIsRefusedByName() {
    for (var kind : List.of(Kind.INNER_WEIGHT, Kind.BIAS, Kind.VECTOR)) {
      var e =
          assertThrows(
              CellDefinitionException.class,
              () -> Cells.LSTM.withInitialWeights(kind, Initializer.constant(1)));
      assertEquals(
          "cell lstm: initial weights: expected a kind out of [INPUT_WEIGHT, STATE_WEIGHT], got "
              + kind,
          e.getMessage());
    }
  }
}
