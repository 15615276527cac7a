package dev.recurrent.contract;

import dev.recurrent.cell.CellDefinitionException;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.contract.CellProblem.Lie;
import dev.recurrent.contract.RandomCell.Kind;
import dev.recurrent.contract.RandomCell.Line;
import dev.recurrent.contract.RandomCell.StateLine;
import dev.recurrent.contract.RandomCell.Width;
import dev.recurrent.spi.RecurrentKernel.Direction;
import dev.recurrent.spi.RecurrentKernel.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes a failing trial smaller as long as it fails: fewer sequences and steps, fewer states and
 * equations, smaller sizes. The result fails, and does not with any one thing less.
 */
final class CellShrinker {
  private final Predicate<CellTrial> fails;
  private int trialsLeft;

  private CellShrinker(Predicate<CellTrial> fails, int trials) {
    this.fails = fails;
    trialsLeft = trials;
  }

  /**
   * Returns the smallest trial found.
   *
   * @param fails whether a trial shows the fault; true of {@code failing}
   * @param trials the most that are tried
   */
  static CellTrial shrink(CellTrial failing, Predicate<CellTrial> fails, int trials) {
    var shrinker = new CellShrinker(fails, trials);
    var smallest = failing;
    for (var next = failing; next != null; next = shrinker.smaller(smallest)) {
      smallest = next;
    }
    return smallest;
  }

  private @org.jspecify.annotations.Nullable CellTrial smaller(CellTrial trial) {
    return candidates(trial)
        .takeWhile(_ -> trialsLeft > 0)
        .filter(candidate -> !candidate.equals(trial) && isCell(candidate.cell()))
        .filter(
            candidate -> {
              trialsLeft--;
              return fails.test(candidate);
            })
        .findFirst()
        .orElse(null);
  }

  private static boolean isCell(RandomCell cell) {
    try {
      return !cell.definition().name().isEmpty();
    } catch (CellDefinitionException e) {
      return false; // without that line it is none
    }
  }

  /** What shortens a run comes first, since all others are tried with it; sizes come last. */
  private static Stream<CellTrial> candidates(CellTrial trial) {
    return Stream.of(
            Stream.of(trial.with(Mode.EVALUATION), trial.with(Direction.FORWARD)),
            Stream.of(trial.with(Lie.DENSE)),
            lengths(trial.lengths()).map(trial::with),
            cells(trial.cell()).map(RandomCell::pruned).map(trial::with),
            sizes(trial.sizes()).map(trial::with))
        .flatMap(candidates -> candidates);
  }

  private static Stream<List<Integer>> lengths(List<Integer> lengths) {
    var shorter = new ArrayList<List<Integer>>();
    if (lengths.size() > 1) {
      shorter.add(lengths.subList(0, lengths.size() / 2));
      shorter.add(lengths.subList(lengths.size() / 2, lengths.size()));
    }
    for (int i = 0; i < lengths.size(); i++) {
      if (lengths.size() > 1) {
        shorter.add(without(lengths, i));
      }
      for (int length : new int[] {0, 1, lengths.get(i) - 1}) {
        if (length >= 0 && length < lengths.get(i)) {
          shorter.add(replaced(lengths, i, length));
        }
      }
    }
    return shorter.stream();
  }

  private static Stream<CellSizes> sizes(CellSizes sizes) {
    return Stream.of(1, 2, 3, 4, 5, 8, 16)
        .flatMap(
            size ->
                Stream.of(
                    new CellSizes(Math.min(size, sizes.input()), sizes.hidden(), sizes.bias()),
                    new CellSizes(sizes.input(), Math.min(size, sizes.hidden()), sizes.bias())));
  }

  private static Stream<RandomCell> cells(RandomCell cell) {
    var smaller = new ArrayList<RandomCell>();
    if (cell.zoneout() > 0 || cell.recurrentDropout() > 0) {
      smaller.add(new RandomCell(cell.name(), cell.states(), cell.lines(), cell.output(), 0, 0));
    }
    smaller.add(ofOneWidth(cell));
    for (int s = 0; s < cell.states().size(); s++) {
      addWithoutState(cell, s, smaller);
      addWithAnotherNext(cell, s, smaller);
    }
    for (int i = cell.lines().size() - 1; i >= 0; i--) {
      addWithoutLine(cell, i, smaller);
      addWithSimplerLine(cell, i, smaller);
    }
    return smaller.stream();
  }

