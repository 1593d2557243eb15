package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Role;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.vrrp.AnnouncePolicy;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ha.vrrp.VrrpAdvert;
import io.pollux.ha.vrrp.VrrpChecksum;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One role machine, driven by hand: inputs in, effects out, steps answered at once unless a test
 * refuses.
 */
abstract class RoleBench {
  static final long MS = 1_000_000L;
  static final InetAddress OWN = InetAddress.ofLiteral("192.0.2.2");
  static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.1");
  static final InetAddress GROUP = InetAddress.ofLiteral("224.0.0.18");
  static final Vip VIP = Vip.host("eth0", InetAddress.ofLiteral("192.0.2.100"));

  final List<RoleEffect> all = new ArrayList<>();
  RoleMachine machine = machine(100 * MS, false, List.of(tracked()));
  long now = 1000 * MS;
  boolean refuseGate;

  static VrrpGroupConfig.Tracked tracked() {
    return new VrrpGroupConfig.Tracked("eth1", 0);
  }

  static RoleMachine machine(
      long intervalNs, boolean external, List<VrrpGroupConfig.Tracked> tracked) {
    return new RoleMachine(config(intervalNs, external, tracked));
  }

  static RoleConfig config(
      long intervalNs, boolean external, List<VrrpGroupConfig.Tracked> tracked) {
    VrrpGroupConfig.Instance out =
        new VrrpGroupConfig.Instance(
            "out",
            "eth0",
            51,
            OWN,
            List.of(),
            Optional.empty(),
            List.of(VIP),
            VrrpChecksum.PSEUDO_HEADER);
    VrrpGroupConfig vrrp =
        new VrrpGroupConfig(
            100, intervalNs, false, 0, tracked, external ? List.of() : List.of(out));
    return new RoleConfig(
        1,
        vrrp,
        List.of(VIP),
        external,
        0,
        RoleConfig.HANDSHAKE_NS,
        RoleConfig.STEP_NS,
        Optional.empty(),
        AnnouncePolicy.DEFAULT);
  }

  /** One input, and every step answered at once, as an adapter does. */
  List<RoleEffect> step(RoleInput input) {
    List<RoleEffect> effects = new ArrayList<>(machine.step(input, now));
    for (int i = 0; i < effects.size(); i++) {
      StepId step = stepOf(effects.get(i));
      if (step != null) {
        now += MS / 10;
        boolean ok = !(refuseGate && effects.get(i) instanceof RoleEffect.OpenGate);
        effects.addAll(machine.step(new RoleInput.StepDone(step, ok, "detail"), now));
      }
    }
    all.addAll(effects);
    return effects;
  }

  static StepId stepOf(RoleEffect effect) {
    return switch (effect) {
      case RoleEffect.PersistEpoch e -> e.step();
      case RoleEffect.RepairMargins e -> e.step();
      case RoleEffect.AddVips e -> e.step();
      case RoleEffect.OpenGate e -> e.step();
      case RoleEffect.Announce e -> e.step();
      case RoleEffect.PromoteEngine e -> e.step();
      case RoleEffect.CloseGate e -> e.step();
      case RoleEffect.RemoveVips e -> e.step();
      case RoleEffect.FinalCounters e -> e.step();
      default -> null;
    };
  }

  static List<String> names(List<RoleEffect> effects) {
    return effects.stream()
        .map(e -> e.getClass().getSimpleName())
        .filter(n -> !n.equals("SendLinkRole") && !n.equals("Changed") && !n.equals("Alarm"))
        .toList();
  }

  List<RoleEffect> advert(int priority) {
    Octets octets =
        new VrrpAdvert(51, priority, 10, List.of(VIP.address()))
            .write(OTHER, GROUP, VrrpChecksum.PSEUDO_HEADER);
    return step(new RoleInput.VrrpReceived("out", OTHER, 255, octets));
  }

  List<RoleEffect> say(RoleMessage message) {
    return step(new RoleInput.LinkRole(message.write()));
  }

  static RoleMessage.Health health(Role role, Sync sync, boolean fault, long epoch) {
    return new RoleMessage.Health(
        role, sync, fault, epoch, new Claim(150, Octets.of(OTHER.getAddress()), 0), false, 0);
  }

  List<RoleEffect> sleep(long ns) {
    List<RoleEffect> effects = new ArrayList<>();
    long end = now + ns;
    while (machine.nextTimeoutNs().isPresent() && machine.nextTimeoutNs().getAsLong() <= end) {
      now = Math.max(now, machine.nextTimeoutNs().getAsLong());
      effects.addAll(step(new RoleInput.Timeout()));
    }
    now = Math.max(now, end);
    return effects;
  }

  void standbyInSync() {
    step(new RoleInput.Start(4));
    step(new RoleInput.LinkUp());
    say(health(Role.ACTIVE, Sync.STALE, false, 6));
    advert(150);
    step(new RoleInput.ShadowState(Sync.IN_SYNC));
    assertThat(machine.state()).isEqualTo(new RoleState.Standby(Sync.IN_SYNC));
  }

  void activeAlone() {
    step(new RoleInput.Start(4));
    sleep(400 * MS);
    assertThat(machine.state()).isEqualTo(new RoleState.Active(Pairing.ALONE));
  }

  void activePaired() {
    activeAlone();
    step(new RoleInput.LinkUp());
    say(health(Role.STANDBY, Sync.IN_SYNC, false, 5));
    step(new RoleInput.PairState(Pairing.PAIRED));
  }
}
