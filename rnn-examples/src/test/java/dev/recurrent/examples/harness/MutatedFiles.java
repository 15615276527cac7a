package dev.recurrent.examples.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.data.BytePairs;
import dev.recurrent.data.ConllU;
import dev.recurrent.data.JsonLines;
import dev.recurrent.data.KeyedTexts;
import dev.recurrent.data.LabelledFiles;
import dev.recurrent.data.LabelledImages;
import dev.recurrent.data.LabelledTexts;
import dev.recurrent.data.PianoRolls;
import dev.recurrent.data.Rows;
import dev.recurrent.data.SentencePairs;
import dev.recurrent.data.Series;
import dev.recurrent.data.Table;
import dev.recurrent.data.TextFile;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.data.WordVectors;
import dev.recurrent.examples.tasks.Classify;
import dev.recurrent.examples.tasks.Forecast;
import dev.recurrent.io.SafeTensors;
import dev.recurrent.io.TensorData;
import dev.recurrent.spi.Backend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Reads files that were changed at random, each of which must be read or refused by a documented
 * exception within 2 seconds of processor time. A program of its own, so that it can run in a small
 * heap: {@code FOLDER MODELS OTHERS}, the numbers of changed model files and of each other format.
 */
final class MutatedFiles {
  private static final long MOST_NANOS = 2_000_000_000L;

  private static final int MOST_FAILURES = 20;

  private final Path folder;
  private final List<String> failures = new ArrayList<>();

  MutatedFiles(Path folder) {
    this.folder = folder;
  }

  /** What came of the changed files of one format. */
  record Figures(String format, int files, int refused, double slowest) {
    @Override
    public String toString() {
      return "%-14s %,9d files, %,9d refused, slowest %.2f s"
          .formatted(format, files, refused, slowest);
    }
  }

  /** Reads a file whole, or refuses it. */
  @FunctionalInterface
  interface Reader {
    void read(Path file, Rows rows) throws IOException;
  }

  /** A format, with a file of it that is whole. */
  record Format(String name, String fileName, byte[] whole, Reader reader) {}

  public static void main(String[] arguments) throws IOException {
    var all = new MutatedFiles(Path.of(arguments[0]));
    for (var format : formats()) {
      System.out.println(all.data(format, Integer.parseInt(arguments[2])));
    }
    try (var backend = new dev.recurrent.reference.ReferenceBackend()) {
      for (var figures : all.models(backend, Integer.parseInt(arguments[1]))) {
        System.out.println(figures);
      }
    }
    all.requireNoFailures();
    System.out.println("done");
  }

  /** Reads changed files of a format of data; every second time malformed rows are passed over. */
  Figures data(Format format, int count) throws IOException {
    var file = folder.resolve(format.fileName());
    Files.write(file, format.whole());
    format.reader().read(file, Rows.failing());
    int refused = 0;
    long slowest = 0;
    for (int seed = 0; seed < count; seed++) {
      Files.write(file, Mutations.of(format.whole(), new Random(seed)));
      long start = cpuTime();
      try {
        format.reader().read(file, seed % 2 == 0 ? Rows.failing() : Rows.skipping());
      } catch (IOException e) {
        refused++;
        requireMessage(format.name(), seed, e);
      } catch (Throwable e) {
        fail(format.name(), seed, "another failure", e);
      }
      slowest = Math.max(slowest, requireQuick(format.name(), seed, start));
    }
    Files.delete(file);
    return new Figures(format.name(), count, refused, slowest * 1e-9);
  }

  /** Opens changed model files, and predicts with those that open. */
  List<Figures> models(Backend backend, int count) throws IOException {
    var names = Files.createDirectories(folder.resolve("names"));
    Files.writeString(names.resolve("a.txt"), "anna\nadam\nalba\n".repeat(5));
    Files.writeString(names.resolve("z.txt"), "zora\nzeno\nzita\n".repeat(5));
    var series = new StringBuilder("date,a,b\n");
    for (int i = 0; i < 120; i++) {
      series.append("2020-%02d-%02d,%d,%d\n".formatted(1 + i / 28, 1 + i % 28, i % 7, i % 5));
    }
    var table = Files.writeString(folder.resolve("series.csv"), series);
    var root = root();
    return List.of(
        model(backend, root, new Model("classify", names, names.resolve("a.txt")), count / 2),
        model(backend, root, new Model("forecast", table, table), count / 2));
  }

  private record Model(String task, Path data, Path input) {}

