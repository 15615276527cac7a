package dev.recurrent.examples.harness;

import dev.recurrent.examples.run.Numbers;
import dev.recurrent.train.Schedule;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The course of the learning rate in training.
 *
 * @param shape what the course is like
 * @param factor of the learning rate at each epoch after the first ones, for {@link Shape#STEPS}; 1
 *     otherwise
 */
public record Decay(Shape shape, double factor) {
  /** The same learning rate throughout. */
  public static final Decay NONE = new Decay(Shape.NONE, 1);

  /** Half a cosine, to 0 at the last epoch's end. */
  public static final Decay COSINE = new Decay(Shape.COSINE, 1);

  /** The kinds of courses. */
  public enum Shape {
    /** A straight line. */
    NONE,
    /** Half a cosine. */
    COSINE,
    /** Steps down, one an epoch. */
    STEPS
  }

  /** Returns a course that multiplies the learning rate by a factor at each later epoch. */
  public static Decay by(double factor) {
    return new Decay(Shape.STEPS, factor);
  }

  /** Returns the schedule, whose steps follow so many epochs at the learning rate of the start. */
  Schedule schedule(int after) {
    return switch (shape) {
      case NONE -> Schedule.constant();
      case COSINE -> Schedule.cosine(0, 0);
      case STEPS -> Schedule.decayAfter(after, factor);
    };
  }

  /** Returns the value of the option that gives it. */
  @Override
  public String toString() {
    return shape == Shape.STEPS ? "" + factor : shape.name().toLowerCase(Locale.ROOT);
  }

  /** Takes a name or a factor. */
  static final class Converter implements ITypeConverter<Decay> {
    @Override
    public Decay convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "none" -> NONE;
        case "cosine" -> COSINE;
        default -> {
          try {
            yield by(new Numbers.AboveZero().convert(text));
          } catch (TypeConversionException e) {
            throw new TypeConversionException(
                "expected none, cosine or a number above 0, got " + text);
          }
        }
      };
    }
  }
}
