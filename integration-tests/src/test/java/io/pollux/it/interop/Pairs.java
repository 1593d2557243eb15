package io.pollux.it.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A small set of combinations in which every pair of values of every two factors occurs, unless the
 * two exclude each other. Factors and values are numbers; the same question has the same answer.
 */
final class Pairs {
  /** What may be together, and which two factors need not meet value by value. */
  interface Rules {
    boolean excludes(int factor, int value, int otherFactor, int otherValue);

    boolean wanted(int factor, int otherFactor);
  }

  private record Pair(int factor, int value, int otherFactor, int otherValue) {}

  private final int[] sizes;
  private final Rules rules;
  private final Set<Pair> open = new LinkedHashSet<>();
  private final int[][] used;

  private Pairs(int[] sizes, Rules rules) {
    this.sizes = sizes;
    this.rules = rules;
    used = Arrays.stream(sizes).mapToObj(int[]::new).toArray(int[][]::new);
    for (int f = 0; f < sizes.length; f++) {
      for (int g = f + 1; g < sizes.length; g++) {
        if (rules.wanted(f, g)) {
          addPairs(f, g);
        }
      }
    }
  }

  private void addPairs(int f, int g) {
    for (int v = 0; v < sizes[f]; v++) {
      for (int w = 0; w < sizes[g]; w++) {
        if (!rules.excludes(f, v, g, w)) {
          open.add(new Pair(f, v, g, w));
        }
      }
    }
  }

  /**
   * The combinations, each with one value of every factor.
   *
   * @param sizes how many values each factor has
   */
  static List<int[]> cover(int[] sizes, Rules rules) {
    Pairs pairs = new Pairs(sizes, rules);
    List<int[]> rows = new ArrayList<>();
    while (!pairs.open.isEmpty()) {
      rows.add(pairs.next());
    }
    return rows;
  }

  /** The pairs that no row has. */
  static int missing(int[] sizes, Rules rules, List<int[]> rows) {
    Pairs pairs = new Pairs(sizes, rules);
    rows.forEach(pairs::strike);
    return pairs.open.size();
  }

  /** Starts with a pair that is open, then takes the value that closes most. */
  private int[] next() {
    int[] row = new int[sizes.length];
    Arrays.fill(row, -1);
    Pair first = open.iterator().next();
    row[first.factor] = first.value;
    row[first.otherFactor] = first.otherValue;
    for (int f = 0; f < row.length; f++) {
      if (row[f] < 0) {
        row[f] = best(row, f);
      }
    }
    strike(row);
    return row;
  }

  private int best(int[] row, int factor) {
    int best = -1;
    int most = -1;
    for (int value = 0; value < sizes[factor]; value++) {
      int closes = closes(row, factor, value);
      boolean rarer = best >= 0 && used[factor][value] < used[factor][best];
      if (closes > most || closes == most && closes >= 0 && rarer) {
        best = value;
        most = closes;
      }
    }
    if (best < 0) {
      throw new IllegalArgumentException(
          "nothing fits factor " + factor + ": " + Arrays.toString(row));
    }
    return best;
  }

  /** How many open pairs the value would close; -1 if it must not stand in the row. */
  private int closes(int[] row, int factor, int value) {
    int count = 0;
    for (int other = 0; other < row.length; other++) {
      if (row[other] < 0 || other == factor) {
        continue;
      }
      if (rules.excludes(factor, value, other, row[other])) {
        return -1;
      }
      count += open.contains(pair(factor, value, other, row[other])) ? 1 : 0;
    }
    return count;
  }

  private void strike(int[] row) {
    for (int f = 0; f < row.length; f++) {
      used[f][row[f]]++;
      for (int g = f + 1; g < row.length; g++) {
        open.remove(pair(f, row[f], g, row[g]));
      }
    }
  }

  private static Pair pair(int f, int v, int g, int w) {
    return f < g ? new Pair(f, v, g, w) : new Pair(g, w, f, v);
  }
}
