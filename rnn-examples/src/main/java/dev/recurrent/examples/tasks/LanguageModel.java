package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.recurrent.cell.Initializer;
import dev.recurrent.data.Rows;
import dev.recurrent.decode.RecurrentSteps;
import dev.recurrent.decode.Sampling;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.Descent;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Outcome;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.Task;
import dev.recurrent.examples.harness.TextWriter;
import dev.recurrent.examples.harness.Traceable;
import dev.recurrent.examples.harness.TrainableModel;
import dev.recurrent.examples.run.Numbers;
import dev.recurrent.examples.run.ShellWords;
import dev.recurrent.examples.text.Text;
import dev.recurrent.examples.text.TextCode;
import dev.recurrent.examples.text.TokenKind;
import dev.recurrent.io.AtomicFiles;
import dev.recurrent.io.TensorData;
import dev.recurrent.layer.DecoderVocabulary;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.score.Measure;
import dev.recurrent.score.Measures;
import dev.recurrent.spi.RecurrentKernel.Mode;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import dev.recurrent.train.Batches;
import dev.recurrent.train.Buckets;
import dev.recurrent.train.Metric;
import dev.recurrent.train.Metrics;
import dev.recurrent.train.TokenStreams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Many-to-many over one long text: each character, word or piece of a word from all before it. The
 * text is cut into parallel streams, which are read in windows, the state carried from one window
 * to the next (truncated BPTT, Williams and Peng 1990).
 */
@Command(
    name = "text",
    header = "Language model: predicts each character, word or byte pair of a text, and writes.",
    description = {
      "",
      "Reads a text, which may be compressed by gzip; by default this project's own"
          + " documents and sources. It is cut into parallel streams (--batch), and learnt from in"
          + " windows (--seq). Its last tenth validates, unless --validation names another text;"
          + " there is no test without --test. --quick takes the first 200,000 characters. Ctrl-C"
          + " saves a checkpoint, from which --resume goes on to the same bits."
    })
public final class LanguageModel extends Task<Text> {
  private static final int QUICK_CHARACTERS = 200_000;

  /** The parallel streams in which the validation text is read. */
  private static final int VALIDATION_STREAMS = 16;

  /** The tokens that are drawn together where scores are resampled (Carlstein 1986). */
  private static final int BLOCK = 256;

  /** The largest number in a vector at first, where it is a weight of the logits, too. */
  private static final double TIED_LIMIT = 0.1;

  /** The copy of the embedded text, which changes with the project's sources. */
  private static final String COPY_OF_TEXT = "text.txt";

  @Mixin private LanguageModelOptions options;
  private String known = "";
  private long trained;
  private long validated;

  // Data: one text, or one for each part.

  @Override
  protected List<Text> read(Path path, Rows rows) throws IOException {
    return List.of(Text.read(path, rows.charset()));
  }

  @Override
  protected List<Text> readTraining(Path path, Rows rows) throws IOException {
    return List.of(wanted(Text.read(path, rows.charset())));
  }

  private Text wanted(Text text) {
    return effort() == Effort.QUICK ? text.first(QUICK_CHARACTERS) : text;
  }

  @Override
  protected Parts<Text> parts(Rows rows) throws IOException {
    options.requireConsistent();
    return super.parts(rows);
  }

  @Override
  protected Parts<Text> sample(long seed) throws IOException {
    var folder = resumedFolder();
    var text = folder == null ? Text.embedded() : Text.read(folder.resolve(COPY_OF_TEXT), UTF_8);
    var others = new Sources(Path.of(text.name()), validationFile(), testFile());
    return parts(List.of(wanted(text)), others, Rows.failing());
  }

  @Override
  protected void keepSample(Path folder) throws IOException {
    if (dataFile() == null) {
      var text = Text.embedded().content();
      AtomicFiles.write(folder.resolve(COPY_OF_TEXT), text.getBytes(UTF_8));
    }
  }

  @Override
  protected List<List<Text>> split(List<Text> text, long seed, double... shares) {
    return text.getFirst().split(options.tokens, shares);
  }

