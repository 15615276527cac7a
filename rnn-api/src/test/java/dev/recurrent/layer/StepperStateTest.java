package dev.recurrent.layer;

import static dev.recurrent.cell.Functions.tanh;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.Cells;
import dev.recurrent.reference.ReferenceBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepperStateTest {
  private final ReferenceBackend backend = new ReferenceBackend();

  @AfterEach
  void close() {
    backend.close();
  }

  private Recurrent layer(CellDefinition cell, int hidden) {
    return Recurrent.of(cell, 2, hidden).layers(2).build(backend, 1);
  }

  private static StepperState after(Stepper stepper, float... inputs) {
    for (float input : inputs) {
      stepper.step(new float[] {input, 1});
    }
    return stepper.state();
  }

  @Test
  void aStreamGoesOnFromItsBytes() {
    try (var lstm = layer(Cells.LSTM, 3);
        var one = lstm.stepper();
        var other = lstm.stepper()) {
      var bytes = after(one, 0.5f, -1, 2).toBytes();
      after(other, 7, 8);
      other.setState(StepperState.fromBytes(bytes));
      var x = new float[] {0.25f, -0.5f};
      assertArrayEquals(one.step(x), other.step(x), 1e-6f); // this backend has doubles
      try (var third = lstm.stepper(StepperState.fromBytes(bytes))) {
        assertArrayEquals(one.step(x), twice(third, x), 1e-6f);
      }
    }
  }

  private static float[] twice(Stepper stepper, float[] x) {
    stepper.step(x);
    return stepper.step(x);
  }

  @Test
  void theStatesAreThoseOfTheEquations() {
    try (var lstm = layer(Cells.LSTM, 3);
        var stepper = lstm.stepper()) {
      var zeros = stepper.state();
      assertEquals(Map.of("c_l0", 3, "c_l1", 3, "h_l0", 3, "h_l1", 3), zeros.sizes());
      assertArrayEquals(new float[3], zeros.get("h_l1"));
      var y = stepper.step(new float[] {1, 2}).clone();
      assertArrayEquals(y, stepper.state().get("h_l1"));
      assertNotEquals(zeros, stepper.state());
      stepper.reset();
      assertEquals(zeros, stepper.state());
    }
  }

  @Test
  void aStepperStartsFromValuesOfOnesOwn() {
    try (var elman = Recurrent.of(Cells.ELMAN, 1, 1).build(backend, 1);
        var stepper = elman.stepper()) {
      var state = stepper.state();
      state.set("h_l0", new float[] {0.5f});
      stepper.setState(state);
      state.set("h_l0", new float[] {9});
      elman.parameters().forEach(p -> p.set(new float[] {p.name().equals("weight_h_l0") ? 2 : 0}));
      assertEquals(Math.tanh(1), stepper.step(new float[1])[0], 1e-7); // tanh(0 x + 2 h + 0)
    }
  }

  @Test
  void aForkGoesItsOwnWay() {
    try (var gru = layer(Cells.GRU, 3);
        var trunk = gru.stepper()) {
      after(trunk, 1, 2, 3); // an odd number: the states lie in the other half
      try (var branch = trunk.copy()) {
        assertEquals(trunk.state(), branch.state());
        var before = trunk.state();
        branch.step(new float[] {4, 4});
        assertEquals(before, trunk.state());
        trunk.step(new float[] {4, 4});
        assertEquals(branch.state(), trunk.state());
      }
    }
  }

  @Test
  void theStateOfAnotherModelIsRefused() {
    try (var lstm = layer(Cells.LSTM, 3);
        var larger = layer(Cells.LSTM, 4);
        var gru = layer(Cells.GRU, 3);
        var elman = layer(Cells.ELMAN, 3);
        var stepper = gru.stepper();
        var others = elman.stepper();
        var lstmStepper = lstm.stepper();
        var largerStepper = larger.stepper()) {
      var own = after(stepper, 1);
      var e = assertThrows(IllegalArgumentException.class, () -> stepper.setState(others.state()));
      assertEquals(
          "state: expected h_l0 of gru [3], h_l1 of gru [3], got h_l0 of elman [3],"
              + " h_l1 of elman [3], which is that of another model",
          e.getMessage());
      assertThrows(
          IllegalArgumentException.class, () -> lstmStepper.setState(largerStepper.state()));
      assertThrows(IllegalArgumentException.class, () -> lstm.stepper(own));
      assertThrows(IllegalArgumentException.class, () -> others.readState(own));
      assertEquals(own, stepper.state());
      assertThrows(IllegalArgumentException.class, () -> own.get("h"));
      assertThrows(IllegalArgumentException.class, () -> own.set("h_l0", new float[4]));
    }
  }

  private static CellDefinition leaky(double rate) {
    return CellDefinition.named(
        "leaky",
        c -> {
          var h = c.state("h");
          c.next("h", h.times(rate).plus(tanh(c.linear("n", c.input(), h))));
        });
  }

  @Test
  void theStateOfACellThatWasRedefinedIsRefused() {
    try (var before = Recurrent.of(leaky(0.5), 2, 3).build(backend, 1);
        var same = Recurrent.of(leaky(0.5), 2, 3).build(backend, 2);
        var after = Recurrent.of(leaky(0.9), 2, 3).build(backend, 1);
        var stepper = before.stepper();
        var others = same.stepper()) {
      var bytes = stepper.state().toBytes();
      others.setState(StepperState.fromBytes(bytes));
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () -> after.stepper(StepperState.fromBytes(bytes)).close());
      assertEquals(
          "state: expected h_l0 of leaky [3], got one of a cell of this name with other equations",
          e.getMessage());
    }
  }

  @Test
  void everyFlippedBitAndEveryCutIsRefused() {
    byte[] bytes;
    try (var lstm = layer(Cells.LSTM, 2);
        var stepper = lstm.stepper()) {
      bytes = after(stepper, 1).toBytes();
    }
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      var damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(IllegalArgumentException.class, () -> StepperState.fromBytes(damaged));
    }
    for (int length = 0; length < bytes.length; length++) {
      var cut = Arrays.copyOf(bytes, length);
      assertThrows(IllegalArgumentException.class, () -> StepperState.fromBytes(cut));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> StepperState.fromBytes(Arrays.copyOf(bytes, bytes.length + 1)));
  }

  @Test
  void bytesMadeUpWithARightChecksumAreReadOrRefused() {
    byte[] bytes;
    try (var lstm = layer(Cells.LSTM, 2);
        var stepper = lstm.stepper()) {
      bytes = after(stepper, 1).toBytes();
    }
    var random = new SplittableRandom(3);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      var made = bytes.clone();
      for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
        made[random.nextInt(8, made.length)] = (byte) random.nextInt();
      }
      try {
        StepperState.fromBytes(withChecksum(made));
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, "refused: " + refused);
  }

  private static byte[] withChecksum(byte[] bytes) {
    var crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - 4);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(bytes.length - 4, (int) crc.getValue());
    return bytes;
  }

  @Test
  void anotherVersionOfTheFormatIsNamed() {
    try (var gru = layer(Cells.GRU, 2);
        var stepper = gru.stepper()) {
      var bytes = stepper.state().toBytes();
      bytes[4] = 2;
      var e = assertThrows(IllegalArgumentException.class, () -> StepperState.fromBytes(bytes));
      assertEquals("bytes of a state: expected version 1 of the format, got 2", e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE})
  void everyValueComesBackAsItWas(float value) {
    try (var gru = layer(Cells.GRU, 2);
        var stepper = gru.stepper()) {
      var state = stepper.state();
      state.set("h_l1", new float[] {value, 1});
      assertEquals(state, StepperState.fromBytes(state.toBytes()));
      assertEquals(state, state.copy());
      assertEquals(state.hashCode(), state.copy().hashCode());
    }
  }
}
