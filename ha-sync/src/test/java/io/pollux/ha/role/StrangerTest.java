package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.role.RoleState.Pairing;
import io.pollux.ha.role.RoleState.Sync;
import io.pollux.ha.vrrp.AnnouncePolicy;
import io.pollux.ha.vrrp.VrrpChecksum;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import io.pollux.ha.vrrp.VrrpGroupConfig.Tracked;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * An Active Router that is not this node's partner (keepalived, say), while the partner is away:
 * RFC 9568 as it stands.
 */
class StrangerTest extends RoleBench {
  private static final InetAddress PARTNER = InetAddress.ofLiteral("192.0.2.3");

  @Test
  void itsGoodbyeLeadsToATakeoverWithoutACopy() {
    machine = withPartner(PARTNER, false, List.of());
    step(new RoleInput.Start(4));
    advert(150);
    assertThat(names(advert(0))).contains("OpenGate");
    assertThat(machine.state()).isEqualTo(new RoleState.Active(Pairing.ALONE));
  }

  @Test
  void thePartnersGoodbyeDoesNot() {
    machine = withPartner(OTHER, false, List.of());
    step(new RoleInput.Start(4));
    advert(150);
    assertThat(names(advert(0))).doesNotContain("OpenGate");
  }

  @Test
  void aLowerPriorityIsPreemptedWhereThatIsConfigured() {
    machine = withPartner(PARTNER, true, List.of());
    step(new RoleInput.Start(4));
    for (int i = 0; i < 3; i++) {
      advert(50);
      sleep(100 * MS);
    }
    assertThat(machine.state()).isEqualTo(new RoleState.Standby(Sync.SYNCING));
    advert(50);
    sleep(100 * MS);
    advert(50);
    assertThat(machine.state()).isEqualTo(new RoleState.Active(Pairing.ALONE));
  }

  @Test
  void thePartnersLowerPriorityIsNotWithoutACopy() {
    machine = withPartner(OTHER, true, List.of());
    step(new RoleInput.Start(4));
    for (int i = 0; i < 30; i++) {
      advert(50);
      sleep(100 * MS);
    }
    assertThat(machine.state()).isEqualTo(new RoleState.Standby(Sync.SYNCING));
  }

  @Test
  void theLinkAndChecksMoveThePriority() {
    machine =
        withPartner(
            OTHER,
            false,
            List.of(
                new Tracked(Tracked.LINK, -10),
                new Tracked(Tracked.check("upstream"), -20),
                new Tracked(Tracked.ENGINE, 0)));
    step(new RoleInput.Start(4));
    step(new RoleInput.LinkUp());
    assertThat(priority()).isEqualTo(100);
    step(new RoleInput.InterfaceState("check:upstream", false));
    assertThat(priority()).isEqualTo(80);
    step(new RoleInput.LinkDown(RoleInput.How.TIMEOUT));
    step(new RoleInput.InterfaceState(Tracked.ENGINE, false));
    assertThat(machine.state()).isEqualTo(new RoleState.Fault());
    step(new RoleInput.InterfaceState(Tracked.ENGINE, true));
    step(new RoleInput.InterfaceState("check:upstream", true));
    step(new RoleInput.LinkUp());
    assertThat(priority()).isEqualTo(100);
  }

  /** As it tells its partner. */
  private int priority() {
    all.clear();
    sleep(150 * MS);
    return all.stream()
        .filter(RoleEffect.SendLinkRole.class::isInstance)
        .map(said -> RoleMessage.read(((RoleEffect.SendLinkRole) said).octets()).orElseThrow())
        .filter(RoleMessage.Health.class::isInstance)
        .map(health -> ((RoleMessage.Health) health).claim().priority())
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private static RoleMachine withPartner(
      InetAddress partner, boolean preempt, List<Tracked> tracked) {
    VrrpGroupConfig.Instance out =
        new VrrpGroupConfig.Instance(
            "out",
            "eth0",
            51,
            OWN,
            List.of(),
            Optional.of(partner),
            List.of(VIP),
            VrrpChecksum.PSEUDO_HEADER);
    VrrpGroupConfig vrrp = new VrrpGroupConfig(100, 100 * MS, preempt, 0, tracked, List.of(out));
    return new RoleMachine(
        new RoleConfig(
            1,
            vrrp,
            List.of(VIP),
            false,
            0,
            RoleConfig.HANDSHAKE_NS,
            RoleConfig.STEP_NS,
            Optional.empty(),
            AnnouncePolicy.DEFAULT));
  }
}
