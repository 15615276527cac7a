package dev.recurrent.cpu;

import dev.recurrent.cell.CellProgram;
import dev.recurrent.cell.Initializer;
import dev.recurrent.cell.ParameterSpec;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the compiled code of a cell again for as long as a kernel uses it: equal layers, and a
 * model and its snapshots, run the same classes, which C2 compiles once. Thread-safe.
 */
final class CellCodes {
  private static final Initializer NONE = Initializer.constant(0);

  private final Workers workers;
  private final Map<CellProgram, WeakReference<CellCode>> known = new HashMap<>();

  CellCodes(Workers workers) {
    this.workers = workers;
  }

  /** Returns the code of a cell, which compiles when it is first run. */
  synchronized CellCode of(CellProgram program) {
    known.values().removeIf(reference -> reference.refersTo(null));
    var equations = withoutInitialValues(program);
    var reference = known.get(equations);
    var code = reference == null ? null : reference.get();
    if (code == null) {
      code = new CellCode(equations, workers);
      known.put(equations, new WeakReference<>(code));
    }
    return code;
  }

  /** Returns the program that is equal to all that differ in nothing but how they start. */
  private static CellProgram withoutInitialValues(CellProgram program) {
    var parameters =
        program.parameters().stream()
            .map(
                p ->
                    new ParameterSpec(
                        p.name(),
                        p.kind(),
                        p.rows(),
                        p.columns(),
                        p.operand(),
                        p.slices().stream()
                            .map(s -> new ParameterSpec.Slice(s.name(), s.offset(), s.rows(), NONE))
                            .toList()))
            .toList();
    return new CellProgram(
        program.name(),
        program.sizes(),
        program.states(),
        parameters,
        program.code(),
        program.next(),
        program.output());
  }
}
