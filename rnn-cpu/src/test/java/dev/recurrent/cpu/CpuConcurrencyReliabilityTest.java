package dev.recurrent.cpu;

import org.junit.jupiter.api.Tag;

/** Takes many more steps than the gate has time for. */
@Tag("reliability")
@Tag("lanes")
class CpuConcurrencyReliabilityTest extends CpuConcurrencyTest {
  @Override
  protected int steps() {
    return 10_000;
  }
}