  @Override
  protected double[] defaultShares() {
    return new double[] {0.9, 0.1, 0};
  }

  @Override
  protected boolean isTestOptional() {
    return true;
  }

  @Override
  protected String countedIn() {
    return "characters";
  }

  @Override
  protected int count(List<Text> texts) {
    return texts.stream().mapToInt(Text::length).sum();
  }

  @Override
  protected List<String> notes() {
    var targets = "%s; an epoch trains on %,d %s and validates on %,d";
    return List.of(Numbers.format(targets, known, trained, unit(), validated));
  }

  @Override
  protected Facts learn(Parts<Text> parts) {
    return learn(
        Stream.of(parts.training(), parts.validation(), parts.test())
            .flatMap(List::stream)
            .toList());
  }

  @Override
  protected Facts learn(List<Text> texts) {
    var rule = options.rule(texts.getFirst(), effort() == Effort.QUICK);
    return TextCode.learn(rule, texts).toFacts();
  }

  private TextCode code(Facts facts) {
    return TextCode.of(options.tokens, facts);
  }

  // Model: a token's vector, recurrent layers, the logits of the next token.

  @Override
  protected TrainableModel<Text> model(Facts facts) {
    return new TextModel(code(facts));
  }

  private final class TextModel extends TrainableModel<Text>
      implements DecoderVocabulary, TextWriter, Traceable {
    private final TextCode code;
    private final Embedding embedding;
    private final Recurrent recurrent;
    private final Dropout dropout = Dropout.of(settings().dropout());
    private final Dense output;

    TextModel(TextCode code) {
      this.code = code;
      int tokens = code.vocabulary().size();
      int embed = settings().embed();
      embedding = add("embedding", Embedding.of(tokens, embed));
      recurrent = add("recurrent", recurrent(embed));
      add("dropout", dropout);
      if (options.tied()) { // Press and Wolf 2017
        if (recurrent.outputSize() != embed) {
          throw new IllegalArgumentException(
              "--tie: expected vectors of the size of the outputs, --embed "
                  + recurrent.outputSize()
                  + ", got "
                  + embed);
        }
        embedding.initialized(Initializer.uniform(TIED_LIMIT));
        output = add("output", Dense.tiedTo(embedding));
      } else {
        output = add("output", Dense.of(recurrent.outputSize(), tokens));
      }
      known = Numbers.format("%,d different %s", tokens, unit());
    }

    @Override
    public Tensor embed(Tape tape, Sequences tokens) {
      return dropout.on(tape, embedding.on(tape, tokens));
    }

    @Override
    public Tensor logits(Tape tape, Tensor states) { // [N, tokens]
      return output.on(tape, dropout.on(tape, states));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      var states = recurrent.on(tape, embed(tape, batch.inputs()), state);
      return crossEntropy(logits(tape, states), batch.targets());
    }

    @Override
    public Batches trainingBatches(List<Text> texts, Buckets.Order order) {
      var text = texts.getFirst();
      var tokens = code.encode(text);
      int steps = settings().window();
      long window = (long) order.size() * steps + 1;
      if (tokens.length < window) {
        throw new IllegalArgumentException(
            Numbers.format(
                "%s: expected at least %,d %s that train, for one window of %d in each of %d"
                    + " streams, got %,d; a smaller --batch or --seq needs fewer",
                text.name(), window, unit(), steps, order.size(), tokens.length));
      }
      var streams = TokenStreams.of(tokens, order.size()).windows(steps);
      trained = streams.targets();
      return streams;
    }

    @Override
    public Batches validationBatches(List<Text> texts, int size) {
      var text = texts.getFirst();
      var tokens = code.encode(text);
      if (tokens.length <= VALIDATION_STREAMS) {
        throw new IllegalArgumentException(
            Numbers.format(
                "%s: expected at least %d %s that validate, got %d",
                text.name(), VALIDATION_STREAMS + 1, unit(), tokens.length));
      }
      var streams = TokenStreams.of(tokens, VALIDATION_STREAMS);
      validated = streams.targets();
      return streams;
    }

    @Override
    public Metric validation() {
      return Metrics.ofLoss(Measures.LOSS.in(lossUnit()));
    }

    @Override
    public List<Metric> otherValidations() {
      return options.tokens == TokenKind.WORD ? List.of(Metrics.PERPLEXITY) : List.of();
    }

    /** Reads each text from zero states; what is drawn again are blocks of it. */
    @Override
    public List<Outcome> outcomes(List<Text> texts, int size) {
      var blocks = new ArrayList<Outcome>();
      for (var text : texts) {
        var tokens = targets(code, text);
        try (var tape = Tape.inference(backend());
            var state = new RecurrentState()) {
          for (int from = 0; from + 1 < tokens.length; from += BLOCK) {
            int to = Math.min(from + BLOCK, tokens.length - 1);
            tape.reset(Mode.INFERENCE, 0);
            var batch = Batch.of(sequence(tokens, from, to), sequence(tokens, from + 1, to + 1));
            double nats = loss(tape, batch, state).item() * (to - from);
            var counted = counted(code, Arrays.copyOfRange(tokens, from + 1, to + 1));
            blocks.add(Outcome.of(new double[] {nats, counted}));
          }
        }
      }
      return blocks;
    }

    private static Sequences sequence(int[] tokens, int from, int to) {
      return Sequences.timeMajor(Arrays.copyOfRange(tokens, from, to), to - from, 1);
    }

    @Override
    public void write(Request request, Predicate<String> reader) {
      var beginning = request.beginning();
      var tokens = beginning.isEmpty() ? new int[] {code.start()} : read("--prompt", beginning);
      if (request.length() > 0 && reader.test(beginning)) {
        var before = Sequences.ofTokens(List.of(Arrays.copyOf(tokens, tokens.length - 1)));
        var last = new int[] {tokens[tokens.length - 1]};
        try (var tape = Tape.inference(backend())) {
          var states = recurrent.run(tape, embed(tape, before), List.of()).finalStates();
          try (var steps = RecurrentSteps.of(recurrent, states, this, last)) {
            Sampling.temperature(request.temperature(), request.seed())
                .maximumLength(request.length())
                .sample(
                    steps,
                    (source, token) -> {
                      var text = code.continuation(last[0], token);
                      last[0] = token;
                      return reader.test(text);
                    });
          }
        }
      }
      var _ = reader.test(System.lineSeparator()); // it ends here in any case
    }

    private int[] read(String name, String text) {
      var tokens = code.encode(new Text(name, text));
      if (tokens.length == 0) {
        throw new IllegalArgumentException(
            name + ": expected at least one " + options.tokens.singular() + ", got none");
      }
      return tokens;
    }

    @Override
    public Map<String, TensorData> trace(String text) {
      var tokens = read("--text", text);
      var tensors = new LinkedHashMap<String, TensorData>();
      try (var tape = Tape.inference(backend())) {
        var x = embed(tape, Sequences.timeMajor(tokens, tokens.length, 1));
        var result = recurrent.run(tape, x, List.of());
        tensors.put("tokens", TensorData.of(tokens, tokens.length));
        tensors.put("embedded", data(x));
        tensors.put("outputs", data(result.output()));
        tensors.put("logits", data(logits(tape, result.output())));
        for (int i = 0; i < result.finalStates().size(); i++) {
          tensors.put("state" + i, data(result.finalStates().get(i)));
        }
      }
      return tensors;
    }

    private static TensorData data(Tensor tensor) {
      return TensorData.of(tensor.toArray(), tensor.rows(), tensor.columns());
    }
  }

