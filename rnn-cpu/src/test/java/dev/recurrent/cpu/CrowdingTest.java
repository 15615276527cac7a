package dev.recurrent.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CrowdingTest {
  private static final long MILLISECOND = 1_000_000;

  @Test
  void workersThatMostlyWaitLeaveTheWorkToOneForAWhile() {
    var crowding = new Crowding(2, 2, () -> 1);
    assertEquals(2, crowding.worthwhile(0));
    crowding.done(30 * MILLISECOND, 20 * MILLISECOND, 30 * MILLISECOND);
    assertEquals(1, crowding.worthwhile(31 * MILLISECOND));
    assertEquals(1, crowding.worthwhile(79 * MILLISECOND));
    assertEquals(2, crowding.worthwhile(81 * MILLISECOND));
  }

  @Test
  void pauseGrowsWhileItStaysCrowdedAndShrinksAfter() {
    var crowding = new Crowding(2, 2, () -> 1);
    crowding.done(30 * MILLISECOND, 20 * MILLISECOND, 0);
    assertEquals(2, crowding.worthwhile(51 * MILLISECOND));
    crowding.done(30 * MILLISECOND, 20 * MILLISECOND, 60 * MILLISECOND);
    assertEquals(1, crowding.worthwhile(120 * MILLISECOND));
    assertEquals(2, crowding.worthwhile(161 * MILLISECOND));
    crowding.done(30 * MILLISECOND, 0, 200 * MILLISECOND);
    crowding.done(30 * MILLISECOND, 20 * MILLISECOND, 230 * MILLISECOND);
    assertEquals(2, crowding.worthwhile(281 * MILLISECOND));
  }

  @Test
  void littleWaitingAndShortTasksDecideNothing() {
    var crowding = new Crowding(2, 2, () -> 1);
    crowding.done(30 * MILLISECOND, 9 * MILLISECOND, 0);
    assertEquals(2, crowding.worthwhile(1));
    crowding.done(MILLISECOND, MILLISECOND, 0);
    assertEquals(2, crowding.worthwhile(2));
  }

  @Test
  void manyWorkersMayWaitMoreBeforeOneIsQuicker() {
    var crowding = new Crowding(16, 16, () -> 1);
    crowding.done(100 * MILLISECOND, 80 * MILLISECOND, 0);
    assertEquals(16, crowding.worthwhile(1));
    crowding.done(100 * MILLISECOND, 90 * MILLISECOND, 0);
    assertEquals(1, crowding.worthwhile(1));
  }

  @Test
  void moreWorkersThanProcessorsAreNeverStopped() {
    var crowding = new Crowding(3, 2);
    crowding.done(100 * MILLISECOND, 100 * MILLISECOND, 0);
    assertEquals(3, crowding.worthwhile(1));
  }

  @Test
  void allAreTriedAgainAsSoonAsTheOtherProcessorsAreIdle() {
    var load = new double[] {1};
    var crowding = new Crowding(2, 2, () -> load[0]);
    for (int i = 0; i < 8; i++) { // until the pause is seconds long
      crowding.done(30 * MILLISECOND, 20 * MILLISECOND, 0);
    }
    load[0] = 0.6;
    assertEquals(1, crowding.worthwhile(1590 * MILLISECOND)); // looks in the second half
    load[0] = 1;
    assertEquals(1, crowding.worthwhile(1610 * MILLISECOND));
    load[0] = 0.6;
    assertEquals(1, crowding.worthwhile(1650 * MILLISECOND)); // looks every 100 ms
    assertEquals(2, crowding.worthwhile(1720 * MILLISECOND));
  }

  @Test
  void halfOfAnIdleProcessorAndAnUnknownLoadAreNotEnough() {
    for (double load : new double[] {0.75, -1}) {
      var crowding = new Crowding(2, 2, () -> load);
      for (int i = 0; i < 8; i++) {
        crowding.done(30 * MILLISECOND, 20 * MILLISECOND, 0);
      }
      assertEquals(1, crowding.worthwhile(1610 * MILLISECOND));
      assertEquals(1, crowding.worthwhile(3000 * MILLISECOND));
    }
  }
}
