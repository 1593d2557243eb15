package io.pollux.ha.takeover;

import io.pollux.ha.counters.Missed;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One peer is asked to step its sequence numbers over those that the dead node may have received
 * (RFC 6311 section 5.2), so that nothing of them is accepted a second time.
 *
 * @param child one of the IKE SA's, by its inbound SPI
 * @param delta packets, 1 to 2^30
 * @param delayNs after the promotion
 * @param tops where the inbound windows of the IKE SA's children begin once the peer has stepped:
 *     whatever it sends from then on lies above
 */
public record ReplaySync(EspSpi child, long delta, long delayNs, Map<EspSpi, Long> tops) {
  private static final long SAFETY = 2; // the peak rate is that of the past
  private static final long MOST = 1L << 30;
  private static final long LAST_32 = (1L << 32) - 1;
  private static final long PACE_NS = 10_000_000L;

  public ReplaySync {
    tops = new LinkedHashMap<>(tops);
  }

  /**
   * Plans, busiest IKE SA first.
   *
   * @param sas what the reign begins with: their inbound counters are the last that were heard of
   * @param understands whether the peer has announced that it can
   */
  public static List<ReplaySync> plan(
      List<IkeSaSnapshot> sas, List<Missed> missed, Predicate<IkeSaSnapshot> understands) {
    Map<EspSpi, Long> packets = new LinkedHashMap<>();
    missed.forEach(m -> packets.put(m.child(), m.packets()));
    List<ReplaySync> all = new ArrayList<>();
    if (packets.isEmpty()) {
      return all;
    }
    for (IkeSaSnapshot sa : sas) {
      long most =
          sa.children().stream()
              .mapToLong(c -> packets.getOrDefault(c.inboundSpi(), 0L))
              .max()
              .orElse(0);
      if (most > 0 && sa.halfOpen().isEmpty() && understands.test(sa)) {
        all.add(of(sa, most));
      }
    }
    all.sort(Comparator.comparingLong(ReplaySync::delta).reversed());
    List<ReplaySync> paced = new ArrayList<>(all.size());
    for (ReplaySync one : all) {
      paced.add(new ReplaySync(one.child, one.delta, paced.size() * PACE_NS, one.tops));
    }
    return paced;
  }

  private static ReplaySync of(IkeSaSnapshot sa, long missed) {
    long window = sa.children().stream().mapToLong(ChildSaSnapshot::replayWindow).max().orElse(0);
    long delta = Math.min(Math.min(missed, MOST) * SAFETY + window, MOST);
    Map<EspSpi, Long> tops = new LinkedHashMap<>();
    for (ChildSaSnapshot child : sa.children()) {
      long top = child.replay().seq() + delta;
      if (child.algorithms().esn() || top <= LAST_32) { // else it has to be rekeyed anyway
        tops.put(child.inboundSpi(), top);
      }
    }
    return new ReplaySync(sa.children().getFirst().inboundSpi(), delta, 0, tops);
  }
}
