package dev.recurrent.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class RequirementTest {
  private final String before = System.getProperty(Requirement.PROPERTY);

  @AfterEach
  void restore() {
    require(before);
  }

  private static void require(String value) {
    if (value == null) {
      System.clearProperty(Requirement.PROPERTY);
    } else {
      System.setProperty(Requirement.PROPERTY, value);
    }
  }

  private static void missing() {
    Requirement.isMissing("found no nvcc", "cuda", "nvcc");
  }

  @Test
  void whatIsNotRequiredIsSkippedWithTheReason() {
    for (var value : new String[] {null, "", "gpu", "nvcc2,gpu"}) {
      require(value);
      var e = assertThrows(TestAbortedException.class, RequirementTest::missing);
      assertEquals("found no nvcc", e.getMessage());
    }
  }

  @Test
  void whatIsRequiredByOneOfItsNamesFails() {
    for (var value : new String[] {"nvcc", "gpu,nvcc", "nvcc,g++"}) {
      require(value);
      var e = assertThrows(AssertionFailedError.class, RequirementTest::missing);
      assertEquals("-Drnn.require=nvcc: found no nvcc", e.getMessage());
    }
    require("cuda");
    assertThrows(AssertionFailedError.class, RequirementTest::missing);
  }
}