  private Figures model(Backend backend, CommandSpec root, Model model, int count)
      throws IOException {
    var run = folder.resolve("run-" + model.task());
    train(root, model, run);
    var whole = SafeTensors.read(run.resolve("best.safetensors"));
    var file = folder.resolve("mutated.safetensors");
    int refused = 0;
    long slowest = 0;
    for (int seed = 0; seed < count; seed++) {
      write(file, whole, new Random(seed));
      long start = cpuTime();
      try {
        openAndPredict(file, model.input(), root, backend);
      } catch (IOException e) {
        refused++;
        requireMessage(model.task(), seed, e);
      } catch (Throwable e) {
        fail(model.task(), seed, "another failure", e);
      }
      slowest = Math.max(slowest, requireQuick(model.task(), seed, start));
    }
    return new Figures("model " + model.task(), count, refused, slowest * 1e-9);
  }

  private static void openAndPredict(Path file, Path input, CommandSpec root, Backend backend)
      throws IOException {
    try (var saved = SavedTask.open(file, root, Map.of(), backend)) {
      predict(saved, input);
    }
  }

  private static <E> void predict(SavedTask<E> saved, Path input) throws IOException {
    if (!(saved.model() instanceof TaskModel<E> model)) {
      return;
    }
    try {
      var examples = saved.task().read(input, Rows.failing());
      Predictions.of(model, examples.subList(0, Math.min(3, examples.size())), 3);
    } catch (IllegalArgumentException e) {
      if (!String.valueOf(e.getMessage()).contains("expected")) {
        throw e;
      }
    }
  }

  private static void train(CommandSpec root, Model model, Path run) {
    var err = new StringWriter();
    int status =
        root.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .setErr(new PrintWriter(err, true))
            .execute(
                "train",
                model.task(),
                "--hidden=4",
                "--epochs=1",
                "--batch=16",
                "--backend=reference",
                "--data=" + model.data(),
                "--out=" + run);
    if (status != 0) {
      throw new AssertionError(model.task() + ": expected a trained model, got " + err);
    }
  }

  private static CommandSpec root() {
    var train =
        new CommandLine(CommandSpec.create())
            .addSubcommand("classify", new Classify())
            .addSubcommand("forecast", new Forecast());
    return new CommandLine(CommandSpec.create())
        .addSubcommand("train", train)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .getCommandSpec();
  }

  /** Changes metadata, tensors or bytes of a model that holds no checksums, as a forger would. */
  private static void write(Path file, SafeTensors whole, Random random) throws IOException {
    var metadata = new TreeMap<>(whole.metadata());
    metadata.keySet().removeIf(key -> key.contains("crc32c"));
    var tensors = new LinkedHashMap<String, TensorData>();
    for (var name : whole.names()) {
      tensors.put(name, TensorData.of(whole.floats(name), whole.shape(name)));
    }
    int kind = random.nextInt(10);
    if (kind < 7) {
      var keys = new ArrayList<>(metadata.keySet());
      var key = keys.get(random.nextInt(keys.size()));
      var other = keys.get(random.nextInt(keys.size()));
      var value = metadata.get(random.nextInt(10) == 0 ? other : key);
      var mutated = Mutations.of(String.valueOf(value).getBytes(UTF_8), random);
      metadata.put(key, new String(mutated, UTF_8));
    } else if (kind < 8) {
      var names = new ArrayList<>(tensors.keySet());
      var name = names.get(random.nextInt(names.size()));
      int size = random.nextInt(20);
      tensors.put(name, TensorData.of(new float[size], size));
      if (random.nextBoolean()) {
        tensors.remove(names.get(random.nextInt(names.size())));
      }
    }
    SafeTensors.write(file, tensors, metadata);
    if (kind >= 8) {
      Files.write(file, Mutations.of(Files.readAllBytes(file), random));
    }
  }

  private void requireMessage(String format, int seed, IOException e) {
    var message = String.valueOf(e.getMessage());
    if (!message.contains("expected") || message.lines().count() != 1 || message.length() > 5000) {
      fail(format, seed, "a message that is not one line with what is expected", e);
    }
  }

  private long requireQuick(String format, int seed, long start) {
    long taken = cpuTime() - start;
    if (taken > MOST_NANOS) {
      fail(format, seed, "too long a time, " + taken * 1e-9 + " s", new IOException());
    }
    return taken;
  }

