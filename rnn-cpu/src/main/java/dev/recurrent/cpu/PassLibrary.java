package dev.recurrent.cpu;

import dev.recurrent.cpu.PassCode.Step;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The passes compiled so far: equal code is compiled once, for all layers, sizes and backends of
 * the process, and C2 has to compile it once. They stay until memory runs short. Thread-safe.
 */
final class PassLibrary {
  private static final Map<List<Step>, SoftReference<Pass>> PASSES = new HashMap<>();

  private PassLibrary() {}

  /** Returns a pass, compiled if it is new; the name of the first one appears in profiles. */
  static synchronized Pass of(String name, PassCode code) {
    var known = PASSES.get(code.steps());
    var pass = known == null ? null : known.get();
    if (pass == null) {
      pass = PassCompiler.compile(name, code);
      PASSES.values().removeIf(reference -> reference.refersTo(null));
      PASSES.put(List.copyOf(code.steps()), new SoftReference<>(pass));
    }
    return pass;
  }
}
