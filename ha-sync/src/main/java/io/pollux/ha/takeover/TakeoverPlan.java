package io.pollux.ha.takeover;

import io.pollux.ha.counters.Verdict;
import io.pollux.ike.sad.EspSpi;
import java.util.List;

/**
 * What a takeover does, decided before anything is done.
 *
 * @param repairs one batch of XFRM_MSG_NEWAE before the gate opens
 * @param shut outbound SAs to delete before the gate opens
 * @param rekeys in this order, at these delays after the promotion
 * @param syncs in this order, at these delays after the promotion
 */
public record TakeoverPlan(
    long epoch,
    List<Verdict.NewAe> repairs,
    List<Verdict.Shut> shut,
    List<Rekey> rekeys,
    List<ReplaySync> syncs) {
  /** Of a node that takes nothing over. */
  public static final TakeoverPlan NOTHING = new TakeoverPlan(0, List.of(), List.of(), List.of());

  public TakeoverPlan {
    repairs = List.copyOf(repairs);
    shut = List.copyOf(shut);
    rekeys = List.copyOf(rekeys);
    syncs = List.copyOf(syncs);
  }

  /** Without a word to the peers about what they send. */
  public TakeoverPlan(
      long epoch, List<Verdict.NewAe> repairs, List<Verdict.Shut> shut, List<Rekey> rekeys) {
    this(epoch, repairs, shut, rekeys, List.of());
  }

  /** The same, with these. */
  public TakeoverPlan withSyncs(List<ReplaySync> asked) {
    return new TakeoverPlan(epoch, repairs, shut, rekeys, asked);
  }

  /** Rekey this child then. */
  public record Rekey(String connection, EspSpi child, long delayNs, boolean shut) {}
}
