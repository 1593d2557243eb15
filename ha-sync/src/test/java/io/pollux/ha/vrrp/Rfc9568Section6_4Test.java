package io.pollux.ha.vrrp;

import static io.pollux.ha.vrrp.VrrpAdvertTest.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.vrrp.VrrpGroup.Hearing;
import io.pollux.ha.vrrp.VrrpGroupConfig.Instance;
import io.pollux.ha.vrrp.VrrpGroupConfig.Tracked;
import io.pollux.ha.vrrp.VrrpOutput.Want;
import io.pollux.ha.vrrp.VrrpRefused.Reason;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** RFC 9568 sections 6.1, 6.4 and 7.1, sentence by sentence. */
class Rfc9568Section6_4Test {
  private static final long MS = 1_000_000L;
  private static final InetAddress OWN = ip("192.0.2.2");
  private static final InetAddress OTHER = ip("192.0.2.1");
  private static final InetAddress GROUP = ip("224.0.0.18");
  private static final Vip VIP = Vip.host("eth0", ip("192.0.2.100"));

  private final VrrpGroup group = group(100, false, 0, List.of(), List.of());

  private static VrrpGroup group(
      int priority,
      boolean preempt,
      long delayNs,
      List<InetAddress> unicast,
      List<Tracked> tracked) {
    Instance one =
        new Instance(
            "out", "eth0", 51, OWN, unicast, Optional.empty(), List.of(VIP), VrrpChecksum.MESSAGE);
    return new VrrpGroup(
        new VrrpGroupConfig(priority, 1000 * MS, preempt, delayNs, tracked, List.of(one)));
  }

  private static Octets advert(int priority, int centiseconds) {
    return new VrrpAdvert(51, priority, centiseconds, List.of(VIP.address()))
        .write(OTHER, GROUP, VrrpChecksum.MESSAGE);
  }

  private static List<VrrpOutput> hear(VrrpGroup group, int priority, int cs, long nowNs) {
    return group.received("out", OTHER, 255, advert(priority, cs), nowNs);
  }

  @Test
  void section6_1_skewTimeAndActiveDownInterval() {
    assertThat(VrrpTimers.skewTimeNs(100, 1000 * MS)).isEqualTo(609_375_000L);
    assertThat(VrrpTimers.activeDownIntervalNs(100, 1000 * MS)).isEqualTo(3_609_375_000L);
    assertThat(VrrpTimers.activeDownIntervalNs(254, 10 * MS)).isEqualTo(30_078_125L);
  }

  @Test
  void section6_4_1_startupGoesToBackupWithActiveDownTimer() {
    group.start(0);
    assertThat(group.state()).isEqualTo(VrrpState.BACKUP);
    assertThat(group.timeout(3_609_374_999L)).isEmpty();
    assertThat(group.timeout(3_609_375_000L))
        .containsExactly(new VrrpOutput.WantsActive("out", Want.ACTIVE_DOWN));
  }

  @Test
  void section6_4_2_wantsAgainAfterEachFurtherInterval() {
    group.start(0);
    group.timeout(3_609_375_000L);
    assertThat(group.timeout(2 * 3_609_375_000L)).hasSize(1);
    assertThat(group.state()).isEqualTo(VrrpState.BACKUP);
  }

  @Test
  void section6_4_2_becomingActiveSendsAnAdvertisementAtOnce() throws VrrpRefused {
    group.start(0);
    List<VrrpOutput> out = group.become(VrrpState.ACTIVE, 5);
    assertThat(out).hasSize(1);
    VrrpOutput.Send send = (VrrpOutput.Send) out.getFirst();
    assertThat(send.destination()).isEqualTo(GROUP);
    assertThat(send.source()).isEqualTo(OWN);
    assertThat(VrrpAdvert.read(send.octets(), OWN, List.of(GROUP)))
        .isEqualTo(new VrrpAdvert(51, 100, 100, List.of(VIP.address())));
    assertThat(group.nextTimeoutNs(5)).hasValue(5 + 1000 * MS);
  }

