package io.pollux.ha.takeover;

import io.pollux.ike.sad.EspSpi;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Which children are to be rekeyed, and when: after a takeover, or because their sequence numbers
 * get short. One that is asked for is asked for again until its key is gone, because a rekey may
 * fail.
 */
public final class RekeySchedule {
  /** Between two rekeys that are both due at once. */
  public static final long PACE_NS = 10_000_000L;

  private static final long AGAIN_NS = 60_000_000_000L;

  private final Map<EspSpi, Due> entries = new LinkedHashMap<>();
  private final TreeSet<Due> queue =
      new TreeSet<>(Comparator.comparingLong(Due::atNs).thenComparing(Due::child));
  private long planned;
  private long done;
  private long pacedNs;

  private record Due(long atNs, EspSpi child, boolean asked) {}

  /**
   * How far it is.
   *
   * @param planned since {@link #clear}, all that were ever asked for
   * @param done whose key is gone
   * @param asked whose rekey was started at least once and is not done
   * @param waiting whose time has not come
   * @param lastDueNs when the last one that waits is due; empty without
   */
  public record Progress(
      long planned, long done, long asked, long waiting, OptionalLong lastDueNs) {}

  /** What a takeover has planned, counted from {@code nowNs}. */
  public void plan(List<TakeoverPlan.Rekey> rekeys, long nowNs) {
    rekeys.forEach(rekey -> put(rekey.child(), nowNs + rekey.delayNs()));
  }

  /** As soon as the pace allows; a later date that was planned before is given up. */
  public void soon(EspSpi child, long nowNs) {
    Due before = entries.get(child);
    if (before != null && (before.asked || before.atNs - nowNs <= AGAIN_NS)) {
      return;
    }
    pacedNs = Math.max(pacedNs + PACE_NS, nowNs);
    put(child, pacedNs);
  }

  /** As soon as the pace allows, also what was asked for before; an earlier date stays. */
  public void atOnce(EspSpi child, long nowNs) {
    pacedNs = Math.max(pacedNs + PACE_NS, nowNs);
    Due before = entries.get(child);
    if (before == null || before.atNs - pacedNs > 0) {
      put(child, pacedNs);
    }
  }

  private void put(EspSpi child, long atNs) {
    Due before = entries.get(child);
    if (before == null) {
      planned++;
    } else {
      queue.remove(before);
    }
    add(new Due(atNs, child, before != null && before.asked));
  }

  private void add(Due due) {
    entries.put(due.child, due);
    queue.add(due);
  }

  /** Those whose time has come, in their order; at most one per {@link #PACE_NS} on average. */
  public List<EspSpi> due(long nowNs) {
    List<EspSpi> now = new ArrayList<>();
    while (!queue.isEmpty() && queue.first().atNs - nowNs <= 0) {
      EspSpi child = queue.pollFirst().child;
      now.add(child);
      add(new Due(nowNs + AGAIN_NS, child, true));
    }
    return now;
  }

  /** When {@link #due} has something. */
  public OptionalLong nextNs() {
    return queue.isEmpty() ? OptionalLong.empty() : OptionalLong.of(queue.first().atNs);
  }

  /** The child was replaced or deleted. */
  public void gone(EspSpi child) {
    Due due = entries.remove(child);
    if (due != null) {
      queue.remove(due);
      done++;
    }
  }

  /** Nothing is planned any more. */
  public void clear() {
    entries.clear();
    queue.clear();
    planned = 0;
    done = 0;
  }

  public Progress progress() {
    long asked = entries.values().stream().filter(Due::asked).count();
    OptionalLong last =
        entries.values().stream().filter(due -> !due.asked).mapToLong(Due::atNs).max();
    return new Progress(planned, done, asked, entries.size() - asked, last);
  }
}
