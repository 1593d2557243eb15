package io.pollux.ha.link;

import java.util.List;
import java.util.Map;

/**
 * Figures of a link.
 *
 * @param losses connections lost and attempts failed, by reason
 * @param skipped messages of a newer version that were left out
 */
public record LinkStatus(List<PathStatus> paths, Map<LinkDown.How, Long> losses, long skipped) {
  public LinkStatus {
    paths = List.copyOf(paths);
    losses = Map.copyOf(losses);
  }

  /**
   * Figures of one path.
   *
   * @param rttNs last measured round-trip time; -1 before the first
   * @param heardAgeNs how long ago the peer was last heard here; -1 without a connection
   */
  public record PathStatus(
      LinkPath path, boolean connected, boolean inUse, long rttNs, long heardAgeNs) {}
}