  @Test
  void section6_4_2_priorityZeroSetsTheTimerToSkewTime() {
    group.start(0);
    assertThat(hear(group, 0, 100, 10)).contains(new VrrpOutput.Goodbye("out", OTHER));
    assertThat(group.hearing(true, 10)).isEqualTo(Hearing.GOODBYE);
    assertThat(group.timeout(10 + 609_375_000L))
        .containsExactly(new VrrpOutput.WantsActive("out", Want.GOODBYE));
  }

  @Test
  void section6_4_2_timersFollowTheReceivedMaxAdvertiseInterval() {
    group.start(0);
    hear(group, 200, 10, 1000 * MS);
    long down = VrrpTimers.activeDownIntervalNs(100, 100 * MS);
    assertThat(group.timeout(1000 * MS + down - 1)).isEmpty();
    assertThat(group.timeout(1000 * MS + down)).hasSize(1);
  }

  @Test
  void section6_4_2_withoutPreemptALowerPriorityKeepsUsBackup() {
    group.start(0);
    for (int i = 1; i <= 20; i++) {
      hear(group, 50, 100, i * 1000 * MS);
      assertThat(group.timeout(i * 1000 * MS)).isEmpty();
    }
  }

  @Test
  void section6_4_2_withPreemptALowerPriorityIsPreemptedAfterActiveDownInterval() {
    VrrpGroup eager = group(100, true, 0, List.of(), List.of());
    eager.start(0);
    hear(eager, 50, 100, 0);
    assertThat(wantsPreempt(eager, 3_609_374_999L)).isFalse();
    assertThat(wantsPreempt(eager, 3_609_375_000L)).isTrue();
  }

  @Test
  void section6_4_2_equalPriorityIsNotPreempted() {
    VrrpGroup eager = group(100, true, 0, List.of(), List.of());
    eager.start(0);
    hear(eager, 100, 100, 0);
    assertThat(wantsPreempt(eager, 3_609_375_000L)).isFalse();
  }

  @Test
  void preemptDelayIsKept() {
    VrrpGroup patient = group(100, true, 10_000 * MS, List.of(), List.of());
    patient.start(0);
    hear(patient, 50, 100, 0);
    assertThat(wantsPreempt(patient, 9_999 * MS)).isFalse();
    assertThat(wantsPreempt(patient, 10_000 * MS)).isTrue();
  }

  private static boolean wantsPreempt(VrrpGroup group, long untilNs) {
    List<VrrpOutput> out = new java.util.ArrayList<>();
    for (long at = 1000 * MS; at < untilNs; at += 1000 * MS) {
      hear(group, group.priority() > 50 ? 50 : 100, 100, at);
    }
    out.addAll(group.timeout(untilNs));
    return out.contains(new VrrpOutput.WantsActive("out", Want.PREEMPT));
  }

  @Test
  void section6_4_3_adverTimerSendsEachInterval() {
    group.start(0);
    group.become(VrrpState.ACTIVE, 0);
    for (int i = 1; i <= 5; i++) {
      assertThat(group.timeout(i * 1000 * MS - 1)).isEmpty();
      assertThat(group.timeout(i * 1000 * MS)).hasSize(1);
    }
  }

  @Test
  void section6_4_3_priorityZeroIsAnsweredWithAnAdvertisement() {
    group.start(0);
    group.become(VrrpState.ACTIVE, 0);
    assertThat(hear(group, 0, 100, 500 * MS)).hasAtLeastOneElementOfType(VrrpOutput.Send.class);
    assertThat(group.nextTimeoutNs(500 * MS)).hasValue(1500 * MS);
  }

  @Test
  void section6_4_3_anotherActiveRouterIsReported() {
    group.start(0);
    group.become(VrrpState.ACTIVE, 0);
    assertThat(hear(group, 150, 100, 1))
        .containsExactly(new VrrpOutput.Contested("out", OTHER, 150));
  }