  private void fail(String format, int seed, String what, Throwable cause) {
    var trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace, true));
    failures.add(format + ", seed " + seed + ", gives " + what + ": " + trace);
    if (failures.size() == MOST_FAILURES) {
      requireNoFailures();
    }
  }

  void requireNoFailures() {
    if (!failures.isEmpty()) {
      throw new AssertionError(String.join("\n", failures));
    }
  }

  private static long cpuTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  static List<Format> formats() throws IOException {
    var text = "To be, or not to be:\nthat is the question\n\u00e9\ud83d\ude00 end\n";
    var csv = "text,label\n\"a, \"\"b\"\"\nc\",x\nsecond,y\nthird one,x\n";
    var series = "date,value,other\n2020-01-01,1.5,2\n2020-01-02,2,3\n2020-01-03,-4e2,5\n";
    var treebank =
        """
        # sent_id = 1
        1\tThe\tthe\tDET\tDT\tDefinite=Def\t2\tdet\t_\t_
        2-3\tdog's\t_\t_\t_\t_\t_\t_\t_\t_
        2\tdog\tdog\tNOUN\tNN\t_\t0\troot\t_\t_

        1\tGo\tgo\tVERB\tVB\t_\t0\troot\t_\t_

        """;
    var lines =
        "{\"text\": \"a \\u00e9\", \"label\": 1, \"x\": [1, {\"y\": null}]}\n{\"text\": \"b\"}\n";
    var vectors = "3 4\nthe 0.1 -2 3e-1 4\ndog 1 2 3 4\nto 0 0 0 0\n";
    var rolls = "{\"train\": [[[60, 64], [], [62]], [[21]]], \"valid\": [[[108]]], \"test\": []}";
    var pairs = "Go.\tVa !\tnote\nHello there\tBonjour\n";
    var merges = BytePairs.learn(List.of(text.repeat(3)), 30).toText();
    var keyed = "1.jpg#0\tA dog runs .\n1.jpg#1\tA child plays .\n2.jpg#0\tTwo people\n";
    var known = Vocabulary.of(List.of("the", "dog", "to"));
    return List.of(
        new Format("text", "a.txt", text.getBytes(UTF_8), (f, r) -> TextFile.text(f)),
        new Format("lines", "b.txt", text.getBytes(UTF_8), TextFile::lines),
        new Format("csv", "a.csv", csv.getBytes(UTF_8), MutatedFiles::readTable),
        new Format("tsv", "a.tsv", csv.replace(',', '\t').getBytes(UTF_8), MutatedFiles::readTable),
        new Format(
            "labelled csv",
            "b.csv",
            csv.getBytes(UTF_8),
            refusing((f, r) -> new LabelledTexts("text", "label", List.of()).read(f, r))),
        new Format(
            "series",
            "c.csv",
            series.getBytes(UTF_8),
            refusing((f, r) -> Series.read(f, new Series.Columns(List.of(), ""), r))),
        new Format("CoNLL-U", "a.conllu", treebank.getBytes(UTF_8), ConllU::read),
        new Format("idx", "a-images-idx3-ubyte", idx(), (f, r) -> LabelledImages.read(f).all()),
        new Format("JSON lines", "a.jsonl", lines.getBytes(UTF_8), JsonLines::read),
        new Format("gzip", "c.txt.gz", gzip(text), (f, r) -> TextFile.text(f)),
        new Format(
            "word vectors",
            "v.txt",
            vectors.getBytes(UTF_8),
            (f, r) -> WordVectors.read(f, known, r)),
        new Format("piano rolls", "a.json", rolls.getBytes(UTF_8), PianoRolls::read),
        new Format("sentence pairs", "p.txt", pairs.getBytes(UTF_8), SentencePairs::read),
        new Format("captions", "k.txt", keyed.getBytes(UTF_8), KeyedTexts::read),
        new Format(
            "names", "n.txt", text.getBytes(UTF_8), (f, r) -> LabelledFiles.read(List.of(f), r)),
        new Format(
            "BPE merges",
            "m.txt",
            merges.getBytes(UTF_8),
            refusing((f, r) -> BytePairs.parse(content(f)).tokens("to be or not to be"))),
        new Format(
            "vocabulary",
            "w.txt",
            known.toText().getBytes(UTF_8),
            refusing((f, r) -> Vocabulary.parse(content(f)))));
  }

  private static void readTable(Path file, Rows rows) throws IOException {
    Table.read(file, rows);
  }

  /** Turns into the one that is expected the exception that a column's or token's absence gives. */
  private static Reader refusing(Reader reader) {
    return (file, rows) -> {
      try {
        reader.read(file, rows);
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
    };
  }

  private static String content(Path file) throws IOException {
    return new String(Files.readAllBytes(file), UTF_8);
  }

  private static byte[] idx() {
    var bytes = ByteBuffer.allocate(16 + 2 * 3 * 4).putInt(0x0803).putInt(2).putInt(3).putInt(4);
    return bytes.array();
  }

  private static byte[] gzip(String text) throws IOException {
    var packed = new ByteArrayOutputStream();
    for (var part : List.of(text, text)) { // two members
      try (var gzip = new GZIPOutputStream(packed)) {
        gzip.write(part.getBytes(UTF_8));
      }
    }
    return packed.toByteArray();
  }
}
