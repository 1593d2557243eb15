package io.pollux.ha.vrrp;

import java.util.ArrayList;
import java.util.List;

/**
 * How often virtual addresses are announced.
 *
 * @param burst how many times each address is announced at once
 * @param repeatAfterNs further bursts, as delays after the first one, ascending
 * @param refreshNs single announcements for as long as the reign lasts; 0 = none
 */
public record AnnouncePolicy(int burst, List<Long> repeatAfterNs, long refreshNs) {
  private static final long SECOND_NS = 1_000_000_000L;

  /** Three at once, again after 0.1, 1 and 5 seconds, then one each minute. */
  public static final AnnouncePolicy DEFAULT =
      new AnnouncePolicy(3, List.of(SECOND_NS / 10, SECOND_NS, 5 * SECOND_NS), 60 * SECOND_NS);

  public AnnouncePolicy {
    repeatAfterNs = List.copyOf(repeatAfterNs);
    if (burst < 1 || burst > 20 || refreshNs < 0) {
      throw new IllegalArgumentException("burst " + burst + ", refresh " + refreshNs);
    }
    for (int i = 1; i < repeatAfterNs.size(); i++) {
      if (repeatAfterNs.get(i - 1) >= repeatAfterNs.get(i)) {
        throw new IllegalArgumentException("repeats are not ascending: " + repeatAfterNs);
      }
    }
  }

  /** {@code vips}, each {@code times} times, one round after the other. */
  public static List<Announcement> round(List<Vip> vips, int times) {
    List<Announcement> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      vips.forEach(vip -> all.add(new Announcement(vip.interfaceName(), vip.address())));
    }
    return all;
  }
}
