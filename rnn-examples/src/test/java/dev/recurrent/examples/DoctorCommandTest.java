package dev.recurrent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DoctorCommandTest {
  @Test
  void namesJavaLanesAndEveryBackend() {
    var run = CommandLineRun.of("doctor");
    assertEquals(0, run.status(), run::err);
    var out = run.out();
    assertTrue(out.contains(Runtime.version().toString()), out);
    assertTrue(out.matches("(?s).*Vector API +module jdk.incubator.vector, \\d+-bit SIMD.*"), out);
    assertTrue(out.matches("(?s).*\\Rcpu +available: .*"), out);
    assertTrue(out.matches("(?s).*\\Rreference +available: .*"), out);
    assertTrue(out.matches("(?s).*\\Rcuda +(not )?available: .*"), out);
    for (var part : new String[] {"driver", "device", "cuBLAS", "NVRTC", "kernel cache"}) {
      assertTrue(out.matches("(?s).*\\R +" + part + ": \\S.*"), out);
    }
  }
}
