package dev.recurrent.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Precision;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LossScaleTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FP16")
  void otherNumbersThanFp16AreNeverScaled(Precision precision) {
    var scale = new LossScale(precision);
    assertEquals(1, scale.factor());
    assertFalse(scale.overflowed(Double.POSITIVE_INFINITY));
    assertEquals(1, scale.factor());
  }

  @Test
  void overflowHalvesTheFactorAndLeavesTheUpdateOut() {
    var scale = new LossScale(Precision.FP16);
    assertEquals(65_536, scale.factor());
    assertTrue(scale.overflowed(Double.POSITIVE_INFINITY));
    assertTrue(scale.overflowed(Double.NaN));
    assertEquals(16_384, scale.factor());
    assertFalse(scale.overflowed(3));
    assertEquals(16_384, scale.factor());
  }

  @Test
  void manyUpdatesWithoutOverflowDoubleIt() {
    var scale = new LossScale(Precision.FP16);
    for (int i = 0; i < 1999; i++) {
      assertFalse(scale.overflowed(1));
    }
    assertEquals(65_536, scale.factor());
    scale.overflowed(1);
    assertEquals(131_072, scale.factor());
    for (int i = 0; i < 100_000; i++) {
      scale.overflowed(1);
    }
    assertEquals(0x1p24f, scale.factor());
  }

  @Test
  void gradientsThatAreNoNumbersWithoutScaleAreNotItsFault() {
    var scale = new LossScale(Precision.FP16);
    for (int i = 0; i < 16; i++) {
      assertTrue(scale.overflowed(Double.NaN));
    }
    assertEquals(1, scale.factor());
    assertFalse(scale.overflowed(Double.NaN));
  }

  @Test
  void aCheckpointKeepsIt() throws IOException {
    var scale = new LossScale(Precision.FP16);
    scale.overflowed(Double.NaN);
    for (int i = 0; i < 1500; i++) {
      scale.overflowed(1);
    }
    var file = folder.resolve("checkpoint.safetensors");
    var checkpoint = new Checkpoint();
    scale.write(checkpoint);
    checkpoint.write(file);
    assertTrue(SafeTensors.read(file).metadata().containsKey("lossScale"));
    var resumed = new LossScale(Precision.FP16);
    resumed.read(Checkpoint.read(file));
    assertEquals(32_768, resumed.factor());
    for (int i = 0; i < 500; i++) {
      assertEquals(32_768, resumed.factor());
      resumed.overflowed(1);
    }
    assertEquals(65_536, resumed.factor());
  }
}
