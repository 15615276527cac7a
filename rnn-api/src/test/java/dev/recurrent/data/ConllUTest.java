package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.data.ConllU.Sentence;
import dev.recurrent.data.ConllU.Word;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConllUTest {
  @TempDir Path folder;

  @Test
  void readsWordsAndLeavesOutRangesEmptyNodesAndComments() throws IOException {
    Path file =
        write(
            "# text = don't go",
            "1-2 don't _ _ _ _ _ _ _ _",
            "1 do _ AUX VBP _ _ _ _ _",
            "2 n't _ PART RB _ _ _ _ _",
            "2.1 you _ PRON PRP _ _ _ _ _",
            "3 go _ VERB VB _ _ _ _ _",
            "",
            "",
            "1 \u00e9 _ X _ _ _ _ _ _");
    var expected =
        List.of(
            new Sentence(
                List.of(
                    new Word("do", "AUX", "VBP"),
                    new Word("n't", "PART", "RB"),
                    new Word("go", "VERB", "VB"))),
            new Sentence(List.of(new Word("\u00e9", "X", "_"))));
    var sentences = ConllU.read(file, Rows.failing());
    assertEquals(expected, sentences);
    assertEquals(List.of("do", "n't", "go"), sentences.getFirst().forms());
    assertEquals(List.of("AUX", "PART", "VERB"), sentences.getFirst().universalTags());
  }

  @Test
  void anEmptyFileHasNoSentences() throws IOException {
    assertEquals(List.of(), ConllU.read(write(""), Rows.failing()));
  }

  @Test
  void linesOfWordsAreSentencesWithoutTags() throws IOException {
    Path file = DataFiles.write(folder.resolve("a.txt"), "do  n't\n\n1.5 €\n");
    var expected =
        List.of(
            new Sentence(List.of(new Word("do", "_", "_"), new Word("n't", "_", "_"))),
            new Sentence(List.of()),
            new Sentence(List.of(new Word("1.5", "_", "_"), new Word("€", "_", "_"))));
    assertEquals(expected, ConllU.untagged(file, Rows.failing()));
    assertFalse(ConllU.isTreebank(file));
    assertTrue(ConllU.isTreebank(Path.of("a.CoNLLU.gz")));
  }

  @Test
  void aMalformedLineMakesItsSentenceMalformed() throws IOException {
    assertSecondRefused("a.conllu:4:1: expected 10 fields parted by tabs, got 3", "2 b X");
    assertSecondRefused("a.conllu:4:1: expected the id 2, got \"3\"", "3 b _ X _ _ _ _ _ _");
    assertSecondRefused("a.conllu:4:1: expected the id 2, got \"x\"", "x b _ X _ _ _ _ _ _");
    assertSecondRefused("a.conllu:4:3: expected a word, got nothing", "2  _ X _ _ _ _ _ _");
    assertSecondRefused("a.conllu:4:7: expected a tag or _, got nothing", "2 b _  _ _ _ _ _ _");
    assertSecondRefused("a.conllu:4:9: expected a tag or _, got nothing", "2 é _ X  _ _ _ _ _");
  }

  @Test
  void wordWithoutATagInTheColumnThatIsAskedForMakesItsSentenceMalformed() throws IOException {
    Path file =
        write("1 a _ X N _ _ _ _ _", "", "1 a _ _ N_N _ _ _ _ _", "", "1 a _ X _ _ _ _ _ _");
    DataFiles.write(file, Files.readString(file).replace("N_N", "N N"));
    assertRefused(
        folder,
        "a.conllu:3:7: expected a tag without spaces in the column upos, got _, which is none",
        () -> ConllU.read(file, ConllU.Tags.UPOS, Rows.failing()));
    assertRefused(
        folder,
        "a.conllu:3:9: expected a tag without spaces in the column xpos, got \"N N\"",
        () -> ConllU.read(file, ConllU.Tags.XPOS, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(1, ConllU.read(file, ConllU.Tags.XPOS, rows).size());
    assertEquals(3, rows.read());
    assertEquals(2, rows.skipped());
    assertEquals(3, ConllU.read(file, Rows.failing()).size());
  }

  private void assertSecondRefused(String message, String line) throws IOException {
    String good = "1 a _ X _ _ _ _ _ _";
    Path file = write(good, "", good, line, "9 z", good, "", good);
    assertRefused(folder, message, () -> ConllU.read(file, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(2, ConllU.read(file, rows).size());
    assertEquals(1, rows.skipped());
  }

  private Path write(String... lines) throws IOException {
    String text = String.join("\n", lines);
    boolean comment = text.startsWith("#");
    int from = comment ? text.indexOf('\n') : 0;
    return DataFiles.write(
        folder.resolve("a.conllu"),
        text.substring(0, from) + text.substring(from).replace(' ', '\t'));
  }
}
