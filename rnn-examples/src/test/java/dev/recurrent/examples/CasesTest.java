package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Runs files as people have them through the commands: files that are right and odd are read and
 * what was understood is said, files that are wrong are refused by what is wrong and what helps.
 */
final class CasesTest {
  private static final String FORECAST = "forecast --epochs 1 --hidden 4 --window 5";
  private static final String SENTIMENT = "sentiment --epochs 1 --hidden 4 --embed 3";
  private static final String TAGS =
      "tags --epochs 1 --hidden 4 --embed 3 --character-embed 3 --character-hidden 3";
  private static final String CLASSIFY = "classify --epochs 1 --hidden 4 --embed 3 --patience 9";
  private static final String WORDS = "text --tokens word --epochs 1 --hidden 8 --batch 4 --seq 8";

  /** Of a file: the task with its options, the exit status, and what is printed, as a pattern. */
  private record Case(String file, String task, int status, String prints) {
    @Override
    public String toString() {
      return file + ": " + task;
    }
  }

  private static Case reads(String file, String task, String prints) {
    return new Case(file, task, 0, prints);
  }

  private static Case refuses(String file, String task, String prints) {
    return new Case(file, task, 1, prints);
  }

  /** Cases that are also among the shared ones, under the same names. */
  static final Case[] SHARED = {
    reads(
        "series/gap.csv",
        FORECAST,
        "1 day apart, read as yyyy-M-d\\R.*warning: \\d gaps without rows, the first between"
            + " \"20\\d\\d-\\d\\d-28\" and \"20\\d\\d-\\d\\d-01\""),
    reads(
        "series/ts-bigflat.csv", FORECAST, "RMSE 0\\.[2-6]\\d+ .*\\R.*\\R.*persistence -?0\\.\\d+"),
    refuses(
        "series/ts-comma.csv",
        FORECAST,
        "ts-comma.csv:1:1: expected the names of columns parted by commas, got \"Date;Temp\""
            + " \\(--separator ;"),
    refuses(
        "series/ts-comma.csv",
        FORECAST + " --separator ;",
        "expected a column that starts with a number, got none \\(--decimal , reads decimal"),
    refuses(
        "series/ts-comma.csv", // whose days begin again after each 28
        FORECAST + " --separator ; --decimal ,",
        ":30:1: expected times that go forward, the earliest first, not back as in \\d rows, the"
            + " first of them in column \"Date\", got \"20\\d\\d-01-01\"\\R"),
    reads(
        "series/ts-flat-then.csv",
        FORECAST,
        "warning: the column \"Temp\" is constant where it trains(?s:.*)RMSE 0\\.[01]\\d+ "),
    reads("series/ts-index.csv", FORECAST, "\"Temp\", .* 1 day apart, read as yyyy-M-d"),
    refuses(
        "series/ts-missing-val.csv",
        FORECAST,
        ":\\d+:12: expected a number in column \"Temp\", got nothing \\(--skip-bad passes over"),
    refuses(
        "series/ts-missing-val.csv",
        FORECAST + " --skip-bad",
        "got (50 of 400|15 of 120) \\(12.5 %\\), the first: .*--max-bad 0.13 passes over as many"),
    refuses(
        "series/ts-missing-val.csv", // in which the values of the part that validates are missing
        FORECAST + " --skip-bad --max-bad 0.2",
        "validation: expected examples with their targets, got none in \\d+ of them"),
    reads("series/ts-nlheader.csv", FORECAST, "\"Temp\\\\u000a\\(C\\)\", \"20.* 1 day apart"),
    refuses(
        "series/ts-quotedcomma.csv", FORECAST, "got none \\(--decimal , reads decimal commas\\)"),
    reads("series/ts-quotedcomma.csv", FORECAST + " --decimal ,", "\"Temp\", .* 1 day apart"),
    refuses(
        "series/ts-reversed.csv",
        FORECAST,
        ":3:1: expected times that go forward, the earliest first, not back as in [13][19]9 rows"),
    refuses(
        "series/ts-reversed-onebad.csv",
        FORECAST,
        ":\\d+:1: expected a time as in other rows \\(yyyy-M-d\\) in column \"Date\", got"
            + " \"20\\d\\d-02-30\" \\(--date-format"),
    refuses(
        "series/ts-reversed-onebad.csv",
        FORECAST + " --skip-bad",
        ":3:1: expected times that go forward"),
    refuses(
        "tables/latin1.csv",
        SENTIMENT + " --text-column v2 --label-column v1",
        "latin1.csv:3:\\d+: expected UTF-8, got the byte 0xA3 \\(--encoding windows-1252"),
    refuses(
        "tables/latin1.csv",
        SENTIMENT + " --text-column v2 --label-column v1 --skip-bad",
        "at most 10.0 % of the rows to be malformed, got 12 of 24 \\(50.0 %\\), the first: .*"
            + "--max-bad 0.50"),
    refuses(
        "tables/latin1.csv",
        SENTIMENT + " --text-column v2 --label-column v1 --skip-bad --max-bad 0.5",
        "classes: expected at least 2 in what trains, got only \"ham\""),
    reads(
        "tables/latin1.csv",
        SENTIMENT + " --text-column v2 --label-column v1 --encoding latin1",
        "19 examples train, 3 validate, 2 test\\R"),
    refuses(
        "tables/sent-trailcomma.csv",
        SENTIMENT,
        "classes: expected at least 2 in what trains, got only \"(pos|up)\""),
    refuses(
        "treebanks/tb-underscore.conllu",
        TAGS,
        ":\\d+:\\d: expected a tag without spaces in the column upos, got _, which is none"
            + " \\(--skip-bad"),
    refuses("treebanks/tb-underscore.conllu", TAGS + " --skip-bad", "--max-bad 0.2\\d passes over"),
    reads(
        "treebanks/tb-underscore.conllu",
        TAGS + " --skip-bad --max-bad 0.3",
        "; \\d\\d bad rows skipped of \\d+"),
    reads("treebanks/tb-xposspace.conllu", TAGS, "score    accuracy 0"),
    refuses(
        "treebanks/tb-xposspace.conllu",
        TAGS + " --tag-column xpos",
        ":\\d:\\d+: expected a tag without spaces in the column xpos, got \"\\w \\w\""
            + " \\(--skip-bad"),
    reads("classes/cls-mac", CLASSIFY, "true . predicted +(A +B|B +A) "),
    reads("classes/cls-upper", CLASSIFY, "true . predicted +(A +B|B +A) "),
    reads("classes/cls-rare", CLASSIFY + " --seed 2", "count as wrong: \"Rare\"(?s:.*)score"),
    reads("texts/oneline-nl.txt", WORDS, "validate, 0 test(?s:.*)best     epoch 1"),
  };

