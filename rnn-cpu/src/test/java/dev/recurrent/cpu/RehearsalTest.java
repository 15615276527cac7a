package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.cpu.PassCode.Step;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  private static final long MUCH = 1_000_000_000;

  @Test
  void codeThatDoesLittleIsNotRehearsed() throws InterruptedException {
    var code = new CountingCode(0);
    var rehearsal = new Rehearsal(code);
    rehearsal.expect(1_000);
    rehearsal.await();
    Thread.sleep(50);
    assertEquals(0, code.calls());
  }

  @Test
  void callsAreMadeUntilTheyAreQuick() {
    var code = new CountingCode(20);
    var rehearsal = new Rehearsal(code);
    rehearsal.expect(MUCH);
    rehearsal.await();
    assertTrue(rehearsal.isOver());
    assertEquals(23, code.performed.get());
  }

  @Test
  void onlyOneCallInAHundredDoesWork() {
    var code = new CountingCode(20);
    var rehearsal = new Rehearsal(code);
    rehearsal.expect(MUCH);
    rehearsal.await();
    assertEquals(300 + 99 * code.performed.get(), code.skipped.get());
  }

  @Test
  void littleWorkManyTimesIsRehearsedWithoutWaiting() throws InterruptedException {
    var code = new CountingCode(20);
    var rehearsal = new Rehearsal(code);
    for (int i = 0; i < 30; i++) {
      rehearsal.expect(1_000);
    }
    rehearsal.await(); // returns at once, or the loop below ends before it begins
    for (int i = 0; i < 5_000 && !rehearsal.isOver(); i++) {
      Thread.sleep(1);
    }
    assertTrue(rehearsal.isOver());
  }

  @Test
  void codeThatIsNeverQuickIsGivenUp() {
    var rehearsal = new Rehearsal(new CountingCode(Integer.MAX_VALUE), Duration.ofMillis(200));
    long start = System.nanoTime();
    rehearsal.expect(MUCH);
    rehearsal.await();
    assertTrue(System.nanoTime() - start < 10_000_000_000L);
  }

  @Test
  void equalPassesAreCompiledOnce() {
    assertSame(PassLibrary.of("a", tanhOfSum()), PassLibrary.of("b", tanhOfSum()));
  }

  /** What boxes a vector allocates; only C2's code does not. */
  @Test
  @Tag("compiled")
  @Tag("lanes")
  void aPassIsCompiledBeforeItsFirstLongRun() {
    var code = tanhOfSum();
    var pass = PassCompiler.compile("rehearsed", code);
    pass.prepare(MUCH);
    var arrays = new float[3][64 * Lanes.COUNT];
    var offsets = new int[3];
    var strides = new int[3];
    assertTrue(Allocations.of(() -> pass.run(arrays, offsets, strides, 1, 64 * Lanes.COUNT)) < 100);
  }

  @Test
  @Tag("compiled")
  @Tag("lanes")
  void aTileIsCompiledBeforeItsFirstLongRun() {
    int depth = 300;
    int width = Lanes.PANEL_VECTORS * Lanes.COUNT;
    var tile = TileCompiler.compile(4, Lanes.PANEL_VECTORS, 1, TileCompiler.Layout.ROWS_BY_PANELS);
    tile.prepare(MUCH);
    var a = new float[4 * depth];
    var b = new float[depth * width];
    var c = new float[4 * width];
    var d = new int[Lanes.PANEL_VECTORS];
    for (int v = 0; v < d.length; v++) {
      d[v] = v * Lanes.COUNT;
    }
    long bytes =
        Allocations.of(() -> tile.run(a, 0, depth, b, 0, 0, depth, c, 0, width, c, 0, width, d, 0));
    assertTrue(bytes < 100, bytes + " bytes");
  }

  private static PassCode tanhOfSum() {
    var code = new PassCode();
    int x = code.add(new Step.Load(code.operand(), Shape.FULL));
    int y = code.add(new Step.Load(code.operand(), Shape.FULL));
    int sum = code.add(new Step.Binary(BinaryOp.PLUS, x, y, Shape.FULL));
    int tanh = code.add(new Step.Unary(UnaryOp.TANH, sum, Shape.FULL));
    code.add(new Step.Store(code.operand(), tanh));
    return code;
  }

  /** Code whose first calls with work are slow. */
  private static final class CountingCode implements Rehearsal.Code {
    final AtomicInteger skipped = new AtomicInteger();
    final AtomicInteger performed = new AtomicInteger();
    private final int slowCalls;

    CountingCode(int slowCalls) {
      this.slowCalls = slowCalls;
    }

    int calls() {
      return skipped.get() + performed.get();
    }

    @Override
    public void skip() {
      skipped.incrementAndGet();
    }

    @Override
    public void perform() {
      if (performed.getAndIncrement() < slowCalls) {
        LockSupport.parkNanos(2_000_000);
      }
    }

    @Override
    public long operations() {
      return 10_000; // quick is below 81 microseconds
    }
  }
}
