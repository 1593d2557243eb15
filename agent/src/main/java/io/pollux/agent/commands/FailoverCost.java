package io.pollux.agent.commands;

import io.pollux.agent.commands.Gateway.PairView;
import io.pollux.agent.config.HaConfig;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.vrrp.VrrpTimers;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a failover would cost at this moment, from the facts that are known here.
 *
 * @param kept Child SAs that go on without a packet lost to the peer's window
 * @param rekeyed those that do not send before they were rekeyed
 * @param lost those that end: nobody holds them but this node
 * @param messagesHeld IKE messages that the standby has not confirmed; they have not been sent
 * @param powerCutNs silence until the other node decides when this machine is gone: VRRP's
 *     Active_Down_Interval (RFC 9568 section 6.1); empty where another manager decides
 * @param daemonDeathNs the same when the daemon alone dies: the guard's lease and one advertisement
 * @param lastNs from decision to announcement at the last takeover of this node
 */
record FailoverCost(
    int kept,
    long rekeyed,
    int lost,
    int messagesHeld,
    OptionalLong powerCutNs,
    OptionalLong daemonDeathNs,
    OptionalLong lastNs) {

  static FailoverCost of(
      PairStatus pair, HaConfig ha, int messagesHeld, List<TakeoverRecord> takeovers) {
    PairView view = pair.view();
    boolean copied =
        switch (view.role()) {
          case RoleState.Active(var pairing) -> pairing == RoleState.Pairing.PAIRED;
          case RoleState.Standby(var copy) -> copy == RoleState.Sync.IN_SYNC;
          case RoleState.Init _, RoleState.Fault _ -> false;
        };
    int all = view.children();
    long rekeyed = copied ? Math.min(all, pair.shut()) : 0;
    HaConfig.Vrrp vrrp = ha.vrrp();
    long down = VrrpTimers.activeDownIntervalNs(vrrp.priority(), vrrp.advertNs());
    long lease = ha.guardLeaseNs() == 0 ? down / 2 : ha.guardLeaseNs();
    return new FailoverCost(
        copied ? (int) (all - rekeyed) : 0,
        rekeyed,
        copied ? 0 : all,
        messagesHeld,
        ha.external() ? OptionalLong.empty() : OptionalLong.of(down),
        ha.external() ? OptionalLong.empty() : OptionalLong.of(lease),
        takeovers.isEmpty() ? OptionalLong.empty() : takeovers.getLast().decisionToAnnouncedNs());
  }

  /** One line for people. */
  String text() {
    StringBuilder line = new StringBuilder();
    line.append(kept).append(kept == 1 ? " tunnel goes on" : " tunnels go on");
    if (rekeyed > 0) {
      line.append(", ").append(rekeyed).append(" after a rekey");
    }
    if (lost > 0) {
      line.append(", ").append(lost).append(" LOST: no standby has them");
    }
    powerCutNs.ifPresent(
        ns -> line.append("; silence: about ").append(millis(ns)).append(" ms after a power cut"));
    daemonDeathNs.ifPresent(
        ns -> line.append(", ").append(millis(ns)).append(" ms after the daemon's death at most"));
    return line.toString();
  }

  static long millis(long ns) {
    return ns / 1_000_000;
  }
}
