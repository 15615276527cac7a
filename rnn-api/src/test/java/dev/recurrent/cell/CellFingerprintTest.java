package dev.recurrent.cell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class CellFingerprintTest {
  /**
   * These stand in model files. If one changes though the cell's equations have not, the form's
   * version must rise, or files of before are refused.
   */
  @Test
  void thoseOfTheCatalogueStayAsTheyAreInFiles() {
    assertEquals(
        "1 weight_input(i,f,g,o) weight_h(i,f,g,o) bias(i,f,g,o) d2fc1769a3bb902a",
        Cells.LSTM.fingerprint());
    assertEquals(
        "1 weight_input(r,z,n) weight_h(r,z,nh) bias(r,z,n,nh) 65c6934e1c7f32d8",
        Cells.GRU.fingerprint());
    assertEquals(
        "1 weight_input(i,f,g,o) gain_xi shift_xi weight_h(i,f,g,o)"
            + " gain_hi shift_hi gain_xf shift_xf"
            + " gain_hf shift_hf gain_xg shift_xg"
            + " gain_hg shift_hg gain_xo shift_xo"
            + " gain_ho shift_ho gain_c shift_c"
            + " 6b4befc68790ae8d",
        Cells.LSTM_LAYERNORM.fingerprint());
    assertEquals(
        "1 weight_input(i,f,g,o) weight_h(i,f,g,o) bias(i,f,g,o) d5225335f9c86c60",
        Cells.LSTM.withZoneout(0.1).fingerprint());
  }

  @Test
  void eachCellOfTheCatalogueHasItsOwn() {
    var found = new HashSet<String>();
    for (var cell : Cells.all()) {
      assertTrue(found.add(cell.fingerprint()), cell.name());
    }
  }

  @Test
  void whatSaysOnlyHowTrainingGoesIsNoPartOfIt() {
    var lstm = Cells.LSTM.fingerprint();
    assertEquals(lstm, Cells.LSTM.withRecurrentDropout(0.3).fingerprint());
    assertEquals(lstm, Cells.LSTM.remembering(100).fingerprint());
    assertEquals(lstm, Cells.LSTM.withInitialBias("f", 3).fingerprint());
    assertNotEquals(lstm, Cells.LSTM.withZoneout(0.1).fingerprint());
  }

  @Test
  void thoseOfAnotherFormAreNotCompared() {
    assertFalse(Cells.LSTM.differsFrom(Cells.LSTM.fingerprint()));
    assertTrue(Cells.LSTM.differsFrom(Cells.GRU.fingerprint()));
    assertFalse(Cells.LSTM.differsFrom("2 something else"));
  }
}
