package io.pollux.ha.audit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Both sides of the audit. The active node begins a round when the nodes have become a pair, every
 * 10 s, and a second after one that has found something; the standby compares, and repairs what two
 * rounds in a row have seen.
 *
 * <pre>
 *   active                          standby
 *     read kernel
 *     Offer(key, sums) ---------------> read kernel, compare
 *                     &lt;--------------- Ask(buckets), if they differ
 *     Items, Items ... ---------------> name, confirm, repair
 *                     &lt;--------------- Result
 * </pre>
 */
public final class AuditRounds {
  public static final long INTERVAL_NS = 10_000_000_000L;
  public static final long CONFIRM_NS = 1_000_000_000L;

  private byte[] key = new byte[0];
  private long nextRoundNs = Long.MAX_VALUE;
  private long round;
  private Optional<AuditDigest> own = Optional.empty(); // of the round in work
  private Optional<AuditMessage.Offer> offer = Optional.empty(); // standby
  private List<AuditItem> reference = new ArrayList<>();
  private List<Integer> asked = List.of();
  private List<AuditDifference> suspected = List.of();
  private List<AuditDifference> behind = List.of();
  private Set<String> standing = new LinkedHashSet<>();
  private long found;
  private long repaired;
  private AuditStatus status = AuditStatus.NONE;

  public AuditStatus status() {
    return status;
  }

  /**
   * A link session began.
   *
   * @param fresh random octets: the key of this session's digests, should this node be the active
   */
  public void linkUp(byte[] fresh, long nowNs) {
    key = fresh.clone();
    status = new AuditStatus(0, nowNs, 0, 0, List.of(), status.found(), status.repaired());
    forget();
    nextRoundNs = nowNs + CONFIRM_NS;
  }

  /** The standby has everything: the first round of this link session is due. */
  public void paired(long nowNs) {
    if (nextRoundNs != Long.MAX_VALUE && status.round() == 0) {
      nextRoundNs = nowNs;
    }
  }

  public void linkDown() {
    forget();
    nextRoundNs = Long.MAX_VALUE;
  }

  /** This node's role changed: what was suspected of the other kernel is void. */
  public void forget() {
    own = Optional.empty();
    offer = Optional.empty();
    suspected = List.of();
    behind = List.of();
    standing.clear();
  }

  /** When {@link #wake} is due; {@link Long#MAX_VALUE} without a link. */
  public long nextWakeNs() {
    return nextRoundNs;
  }

  /** Whether the active node begins a round now: then its kernel is to be read. */
  public boolean wake(boolean leading, long nowNs) {
    if (nextRoundNs == Long.MAX_VALUE || nowNs - nextRoundNs < 0) {
      return false;
    }
    nextRoundNs = nowNs + INTERVAL_NS;
    return leading;
  }

  /** The key to read the kernel with. */
  public byte[] key() {
    return offer.map(AuditMessage.Offer::key).orElse(key).clone();
  }

  /** The active node's kernel was read. */
  public AuditMessage offer(List<AuditItem> items) {
    own = Optional.of(AuditDigest.of(items));
    round++;
    return new AuditMessage.Offer(round, key, own.get().sums());
  }

  /** The active node is asked; the answers in their order. */
  public List<AuditMessage> ask(AuditMessage.Ask ask) {
    if (own.isEmpty() || ask.round() != round) {
      return List.of();
    }
    List<AuditItem> items = own.get().in(ask.buckets());
    List<AuditMessage> all = new ArrayList<>();
    for (int from = 0; from == 0 || from < items.size(); from += AuditMessage.MAX_ITEMS) {
      int to = Math.min(items.size(), from + AuditMessage.MAX_ITEMS);
      all.add(new AuditMessage.Items(round, items.subList(from, to), to < items.size()));
    }
    return all;
  }

  /** The active node hears how it ended. */
  public void result(AuditMessage.Result r, long nowNs) {
    status =
        new AuditStatus(
            r.round(), nowNs, r.items(), r.pending(), r.standing(), r.found(), r.repaired());
    if (r.pending() > 0 || !r.standing().isEmpty()) {
      nextRoundNs = Math.min(nextRoundNs, nowNs + CONFIRM_NS);
    }
  }

  /** The standby gets an offer: its kernel is to be read with {@link #key}. */
  public void offered(AuditMessage.Offer came) {
    offer = Optional.of(came);
    reference = new ArrayList<>();
  }

  /**
   * The standby's kernel was read; what to say, if the comparison has to go on.
   *
   * @param countersBehind armed counters that are not where they were written to
   */
  public Optional<AuditMessage> compared(
      List<AuditItem> items, List<AuditDifference> countersBehind) {
    if (offer.isEmpty()) {
      return Optional.empty();
    }
    own = Optional.of(AuditDigest.of(items));
    behind = List.copyOf(countersBehind);
    asked = own.get().differing(offer.get().sums());
    return asked.isEmpty()
        ? Optional.empty()
        : Optional.of(new AuditMessage.Ask(offer.get().round(), asked));
  }

  /** Whether nothing is left to be asked for in this round. */
  public boolean complete() {
    return offer.isPresent() && own.isPresent() && asked.isEmpty();
  }

  /** Items of the active node have come; true when they were the last ones. */
  public boolean items(AuditMessage.Items items) {
    if (offer.isEmpty() || items.round() != offer.get().round() || own.isEmpty()) {
      return false;
    }
    reference.addAll(items.items());
    return !items.more();
  }

  /**
   * Ends the round on the standby.
   *
   * @param deliberate what this node has left out on purpose, and says elsewhere
   * @return what is confirmed and has to be repaired now
   */
  public List<AuditDifference> confirm(Predicate<AuditDifference> deliberate) {
    List<AuditDifference> seen = new ArrayList<>(behind);
    if (!asked.isEmpty()) {
      seen.addAll(own.orElseThrow().against(asked, reference));
    }
    seen.removeIf(deliberate);
    List<AuditDifference> confirmed = seen.stream().filter(suspected::contains).toList();
    Set<String> now = new LinkedHashSet<>();
    confirmed.forEach(d -> now.add(d.toString()));
    Set<String> gone = new LinkedHashSet<>(standing);
    seen.forEach(d -> gone.remove(d.toString()));
    repaired += gone.size();
    standing.removeAll(gone);
    now.stream().filter(d -> !standing.contains(d)).forEach(_ -> found++);
    standing.addAll(now);
    suspected = List.copyOf(seen);
    return confirmed;
  }

  /** What the standby says at the end of a round, and keeps as its own status. */
  public AuditMessage result(long nowNs) {
    int pending = (int) suspected.stream().filter(d -> !standing.contains(d.toString())).count();
    long number = offer.orElseThrow().round();
    int size = own.orElseThrow().size();
    status = new AuditStatus(number, nowNs, size, pending, List.copyOf(standing), found, repaired);
    offer = Optional.empty();
    return new AuditMessage.Result(number, size, pending, status.standing(), found, repaired);
  }
}
