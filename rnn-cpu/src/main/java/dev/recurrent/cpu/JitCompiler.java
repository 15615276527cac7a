package dev.recurrent.cpu;

import java.util.Optional;

/**
 * The compiler of the Java runtime, which decides whether operations on vectors become vector
 * instructions: only HotSpot's C2 makes them so. Without it each one is a call that allocates its
 * result.
 */
final class JitCompiler {
  private JitCompiler() {}

  /** Says why this Java runtime is slow, and what to do; nothing where it has C2. */
  static Optional<String> problem() {
    return problem(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""));
  }

  /** Judges by the names that a Java virtual machine gives itself and its mode. */
  static Optional<String> problem(String name, String info) {
    if (info.contains("interpreted mode")) {
      return slow("compiles nothing (" + info + ")", "start it without -Xint");
    }
    if (info.contains("emulated-client")) {
      return slow(
          "compiles with C1 alone (" + info + ")",
          "start it without -XX:TieredStopAtLevel or -XX:CompilationMode, which some development"
              + " environments add");
    }
    if (!name.contains("Server VM")) {
      return slow("is a " + name, "start a JDK whose virtual machine has the compiler C2");
    }
    return Optional.empty();
  }

  private static Optional<String> slow(String what, String remedy) {
    return Optional.of(
        "slow: this Java "
            + what
            + ", and only the compiler C2 makes vector instructions; "
            + remedy);
  }
}