  /** Cases that are only here: neighbours of those. */
  static final Case[] NEIGHBOURS = {
    reads("series/bom-crlf.csv", FORECAST, "\"Temp\", .* 1 day apart"),
    refuses("series/thousands.csv", FORECAST, "a column that starts with a number, got none\\R"),
    refuses("series/decimal-tabs.tsv", FORECAST, "--decimal , reads"),
    reads("series/decimal-tabs.tsv", FORECAST + " --decimal ,", "1 day apart, read as d.M.yyyy"),
    reads(
        "series/duplicate-times.csv",
        FORECAST,
        "warning: 1 time is no later than the one before, the first of \"2021-04-09\" and"),
    reads("series/mixed-offsets.csv", FORECAST, "1 hour apart, read as yyyy-M-d, with a zone\\R"),
    reads(
        "series/dst.csv",
        FORECAST,
        "1 hour apart, read as yyyy-M-d\\R.*1 time is no later .* \"2021-10-31 02:00\""),
    refuses("series/na.csv", FORECAST, "na.csv:12:12: .*got \"NA\" \\(--skip-bad"),
    reads("series/na.csv", FORECAST + " --skip-bad", "; 3 bad rows skipped of 120"),
    refuses("series/half-missing.csv", FORECAST + " --skip-bad", "got 60 of 120 \\(50.0 %\\)"),
    refuses("series/header-only.csv", FORECAST, "at least one row below the heading, got none"),
    refuses("series/one-row.csv", FORECAST, "training: expected at least one example, got none"),
    refuses("series/no-heading.csv", FORECAST, "no-heading.csv:1:1: expected a heading"),
    reads("series/two-digit-years.csv", FORECAST, "1 day apart, read as d.M.yy\\R"),
    reads("series/us-dates.csv", FORECAST, "1 day apart, read as M/d/yyyy\\R"),
    refuses(
        "series/us-dates.csv",
        FORECAST + " --date-format d/M/yyyy",
        ":14:1: expected a time as in other rows \\(d/M/yyyy\\)"),
    refuses(
        "series/us-dates.csv",
        FORECAST + " --date-format nonsense",
        "--date-format|format of dates: expected a pattern such as d.M.yyyy"),
    reads("series/months.csv", FORECAST + " --season 12", "1 month apart, read as MMM yyyy\\R"),
    reads("series/excel-serials.csv", FORECAST, "\"Temp\", .* rows in their order"),
    refuses("series/excel-serials-reversed.csv", FORECAST, "not back as in 119 rows"),
    reads("series/pandas-range.csv", FORECAST, "\"Temp\", \"2021-03-01\" to"),
    reads("series/duplicate-columns.csv", FORECAST + " --column Temp", "\"Temp\", .* 1 day apart"),
    refuses(
        "series/duplicate-columns.csv",
        FORECAST + " --column a",
        "expected one column \"a\", got 2"),
    reads("series/empty-last-column.csv", FORECAST, "\"Temp\", .* 1 day apart"),
    refuses("series/groups.csv", FORECAST, "\\(--group-column NAME says what tells several"),
    reads(
        "series/groups.csv",
        FORECAST + " --group-column shop",
        "3 series by \"shop\", the first \"K\"\\R.*1 day apart"),
    refuses("series/half-dates.csv", FORECAST, "expected a time as in other rows"),
    reads("series/ts-index.csv", FORECAST + " --shares 0.5,0.25,0.25", "59 .*, 30 .*, 30 "),
    refuses("series/ts-index.csv", FORECAST + " --shares 0.5,0.5,0.5", "that add up to 1"),
    refuses("tables/latin1.csv", SENTIMENT, "expected UTF-8"),
    reads(
        "classes/cls-odd",
        CLASSIFY,
        "only .txt files are classes; passed over \"C.doc\"\\R.*None.txt: no text of the class"),
  };

