package dev.recurrent.cell;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * Describes a cell's equations for a model file: a version of this form, the slices of each
 * parameter, and a hash of the program. Initial values are no part of it.
 *
 * <p>The text from which the hash is taken is written here, not by the instructions' own {@code
 * toString}, so that renaming something does not change it. If equations that are the same come to
 * be compiled to other instructions, the version must rise: files of another one are not compared.
 */
final class CellFingerprint {
  private static final String VERSION = "1";
  private static final int HASH_BYTES = 8;

  private CellFingerprint() {}

  static String of(CellProgram program) {
    return VERSION + " " + slices(program) + " " + hash(text(program));
  }

  /** Tells whether two fingerprints are of different equations, as far as they can be compared. */
  static boolean differ(String one, String other) {
    boolean comparable = one.startsWith(VERSION + " ") && other.startsWith(VERSION + " ");
    return comparable && !one.equals(other);
  }

  private static String slices(CellProgram program) {
    return program.parameters().stream()
        .map(CellFingerprint::describe)
        .collect(Collectors.joining(" "));
  }

  private static String describe(ParameterSpec parameter) {
    return parameter.kind() == ParameterSpec.Kind.VECTOR
        ? parameter.name()
        : parameter.slices().stream()
            .map(ParameterSpec.Slice::name)
            .collect(Collectors.joining(",", parameter.name() + "(", ")"));
  }

  private static String text(CellProgram program) {
    var text = new StringBuilder();
    program.states().forEach(s -> line(text, "state", s.name(), s.size()));
    for (var p : program.parameters()) {
      line(text, "parameter", p.name(), p.rows(), p.columns());
      p.slices().forEach(s -> line(text, "slice", s.name(), s.offset(), s.rows()));
    }
    program.code().forEach(instruction -> instruction(text, instruction));
    program.next().forEach(value -> line(text, "next", value));
    line(text, "output", program.output());
    return text.toString();
  }

  private static void instruction(StringBuilder text, Instruction instruction) {
    switch (instruction) {
      case Instruction.Input i -> line(text, "input", i.width());
      case Instruction.State s -> line(text, "read", s.state(), s.width());
      case Instruction.Vector v -> line(text, "vector", v.parameter(), v.offset(), v.width());
      case Instruction.Constant c -> line(text, "constant", c.value());
      case Instruction.Mask m -> line(text, "mask", m.index(), m.keep(), m.scope(), m.width());
      case Instruction.Linear l ->
          line(text, "linear", l.parameter(), l.offset(), l.operand(), l.width());
      case Instruction.Unary u -> line(text, "unary", u.op().name(), u.a());
      case Instruction.Binary b -> line(text, "binary", b.op().name(), b.a(), b.b());
      case Instruction.RowSum r -> line(text, "sum", r.a());
      case Instruction.ClipGradient _ -> line(text, "clip"); // says how to train, not what it is
      case Instruction.Broadcast b -> line(text, "broadcast", b.a(), b.width());
      default -> throw new AssertionError("no instruction of a cell: " + instruction);
    }
  }

  private static void line(StringBuilder text, Object... parts) {
    for (var part : parts) {
      text.append(part).append(' ');
    }
    text.append('\n');
  }

  private static String hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var bytes = digest.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
