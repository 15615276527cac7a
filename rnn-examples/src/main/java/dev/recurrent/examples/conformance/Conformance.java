package dev.recurrent.examples.conformance;

import dev.recurrent.io.SafeTensors;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;

/**
 * |got - want| ≤ tolerance max(1, max |want|), where the tolerance is 2e-5 for FP32. Nothing is
 * passed overRuns the conformance cases of a folder on a backend. A case passes when for each
 * expected tensor |got - want| ≤ 2e-5 max(1, max |want|). Nothing is passed over: a file that
 * cannot be read, a kind that is not known, a tensor that is neither used nor compared, all fail
 * the case.
 */
public final class Conformance {
  /** The largest relative error of a case that passes in FP32. */
  public static final double TOLERANCE = 2e-5;

  /** The roundings of factors that results may be off by where those are not FP32. */
  private static final int ROUNDINGS = 32;

  private final Backend backend;

  /** Runs cases on a backend, which the caller closes. */
  public Conformance(Backend backend) {
    this.backend = backend;
  }

  /**
   * Is the outcome of one case.
   *
   * @param name the file's name without its ending
   * @param worst the largest relative error, or NaN where nothing could be compared
   * @param problem why the case failed, empty if it passed
   */
  public record Verdict(String name, double worst, String problem) {
    /** Tells whether the case passed. */
    public boolean passed() {
      return problem.isEmpty();
    }
  }

  /**
   * Returns the largest relative error of a case that passes: 32 roundings of a factor, to 11 bits
   * (TF32, FP16) or 8 bits (BF16).
   */
  public static double tolerance(Precision precision) {
    return switch (precision) {
      case FP32 -> TOLERANCE;
      case TF32, FP16 -> ROUNDINGS * 0x1p-12;
      case BF16 -> ROUNDINGS * 0x1p-9;
    };
  }

  /**
   * Returns the case files of a folder, sorted by name.
   *
   * @throws IOException if there is no such folder, or no case in it
   */
  public static List<Path> cases(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      throw new IOException(folder + ": expected a folder of cases, got none");
    }
    if (!Files.isDirectory(folder)) {
      throw new NotDirectoryException(folder.toString());
    }
    try (var files = Files.list(folder)) {
      var found = files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
      if (found.isEmpty()) {
        throw new IOException(folder + ": expected cases (*.safetensors), got a folder without");
      }
      return found;
    }
  }

  /** Runs one case. */
  public Verdict run(Path file) {
    var name = file.getFileName().toString().replaceFirst("\\.safetensors$", "");
    Comparison comparison = null;
    try {
      var data = new CaseFile(SafeTensors.read(file));
      comparison = new Comparison(data, tolerance(backend.precision()));
      run(data, comparison);
      data.requireAllUsed();
      return new Verdict(name, comparison.worst(), comparison.problem());
    } catch (IOException | RuntimeException e) {
      double worst = comparison == null ? Double.NaN : comparison.worst();
      return new Verdict(name, worst, e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private void run(CaseFile data, Comparison comparison) throws IOException {
    var kind = data.text("kind");
    switch (kind) {
      case "rnn", "lstm", "gru" -> RecurrentCase.ofPyTorch(data).run(backend, comparison);
      case "cross_entropy", "bce_with_logits", "mse" ->
          new LossCase(data).run(kind, backend, comparison);
      case "optimizer" -> new UpdateCase(data).runOptimizer(backend, comparison);
      case "clip_grad_norm" -> new UpdateCase(data).runClipping(backend, comparison);
      default -> RecurrentCase.ofCell(data, kind).run(backend, comparison);
    }
  }
}