  @TempDir private Path folder;

  private void assertOutcome(Path cases, Case given) {
    var file = cases.resolve(given.file);
    var command = "train %s --data %s --out %s/run".formatted(given.task, file, folder);
    var run = CommandLineRun.ofLine(command);
    assertEquals(given.status, run.status(), run::toString);
    var printed = run.out() + run.err();
    assertTrue(Pattern.compile(given.prints).matcher(printed).find(), run::toString);
    if (given.status != 0) {
      assertTrue(Files.notExists(folder.resolve("run")), "refused before any work");
    }
  }

  private static Path resources() throws URISyntaxException {
    return Path.of(Objects.requireNonNull(CasesTest.class.getResource("/cases")).toURI());
  }

  @ParameterizedTest
  @FieldSource({"SHARED", "NEIGHBOURS"})
  void fileHasItsOutcome(Case given) throws URISyntaxException {
    assertOutcome(resources(), given);
  }

  @ParameterizedTest
  @FieldSource("SHARED")
  void sharedFileHasItsOutcome(Case given) {
    var shared = Path.of("../../shared/cases").toAbsolutePath().normalize();
    assumeTrue(Files.exists(shared), "needs the shared cases in " + shared);
    assertOutcome(shared, given);
  }

  @Test
  void fileInUtf16IsReadIfThatIsAskedForAndNamedOtherwise() throws IOException, URISyntaxException {
    var text = Files.readString(resources().resolve("series/ts-index.csv"));
    for (Charset charset : new Charset[] {UTF_16, UTF_16LE}) {
      var file = Files.write(folder.resolve("a.csv"), text.getBytes(charset));
      var command = "train " + FORECAST + " --data " + file + " --out " + folder + "/" + charset;
      var refused = CommandLineRun.ofLine(command);
      assertTrue(refused.err().contains("expected UTF-8, got UTF-16"), refused::toString);
      assertTrue(refused.err().contains("--encoding"), refused::toString);
      var run = CommandLineRun.ofLine(command + " --encoding " + charset);
      assertEquals(0, run.status(), run::toString);
    }
  }

  @Test
  void predictAndEvalReadTheColumnsThatTrained() throws IOException {
    var rows = new StringBuilder("day,first,second\n");
    for (int i = 1; i < 80; i++) {
      rows.append("Jan %d 20%02d,%d,%d.5\n".formatted(1 + i % 28, i / 28, i, i * 7 % 11));
    }
    var file = Files.writeString(folder.resolve("a.csv"), rows);
    train(FORECAST + " --column second --data " + file);
    var moved = folder.resolve("b.csv");
    Files.writeString(moved, "x,second,day\n5,1.5,Feb 1 2021\n6,2.5,Feb 2 2021\n");
    var predicted = ofModel("predict --input " + moved);
    assertTrue(predicted.out().contains("\nFeb 2 2021,2.5,"), predicted::toString);
    var eval = ofModel("eval --data " + moved);
    assertTrue(eval.out().contains("\"second\", \"Feb 1 2021\" to"), eval::toString);
    Files.writeString(moved, "x,day\n5,Feb 1 2021\n");
    var refused = CommandLineRun.ofLine("predict --model " + folder + "/run --input " + moved);
    assertTrue(refused.err().contains("columns \"x\", \"day\", got \"second\""), refused::toString);
  }

  @Test
  void columnWhoseNameHasALineFeedCanBeNamed() throws URISyntaxException {
    var file = resources().resolve("series/ts-nlheader.csv").toString();
    var command =
        ("train " + FORECAST + " --data " + file + " --out " + folder + "/run").split(" ", -1);
    var named = Stream.concat(Stream.of(command), Stream.of("--column", "Temp\n(C)"));
    var run = CommandLineRun.of(named.toArray(String[]::new));
    assertEquals(0, run.status(), run::toString);
    assertEquals(121, ofModel("predict --input " + file).out().lines().count());
  }