  // Training: models of words by plain gradient descent at a high rate that is halved in the end.

  /**
   * Returns the settings for the kind of tokens. Those for words are of Zaremba et al. 2014, whose
   * losses are sums over the steps of a window: their rate of 1 and limit of 5 are about 20 and
   * 0.25 of ours, which are means.
   */
  @Override
  protected Settings defaults(Effort effort) {
    return defaults(options.tokens, effort == Effort.QUICK);
  }

  private static Settings defaults(TokenKind tokens, boolean quick) {
    return switch (tokens) {
      case CHARACTER ->
          quick
              ? settings(128, 1, 32).batch(32).window(32).epochs(1, PATIENCE).learning(5e-3, 5)
              : settings(256, 2, 64).batch(64).window(64).epochs(3, PATIENCE).learning(2e-3, 5);
      case WORD, BPE ->
          quick
              ? settings(64, 1, 64)
                  .dropout(0.1)
                  .batch(8)
                  .window(16)
                  .epochs(2, PATIENCE)
                  .learning(5e-3, 1)
              : settings(200, 2, 200)
                  .dropout(0.2)
                  .batch(20)
                  .window(35)
                  .epochs(8, PATIENCE)
                  .optimizer(Descent.SGD)
                  .learning(20, 0.25)
                  .decay(Decay.by(0.5), 4);
    };
  }