  /** Of one width, anything may stand for anything else. */
  private static RandomCell ofOneWidth(RandomCell cell) {
    var lines = new ArrayList<Line>();
    for (var line : cell.lines()) {
      var kind = line.kind() == Kind.INPUT ? Kind.STATE : line.kind();
      var width = line.width() == Width.SCALAR ? Width.SCALAR : Width.HIDDEN;
      lines.add(new Line(kind, width, line.number(), line.operands()));
    }
    var states = cell.states().stream().map(s -> new StateLine(Width.HIDDEN, s.next())).toList();
    return with(cell, states, lines);
  }

  private static void addWithAnotherNext(RandomCell cell, int s, List<RandomCell> smaller) {
    var width = cell.states().get(s).width();
    for (int i = 0; i < cell.states().get(s).next(); i++) {
      if (cell.lines().get(i).width() == width) {
        var states = replaced(cell.states(), s, new StateLine(width, i));
        smaller.add(with(cell, states, cell.lines()));
      }
    }
  }

  /** What reads the state reads a vector instead; its next value may become that of the output. */
  private static void addWithoutState(RandomCell cell, int s, List<RandomCell> smaller) {
    if (cell.output() == s) {
      if (s > 0) {
        smaller.add(withOutput(cell, cell.states(), cell.lines(), 0));
      }
      return;
    }
    smaller.add(withoutState(cell, s));
    if (cell.states().get(cell.output()).width() == cell.states().get(s).width()) {
      var states = replaced(cell.states(), cell.output(), cell.states().get(s));
      smaller.add(withoutState(with(cell, states, cell.lines()), s));
    }
  }

  private static RandomCell withoutState(RandomCell cell, int s) {
    var lines = new ArrayList<Line>();
    for (var line : cell.lines()) {
      boolean its = line.kind() == Kind.STATE && line.number() == s;
      boolean later = line.kind() == Kind.STATE && line.number() > s;
      lines.add(
          its
              ? Line.of(Kind.VECTOR, line.width())
              : new Line(
                  line.kind(), line.width(), line.number() - (later ? 1 : 0), line.operands()));
    }
    int output = cell.output() - (cell.output() > s ? 1 : 0);
    return withOutput(cell, without(cell.states(), s), lines, output);
  }

  /** Lets all that reads a line read one of its operands instead, or an earlier line. */
  private static void addWithoutLine(RandomCell cell, int i, List<RandomCell> smaller) {
    var line = cell.lines().get(i);
    var others = new ArrayList<>(line.operands());
    for (int k = 0; k < i; k++) {
      if (cell.lines().get(k).operands().isEmpty()) {
        others.add(k);
      }
    }
    for (int other : others) {
      if (cell.lines().get(other).width() == line.width()) {
        var lines = new ArrayList<Line>();
        for (var reader : cell.lines()) {
          var operands = reader.operands().stream().map(k -> k == i ? other : k).toList();
          lines.add(new Line(reader.kind(), reader.width(), reader.number(), operands));
        }
        var states =
            cell.states().stream()
                .map(s -> s.next() == i ? new StateLine(s.width(), other) : s)
                .toList();
        smaller.add(with(cell, states, lines));
      }
    }
  }

  private static void addWithSimplerLine(RandomCell cell, int i, List<RandomCell> smaller) {
    var line = cell.lines().get(i);
    boolean linear = line.kind() == Kind.LINEAR || line.kind() == Kind.PRODUCT;
    if (line.kind() == Kind.LINEAR) {
      var product = new Line(Kind.PRODUCT, line.width(), 0, line.operands());
      smaller.add(with(cell, cell.states(), replaced(cell.lines(), i, product)));
    }
    for (int k = 0; linear && line.operands().size() > 1 && k < line.operands().size(); k++) {
      var fewer = new Line(line.kind(), line.width(), 0, without(line.operands(), k));
      smaller.add(with(cell, cell.states(), replaced(cell.lines(), i, fewer)));
    }
  }

  private static RandomCell with(RandomCell cell, List<StateLine> states, List<Line> lines) {
    return withOutput(cell, states, lines, cell.output());
  }

  private static RandomCell withOutput(
      RandomCell cell, List<StateLine> states, List<Line> lines, int output) {
    return new RandomCell(
        cell.name(), states, lines, output, cell.zoneout(), cell.recurrentDropout());
  }

  private static <T> List<T> without(List<T> list, int index) {
    var rest = new ArrayList<>(list);
    rest.remove(index);
    return rest;
  }

  private static <T> List<T> replaced(List<T> list, int index, T element) {
    var changed = new ArrayList<>(list);
    changed.set(index, element);
    return changed;
  }
}
