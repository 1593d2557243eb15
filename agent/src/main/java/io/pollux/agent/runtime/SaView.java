package io.pollux.agent.runtime;

import io.pollux.agent.reload.ConfigComparison;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.induced.InducedRekey;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.List;

/** What commands may look at; valid on the SAs' thread alone. */
record SaView(
    IkeEngine engine,
    Replication replication,
    Promotion promotion,
    ActiveCounters counters,
    StandbyKernel standby,
    Rekeying rekeying,
    PeerReport peer,
    AuditStatus audit,
    ConfigComparison.Status config,
    InducedRekey.Totals induced,
    boolean active) {
  /** Of every SA, even if a promotion has not come to all of them. */
  @Override
  public ActiveCounters counters() {
    promotion.followAll();
    return counters;
  }

  /** Those that are established. */
  List<IkeSaSnapshot> sas(long nowNs) {
    List<IkeSaSnapshot> all =
        active ? engine.snapshot(nowNs) : replication.shadow().snapshot(nowNs).sas();
    return all.stream().filter(sa -> sa.halfOpen().isEmpty()).toList();
  }
}
