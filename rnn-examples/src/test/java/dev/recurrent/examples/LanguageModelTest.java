package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.examples.text.TokenKind;
import dev.recurrent.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LanguageModelTest {
  private static final List<String> SMALL =
      List.of(
          "--hidden 9 --layers 2 --embed 5 --batch 4 --seq 8 --dropout 0.2 --lr 0.01".split(" "));

  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void writeText() throws IOException {
    data = folder.resolve("text.txt");
    Files.writeString(data, "Der Käse liegt im Schrank, 😀 und so weiter.\n".repeat(30));
  }

  @Test
  void trainsAndLeavesModelHistoryAndPicture() throws IOException {
    var out = train("run", "--epochs", "2");
    assertTrue(out.contains("--cell lstm --hidden 9 --layers 2 --embed 5"), out);
    assertTrue(out.matches("(?s).*epoch 1: [\\d.]+ s, \\d+ characters/s, train \\d.*"), out);
    assertTrue(out.contains("validation "), out);
    assertTrue(out.contains("./rnn sample --model " + folder.resolve("run")), out);
    var history = Files.readAllLines(folder.resolve("run/history.csv"));
    assertEquals(3, history.size(), history::toString);
    assertTrue(history.getFirst().startsWith("epoch,"), history::toString);
    assertTrue(history.getLast().startsWith("2,"), history::toString);
    assertFalse(Files.readAllLines(folder.resolve("run/losses.csv")).isEmpty());
    var png = Files.readAllBytes(folder.resolve("run/loss.png"));
    assertEquals("PNG", new String(png, 1, 3, UTF_8));
    var model = SafeTensors.read(folder.resolve("run/best.safetensors"));
    assertTrue(model.has("recurrent.weight_ih_l1"), () -> model.names().toString());
    assertTrue(String.valueOf(model.metadata().get("fact.vocabulary")).contains("ä"));
  }

  @Test
  void sampleIsDecidedByItsSeedAndTemperatureZeroTakesTheLikeliest() {
    train("run", "--epochs", "1");
    var first = sample("--length", "40", "--seed", "3", "--prompt", "Käse 😀");
    assertEquals(0, first.status(), first::err);
    assertTrue(first.out().startsWith("Käse 😀"), first::out);
    assertEquals(6 + 40, first.out().stripTrailing().codePoints().count(), 2); // blanks at the end
    assertEquals(first.out(), sample("--length", "40", "--seed", "3", "--prompt", "Käse 😀").out());
    assertFalse(
        first.out().equals(sample("--length", "40", "--seed", "4", "--prompt", "Käse 😀").out()));
    assertEquals(
        sample("--temperature", "0", "--seed", "1").out(),
        sample("--temperature", "0", "--seed", "2").out());
    var unknown = sample("--prompt", "Kßse");
    assertEquals(1, unknown.status());
    assertTrue(
        unknown.err().contains("--prompt: line 1: token: expected one of the 26 "), unknown::err);
    assertTrue(unknown.err().contains("got \"ß\""), unknown::err);
  }

  /** Near 0 only the likeliest token is left, and far above 1 all are equally likely. */
  @Test
  void temperatureDecidesHowMuchIsLeftToChance() {
    train("run", "--epochs", "3");
    var likeliest = sample("--temperature", "0");
    assertEquals(likeliest.out(), sample("--temperature", "1e-9").out());
    var hot = sample("--temperature", "1e6", "--length", "2600").out().strip();
    assertEquals(26, hot.codePoints().distinct().count(), hot);
    long spaces = hot.codePoints().filter(c -> c == ' ').count(); // of 2600, one in 26
    assertEquals(100, spaces, 3 * Math.sqrt(100), hot);
    var usual = sample("--seed", "5").out();
    assertEquals(usual, sample("--seed", "5", "--temperature", "0.8").out());
    assertFalse(usual.equals(sample("--seed", "5", "--temperature", "1").out()));
    assertFalse(usual.equals(likeliest.out()));
  }

  /** Eight of a, four of b and two each of c and d, after the first token. */
  @Test
  void baselineKnowsHowFrequentEachCharacterIs() throws IOException {
    Files.writeString(data, "abcd".repeat(60));
    var test = Files.writeString(folder.resolve("test.txt"), "dabacabadaabaabcd");
    var out = train("run", "--epochs", "1", "--test", test + "");
    double nats = Math.log(2) * (0.5 + 2 * 0.25 + 3 * 0.25); // 1.2130
    var score = line(out, "score");
    assertTrue(score.endsWith("; without learning %.4f".formatted(nats)), score);
  }

  @Test
  void longerRunGoesOnToTheSameBits() throws IOException {
    train("whole", "--epochs", "3");
    train("part", "--epochs", "1");
    var out = run("train", "text", "--resume", folder.resolve("part") + "", "--epochs", "3");
    assertEquals(0, out.status(), out::err);
    assertSameModel("whole", "part");
  }

  @Test
  void contradictingOptionIsNamed() throws IOException {
    train("run", "--epochs", "1");
    var before = Files.readAllBytes(folder.resolve("run/checkpoint.safetensors"));
    var run =
        run(
            "train text --hidden 12 --seq 8 --lr 0.5 --backend reference --resume".split(" "),
            folder.resolve("run").toString());
    assertEquals(2, run.status());
    assertTrue(run.err().contains("--hidden=12"), run::err);
    assertTrue(run.err().contains("--lr=0.5"), run::err);
    assertTrue(run.err().contains("--backend reference (the run has cpu)"), run::err);
    assertFalse(run.err().contains("--seq"), run::err);
    assertArrayEquals(before, Files.readAllBytes(folder.resolve("run/checkpoint.safetensors")));
  }

  @Test
  void anotherTextIsRefusedByAResumedRun() throws IOException {
    train("run", "--epochs", "1");
    Files.writeString(data, "Nun steht hier etwas anderes.\n".repeat(50));
    var run = run("train", "text", "--resume", folder.resolve("run") + "");
    assertEquals(1, run.status());
    assertTrue(run.err().contains("expected the data that the run began with"), run::err);
  }

  @Test
  void badTextsAreRefusedAndNothingIsWritten() throws IOException {
    assertRefused(new byte[0], "expected a text, got an empty one");
    assertRefused(
        new byte[] {'a', '\n', 'b', (byte) 0xC3, '('}, ":2:2: expected UTF-8, got the byte 0xC3");
    assertRefused(
        "zu kurz".getBytes(UTF_8),
        "expected at least 33 characters that train, for one window of 8 in each of 4 streams");
  }

  @Test
  void textIsLongEnoughFromTheLengthThatTheMessageNames() throws IOException {
    // 161 characters are the fewest whose last tenth has the 17 that validate.
    assertRefused("x".repeat(160).getBytes(UTF_8), "expected at least 17 characters that validate");
    Files.writeString(data, "xy".repeat(81).substring(0, 161));
    train("just", "--epochs", "1");
  }

  @Test
  void foldersAreNotOverwritten() {
    train("run", "--epochs", "1");
    var again = run("train", "text", "--data", data + "", "--out", folder.resolve("run") + "");
    assertEquals(1, again.status());
    assertTrue(again.err().contains("expected a folder without a run"), again::err);
    var none = run("train", "text", "--resume", folder.resolve("nothing") + "");
    assertEquals(1, none.status());
    assertTrue(none.err().contains("expected the folder of a run"), none::err);
  }

  @ParameterizedTest
  @EnumSource(TokenKind.class)
  void quickRunFailsWhereNothingIsLearnt(TokenKind kind) {
    var options = "--quick --embed 9 --epochs 8 --tokens " + kind;
    var learnt = run(args("quick", (options + " --lr 0.05").split(" ")));
    assertEquals(0, learnt.status(), learnt::out);
    assertTrue(learnt.out().contains("; without learning "), learnt::out);
    var idle = run(args("idle", (options + " --lr 1e-9").split(" ")));
    assertEquals(1, idle.status(), idle::out);
    assertTrue(idle.out().contains("LEARNT NOTHING"), idle::out);
  }

  @Test
  void traceHoldsWhatPyTorchIsComparedWith() throws IOException {
    train("run", "--epochs", "1");
    var file = folder.resolve("trace.safetensors");
    var run =
        run("trace", "--model", folder.resolve("run") + "", "--text", "Käse", "--out", file + "");
    assertEquals(0, run.status(), run::err);
    var trace = SafeTensors.read(file);
    assertArrayEquals(new long[] {4}, trace.shape("tokens"));
    assertArrayEquals(new long[] {4, 9}, trace.shape("outputs"));
    assertArrayEquals(new long[] {1, 9}, trace.shape("state3"));
    var last = Arrays.copyOfRange(trace.floats("outputs"), 27, 36);
    assertArrayEquals(last, trace.floats("state2"));
  }

  @Test
  void wordsAreTrainedTestedSampledAndScored() throws IOException {
    var test = folder.resolve("test.txt");
    Files.writeString(test, "Der Hund liegt im Schrank, und so weiter.\n".repeat(8));
    var out =
        train(
            "run",
            "--tokens",
            "word",
            "--embed",
            "9",
            "--optimizer",
            "adam",
            "--epochs",
            "30",
            "--validation",
            data + "",
            "--test",
            test + "");
    assertTrue(out.contains("11 different words"), out); // nine, <unk> and <eos>
    assertTrue(out.matches("(?s).*best .* loss [\\d.]+ nats a word, perplexity [\\d.]+\n.*"), out);
    assertTrue(out.matches("(?s).* validation [\\d.]+, perplexity [\\d.]+\n.*"), out);
    var history = Files.readAllLines(folder.resolve("run/history.csv"));
    assertTrue(history.getFirst().endsWith(",targets,perplexity"), history::toString);
    assertTrue(out.matches("(?s).*score    perplexity .*; without learning .*"), out);
    var eval = run("eval", "--model", folder.resolve("run") + "", "--data", test + "");
    assertEquals(0, eval.status(), eval::err);
    assertTrue(line(out, "score").startsWith(line(eval.out(), "score") + "; without"), eval::out);
    var sample = sample("--length", "9", "--prompt", "Der Fuchs", "--temperature", "0");
    assertTrue(sample.out().startsWith("Der Fuchs "), sample::out);
    assertTrue(sample.out().contains("und so weiter."), sample::out);
    var predict = run("predict", "--model", folder.resolve("run") + "", "--input", test + "");
    assertEquals(1, predict.status());
    assertTrue(predict.err().contains("./rnn sample"), predict::err);
  }

  @Test
  void piecesOfWordsAreTrainedTestedAndSampled() throws IOException {
    var test = folder.resolve("test.txt");
    Files.writeString(test, "Der Esel liegt im Schrank, und so weiter.\n".repeat(8));
    var out =
        train(
            "run",
            "--tokens",
            "bpe",
            "--merges",
            "20",
            "--embed",
            "9",
            "--epochs",
            "2",
            "--test",
            test + "");
    assertTrue(out.contains("47 different pieces"), out); // 26 characters, <unk>, 20 merges
    assertTrue(out.matches("(?s).*best .* loss [\\d.]+ nats a piece\n.*"), out);
    assertTrue(out.matches("(?s).*score    nats/character .*"), out);
    var eval = run("eval", "--model", folder.resolve("run") + "", "--data", test + "");
    assertTrue(line(out, "score").startsWith(line(eval.out(), "score") + "; without"), eval::out);
    var sample = sample("--length", "9", "--prompt", "Der Esel  im", "--temperature", "0");
    assertTrue(sample.out().startsWith("Der Esel  im"), sample::out);
    var words = run(args("words", "--tokens", "word", "--merges", "20"));
    assertTrue(words.err().contains("--merges: expected --tokens bpe"), words::err);
  }

  @Test
  void charactersAreScoredInNatsAndAnUnknownOneIsNamed() throws IOException {
    var out = train("run", "--epochs", "1", "--test", data + "");
    assertTrue(out.matches("(?s).*score    nats/character .*"), out);
    var other = folder.resolve("other.txt");
    Files.writeString(other, "Der Käse.\nDer Gruß.\n");
    var eval = run("eval", "--model", folder.resolve("run") + "", "--data", other + "");
    assertEquals(1, eval.status());
    assertTrue(eval.err().contains(other + ": line 2: token: expected one of"), eval::err);
    assertTrue(eval.err().contains("got \"G\""), eval::err);
  }

  @Test
  void charactersThatOnlyOtherTextsHaveAreKnown() throws IOException {
    Files.writeString(data, Files.readString(data) + "Gruß\n");
    var test = Files.writeString(folder.resolve("test.txt"), "Der Käse, naïve!\n".repeat(3));
    train("run", "--epochs", "1", "--test", test + "");
    var known = SafeTensors.read(folder.resolve("run/best.safetensors")).metadata();
    assertTrue(String.valueOf(known.get("fact.vocabulary")).matches("(?s).*!.*G.*ß.*ï.*"));
  }

  @Test
  void rareTokensBecomeUnknownOnes() throws IOException {
    Files.writeString(data, Files.readString(data) + "x\n".repeat(200));
    Files.writeString(data, "Wald\n" + Files.readString(data));
    var words = train("words", "--tokens", "word", "--embed", "9", "--epochs", "1");
    assertTrue(words.contains("12 different words"), words); // x, but not Wald, which occurs once
    var all = train("all", "--tokens", "word", "--embed", "9", "--epochs", "1", "--min-count", "1");
    assertTrue(all.contains("13 different words"), all);
    var characters = train("characters", "--epochs", "1", "--min-count", "2");
    assertTrue(characters.contains("28 different characters"), characters); // and no W
  }

  @Test
  void tiedLayersHaveOneSize() {
    train("tied", "--tie", "--embed", "9", "--epochs", "1");
    var run = run(args("refused", "--tie"));
    assertEquals(1, run.status());
    assertTrue(run.err().contains("--tie: expected vectors of the size of the"), run::err);
  }

  /** Blocks of 256 tokens and of 42: a mean of their means would be another one. */
  @Test
  void scoreIsTheMeanOverAllTokensOfWhatTheLogitsSay() throws IOException {
    train("run", "--epochs", "1");
    var text = ("Der Käse. ".repeat(26) + "kkkkkkkkkkkkk".repeat(3)).substring(0, 299);
    var other = Files.writeString(folder.resolve("other.txt"), text);
    var eval = run("eval", "--model", folder.resolve("run") + "", "--data", other + "");
    var file = folder.resolve("trace.safetensors");
    run("trace", "--model", folder.resolve("run") + "", "--text", text, "--out", file + "");
    var trace = SafeTensors.read(file);
    var tokens = trace.ints("tokens");
    var logits = trace.floats("logits");
    int vocabulary = logits.length / tokens.length;
    double nats = 0;
    for (int t = 0; t + 1 < tokens.length; t++) {
      double sum = 0;
      for (int k = 0; k < vocabulary; k++) {
        sum += Math.exp(logits[t * vocabulary + k]);
      }
      nats += Math.log(sum) - logits[t * vocabulary + tokens[t + 1]];
    }
    var score = line(eval.out(), "score").split(" ")[1];
    assertEquals(nats / (tokens.length - 1), Double.parseDouble(score), 1e-4);
  }

  @Test
  void untiedLayersAreReadBackAsSuch() {
    train("run", "--tokens", "word", "--no-tie", "--epochs", "1");
    var eval = run("eval", "--model", folder.resolve("run") + "", "--data", data + "");
    assertEquals(0, eval.status(), eval::err);
    var both = run(args("refused", "--tie", "--no-tie"));
    assertTrue(both.err().contains("--tie: expected it or --no-tie, got both"), both::err);
  }

  @Test
  void learningRateFallsByTheFactorAfterTheFirstEpochs() throws IOException {
    train("run", "--epochs", "3", "--decay", "0.5", "--decay-after", "1");
    var rates = Files.readAllLines(folder.resolve("run/history.csv")).stream().skip(1);
    assertEquals(
        List.of("0.01", "0.005", "0.0025"), rates.map(line -> line.split(",")[4]).toList());
    var run = run(args("refused", "--decay", "cosine", "--decay-after", "1"));
    assertTrue(run.err().contains("--decay-after: expected a number as --decay"), run::err);
  }

  @Test
  void sharesOfOneTextMayHoldATest() throws IOException {
    var out = train("run", "--epochs", "1", "--shares", "0.7,0.1,0.2");
    assertTrue(out.contains("923 characters train, 133 validate, 264 test"), out);
    assertTrue(Files.exists(folder.resolve("run/scores.json")), out);
  }

  @Test
  void runOnTheProjectsOwnTextKeepsACopyToGoOnWith() throws IOException {
    var small = "train text --quick --hidden 3 --embed 3 --lr 0.05 --batch 64 --epochs ";
    var run = folder.resolve("own");
    CommandLineRun.ofLine(small + "1 --out " + run);
    var copy = run.resolve("text.txt");
    assertTrue(Files.readString(copy).contains("runOnTheProjectsOwnTextKeepsACopyToGoOnWith"));
    var longer = CommandLineRun.ofLine("train text --epochs 2 --resume " + run);
    assertTrue(longer.out().contains("epoch 2:"), longer::toString);
    Files.writeString(copy, "another text. ".repeat(40_000));
    var other = CommandLineRun.ofLine("train text --epochs 3 --resume " + run);
    assertEquals(1, other.status(), other::toString);
  }

  private static String line(String out, String start) {
    var line = out.lines().filter(text -> text.startsWith(start)).findFirst().orElseThrow();
    return line.substring(start.length()).strip();
  }

  private void assertSameModel(String one, String other) throws IOException {
    assertArrayEquals(
        Files.readAllBytes(folder.resolve(one).resolve("best.safetensors")),
        Files.readAllBytes(folder.resolve(other).resolve("best.safetensors")),
        other);
  }

  private void assertRefused(byte[] text, String message) throws IOException {
    Files.write(data, text);
    var run = run(args("refused"));
    assertEquals(1, run.status());
    assertEquals(1, run.err().lines().count(), run::err);
    assertTrue(run.err().startsWith("rnn: " + data), run::err);
    assertTrue(run.err().contains(message), run::err);
    assertFalse(Files.exists(folder.resolve("refused")));
  }

  private String train(String name, String... more) {
    var run = run(args(name, more));
    assertEquals(0, run.status(), run::err);
    return run.out();
  }

  private String[] args(String name, String... more) {
    var args = new ArrayList<>(List.of("train", "text", "--backend", "cpu", "--data", data + ""));
    args.addAll(List.of("--out", folder.resolve(name) + ""));
    args.addAll(SMALL);
    for (var option : List.of("--lr", "--embed")) {
      if (Arrays.asList(more).contains(option)) {
        int at = args.indexOf(option);
        args.subList(at, at + 2).clear();
      }
    }
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  private CommandLineRun sample(String... more) {
    var args = new ArrayList<>(List.of("sample", "--model", folder.resolve("run") + ""));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private static CommandLineRun run(String... args) {
    return CommandLineRun.of(args);
  }

  private static CommandLineRun run(String[] args, String last) {
    var all = Arrays.copyOf(args, args.length + 1);
    all[args.length] = last;
    return CommandLineRun.of(all);
  }
}
