package io.pollux.ha.takeover;

import io.pollux.ha.counters.Verdict;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.List;

/**
 * What a takeover does, decided before anything is done.
 *
 * @param sas for Input.Promote; a child that stands shut has no active outbound SA
 * @param repairs one batch of XFRM_MSG_NEWAE before the gate opens
 * @param shut outbound SAs to delete before the gate opens
 * @param rekeys in this order, at these delays after the promotion
 */
public record TakeoverPlan(
    long epoch,
    List<IkeSaSnapshot> sas,
    List<Verdict.NewAe> repairs,
    List<Verdict.Shut> shut,
    List<Rekey> rekeys) {
  public TakeoverPlan {
    sas = List.copyOf(sas);
    repairs = List.copyOf(repairs);
    shut = List.copyOf(shut);
    rekeys = List.copyOf(rekeys);
  }

  /** Rekey this child then. */
  public record Rekey(String connection, EspSpi child, long delayNs, boolean shut) {}
}
