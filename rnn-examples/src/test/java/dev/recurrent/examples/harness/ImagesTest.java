package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.data.Idx;
import dev.recurrent.data.LabelledImage;
import dev.recurrent.data.LabelledImages;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImagesTest {
  /** Two images of two rows and three columns. */
  private static final List<LabelledImage> TWO =
      LabelledImages.of(
              "made",
              new Idx(new int[] {2, 2, 3}, new byte[] {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, -1}))
          .all();

  @Test
  void rowsPixelsAndWholeImagesAreStepsOfDifferentWidths() {
    check(new int[] {0, 1, 2, 10, 11, 12, 3, 4, 5, 13, 14, 255}, 3);
    check(new int[] {0, 10, 1, 11, 2, 12, 3, 13, 4, 14, 5, 255}, 1);
    check(new int[] {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 255}, 6);
  }

  private static void check(int[] greys, int width) {
    var wanted = new float[greys.length];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = greys[i] / 255f;
    }
    var steps = Images.steps(TWO, width);
    assertEquals(2, steps.batch());
    assertEquals(6 / width, steps.steps());
    assertEquals(width, steps.width());
    assertArrayEquals(wanted, steps.packedFeatures());
  }

  @Test
  void imagesOfOtherSizesAreRefused() {
    var failure = assertThrows(IllegalArgumentException.class, () -> Images.steps(TWO, 4));
    assertEquals("made: expected images of a multiple of 4 pixels, got 6", failure.getMessage());
    var mixed = new ArrayList<>(TWO);
    mixed.addAll(LabelledImages.of("large", new Idx(new int[] {1, 3, 3}, new byte[9])).all());
    failure = assertThrows(IllegalArgumentException.class, () -> Images.steps(mixed, 3));
    assertEquals("large#0: expected an image of 6 pixels, as others, got 9", failure.getMessage());
  }
}
