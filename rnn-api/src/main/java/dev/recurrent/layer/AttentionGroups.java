package dev.recurrent.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Brings the queries of each source sequence together, so that they are one operand of a product.
 * The pairs of a query and a key are numbered group by group, in it query by query, in it key by
 * key: the pairs of a group are a dense matrix {@code [queries, keys]}.
 */
final class AttentionGroups {
  private final AttentionMemory memory;
  private final int[] sequences; // [R], of the queries
  private final int[] order; // [R], grouped row -> query row
  private final boolean grouped;
  private final List<Group> groups = new ArrayList<>();
  private final int[] pairStarts; // [R], by query row
  private final int pairs;

  /**
   * Is the queries of one source sequence.
   *
   * @param row the first grouped row
   * @param rows the number of queries
   * @param key the first row of the keys
   * @param keys the number of keys
   * @param pair the first pair
   */
  record Group(int row, int rows, int key, int keys, int pair) {}

  AttentionGroups(AttentionMemory memory, int[] sequences) {
    this.memory = memory;
    this.sequences = sequences;
    grouped = areTogether(sequences, memory.batch());
    order = grouped ? range(sequences.length) : sorted(sequences, memory.batch());
    pairStarts = new int[order.length];
    int end = 0;
    for (int row = 0; row < order.length; ) {
      int sequence = sequences[order[row]];
      int keys = memory.length(sequence);
      int first = row;
      int firstPair = end;
      while (row < order.length && sequences[order[row]] == sequence) {
        pairStarts[order[row++]] = end;
        end = Math.addExact(end, keys);
      }
      groups.add(new Group(first, row - first, memory.start(sequence), keys, firstPair));
    }
    pairs = end;
  }

  List<Group> groups() {
    return groups;
  }

  /** Returns the number of pairs, M. */
  int pairs() {
    return pairs;
  }

  /** Tells whether the queries of each sequence lie together as they are. */
  boolean areGrouped() {
    return grouped;
  }

  /** Returns for each grouped row its query. */
  int[] order() {
    return order;
  }

  /** Returns for each query its grouped row. */
  int[] positions() {
    var positions = new int[order.length];
    for (int row = 0; row < order.length; row++) {
      positions[order[row]] = row;
    }
    return positions;
  }

  /** Returns the query of each pair, {@code [M]}. */
  int[] queryOfPair() {
    var queries = new int[pairs];
    for (int r = 0; r < sequences.length; r++) {
      Arrays.fill(queries, pairStarts[r], pairStarts[r] + keysOf(r), r);
    }
    return queries;
  }

  /** Returns the row of the key of each pair, {@code [M]}. */
  int[] keyOfPair() {
    var keys = new int[pairs];
    for (int r = 0; r < sequences.length; r++) {
      int first = memory.start(sequences[r]);
      for (int k = 0; k < keysOf(r); k++) {
        keys[pairStarts[r] + k] = first + k;
      }
    }
    return keys;
  }

  /** Cuts a value for each pair into a row for each query. */
  float[][] rows(float[] ofPairs) {
    var rows = new float[sequences.length][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Arrays.copyOfRange(ofPairs, pairStarts[r], pairStarts[r] + keysOf(r));
    }
    return rows;
  }

  private int keysOf(int query) {
    return memory.length(sequences[query]);
  }

  private static boolean areTogether(int[] sequences, int batch) {
    var seen = new boolean[batch];
    for (int r = 0; r < sequences.length; r++) {
      boolean another = r == 0 || sequences[r] != sequences[r - 1];
      if (another && seen[sequences[r]]) {
        return false;
      }
      seen[sequences[r]] = true;
    }
    return true;
  }

  private static int[] range(int size) {
    var range = new int[size];
    Arrays.setAll(range, i -> i);
    return range;
  }

  /** Returns the queries sorted by sequence; those of one sequence keep their order. */
  private static int[] sorted(int[] sequences, int batch) {
    var next = new int[batch + 1];
    for (int sequence : sequences) {
      next[sequence + 1]++;
    }
    for (int b = 0; b < batch; b++) {
      next[b + 1] += next[b];
    }
    var order = new int[sequences.length];
    for (int r = 0; r < sequences.length; r++) {
      order[next[sequences[r]]++] = r;
    }
    return order;
  }
}
