package io.pollux.ha.journal;

import io.pollux.ike.sad.IkeSpis;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Output commit: holds back what would show the peer a state that the standby does not have yet.
 * The items of one IKE SA keep their order and wait for the newest barrier that went before them;
 * other IKE SAs are not touched.
 *
 * <p>An item waits no longer than the policy's bound. When one has, it goes on and the pair is
 * degraded; the others, and those that come, wait for their own bound: a standby that is slow for a
 * moment misses what was late, and not all that is said until it counts as paired again. When too
 * many wait everything is released, and nothing waits any more until {@link #standbyInSync}. A new
 * queue has no standby: everything passes.
 *
 * @param <T> what waits, for example a Transmit
 */
public final class BarrierQueue<T> {
  private final BarrierPolicy policy;
  private final Map<IkeSpis, Long> newestBarrier = new LinkedHashMap<>();
  private final TreeMap<Long, IkeSpis> barriers = new TreeMap<>();
  private final TreeMap<Long, Deque<Waiting<T>>> waiting = new TreeMap<>();
  private final Deque<Waiting<T>> byAge = new ArrayDeque<>();
  private boolean holding;
  private long received;
  private int count;

  private static final class Waiting<T> {
    final T item;
    final long deadlineNs;
    boolean released;

    Waiting(T item, long deadlineNs) {
      this.item = item;
      this.deadlineNs = deadlineNs;
    }
  }

  /** Why nothing waits for the standby any more. */
  public enum Degraded {
    /** The standby did not acknowledge within the bound; the rest still waits for it. */
    BOUND_PASSED,
    /** More waits than the policy allows. */
    QUEUE_FULL,
    /** The caller said that there is no standby. */
    STANDBY_LOST
  }

  /**
   * What may go on now, in order.
   *
   * @param degraded present when something went on that the standby may not have
   */
  public record Released<T>(List<T> items, Optional<Degraded> degraded) {
    public Released {
      items = List.copyOf(items);
    }
  }

  public BarrierQueue(BarrierPolicy policy) {
    this.policy = policy;
  }

  /** The standby follows closely again: barriers hold from now on. */
  public void standbyInSync() {
    holding = true;
  }

  /** There is no standby, or it is not in sync: nothing waits from now on. */
  public Released<T> standbyLost() {
    return holding
        ? releaseAll(Degraded.STANDBY_LOST)
        : new Released<>(List.of(), Optional.empty());
  }

  /** Whether barriers hold at present. */
  public boolean holding() {
    return holding;
  }

  /** What {@code sa} sends from now on waits until the standby has received {@code index}. */
  public void barrier(IkeSpis sa, long index) {
    if (holding && index > received) {
      newestBarrier.put(sa, index);
      barriers.put(index, sa);
    }
  }

  /** Hands in an item of {@code sa}; it comes back at once if nothing holds it. */
  public Released<T> submit(IkeSpis sa, T item, long nowNs) {
    Long until = newestBarrier.get(sa);
    if (!holding || until == null) {
      return new Released<>(List.of(item), Optional.empty());
    }
    Waiting<T> entry = new Waiting<>(item, nowNs + policy.boundNs());
    waiting.computeIfAbsent(until, _ -> new ArrayDeque<>()).add(entry);
    byAge.add(entry);
    count++;
    return count > policy.maxItems()
        ? releaseAll(Degraded.QUEUE_FULL)
        : new Released<>(List.of(), Optional.empty());
  }

  /** The standby has received everything up to {@code index}. */
  public Released<T> received(long index) {
    received = Math.max(received, index);
    barriers.headMap(received, true).values().forEach(this::forgetReached);
    barriers.headMap(received, true).clear();
    List<T> free = new ArrayList<>();
    Map<Long, Deque<Waiting<T>>> reached = waiting.headMap(received, true);
    for (Deque<Waiting<T>> entries : reached.values()) {
      for (Waiting<T> entry : entries) {
        if (!entry.released) {
          entry.released = true;
          free.add(entry.item);
        }
      }
    }
    reached.clear();
    count -= free.size();
    dropReleased();
    return new Released<>(free, Optional.empty());
  }

  /** Releases what has waited for too long. */
  public Released<T> timeout(long nowNs) {
    List<T> late = new ArrayList<>();
    while (!byAge.isEmpty() && nowNs - byAge.peek().deadlineNs >= 0) {
      Waiting<T> entry = byAge.remove();
      if (!entry.released) {
        entry.released = true;
        late.add(entry.item);
      }
    }
    count -= late.size();
    dropReleased();
    return new Released<>(
        late, late.isEmpty() ? Optional.empty() : Optional.of(Degraded.BOUND_PASSED));
  }

  /** When {@link #timeout} is due; empty when nothing waits. */
  public OptionalLong nextTimeoutNs() {
    Waiting<T> oldest = byAge.peek();
    return oldest == null ? OptionalLong.empty() : OptionalLong.of(oldest.deadlineNs);
  }

  /** How many items wait. */
  public int size() {
    return count;
  }

  /** A new reign starts to count from 1 again. */
  public Released<T> newEpoch() {
    Released<T> all = standbyLost();
    received = 0;
    return all;
  }

  private Released<T> releaseAll(Degraded why) {
    List<T> free = new ArrayList<>(count);
    for (Waiting<T> entry : byAge) {
      if (!entry.released) {
        free.add(entry.item);
      }
    }
    byAge.clear();
    waiting.clear();
    barriers.clear();
    newestBarrier.clear();
    count = 0;
    holding = false;
    return new Released<>(free, Optional.of(why));
  }

  private void forgetReached(IkeSpis sa) {
    newestBarrier.computeIfPresent(sa, (_, index) -> index <= received ? null : index);
  }

  /** Only the head matters for {@link #nextTimeoutNs}; the rest goes when it gets there. */
  private void dropReleased() {
    while (!byAge.isEmpty() && byAge.peek().released) {
      byAge.remove();
    }
  }
}
