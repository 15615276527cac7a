package dev.recurrent.data;

import static dev.recurrent.data.DataFiles.assertRefused;
import static dev.recurrent.data.DataFiles.write;
import static dev.recurrent.data.DataFiles.writeBytes;
import static dev.recurrent.data.DataFiles.writeGzip;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledTextTest {
  @TempDir Path folder;

  @Test
  void aFolderIsALabelAndAFileAText() throws IOException {
    Path pos = Files.createDirectory(folder.resolve("pos"));
    Path neg = Files.createDirectory(folder.resolve("neg"));
    Files.createDirectory(folder.resolve("empty"));
    write(folder.resolve("urls.txt"), "not a text");
    write(pos.resolve("0_9.txt"), "good\nfilm");
    writeGzip(pos.resolve("1_8.txt.gz"), "nice");
    write(pos.resolve("LICENSE"), "not a text");
    write(neg.resolve("0_1.txt"), "");
    assertEquals(
        List.of(
            new LabelledText("neg", ""),
            new LabelledText("pos", "good\nfilm"),
            new LabelledText("pos", "nice")),
        LabelledFolders.read(folder, Rows.failing()));
    assertEquals(2, LabelledFolders.read(folder, List.of("pos"), Rows.failing()).size());

    writeBytes(pos.resolve("0_9.txt"), "\u00ff");
    assertRefused(
        pos,
        "0_9.txt:1:1: expected UTF-8, got the byte 0xFF",
        () -> LabelledFolders.read(folder, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(2, LabelledFolders.read(folder, rows).size());
    assertEquals(1, rows.skipped());
    assertRefused(
        folder,
        "empty: expected a folder of .txt files, got none",
        () -> LabelledFolders.read(folder, List.of("pos", "empty"), Rows.skipping()));
  }

  @Test
  void aFileIsALabelAndALineAText() throws IOException {
    write(folder.resolve("Zulu.txt"), "Nandi\n");
    writeGzip(folder.resolve("Czech.txt.gz"), "Abl\r\n\nÁdam\n");
    write(folder.resolve("LICENSE"), "not a name");
    var expected =
        List.of(
            new LabelledText("Czech", "Abl"),
            new LabelledText("Czech", "Ádam"),
            new LabelledText("Zulu", "Nandi"));
    assertEquals(expected, LabelledFiles.read(folder, Rows.failing()));
    assertEquals(
        expected.subList(2, 3),
        LabelledFiles.read(List.of(folder.resolve("Zulu.txt")), Rows.failing()));
  }

  @Test
  void hiddenFilesAreNoClassesAndOthersThatAreNoneAreNamed() throws IOException {
    write(folder.resolve("A.txt"), "a\n");
    write(folder.resolve("B.TXT"), "b\n");
    write(folder.resolve("Empty.txt"), "\n");
    write(folder.resolve("C.text"), "c\n");
    write(folder.resolve("._A.txt"), "\u0000Mac OS X");
    write(folder.resolve(".DS_Store"), "x");
    write(folder.resolve("Thumbs.db"), "x");
    write(Files.createDirectory(folder.resolve("__MACOSX")).resolve("D.txt"), "x");
    writeGzip(folder.resolve("E.TXT.GZ"), "e\n");
    var rows = Rows.failing();
    assertEquals(
        List.of("A", "B", "E"),
        LabelledFiles.read(folder, rows).stream().map(LabelledText::label).toList());
    assertEquals(
        List.of(
            ": only .txt files are classes; passed over \"C.text\"",
            "/Empty.txt: no text of the class \"Empty\""),
        rows.notes().stream().map(note -> note.replace(folder.toString(), "")).toList());
  }

  @Test
  void hiddenFoldersAreNoClassesAndOthersThatAreNoneAreNamed() throws IOException {
    for (var name : List.of("pos", ".git", "__MACOSX", ".ipynb_checkpoints")) {
      write(Files.createDirectory(folder.resolve(name)).resolve("a.TXT"), "x");
    }
    Files.createDirectory(folder.resolve("neg"));
    var rows = Rows.failing();
    assertEquals(List.of(new LabelledText("pos", "x")), LabelledFolders.read(folder, rows));
    assertEquals(
        List.of(folder + ": only folders with .txt files are classes; passed over \"neg\""),
        rows.notes());
  }

  @Test
  void classThatIsAskedForAndNotThereIsNamed() throws IOException {
    Path table = write(folder.resolve("a.csv"), "label,text\npos,fine\nneg,dull\n");
    var wanted = new LabelledTexts("text", "label", List.of("pos", "ngg"));
    var refused =
        assertThrows(
            IllegalArgumentException.class, () -> wanted.readLabelled(table, Rows.failing()));
    assertEquals(table + ": expected rows of the class \"ngg\", got none", refused.getMessage());
  }

  @Test
  void tablesFoldersAndLinesAreReadByWhatTheyAre() throws IOException {
    Path table = write(folder.resolve("a.csv"), "id,stars,review\n1,5,fine\n2,1,dull\n3,3,so so\n");
    Path unlabelled = writeGzip(folder.resolve("a.TSV.gz"), "review\nso \"so\"\n");
    Path lines = write(folder.resolve("a.txt"), "so, so\n\n");
    write(Files.createDirectories(folder.resolve("sorted/5")).resolve("a.txt"), "good");
    write(Files.createDirectories(folder.resolve("sorted/1")).resolve("a.txt"), "bad");
    var all = new LabelledTexts("review", "stars", List.of());
    var some = new LabelledTexts("review", "stars", List.of("5", "1"));
    var texts = List.of(new LabelledText("5", "fine"), new LabelledText("1", "dull"));
    var rows = Rows.failing();
    assertEquals(texts, some.read(table, rows));
    assertEquals(texts, all.read(table, rows).subList(0, 2));
    assertEquals(3, all.read(table, rows).size());
    for (var reader : List.of(all, some)) {
      assertEquals(List.of(new LabelledText(null, "so \"so\"")), reader.read(unlabelled, rows));
      assertEquals(
          List.of(new LabelledText(null, "so, so"), new LabelledText(null, "")),
          reader.read(lines, rows));
    }
    var sorted = List.of(new LabelledText("1", "bad"), new LabelledText("5", "good"));
    assertEquals(sorted, all.read(folder.resolve("sorted"), rows));
    assertEquals(sorted.reversed(), some.read(folder.resolve("sorted"), rows));
    var misnamed = new LabelledTexts("text", "stars", List.of());
    assertThrows(IllegalArgumentException.class, () -> misnamed.read(table, rows));
  }

  @Test
  void rowWithoutItsClassIsMalformed() throws IOException {
    Path table = write(folder.resolve("a.csv"), "text,label\nfine,good\nso so, \n");
    var reader = new LabelledTexts("text", "label", List.of());
    assertRefused(
        folder,
        "a.csv:3:7: expected a class in column \"label\", got nothing",
        () -> reader.read(table, Rows.failing()));
    var rows = Rows.skipping();
    assertEquals(List.of(new LabelledText("good", "fine")), reader.readLabelled(table, rows));
    assertEquals(1, rows.skipped());
  }

  @Test
  void textsThatHaveNoClassesAreRefusedWhereTheyAreNeeded() throws IOException {
    var reader = new LabelledTexts("text", "label", List.of());
    Path table = write(folder.resolve("a.csv"), "text,class\nfine,good\n");
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> reader.readLabelled(table, Rows.skipping()));
    assertEquals(
        table + ": expected one of the columns \"text\", \"class\", got \"label\"",
        failure.getMessage());
    Path lines = write(folder.resolve("a.txt"), "fine\n");
    assertRefused(
        folder,
        "a.txt: expected a folder of classes, or a .csv, .tsv or .tab file, got another file",
        () -> reader.readLabelled(lines, Rows.skipping()));
    write(Files.createDirectories(folder.resolve("sorted/5")).resolve("a.txt"), "good");
    assertEquals(
        List.of(new LabelledText("5", "good")),
        reader.readLabelled(folder.resolve("sorted"), Rows.failing()));
  }

  @Test
  void refusesAFolderWithoutTexts() {
    Path parent = folder.getParent();
    String name = String.valueOf(folder.getFileName());
    assertRefused(
        parent,
        name + ": expected a folder of .txt files, got none",
        () -> LabelledFiles.read(folder, Rows.skipping()));
    assertRefused(
        parent,
        name + ": expected folders with .txt files, got none",
        () -> LabelledFolders.read(folder, Rows.skipping()));
  }
}
