package io.pollux.it.verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Who announced the virtual addresses when, from the captures of both sides. */
final class VrrpView {
  private final List<Wire.Advert> adverts;

  VrrpView(List<Packet> hub, List<Packet> wan) {
    adverts =
        Stream.concat(hub.stream(), wan.stream())
            .map(Wire::advert)
            .filter(a -> a != null)
            .sorted(Comparator.comparingLong(Wire.Advert::timeNs))
            .toList();
  }

  /**
   * The first advertisement of a node (either of its interfaces) at or after a time; -1 for none.
   */
  long first(Node node, long fromNs) {
    return first(node, fromNs, false);
  }

  /** The first goodbye (priority 0) of a node at or after a time; -1 for none. */
  long goodbye(Node node, long fromNs) {
    return first(node, fromNs, true);
  }

  /** The last advertisement of a node that is no goodbye; -1 for none. */
  long last(Node node) {
    return adverts.stream()
        .filter(a -> node.has(a.sourceMac()) && a.priority() != 0)
        .mapToLong(Wire.Advert::timeNs)
        .max()
        .orElse(-1);
  }

  /** When a node advertised after a time, goodbyes left out. */
  List<Long> times(Node node, long afterNs) {
    return adverts.stream()
        .filter(a -> a.timeNs() > afterNs && node.has(a.sourceMac()) && a.priority() != 0)
        .map(Wire.Advert::timeNs)
        .toList();
  }

  private long first(Node node, long fromNs, boolean goodbye) {
    for (Wire.Advert a : adverts) {
      if (a.timeNs() >= fromNs && node.has(a.sourceMac()) && (a.priority() == 0) == goodbye) {
        return a.timeNs();
      }
    }
    return -1;
  }

  /** A change of who announces a VRID; {@code goodbye} for a priority of 0. */
  record Change(long timeNs, int vrid, long sourceMac, boolean goodbye) {}

  /** All changes, the first announcer of each VRID included. */
  List<Change> changes() {
    List<Change> out = new ArrayList<>();
    long[] owner = new long[256];
    for (Wire.Advert a : adverts) {
      boolean goodbye = a.priority() == 0;
      long now = goodbye ? -a.sourceMac() : a.sourceMac();
      if (owner[a.vrid()] != now) {
        owner[a.vrid()] = now;
        out.add(new Change(a.timeNs(), a.vrid(), a.sourceMac(), goodbye));
      }
    }
    return out;
  }
}
