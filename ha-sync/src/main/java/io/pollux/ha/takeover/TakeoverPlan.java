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
 */
public record TakeoverPlan(
    long epoch, List<Verdict.NewAe> repairs, List<Verdict.Shut> shut, List<Rekey> rekeys) {
  /** Of a node that takes nothing over. */
  public static final TakeoverPlan NOTHING = new TakeoverPlan(0, List.of(), List.of(), List.of());

  public TakeoverPlan {
    repairs = List.copyOf(repairs);
    shut = List.copyOf(shut);
    rekeys = List.copyOf(rekeys);
  }

  /** Rekey this child then. */
  public record Rekey(String connection, EspSpi child, long delayNs, boolean shut) {}
}
