package dev.recurrent.examples.tasks;

import dev.recurrent.data.CaptionedImage;
import dev.recurrent.data.DataException;
import dev.recurrent.data.LabelledImages;
import dev.recurrent.data.Place;
import dev.recurrent.examples.run.Numbers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of {@link Caption}, for {@code @Mixin}. */
final class CaptionOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--names",
      paramLabel = "TEXT",
      order = 31,
      split = ",",
      description =
          "What is written for class 0, 1, …, parted by commas; --names \"$(cat FILE)\" takes a"
              + " file's.")
  private @Nullable List<String> names;

  @Option(
      names = "--feed",
      paramLabel = "FEED",
      order = 32,
      defaultValue = "state",
      description = "How the decoder gets the image: ${COMPLETION-CANDIDATES}. Default: state")
  Feed feed = Feed.STATE;

  @Option(
      names = "--beam",
      paramLabel = "N",
      order = 33,
      defaultValue = "3",
      converter = Numbers.AtLeastOne.class,
      description = "Texts kept while the best one is looked for. Default: ${DEFAULT-VALUE}")
  int beam = 3;

  /** Says how the decoder gets the image. */
  enum Feed {
    /** As its initial state. */
    STATE,
    /** As a part of the input of each step. */
    INPUT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Gives each image the text of its class, where that is known.
   *
   * @throws DataException if there is a class without a text
   */
  List<CaptionedImage> captioned(LabelledImages images) throws DataException {
    if (names == null) {
      throw new ParameterException(
          spec.commandLine(), "--names: expected a text for each class, got none");
    }
    var captioned = new ArrayList<CaptionedImage>();
    for (var image : images.all()) {
      var label = image.label();
      if (label != null && label >= names.size()) {
        throw new DataException(
            Place.of(Path.of(images.name())),
            "classes below the " + names.size() + " of --names",
            "" + label);
      }
      captioned.add(new CaptionedImage(image, label == null ? null : names.get(label)));
    }
    return captioned;
  }
}
