package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cuda.driver.CudaException;
import dev.recurrent.cuda.driver.DeviceParts;
import dev.recurrent.cuda.driver.Driver.LaunchShape;
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.LaunchArguments;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Shows that the emulation finds what is wrong with a kernel. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmulationTest {
  private static final int THREADS = 64;

  /** Reverses numbers through shared memory; what is wrong with the others is in their names. */
  private static final String KERNELS =
      """
      KERNEL_WITH_BARRIERS(reverse, GLOBAL(float) a) {
        SHARED_FLOATS(shared);
        shared[THREAD_INDEX] = a[THREAD_INDEX];
        BLOCK_SYNC();
        a[THREAD_INDEX] = shared[BLOCK_THREADS - 1 - THREAD_INDEX];
      }
      KERNEL_WITH_BARRIERS(without_barrier, GLOBAL(float) a) {
        SHARED_FLOATS(shared);
        shared[THREAD_INDEX] = a[THREAD_INDEX];
        a[THREAD_INDEX] = shared[BLOCK_THREADS - 1 - THREAD_INDEX];
      }
      KERNEL_WITH_BARRIERS(half_at_barrier, GLOBAL(float) a) {
        if (THREAD_INDEX < BLOCK_THREADS / 2) {
          BLOCK_SYNC();
        }
        a[THREAD_INDEX] = 1.0f;
      }
      KERNEL_WITH_BARRIERS(two_barriers, GLOBAL(float) a) {
        if (THREAD_INDEX == 0) {
          BLOCK_SYNC();
        } else {
          BLOCK_SYNC();
        }
        a[THREAD_INDEX] = 1.0f;
      }
      KERNEL_WITH_BARRIERS(too_much_shared, GLOBAL(float) a) {
        SHARED_FLOATS(shared);
        a[THREAD_INDEX] = shared[THREAD_INDEX + 1];
      }
      KERNEL(undeclared_barrier, GLOBAL(float) a) {
        BLOCK_SYNC();
        a[THREAD_INDEX] = 1.0f;
      }
      KERNEL(past_the_end, GLOBAL(float) a) { a[THREAD_INDEX + 1] = 1.0f; }
      KERNEL(before_the_start, GLOBAL(float) a) { a[THREAD_INDEX - 1] = 1.0f; }
      """;

  private DeviceParts parts;
  private Arena arena;

  @BeforeAll
  void open() {
    parts = Emulation.parts(7);
    arena = Arena.ofConfined();
  }

  @AfterAll
  void close() {
    if (parts != null) {
      parts.blas().close();
      parts.driver().close();
      arena.close();
    }
  }

  @Test
  void rightKernelRuns() {
    var expected = new float[THREADS];
    for (int i = 0; i < THREADS; i++) {
      expected[i] = THREADS - 1 - i;
    }
    assertArrayEquals(expected, run("reverse"));
  }

  @Test
  void missingBarrierShowsAsNotANumber() {
    boolean found = false;
    for (float value : run("without_barrier")) {
      found |= Float.isNaN(value);
    }
    assertTrue(found, "expected a thread to read what no other has written yet");
  }

  @Test
  void barrierThatSomeThreadsMissIsADeadlock() {
    assertFails("half_at_barrier", "deadlock");
  }

  @Test
  void threadsAtDifferentBarriersAreADeadlock() {
    assertFails("two_barriers", "deadlock");
  }

  @Test
  void sharedMemoryHasBounds() {
    assertFails("too_much_shared", "index 64 is outside of 0 to 63");
  }

  @Test
  void barrierInAKernelDeclaredWithoutIsRefused() {
    assertFails("undeclared_barrier", "a barrier in a kernel that is declared without");
  }

  @Test
  void globalMemoryHasBounds() {
    assertFails("past_the_end", "index 64 is outside of 0 to 63");
    assertFails("before_the_start", "index -1 is outside of 0 to 63");
  }

  @Test
  void memoryGivenBackMayNotBeTouched() {
    var address = parts.driver().allocate(4 * THREADS);
    parts.driver().limit(address, 0);
    var arguments = new LaunchArguments(arena).start().address(address);
    assertThrows(CudaException.class, () -> launch("reverse", arguments));
    parts.driver().free(address);
  }

  @Test
  void wrongSourceIsRefusedWithTheLogOfTheCompiler() {
    var error =
        assertThrows(
            KernelCompilationException.class,
            () -> parts.compiler().compile(new KernelSource("wrong", "KERNEL(a) { b(); }")));
    assertTrue(error.getMessage().contains("wrong: g++ refused it"), error::getMessage);
    assertTrue(error.getMessage().contains("b"), error::getMessage);
  }

  private void assertFails(String kernel, String reason) {
    var error = assertThrows(CudaException.class, () -> run(kernel));
    assertTrue(error.getMessage().startsWith(kernel + ", block 0"), error::getMessage);
    assertTrue(error.getMessage().contains(reason), error::getMessage);
    assertEquals(700, error.code());
  }

  /** Runs a kernel on the numbers 0, 1, 2, ... */
  private float[] run(String kernel) {
    var numbers = new float[THREADS];
    for (int i = 0; i < THREADS; i++) {
      numbers[i] = i;
    }
    var address = parts.driver().allocate(4 * THREADS);
    try {
      parts.driver().upload(MemorySegment.ofArray(numbers), address);
      launch(kernel, new LaunchArguments(arena).start().address(address));
      parts.driver().download(address, MemorySegment.ofArray(numbers));
      return numbers;
    } finally {
      parts.driver().free(address);
    }
  }

  private void launch(String kernel, LaunchArguments arguments) {
    var image = parts.compiler().compile(new KernelSource("kernels", KERNELS));
    try (var module = parts.driver().load(image)) {
      module.kernel(kernel).launch(new LaunchShape(1, THREADS, 4 * THREADS), arguments);
    }
  }
}
