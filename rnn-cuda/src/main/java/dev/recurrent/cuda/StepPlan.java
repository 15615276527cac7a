package dev.recurrent.cuda;

import dev.recurrent.cell.Instruction;
import dev.recurrent.cell.Instruction.Mask;
import dev.recurrent.cell.Schedule;
import dev.recurrent.cuda.Slot.Place;
import dev.recurrent.cuda.Slot.Rows;
import dev.recurrent.cuda.driver.NumberType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Says for the instructions of one step, of a cell or of its derivative, where values are read and
 * where they are to be stored. A value that a later stage reads gets a place in scratch memory; all
 * others live in registers.
 */
final class StepPlan {
  /** The stage before all others, in which sources are written out for products. */
  static final int PROLOGUE = -1;

  /**
   * A value that is to be written.
   *
   * @param kept whether only when something is kept for the backward pass
   */
  record Store(int value, Place place, int stage, boolean kept) {}

  private final List<Instruction> code;
  private final NumberType factorType;
  private final Schedule schedule;
  private final int[] stageOf;
  private final Set<Integer> staged = new HashSet<>();
  private final Map<Integer, List<Place>> reads = new HashMap<>();
  private final Map<Integer, Place> later = new HashMap<>(); // read by later stages
  private final Map<Integer, Place> copies = new HashMap<>(); // written out for products
  private final Map<Integer, Slot> factors = new HashMap<>(); // kept by the pass, for products
  private final Set<Integer> absorbed = new HashSet<>();
  private final List<Store> stores = new ArrayList<>();
  private final List<Slot> scratch = new ArrayList<>();
  private final List<Mask> masks = new ArrayList<>();

  /**
   * Plans a step.
   *
   * @param factorType the numbers of what products read
   */
  StepPlan(List<Instruction> code, NumberType factorType) {
    this.code = code;
    this.factorType = factorType;
    schedule = Schedule.of(code);
    stageOf = new int[code.size()];
    Arrays.fill(stageOf, 0); // sources and hoisted products
    for (var instruction : code) {
      if (instruction instanceof Mask mask && !masks.contains(mask)) {
        masks.add(mask);
      }
    }
    for (int s = 0; s < schedule.stages().size(); s++) {
      var stage = schedule.stages().get(s);
      for (var values : List.of(stage.products(), stage.rowSums(), stage.pointwise())) {
        for (int value : values) {
          stageOf[value] = s;
          staged.add(value);
        }
      }
    }
  }

  List<Instruction> code() {
    return code;
  }

  Schedule schedule() {
    return schedule;
  }

  /** Returns the masks that the step draws. */
  List<Mask> masks() {
    return masks;
  }

  /** Returns the numbers of what products read. */
  NumberType factorType() {
    return factorType;
  }

  int stageOf(int value) {
    return stageOf[value];
  }

  int width(int value) {
    return code.get(value).width();
  }

  List<Store> stores() {
    return stores;
  }

  /** Returns the slots that need memory only while steps run. */
  List<Slot> scratch() {
    return scratch;
  }

  /** Says that a value is the sum of what is at the given places. */
  void read(int value, Place... places) {
    reads.put(value, List.of(places));
  }

  /** Says that a value is to be written once it is there. */
  void store(int value, Place place) {
    add(new Store(value, place, stageOf[value], false));
  }

  /** Says that a value is to be written once it is there, if anything is kept. */
  void storeIfKept(int value, Place place) {
    add(new Store(value, place, stageOf[value], true));
  }

  /** Refuses a store over another one: two values in one place are one too few. */
  private void add(Store store) {
    int first = store.place.column();
    int end = first + Math.max(1, width(store.value));
    for (var other : stores) {
      int start = other.place.column();
      boolean apart = end <= start || start + Math.max(1, width(other.value)) <= first;
      if (other.place.slot().equals(store.place.slot()) && !apart) {
        throw new IllegalArgumentException(
            "value %d: expected columns of its own, got [%d, %d) over value %d from %d on"
                .formatted(store.value, first, end, other.value, start));
      }
    }
    stores.add(store);
  }

  /** Says that a value is never computed: a product adds it up. */
  void absorb(int value) {
    absorbed.add(value);
  }

  /** Returns a slot that is of no use after the step. */
  Slot scratch(int width) {
    var slot = new Slot(Rows.BATCH, Math.max(1, width));
    scratch.add(slot);
    return slot;
  }

  /** Gives a place to each row sum, and to each pointwise value that a later stage reads. */
  void placeForLaterStages() {
    for (int s = 0; s < schedule.stages().size(); s++) {
      for (int sum : schedule.stages().get(s).rowSums()) {
        read(sum, scratch(1).place(0));
      }
      for (int value : schedule.stages().get(s).pointwise()) {
        if (!absorbed.contains(value) && width(value) != Instruction.SCALAR && isRead(s, value)) {
          var place = scratch(width(value)).place(0);
          later.put(value, place);
          store(value, place);
        }
      }
    }
  }

  private boolean isRead(int stage, int value) {
    for (int s = stage + 1; s < schedule.stages().size(); s++) {
      var next = schedule.stages().get(s);
      var products = factorType == NumberType.FLOAT32 ? next.products() : List.<Integer>of();
      for (var readers : List.of(products, next.rowSums(), next.pointwise())) {
        for (int reader : readers) {
          boolean gathered = code.get(reader) instanceof Instruction.LinearTransposed;
          if (!absorbed.contains(reader)
              && !gathered
              && code.get(reader).operands().contains(value)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Returns a slot for a value that is kept for the backward pass. */
  Slot newKept(int width) {
    boolean scalar = width == Instruction.SCALAR;
    return new Slot(Rows.PACKED, Math.max(1, width), scalar ? NumberType.FLOAT32 : factorType);
  }

  /** Says that products find a value in a slot that is written elsewhere. */
  void factor(int value, Slot slot) {
    factors.put(value, slot);
  }

  /** Returns where a value has a row of its own for each sequence, for a product to read. */
  Place factorOf(int value) {
    var slot = factors.get(value);
    if (slot != null) {
      return slot.place(0);
    }
    boolean shared = code.get(value) instanceof Instruction.Vector;
    boolean readable = factorType == NumberType.FLOAT32 && !shared;
    if (readable && (reads.containsKey(value) || later.containsKey(value))) {
      return placeOf(value);
    }
    return copies.computeIfAbsent(
        value,
        _ -> {
          var copy = new Slot(Rows.BATCH, Math.max(1, width(value)), factorType);
          scratch.add(copy);
          int stage = staged.contains(value) ? stageOf[value] : PROLOGUE;
          add(new Store(value, copy.place(0), stage, false));
          return copy.place(0);
        });
  }

  /** Returns the one place of a value. */
  Place placeOf(int value) {
    var places = reads.get(value);
    if (places != null && places.size() == 1) {
      return places.getFirst();
    }
    return Objects.requireNonNull(later.get(value), "a value without a place");
  }

  /** Returns what a kernel of a stage reads a value from; nothing if it computes it. */
  List<Place> readsOf(int value, int stage) {
    var places = reads.get(value);
    if (places != null) {
      return places;
    }
    if (later.containsKey(value) && stageOf[value] < stage) {
      return List.of(placeOf(value));
    }
    return List.of();
  }
}
