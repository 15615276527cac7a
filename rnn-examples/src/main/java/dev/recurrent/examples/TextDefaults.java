package dev.recurrent.examples;

import dev.recurrent.examples.text.TextSettings;
import dev.recurrent.examples.text.TokenKind;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;

/** Says in the help of {@link TrainTextCommand} what its options are where they are not given. */
final class TextDefaults implements IModelTransformer {
  @Override
  public CommandSpec transform(CommandSpec command) {
    var footer = new ArrayList<>(List.of(command.usageMessage().footer()));
    for (boolean quick : new boolean[] {false, true}) {
      for (var kind : TokenKind.values()) {
        footer.add(
            "Defaults for %s%s: %s"
                .formatted(
                    kind.plural(),
                    quick ? " with --quick" : "",
                    TextOptions.describe(
                        TextSettings.defaultShape(kind, quick),
                        TextSettings.defaultLearning(kind, quick))));
      }
    }
    command.usageMessage().footer(footer.toArray(String[]::new));
    return command;
  }
}
