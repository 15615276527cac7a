package dev.recurrent.examples.made;

import dev.recurrent.data.CaptionedImage;
import dev.recurrent.data.Idx;
import dev.recurrent.data.LabelledImage;
import dev.recurrent.data.LabelledImages;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/** Makes noisy images of 12 by 12 pixels with a shape somewhere in each. */
public final class MadeImages {
  private static final List<String> NAMES = List.of("bar", "pole", "cross", "ring");

  private static final int SIZE = 12;
  private static final int NOISE = 80;
  private static final double HALF_STROKE = 0.8;

  private MadeImages() {}

  /** Makes so many images; the same seed gives the same ones. */
  public static List<LabelledImage> of(int count, long seed) {
    var random = new SplittableRandom(seed);
    var pixels = new byte[count * SIZE * SIZE];
    var labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) random.nextInt(NAMES.size());
      draw(NAMES.get(labels[i]), pixels, i * SIZE * SIZE, random);
    }
    return LabelledImages.of("made", new Idx(new int[] {count, SIZE, SIZE}, pixels))
        .withLabels(new Idx(new int[] {count}, labels))
        .all();
  }

  /** Makes the same images with what their shapes are called. */
  public static List<CaptionedImage> captioned(int count, long seed) {
    return of(count, seed).stream()
        .map(image -> new CaptionedImage(image, NAMES.get(Objects.requireNonNull(image.label()))))
        .toList();
  }

  private static void draw(String shape, byte[] pixels, int offset, SplittableRandom random) {
    double radius = random.nextDouble(2.5, 4.5);
    double row = random.nextDouble(4, SIZE - 5);
    double column = random.nextDouble(4, SIZE - 5);
    int ink = random.nextInt(130, 256 - NOISE);
    for (int p = 0; p < SIZE * SIZE; p++) {
      int line = p / SIZE;
      double down = line - row;
      double right = p % SIZE - column;
      int grey = random.nextInt(NOISE) + (isInk(shape, down, right, radius) ? ink : 0);
      pixels[offset + p] = (byte) grey;
    }
  }

  private static boolean isInk(String shape, double down, double right, double radius) {
    boolean bar = Math.abs(down) < HALF_STROKE && Math.abs(right) < radius;
    boolean pole = Math.abs(right) < HALF_STROKE && Math.abs(down) < radius;
    return switch (shape) {
      case "bar" -> bar;
      case "pole" -> pole;
      case "cross" -> bar || pole;
      case "ring" -> Math.abs(Math.hypot(down, right) - radius) < HALF_STROKE;
      default -> throw new IllegalArgumentException("shape: expected one of " + NAMES);
    };
  }
}
