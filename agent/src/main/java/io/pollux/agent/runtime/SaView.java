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
    ActiveCounters counters,
    StandbyKernel standby,
    Rekeying rekeying,
    PeerReport peer,
    AuditStatus audit,
    ConfigComparison.Status config,
    InducedRekey.Totals induced,
    boolean active) {
  /** Those that are established. */
  List<IkeSaSnapshot> sas(long nowNs) {
    List<IkeSaSnapshot> all =
        active ? engine.snapshot(nowNs) : replication.shadow().snapshot(nowNs).sas();
    return all.stream().filter(sa -> sa.halfOpen().isEmpty()).toList();
  }
}
