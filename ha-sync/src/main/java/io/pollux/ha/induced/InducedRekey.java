package io.pollux.ha.induced;

import io.pollux.ike.sad.EspSpi;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which SAs are rekeyed because their peer has lost count.
 *
 * <p>A stranger who knows an SPI can send packets that look like that. What he can reach is bounded
 * three times: by {@code consecutive}, {@code quietNs} and {@code perMinute}; and one packet of the
 * true peer that moves the SA on stops it.
 */
public final class InducedRekey {
  private static final long MINUTE_NS = 60_000_000_000L;

  private final Map<EspSpi, Watched> watched = new LinkedHashMap<>();
  private final Map<String, Past> past = new LinkedHashMap<>();
  private final Deque<Long> lastMinute = new ArrayDeque<>();
  private long done;
  private long quiet;
  private long capped;
  private long older;

  private record Watched(long top, long unacceptable, long firstNs, boolean suspect) {}

  private record Past(int consecutive, long lastNs) {}

  /**
   * How often it has come to what.
   *
   * @param suspects SAs that see nothing but unacceptable packets right now
   * @param quiet times when an SA was due, and its quiet period was not over
   * @param capped times when an SA was due, and there had been too many
   * @param older times when an SA was due, and a newer one stood
   */
  public record Totals(int suspects, long done, long quiet, long capped, long older) {}

  /**
   * Looks at SAs; returns those to rekey now.
   *
   * @param policy in force at this moment
   */
  public List<EspSpi> look(List<Inspection> inspections, InducedPolicy policy, long nowNs) {
    List<EspSpi> rekey = new ArrayList<>();
    for (Inspection i : inspections) {
      Watched before = watched.get(i.inbound());
      if (before == null || i.top() > before.top) {
        // An SA is looked at only while something is dropped: seen for the first time with a top,
        // it has taken good packets since the last induced rekey.
        if (before != null || i.top() > 0) {
          past.computeIfPresent(i.owner(), (_, p) -> new Past(0, p.lastNs));
        }
        watched.put(i.inbound(), new Watched(i.top(), i.unacceptable(), 0, false));
      } else if (i.unacceptable() > before.unacceptable) {
        long firstNs = before.suspect ? before.firstNs : nowNs;
        watched.put(i.inbound(), new Watched(before.top, before.unacceptable, firstNs, true));
        boolean due =
            i.unacceptable() - before.unacceptable >= policy.packets()
                && nowNs - firstNs >= policy.timeNs();
        if (due && allowed(i, policy, nowNs)) {
          rekey.add(i.inbound());
          watched.put(i.inbound(), new Watched(i.top(), i.unacceptable(), 0, false));
        }
      }
    }
    return rekey;
  }

  private boolean allowed(Inspection i, InducedPolicy policy, long nowNs) {
    if (!i.newest()) {
      older++;
      return false;
    }
    while (!lastMinute.isEmpty() && nowNs - lastMinute.peekFirst() >= MINUTE_NS) {
      lastMinute.removeFirst();
    }
    Past before = past.get(i.owner());
    if (lastMinute.size() >= policy.perMinute()
        || before != null && before.consecutive >= policy.consecutive()) {
      capped++;
      return false;
    }
    if (before != null && nowNs - before.lastNs < policy.quietNs()) {
      quiet++;
      return false;
    }
    past.put(i.owner(), new Past(before == null ? 1 : before.consecutive + 1, nowNs));
    lastMinute.addLast(nowNs);
    done++;
    return true;
  }

  /** These are all there are; what was known of others is forgotten. */
  public void retain(Set<EspSpi> inbound, Set<String> owners) {
    watched.keySet().retainAll(inbound);
    past.keySet().retainAll(owners);
  }

  /** Nothing is watched any more; the totals stay. */
  public void clear() {
    watched.clear();
    past.clear();
    lastMinute.clear();
  }

  public Totals totals() {
    int suspects = (int) watched.values().stream().filter(Watched::suspect).count();
    return new Totals(suspects, done, quiet, capped, older);
  }
}
