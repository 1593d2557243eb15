package io.pollux.ha.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A whole kernel in {@value #BUCKETS} sums. The sum is XOR: order does not matter, and the digests
 * are keyed, so that nobody can choose ones that cancel out. The same name twice in one kernel does
 * not happen: the kernel's own keys are in it.
 */
public final class AuditDigest {
  public static final int BUCKETS = 256;

  private final List<AuditItem> items;
  private final byte[] sums = new byte[BUCKETS * AuditItem.OCTETS];

  private AuditDigest(List<AuditItem> items) {
    this.items = List.copyOf(items);
    for (AuditItem item : this.items) {
      byte[] digest = item.digest();
      int at = item.bucket() * AuditItem.OCTETS;
      for (int i = 0; i < AuditItem.OCTETS; i++) {
        sums[at + i] ^= digest[i];
      }
    }
  }

  public static AuditDigest of(List<AuditItem> items) {
    return new AuditDigest(items);
  }

  /** How many items went in. */
  public int size() {
    return items.size();
  }

  /** All sums, one behind the other. */
  public byte[] sums() {
    return sums.clone();
  }

  /** The buckets in which a kernel with other sums differs, in rising order. */
  public List<Integer> differing(byte[] others) {
    if (others.length != sums.length) {
      throw new IllegalArgumentException("sums of " + others.length + " octets");
    }
    List<Integer> all = new ArrayList<>();
    for (int b = 0; b < BUCKETS; b++) {
      int from = b * AuditItem.OCTETS;
      int to = from + AuditItem.OCTETS;
      if (!Arrays.equals(sums, from, to, others, from, to)) {
        all.add(b);
      }
    }
    return List.copyOf(all);
  }

  /** What is in these buckets. */
  public List<AuditItem> in(List<Integer> buckets) {
    return items.stream().filter(i -> buckets.contains(i.bucket())).toList();
  }

  /** What differs in these buckets, by name; {@code reference} are the active node's items. */
  public List<AuditDifference> against(List<Integer> buckets, List<AuditItem> reference) {
    Map<String, AuditItem> mine = new TreeMap<>();
    in(buckets).forEach(i -> mine.put(i.name(), i));
    List<AuditDifference> all = new ArrayList<>();
    for (AuditItem theirs : reference) {
      AuditItem own = mine.remove(theirs.name());
      if (own == null) {
        all.add(new AuditDifference(AuditDifference.Kind.MISSING, theirs.name()));
      } else if (!own.equals(theirs)) {
        all.add(new AuditDifference(AuditDifference.Kind.DIFFERENT, theirs.name()));
      }
    }
    mine.keySet().forEach(n -> all.add(new AuditDifference(AuditDifference.Kind.EXTRA, n)));
    return List.copyOf(all);
  }
}
