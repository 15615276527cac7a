package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.Backends;
import dev.recurrent.examples.text.Text;
import dev.recurrent.examples.text.TextSettings;
import dev.recurrent.examples.text.TextSettings.Method;
import dev.recurrent.examples.text.TextTraining;
import dev.recurrent.examples.text.Texts;
import dev.recurrent.examples.text.TokenKind;
import dev.recurrent.examples.text.TokenModel;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.Precision;
import dev.recurrent.train.TrainingListener;
import dev.recurrent.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainTextCommandTest {
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
    assertTrue(out.contains("lstm, 2 x 9, embedding 5"), out);
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
    assertTrue(String.valueOf(model.metadata().get("text.vocabulary")).contains("ä"));
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

  @Test
  void longerRunGoesOnToTheSameBits() throws IOException {
    train("whole", "--epochs", "3");
    train("part", "--epochs", "1");
    var out = run("train", "text", "--resume", folder.resolve("part") + "", "--epochs", "3");
    assertEquals(0, out.status(), out::err);
    assertSameModel("whole", "part");
  }

  @Test
  void runThatStopsAnywhereGoesOnToTheSameBits() throws IOException {
    train("whole", "--epochs", "2");
    for (int update : new int[] {1, 17, 40}) {
      var name = "stopped" + update;
      var stopped = stopAfter(update, folder.resolve(name));
      assertEquals(TrainingResult.Ending.STOPPED, stopped.ending());
      assertEquals(update, stopped.updates());
      var out = run("train", "text", "--resume", folder.resolve(name) + "", "--threads", "1");
      assertEquals(0, out.status(), out::err);
      assertSameModel("whole", name);
      assertEquals(
          Files.readString(folder.resolve("whole/losses.csv")),
          Files.readString(folder.resolve(name + "/losses.csv")));
    }
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
    assertTrue(run.err().contains("--hidden 12 (the run has 9)"), run::err);
    assertTrue(run.err().contains("--lr 0.5 (the run has 0.01)"), run::err);
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
    assertTrue(run.err().contains("expected the text that the run began with"), run::err);
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
    assertTrue(learnt.out().contains("unigram entropy"), learnt::out);
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
    assertTrue(out.matches("(?s).* perplexity: train [\\d.]+, validation [\\d.]+\n.*"), out);
    assertTrue(out.matches("(?s).*best .* nats a word, perplexity [\\d.]+\n.*"), out);
    assertTrue(out.matches("(?s).*test     perplexity .* on 71 tokens\n.*"), out);
    var eval = run("eval", "--model", folder.resolve("run") + "", "--data", test + "");
    assertEquals(0, eval.status(), eval::err);
    assertEquals(line(out, "test "), line(eval.out(), "score"));
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
    assertTrue(out.matches("(?s).*best .* nats a piece\n.*"), out);
    assertTrue(out.matches("(?s).*test     nats/character .*"), out);
    var eval = run("eval", "--model", folder.resolve("run") + "", "--data", test + "");
    assertEquals(line(out, "test "), line(eval.out(), "score"));
    var sample = sample("--length", "9", "--prompt", "Der Esel  im", "--temperature", "0");
    assertTrue(sample.out().startsWith("Der Esel  im"), sample::out);
    var words = run(args("words", "--tokens", "word", "--merges", "20"));
    assertTrue(words.err().contains("--merges: expected --tokens bpe"), words::err);
  }

  @Test
  void charactersAreScoredInNatsAndAnUnknownOneIsNamed() throws IOException {
    var out = train("run", "--epochs", "1", "--test", data + "");
    assertTrue(out.matches("(?s).*test     nats/character .* on 1,319 tokens\n.*"), out);
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
    assertTrue(String.valueOf(known.get("text.vocabulary")).matches("(?s).*!.*G.*ß.*ï.*"));
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

  private static String line(String out, String start) {
    var line = out.lines().filter(text -> text.startsWith(start)).findFirst().orElseThrow();
    return line.substring(start.length()).strip();
  }

  private TrainingResult stopAfter(int update, Path run) throws IOException {
    var texts = Texts.read(TokenKind.CHARACTER, Text.read(data), new Texts.Others(null, null));
    try (var backend = Backends.open("cpu", BackendOptions.DEFAULT)) {
      var settings =
          new TextSettings(
              new TextSettings.Places(data.toString(), null, null),
              texts.sha256(),
              new TextSettings.Code(TokenKind.CHARACTER, 1, 0),
              new TokenModel.Shape("lstm", 9, 2, 5, false),
              new TextSettings.Learning(0.2, 4, 8, 2, Method.ADAM, 0.01, 1, 0, 5, 1),
              "cpu",
              Precision.FP32,
              false);
      Files.createDirectories(run);
      settings.write(run);
      try (var training = new TextTraining(backend, texts, settings, run)) {
        return training.run(
            Duration.ofHours(1),
            new TrainingListener() {
              @Override
              public void updated(Update done) {
                if (done.update() == update) {
                  training.stop();
                }
              }
            });
      }
    }
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
