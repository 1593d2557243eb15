package io.pollux.ha.audit;

import java.util.List;

/**
 * What the audit knows, on either node.
 *
 * @param round the last one that ended; 0 = none yet
 * @param endedNs when it ended, on this node's clock
 * @param items in the kernel that was compared
 * @param pending differences that the next round has to confirm
 * @param standing confirmed differences that no repair has removed yet
 * @param found confirmed differences, ever
 * @param repaired of those, repaired
 */
public record AuditStatus(
    long round,
    long endedNs,
    int items,
    int pending,
    List<String> standing,
    long found,
    long repaired) {
  public static final AuditStatus NONE = new AuditStatus(0, 0, 0, 0, List.of(), 0, 0);

  public AuditStatus {
    standing = List.copyOf(standing);
  }

  /** Both kernels hold the same. */
  public boolean equal() {
    return round > 0 && standing.isEmpty() && pending == 0;
  }
}
