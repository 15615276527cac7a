package dev.recurrent.examples.tasks;

import static dev.recurrent.train.Losses.crossEntropy;

import dev.recurrent.cell.Initializer;
import dev.recurrent.data.ConllU;
import dev.recurrent.data.ConllU.Sentence;
import dev.recurrent.data.Rows;
import dev.recurrent.data.Tokenizer;
import dev.recurrent.data.Vocabulary;
import dev.recurrent.examples.harness.Decay;
import dev.recurrent.examples.harness.Facts;
import dev.recurrent.examples.harness.Labelling;
import dev.recurrent.examples.harness.LabellingModel;
import dev.recurrent.examples.harness.LabellingTask;
import dev.recurrent.examples.harness.Parts;
import dev.recurrent.examples.harness.Settings;
import dev.recurrent.examples.harness.StepLabels;
import dev.recurrent.examples.harness.Streaming;
import dev.recurrent.examples.harness.TaskModel;
import dev.recurrent.examples.made.MadeSentences;
import dev.recurrent.layer.Dense;
import dev.recurrent.layer.Dropout;
import dev.recurrent.layer.Embedding;
import dev.recurrent.layer.Recurrent;
import dev.recurrent.layer.RecurrentState;
import dev.recurrent.layer.TokenDropout;
import dev.recurrent.tape.Sequences;
import dev.recurrent.tape.Tape;
import dev.recurrent.tape.Tensor;
import dev.recurrent.train.Batch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Many-to-many, one label for each word: the part of speech of the words of a sentence. A word is
 * known by its vector and by its spelling, which a recurrent network reads in both directions, and
 * a second one reads the sentence (Plank et al. 2016, "Multilingual part-of-speech tagging with
 * bidirectional long short-term memory models and auxiliary loss", without the auxiliary loss).
 */
@Command(
    name = "tags",
    header = "Many-to-many, one label a word: parts of speech.",
    description = {
      "",
      "Reads a treebank in the CoNLL-U format (.conllu); 'predict' also takes lines of words parted"
          + " by spaces."
    })
public final class Tags extends LabellingTask<Sentence> {
  private static final Tokenizer CHARACTERS = Tokenizer.characters();

  @Mixin private TagsOptions options;

  // Data: words and their tags.

  @Override
  protected List<Sentence> read(Path path, Rows rows) throws IOException {
    return ConllU.isTreebank(path) ? ConllU.read(path, rows) : ConllU.untagged(path, rows);
  }

  @Override
  protected List<Sentence> readLabelled(Path path, Rows rows) throws IOException {
    return ConllU.read(path, options.tagColumn, rows);
  }

  @Override
  protected Parts<Sentence> sample(long seed) {
    return Parts.made(1000, 200, seed, MadeSentences::of);
  }

  @Override
  protected Facts learn(List<Sentence> training) {
    var forms = training.stream().map(Sentence::forms).toList();
    var words = forms.stream().map(Tags::lower).toList();
    var spellings = forms.stream().flatMap(List::stream).map(CHARACTERS::tokens).toList();
    return Facts.none()
        .with("words", frequent(words))
        .with("characters", frequent(spellings))
        .with("forms", Vocabulary.ofTokens(forms, Vocabulary.Selection.ALL))
        .with("tags", StepLabels.collect(training, options::tags));
  }

  private Vocabulary frequent(List<List<String>> tokens) {
    return Vocabulary.ofTokens(tokens, options.selection()).withSpecials(Vocabulary.UNKNOWN);
  }

  private static List<String> lower(List<String> forms) {
    return forms.stream().map(form -> form.toLowerCase(Locale.ROOT)).toList();
  }

  // Model: characters make words, words make a sentence, each step of it says a tag.

  @Override
  protected TaskModel<Sentence> model(Facts facts) {
    return new TagModel(facts);
  }

  private final class TagModel extends LabellingModel<Sentence> {
    private final Vocabulary words;
    private final Vocabulary characters;
    private final TokenDropout wordDropout;
    private final Embedding wordEmbedding;
    private final Embedding characterEmbedding;
    private final Recurrent spelling;
    private final Recurrent sentence;
    private final Dropout dropout = add("dropout", Dropout.of(settings().dropout()));
    private final Dense output;

    TagModel(Facts facts) {
      super(labels(facts));
      words = facts.vocabulary("words");
      characters = facts.vocabulary("characters");
      int unknown = words.index(Vocabulary.UNKNOWN);
      int word = settings().embed();
      int character = options.characterEmbed;
      wordDropout = add("word_dropout", TokenDropout.of(options.wordDropout, unknown));
      wordEmbedding = add("words", embedding(words, word));
      characterEmbedding = add("characters", embedding(characters, character));
      var spelt = Recurrent.of(cell(), character, options.characterHidden).bidirectional();
      spelling = add("spelling", spelt);
      sentence = add("sentence", recurrent(word + spelling.outputSize()).bidirectional());
      output = add("output", Dense.of(sentence.outputSize(), labels(facts).size()));
    }

    private static Embedding embedding(Vocabulary tokens, int size) {
      return Embedding.of(tokens.size(), size).initialized(Initializer.normal(0.1));
    }

    @Override
    public int length(Sentence example) {
      return example.words().size();
    }

    /** Reads the number of each word, that of its form, and the letters of each different form. */
    @Override
    protected Batch inputs(List<Sentence> sentences) {
      var forms = sentences.stream().map(Sentence::forms).toList();
      var different = Vocabulary.ofTokens(forms, Vocabulary.Selection.ALL);
      var spellings = different.tokens().stream().map(CHARACTERS::tokens);
      var numbers = forms.stream().map(f -> words.encode(lower(f))).toList();
      return Batch.of(Sequences.ofTokens(numbers))
          .with("forms", Sequences.ofTokens(forms.stream().map(different::encode).toList()))
          .with("spellings", Sequences.ofTokens(spellings.map(characters::encode).toList()));
    }

    @Override
    protected Tensor logits(Tape tape, Batch batch) { // [N, tags]
      var letters = characterEmbedding.on(tape, batch.get("spellings"));
      var forms = spelling.run(tape, dropout.on(tape, letters)).last(); // [different forms, …]
      var spelt = forms.gatherRows(batch.get("forms").packedTokens()); // [N, …]
      var known = wordEmbedding.on(tape, wordDropout.on(tape, batch.inputs())); // [N, embed]
      var steps = sentence.on(tape, dropout.on(tape, known.joinColumns(spelt)));
      return output.on(tape, dropout.on(tape, steps));
    }

    @Override
    public Tensor loss(Tape tape, Batch batch, RecurrentState state) {
      return crossEntropy(logits(tape, batch), batch.targets());
    }

    @Override
    public Streaming streaming(Rows rows) { // a line is a sentence: both directions read it whole
      return Streaming.ofLines(this, ConllU::untagged);
    }
  }

  // Training.

  @Override
  protected Settings defaults(Effort effort) {
    var settings = Settings.of("lstm", 200).embed(100).dropout(0.3).batch(32).learning(3e-3, 5);
    return effort == Effort.FULL
        ? settings.epochs(15, 15).decay(Decay.COSINE, 0)
        : settings.hidden(32).embed(16).dropout(0.2).epochs(4, 4).learning(1e-2, 5);
  }

  @Override
  protected String unit() {
    return "words";
  }

  // Evaluation: accuracy, for words that training has not shown apart.

  @Override
  protected Labelling<Sentence> labels(Facts facts) {
    return new StepLabels<>(
        facts.vocabulary("tags"), facts.vocabulary("forms"), Sentence::forms, options::tags);
  }
}
