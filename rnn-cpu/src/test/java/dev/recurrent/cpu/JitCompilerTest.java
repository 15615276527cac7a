package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class JitCompilerTest {
  /** The names are what {@code java -XshowSettings:properties} prints with each option. */
  @Test
  void onlyAServerVmThatMayUseC2IsFast() {
    var server = "OpenJDK 64-Bit Server VM";
    assertEquals(Optional.empty(), JitCompiler.problem(server, "mixed mode, sharing"));
    assertEquals(Optional.empty(), JitCompiler.problem(server, "compiled mode, sharing"));
    assertProblem("compiles nothing", server, "interpreted mode, sharing");
    assertProblem("without -Xint", server, "interpreted mode, sharing");
    assertProblem("C1 alone", server, "mixed mode, emulated-client, sharing");
    assertProblem("-XX:TieredStopAtLevel", server, "mixed mode, emulated-client");
    assertProblem("is a OpenJDK 64-Bit Zero VM", "OpenJDK 64-Bit Zero VM", "mixed mode");
    assertProblem("compiler C2", "OpenJDK Client VM", "mixed mode");
  }

  private static void assertProblem(String expected, String name, String info) {
    var problem = JitCompiler.problem(name, info).orElse("none");
    assertTrue(problem.startsWith("slow: "), problem);
    assertTrue(problem.contains(expected), problem);
  }
}