  @Test
  void groupsArePredictedByTheirNames() throws URISyntaxException {
    var file = resources().resolve("series/groups.csv");
    train(FORECAST + " --group-column shop --data " + file);
    var predicted = ofModel("predict --input " + file).out().lines().toList();
    assertEquals("series,after,value,forecast 1", predicted.getFirst());
    assertTrue(predicted.get(60).startsWith("K,2021-04-29,"), predicted.get(60));
    assertTrue(predicted.get(61).startsWith("L,2021-03-01,"), predicted.get(61));
  }

  @Test
  void tagsAreRequiredWhereTheyAreScoredAndNotWhereTheyArePredicted() throws URISyntaxException {
    train(TAGS + " --data " + resources().resolve("treebanks/tb-xposspace.conllu"));
    var untagged = resources().resolve("treebanks/tb-underscore.conllu");
    assertEquals(61, ofModel("predict --input " + untagged).out().lines().count());
    var eval = ofModel("eval --skip-bad --data " + untagged);
    assertTrue(eval.out().contains("44 examples; 16 bad rows skipped of 60"), eval::toString);
    var refused = CommandLineRun.ofLine("eval --model " + folder + "/run --data " + untagged);
    assertEquals(1, refused.status(), refused::toString);
    assertTrue(refused.err().contains("got _, which is none"), refused::toString);
  }

  @Test
  void partsWithoutTargetsAreRefusedBeforeTraining() throws IOException, URISyntaxException {
    var lines = Files.writeString(folder.resolve("lines.txt"), "uvw\nqrs\n");
    var names = resources().resolve("classes/cls-upper");
    assertRefused("lines.txt: expected a folder", CLASSIFY + " --data " + names, lines);
    var pairs = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      pairs.append("go %d\tva %d\n".formatted(i, i));
    }
    var made = Files.writeString(folder.resolve("pairs.txt"), pairs);
    assertRefused("lines.txt:1:1: expected a sentence, a tab", "translate --data " + made, lines);
  }

  private void assertRefused(String message, String task, Path test) {
    var run =
        CommandLineRun.ofLine("train " + task + " --test " + test + " --out " + folder + "/run");
    assertEquals(1, run.status(), run::toString);
    assertTrue(run.err().contains(message), run::toString);
    assertTrue(Files.notExists(folder.resolve("run")));
  }

  @Test
  void listsThatOverlapOrNameWhatIsNotThereAreRefused() throws IOException {
    var texts = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      texts.append("k%d#0\ta dog runs\nk%d#1\ta cat sits\n".formatted(i, i));
    }
    var data = Files.writeString(folder.resolve("texts.txt"), texts);
    var one = Files.writeString(folder.resolve("one.txt"), "k1\nk2\n\n");
    var both = Files.writeString(folder.resolve("both.txt"), "k3\nk2\n");
    var none = Files.writeString(folder.resolve("none.txt"), "k3\nk99\n");
    var command = "train sentences --quick --data " + data + " --out " + folder + "/run";
    var overlap =
        CommandLineRun.ofLine(command + " --validation-list " + one + " --test-list " + both);
    assertEquals(2, overlap.status(), overlap::toString);
    assertTrue(overlap.err().contains("got 1 in both, the first \"k2\""), overlap::toString);
    var missing =
        CommandLineRun.ofLine(command + " --validation-list " + one + " --test-list " + none);
    assertEquals(1, missing.status(), missing::toString);
    assertTrue(missing.err().contains("none.txt:2:1: expected a key of the data, got \"k99\""));
  }

  @Test
  void tabsBesideASecondFileAreRefused() throws IOException {
    var pairs = Files.writeString(folder.resolve("a.txt"), "go\tva\nrun\tcours\n");
    var targets = Files.writeString(folder.resolve("b.txt"), "va\ncours\n");
    var run =
        CommandLineRun.ofLine("train translate --data " + pairs + " --target-data " + targets);
    assertEquals(1, run.status(), run::toString);
    assertTrue(run.err().contains("a.txt:1:3: expected a sentence without a tab"), run::toString);
  }

  private void train(String task) {
    var run = CommandLineRun.ofLine("train " + task + " --out " + folder + "/run");
    assertEquals(0, run.status(), run::toString);
  }

  private CommandLineRun ofModel(String command) {
    var words = command.split(" ", 2);
    var run = CommandLineRun.ofLine(words[0] + " --model " + folder + "/run " + words[1]);
    assertEquals(0, run.status(), run::toString);
    return run;
  }
}
