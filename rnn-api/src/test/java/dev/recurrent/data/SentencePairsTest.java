package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static dev.recurrent.data.DataFiles.writeBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePairsTest {
  @TempDir Path folder;

  @Test
  void readsSourceAndTargetPartedByATab() throws IOException {
    Path file = write(folder.resolve("a.txt"), "Go.\tVa\u202f!\r\n\nHi.\tSalut !\tCC-BY\n");
    assertEquals(
        List.of(new SentencePair("Go.", "Va\u202f!"), new SentencePair("Hi.", "Salut !")),
        SentencePairs.read(file, Rows.failing()));
    write(file, "");
    assertEquals(List.of(), SentencePairs.read(file, Rows.failing()));
  }

  @Test
  void refusesALineThatIsNotAPair() throws IOException {
    assertSecondRefused("2:1: expected a sentence, a tab and its translation, got \"Go.\"", "Go.");
    assertSecondRefused(
        "2:1: expected a sentence, a tab and its translation, got \"a\\u0009b\\u0009c\\u0009d\"",
        "a\tb\tc\td");
    assertSecondRefused("2:1: expected a sentence, got nothing", "\tb");
    assertSecondRefused("2:5: expected a sentence, got nothing", "Hé.\t ");
  }

  @Test
  void linesOfParallelFilesBelongTogetherAndMayBeEmpty() throws IOException {
    Path source = write(folder.resolve("a.en"), "a\n\nc\n");
    Path target = write(folder.resolve("a.fr"), "x\ny\nz");
    assertEquals(
        List.of(new SentencePair("a", "x"), new SentencePair("", "y"), new SentencePair("c", "z")),
        SentencePairs.read(source, target, Rows.failing()));

    writeBytes(target, "x\n\u00ff\nz\n");
    var rows = Rows.skipping();
    assertEquals(
        List.of(new SentencePair("a", "x"), new SentencePair("c", "z")),
        SentencePairs.read(source, target, rows));
    assertEquals(1, rows.skipped());
  }

  @Test
  void tabInAParallelFileIsRefused() throws IOException {
    Path sources = write(folder.resolve("a.en"), "go\nrun\tcours\n");
    Path targets = write(folder.resolve("a.fr"), "va\ncours\n");
    assertRefused(
        folder,
        "a.en:2:4: expected a sentence without a tab, since its translation is in another file,"
            + " got \"run\\u0009cours\"",
        () -> SentencePairs.read(sources, targets, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(1, SentencePairs.read(sources, targets, rows).size());
    assertEquals(2, rows.read());
  }

  @Test
  void parallelFilesOfDifferentLengthAreRefused() throws IOException {
    Path three = write(folder.resolve("a.en"), "a\nb\nc\n");
    Path five = write(folder.resolve("a.fr"), "a\nb\nc\nd\ne");
    assertRefused(
        folder,
        "a.en: expected as many lines as a.fr, which has 5, got 3",
        () -> SentencePairs.read(three, five, Rows.skipping()));
    assertRefused(
        folder,
        "a.fr: expected as many lines as a.en, which has 3, got 5",
        () -> SentencePairs.read(five, three, Rows.skipping()));
  }

  @Test
  void firstLineTellsWhetherThereArePairs() throws IOException {
    Path file = writeBytes(folder.resolve("a.txt"), "\u00ff\n\nGo.\tVa !\nHi.\n");
    assertTrue(SentencePairs.areIn(file));
    assertFalse(SentencePairs.areIn(write(file, "\nGo.\nHi.\tSalut !\n")));
    assertFalse(SentencePairs.areIn(write(file, "")));
  }

  @Test
  void pairsOfOneSourceAreOneSentence() {
    var pairs =
        List.of(
            new SentencePair("Go.", "Va !"),
            new SentencePair("Hi.", "Salut !"),
            new SentencePair("Go.", "Pars."));
    var sentences = TranslatedSentence.ofPairs(pairs);
    assertEquals(
        List.of(
            new TranslatedSentence("Go.", List.of("Va !", "Pars.")),
            new TranslatedSentence("Hi.", List.of("Salut !"))),
        sentences);
    assertEquals(
        List.of(
            new TranslatedSentence("Go.", List.of("Va !")),
            new TranslatedSentence("Go.", List.of("Pars."))),
        TranslatedSentence.pairs(sentences.subList(0, 1)));
    assertEquals(
        List.of(), TranslatedSentence.pairs(List.of(TranslatedSentence.untranslated("Go."))));
  }

  private void assertSecondRefused(String message, String line) throws IOException {
    Path file = write(folder.resolve("a.txt"), "x\ty\n" + line + "\nx\ty\n");
    assertRefused(folder, "a.txt:" + message, () -> SentencePairs.read(file, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(2, SentencePairs.read(file, rows).size());
    assertEquals(1, rows.skipped());
  }
}
