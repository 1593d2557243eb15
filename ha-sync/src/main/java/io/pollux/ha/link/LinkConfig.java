package io.pollux.ha.link;

import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * What a link is made from.
 *
 * @param paths one or two address pairs, the same order on both nodes
 * @param maxQueuedOctets what may wait for a slow peer before the connection is given up
 * @param jitter draws a number from 0 to below its argument
 */
public record LinkConfig(
    NodeIdentity own,
    Fingerprint peer,
    List<LinkPath> paths,
    LinkTimes times,
    long maxQueuedOctets,
    LongUnaryOperator jitter) {
  /** 16 MiB: a second of a badly congested link. */
  public static final long DEFAULT_QUEUED_OCTETS = 16L << 20;

  public LinkConfig {
    paths = List.copyOf(paths);
    if (paths.isEmpty() || paths.size() > 2) {
      throw new IllegalArgumentException(paths.size() + " paths, expected one or two");
    }
  }
}