  private static final int PATIENCE = Settings.NO_PATIENCE;

  private static Settings settings(int hidden, int layers, int embed) {
    return Settings.of("lstm", hidden).layers(layers).embed(embed);
  }

  /** Gives tied vectors the size of the outputs, where only that of the outputs is said. */
  @Override
  protected Settings settings() {
    var settings = super.settings();
    boolean sized = options.tied() && isGiven("--hidden") && !isGiven("--embed");
    return sized ? settings.embed(settings.hidden()) : settings;
  }

  @Override
  protected List<String> describeDefaults() {
    var lines = new ArrayList<String>();
    for (boolean quick : new boolean[] {false, true}) {
      for (var kind : TokenKind.values()) {
        lines.add(
            "Defaults for %s%s: %s"
                .formatted(kind.plural(), quick ? " with --quick" : "", defaults(kind, quick)));
      }
    }
    return lines;
  }

  @Override
  protected String unit() {
    return options.tokens.plural();
  }

  @Override
  protected String lossUnit() {
    return "nats a " + options.tokens.singular();
  }

  @Override
  protected String nextCommand(Path folder) {
    return "sample --model " + ShellWords.quote(folder);
  }

  // Evaluation: perplexity of words, nats a character of what else there is.

  @Override
  protected List<Measure> measures(Facts facts) {
    return List.of(
        switch (options.tokens) {
          case CHARACTER, BPE -> Measures.NATS_PER_STEP.named("nats/character").in("");
          case WORD -> Measures.PERPLEXITY;
        });
  }

  /** Returns what the best model scores that knows how frequent each token is, and nothing else. */
  @Override
  protected List<Outcome> baseline(Parts<Text> parts, Facts facts) {
    var code = code(facts);
    var tokens = targets(code, parts.scored().getFirst());
    var targets = Arrays.copyOfRange(tokens, 1, tokens.length);
    double nats = entropy(targets, code.vocabulary().size()) * targets.length;
    return List.of(Outcome.of(new double[] {nats, counted(code, targets)}));
  }

  private static double entropy(int[] tokens, int vocabulary) {
    var counts = new long[vocabulary];
    for (int token : tokens) {
      counts[token]++;
    }
    double entropy = 0;
    for (long count : counts) {
      double share = (double) count / tokens.length;
      entropy -= count == 0 ? 0 : share * Math.log(share);
    }
    return entropy;
  }

  /** Returns a text's tokens, all but the first of which can be predicted. */
  private static int[] targets(TextCode code, Text text) {
    var tokens = code.encode(text);
    if (tokens.length < 2) {
      throw new IllegalArgumentException(
          text.name() + ": expected at least 2 " + code.kind().plural() + ", got 1");
    }
    return tokens;
  }

  /** Returns how many the nats are shared among: characters for pieces of words. */
  private static double counted(TextCode code, int[] targets) {
    return code.kind() == TokenKind.BPE ? code.characters(targets) : targets.length;
  }
}
