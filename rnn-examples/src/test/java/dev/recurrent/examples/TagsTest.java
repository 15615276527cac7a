package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.ConllU.Sentence;
import dev.recurrent.examples.made.MadeSentences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains tags on files of a user's own. */
final class TagsTest {
  @TempDir private Path folder;

  private enum Written {
    WITH_TAGS,
    WITHOUT_TAGS
  }

  private Path treebank(String name, List<Sentence> sentences, Written tags) throws IOException {
    var text = new StringBuilder();
    for (var sentence : sentences) {
      text.append("# a comment\n");
      for (int i = 0; i < sentence.words().size(); i++) {
        var word = sentence.words().get(i);
        boolean with = tags == Written.WITH_TAGS;
        text.append(i + 1).append('\t').append(word.form()).append("\t_\t");
        text.append(with ? word.upos() : "_").append('\t').append(with ? word.xpos() : "_");
        text.append("\t_\t_\t_\t_\t_\n");
      }
      text.append('\n');
    }
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void predictsOfTreebanksWithoutTagsAndOfLinesOfWords() throws IOException {
    train(treebank("made.conllu", MadeSentences.of(100, 1), Written.WITH_TAGS));
    var untagged = treebank("new.conllu", MadeSentences.of(3, 2), Written.WITHOUT_TAGS);
    var csv = predict(untagged).out().lines().toList();
    assertEquals(4, csv.size(), csv.toString());
    assertEquals("words,labels", csv.getFirst());
    var lines =
        Files.writeString(folder.resolve("new.txt"), "the run walk\n\na new 1.5 € naïve x\n");
    var tagged = predict(lines).out().lines().toList();
    assertTrue(tagged.get(1).matches("the run walk,[A-Z]+ [A-Z]+ [A-Z]+"), tagged.toString());
    assertEquals(",", tagged.get(2));
    assertEquals(6, tagged.get(3).split(",", -1)[1].split(" ", -1).length, tagged.toString());
  }

  @Test
  void malformedLineIsNamedByFileLineAndColumn() throws IOException {
    train(treebank("made.conllu", MadeSentences.of(100, 1), Written.WITH_TAGS));
    var broken = folder.resolve("broken.conllu");
    Files.writeString(
        broken, "1\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n3\trun\t_\t_\t_\t_\t_\t_\t_\t_\n\n");
    var run = predict(broken);
    assertEquals(1, run.status());
    assertTrue(run.err().contains("broken.conllu:2:1: expected the id 2, got \"3\""), run.err());
  }

  @Test
  void trainingWithoutTagsIsRefused() throws IOException {
    var run = run(treebank("new.conllu", MadeSentences.of(50, 2), Written.WITHOUT_TAGS));
    assertEquals(1, run.status());
    assertTrue(
        run.err().contains("new.conllu:2:7: expected a tag without spaces in the column upos"),
        run.err());
  }

  @Test
  void tagThatTrainingHasNotShownCountsAsWrong() throws IOException {
    var data = treebank("made.conllu", MadeSentences.of(300, 1), Written.WITH_TAGS);
    train(data, "--tag-column", "xpos", "--epochs", "5", "--lr", "0.02");
    var other = folder.resolve("other.conllu");
    Files.writeString(
        other, "1\tthe\t_\t_\tD\t_\t_\t_\t_\t_\n2\trun\t_\t_\tMARTIAN\t_\t_\t_\t_\t_\n\n");
    var eval =
        CommandLineRun.of(
            "eval", "--model", folder.resolve("run").toString(), "--data", other.toString());
    assertEquals(0, eval.status(), eval.toString());
    assertTrue(eval.out().contains("score    accuracy 0.5000"), eval.out());
    assertTrue(eval.out().contains("exact match 0.0000"), eval.out());
  }

  private CommandLineRun run(Path data, String... more) {
    var arguments =
        new ArrayList<>(
            List.of(
                ("train tags --hidden 8 --embed 4 --character-embed 4 --character-hidden 4 --batch"
                        + " 8 --patience 9")
                    .split(" ", -1)));
    arguments.addAll(List.of("--data", data.toString(), "--out", folder.resolve("run").toString()));
    arguments.addAll(more.length == 0 ? List.of("--epochs", "1") : List.of(more));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }

  private void train(Path data, String... more) {
    var run = run(data, more);
    assertEquals(0, run.status(), run.toString());
  }

  private CommandLineRun predict(Path input) {
    return CommandLineRun.of(
        "predict", "--model", folder.resolve("run").toString(), "--input", input.toString());
  }
}