  @Test
  void section6_4_3_shutdownSendsPriorityZero() throws VrrpRefused {
    group.start(0);
    VrrpOutput.Send send = (VrrpOutput.Send) group.goodbye().getFirst();
    assertThat(VrrpAdvert.read(send.octets(), OWN, List.of(GROUP)).priority()).isZero();
  }

  @Test
  void section7_1_ttlMustBe255() {
    group.start(0);
    dropped(group.received("out", OTHER, 254, advert(150, 100), 1), Reason.TTL);
  }

  @Test
  void section7_1_vridMustBeConfigured() {
    group.start(0);
    Octets other =
        new VrrpAdvert(52, 150, 100, List.of(VIP.address()))
            .write(OTHER, GROUP, VrrpChecksum.MESSAGE);
    dropped(group.received("out", OTHER, 255, other, 1), Reason.VRID);
  }

  @Test
  void section7_1_differingIntervalAndAddressesAreReportedOnce() {
    group.start(0);
    assertThat(hear(group, 150, 10, 1)).hasAtLeastOneElementOfType(VrrpOutput.Misconfigured.class);
    assertThat(hear(group, 150, 10, 2))
        .doesNotHaveAnyElementsOfTypes(VrrpOutput.Misconfigured.class);
  }

  @Test
  void ownPacketsStrangersAndUnknownInstancesAreDropped() {
    VrrpGroup unicast = group(100, false, 0, List.of(OTHER), List.of());
    unicast.start(0);
    Octets octets =
        new VrrpAdvert(51, 150, 100, List.of(VIP.address()))
            .write(ip("192.0.2.9"), OWN, VrrpChecksum.MESSAGE);
    dropped(unicast.received("out", ip("192.0.2.9"), 255, octets, 1), Reason.SOURCE);
    dropped(unicast.received("out", OWN, 255, octets, 1), Reason.OWN);
    dropped(unicast.received("in", OTHER, 255, octets, 1), Reason.NOT_RUNNING);
    assertThat(unicast.hearing(true, 1)).isEqualTo(Hearing.HEARD);
  }

  @Test
  void unicastGoesToEachPeer() {
    VrrpGroup unicast = group(100, false, 0, List.of(OTHER, ip("192.0.2.3")), List.of());
    unicast.start(0);
    assertThat(unicast.become(VrrpState.ACTIVE, 0))
        .extracting(out -> ((VrrpOutput.Send) out).destination())
        .containsExactly(OTHER, ip("192.0.2.3"));
  }

  @Test
  void trackedInterfacesChangePriorityOrAreAFault() {
    VrrpGroup tracked =
        group(
            100,
            false,
            0,
            List.of(),
            List.of(new Tracked("a", -30), new Tracked("b", 20), new Tracked("c", 0)));
    tracked.start(0);
    assertThat(tracked.priority()).isEqualTo(120);
    tracked.interfaceState("a", false);
    assertThat(tracked.priority()).isEqualTo(90);
    tracked.interfaceState("b", false);
    assertThat(tracked.priority()).isEqualTo(70);
    assertThat(tracked.faults()).isEmpty();
    tracked.interfaceState("c", false);
    assertThat(tracked.faults()).containsExactly("c");
  }

  @Test
  void sleepIsNoSilence() {
    group.start(0);
    hear(group, 150, 100, 0);
    group.slept(5_000 * MS, 5_000 * MS);
    assertThat(group.hearing(true, 5_000 * MS)).isNotEqualTo(Hearing.SILENT);
    assertThat(group.timeout(5_000 * MS)).isEmpty();
    assertThat(group.timeout(9_000 * MS)).hasSize(1);
  }

  private static void dropped(List<VrrpOutput> out, Reason reason) {
    assertThat(out)
        .singleElement()
        .isInstanceOfSatisfying(
            VrrpOutput.Dropped.class, drop -> assertThat(drop.reason()).isEqualTo(reason));
  }
}
