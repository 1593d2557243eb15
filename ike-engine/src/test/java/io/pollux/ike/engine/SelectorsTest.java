package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Which traffic a Child SA is for: narrowing, packets that start a child, transport mode (RFC 7296
 * sections 1.3.1 and 2.9).
 */
class SelectorsTest {
  private static final RekeyPolicy NEVER = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);
  private static long worlds = 9_000_000;

  private final TwoEngines.Connection left = TwoEngines.connection(true);
  private final TwoEngines.Connection right = TwoEngines.connection(false);
  private final TwoEngines.Setup setup = new TwoEngines.Setup();

  private TwoEngines world() {
    setup.seed = worlds += 10_000;
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    return new TwoEngines(setup);
  }

  private TwoEngines up(boolean ok) {
    TwoEngines world = world();
    Effect.CommandDone done = world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(done).as("%s %s", world.left.reports, world.right.reports).isNotNull();
    assertThat(done.ok()).as("%s %s", world.left.reports, world.right.reports).isEqualTo(ok);
    return world;
  }

  private static ChildPolicy child(
      String name, String local, String remote, boolean transport, boolean singlePair) {
    ChildPolicy c =
        TwoEngines.child(
            name, local, remote, "aes256gcm16-esn", NEVER, ChildPolicy.StartAction.NONE);
    return new ChildPolicy(
        name,
        c.localTs(),
        c.remoteTs(),
        c.proposals(),
        NEVER,
        ChildPolicy.StartAction.ON_DEMAND,
        1024,
        transport,
        singlePair);
  }

  private static ChildPolicy tunnel(String name, String local, String remote) {
    return child(name, local, remote, false, false);
  }

  private static TrafficSelector one(String address, int protocol, int port) {
    InetAddress a = InetAddress.ofLiteral(address);
    return new TrafficSelector(a, a, protocol, port, port);
  }

  private static Flow packet(String from, String to) {
    return new Flow(one(from, 17, 4000), one(to, 17, 53));
  }

  private static boolean says(List<String> reports, String text) {
    return reports.stream().anyMatch(r -> r.contains(text));
  }

  // --- what is refused and left out

  @Test
  void rfc7296Section2_9NothingAcceptableIsTsUnacceptableAndBothLogsSayWhy() {
    left.children = List.of(tunnel("gcm", "10.8.0.0/16", "10.9.0.0/16"));
    TwoEngines world = up(false);
    assertThat(world.right.reports)
        .anyMatch(
            r ->
                r.contains("TS_UNACCEPTABLE")
                    && r.contains("no child for [10.9.0.0-10.9.255.255] <-> [10.8.0.0")
                    && r.contains("accepted would be gcm [10.2.0.0-10.2.255.255] <-> [10.1.0.0"));
    assertThat(world.left.reports)
        .anyMatch(
            r -> r.contains("TS_UNACCEPTABLE, offered [10.8.0.0-10.8.255.255] <-> [10.9.0.0"));
  }

  @Test
  void noCommonProposalIsLoggedWithWhatWasOffered() {
    left.children =
        List.of(TwoEngines.child(true, "gcm", "10.1.0.0/16", "10.2.0.0/16", "aes128-sha256-noesn"));
    TwoEngines world = up(false);
    assertThat(says(world.left.reports, "NO_PROPOSAL_CHOSEN, offered [aes128-sha256-noesn]"))
        .as("%s", world.left.reports)
        .isTrue();
  }

  @Test
  void rfc7296Section2_9ResponderSaysThatItWouldTakeMoreInAnotherSa() {
    left.children = List.of(tunnel("all", "10.1.0.0/16", "10.0.0.0/8"));
    right.children =
        List.of(
            tunnel("one", "10.2.0.0/16", "10.1.0.0/16"),
            tunnel("two", "10.3.0.0/16", "10.1.0.0/16"));
    TwoEngines world = up(true);
    assertThat(world.left.kernel.sending("all").getFirst().remoteTs())
        .isEqualTo(TwoEngines.selectors("10.2.0.0/16"));
    assertThat(says(world.left.reports, "would take more in another Child SA")).isTrue();
  }

  @Test
  void rfc7296Section2_9NothingMoreIsPromisedWhereThereIsNothing() {
    left.children = List.of(tunnel("all", "10.1.0.0/16", "10.0.0.0/8"));
    right.children = List.of(tunnel("one", "10.2.0.0/16", "10.1.0.0/16"));
    assertThat(says(up(true).left.reports, "would take more")).isFalse();
  }

  // --- packets

  @Test
  void aPacketStartsTheChildOnceHoweverManyWait() {
    left.children = List.of(tunnel("gcm", "10.1.0.0/16", "10.2.0.0/16"));
    TwoEngines world = world();
    for (int i = 1; i <= 20; i++) {
      world.left.step(new Input.KernelAcquire("branch", "gcm", packet("10.1.0." + i, "10.2.0.1")));
    }
    world.settle();
    world.requireTraffic("gcm");
    assertThat(world.left.only().children()).hasSize(1);
    assertThat(world.left.only().children().getFirst().localTs())
        .isEqualTo(TwoEngines.selectors("10.1.0.0/16"));
    assertThat(world.left.counter("acquires")).isEqualTo(1);
    world.left.step(new Input.KernelAcquire("branch", "gcm", packet("10.1.0.1", "10.2.0.1")));
    world.settle();
    assertThat(world.left.only().children()).hasSize(1);
  }

  @Test
  void afterAFailurePacketsWaitLongerEachTime() {
    left.children = List.of(tunnel("gcm", "10.1.0.0/16", "10.2.0.0/16"));
    right.children = List.of(tunnel("gcm", "10.4.0.0/16", "10.3.0.0/16"));
    TwoEngines world = world();
    Input packet = new Input.KernelAcquire("branch", "gcm", packet("10.1.0.1", "10.2.0.1"));
    for (int second = 0; second < 60; second++) {
      world.left.step(packet);
      world.elapse(TwoEngines.SECOND);
    }
    assertThat(world.left.counter("acquires")).isBetween(3L, 6L); // 0, 2, 6, 14, 30 s
    assertThat(world.left.counter("acquires_held_back")).isGreaterThan(50);
  }

  @Test
  void whatAnOperatorHasStoppedNoPacketStarts() {
    left.children = List.of(tunnel("gcm", "10.1.0.0/16", "10.2.0.0/16"));
    TwoEngines world = up(true);
    assertThat(world.command(world.left, 2, Input.Verb.DOWN, "").ok()).isTrue();
    world.left.step(new Input.KernelAcquire("branch", "gcm", packet("10.1.0.1", "10.2.0.1")));
    world.settle();
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
  }

  // --- single pairs

  @Test
  void rfc7296Section2_9SinglePairIsTakenFromTheFirstSelectors() {
    left.children = List.of(tunnel("gcm", "10.1.0.0/16", "10.2.0.0/16"));
    right.children = List.of(child("gcm", "10.2.0.0/16", "10.1.0.0/16", false, true));
    TwoEngines world = world();
    world.left.step(new Input.KernelAcquire("branch", "gcm", packet("10.1.0.9", "10.2.0.7")));
    world.settle();
    ChildSaSnapshot child = world.left.only().children().getFirst();
    assertThat(child.localTs()).isEqualTo(TwoEngines.selectors("10.1.0.9"));
    assertThat(child.remoteTs()).isEqualTo(TwoEngines.selectors("10.2.0.7"));
    assertThat(says(world.left.reports, "would take more in another Child SA")).isTrue();
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    assertThat(world.left.only().children().getFirst().localTs()).isEqualTo(child.localTs());
    world.requireTraffic("gcm");
  }

  @Test
  void rfc7296Section2_9NoPairIsAnsweredWithSinglePairRequired() {
    right.children = List.of(child("gcm", "10.2.0.0/16", "10.1.0.0/16", false, true));
    TwoEngines world = up(false);
    assertThat(says(world.left.reports, "SINGLE_PAIR_REQUIRED")).isTrue();
    assertThat(world.left.only().children()).isEmpty();
  }

  @Test
  void rfc7296Section2_9RequestorAsksForThePairOfItsPacketThen() {
    left.children = List.of(tunnel("gcm", "10.1.0.0/16", "10.2.0.0/16"));
    right.children = List.of(child("gcm", "10.2.0.0/17", "10.1.0.0/16", false, true));
    TwoEngines world = world();
    world.left.step(new Input.KernelAcquire("branch", "gcm", packet("10.1.0.9", "10.2.200.7")));
    world.settle();
    assertThat(says(world.left.reports, "peer takes single pairs of addresses")).isTrue();
    assertThat(world.right.counter("sent_single_pair_required")).isEqualTo(1);
    assertThat(world.right.counter("sent_ts_unacceptable")).isEqualTo(1);
  }

  @Test
  void eachPairHasAChildOfItsOwn() {
    left.children = List.of(tunnel("gcm", "10.1.0.0/16", "10.2.0.0/16"));
    right.children = List.of(child("gcm", "10.2.0.0/16", "10.1.0.0/16", false, true));
    TwoEngines world = world();
    for (String to : List.of("10.2.0.7", "10.2.0.8", "10.2.0.7", "10.2.0.9", "10.2.0.8")) {
      world.left.step(new Input.KernelAcquire("branch", "gcm", packet("10.1.0.9", to)));
      world.settle();
    }
    assertThat(world.left.only().children())
        .extracting(c -> c.remoteTs().getFirst().from().getHostAddress())
        .containsExactly("10.2.0.7", "10.2.0.8", "10.2.0.9");
    assertThat(world.left.kernel.sending("gcm")).hasSize(3);
    assertThat(world.right.kernel.sending("gcm")).hasSize(3);
  }

  /** The packet's pair first, the rest of the offer behind it: a responder may take it all. */
  @Test
  void rfc7296Section2_9APacketDoesNotMakeTheChildNarrower() {
    left.children = List.of(tunnel("gcm", "10.1.0.0/16", "10.2.0.0/16"));
    TwoEngines world = world();
    world.left.step(new Input.KernelAcquire("branch", "gcm", packet("10.1.0.9", "10.2.0.7")));
    world.settle();
    assertThat(world.right.only().children().getFirst().localTs())
        .isEqualTo(TwoEngines.selectors("10.2.0.0/16"));
  }

  // --- transport mode

  private void transport() {
    left.children = List.of(child("gcm", "192.0.2.1", "203.0.113.20", true, false));
    right.children = List.of(child("gcm", "203.0.113.20", "192.0.2.1", true, false));
  }

  @Test
  @Rfc({"7296-1.3.1-1"})
  void rfc7296Section1_3_1TransportModeIsAgreedAndKeptOverRekeys() {
    transport();
    TwoEngines world = up(true);
    world.requireTraffic("gcm");
    assertThat(world.left.kernel.sending("gcm").getFirst().transport()).isTrue();
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    assertThat(world.command(world.right, 3, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    world.right.takeOver();
    world.left.takeOver();
    assertThat(world.command(world.left, 4, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    world.requireTraffic("gcm");
    assertThat(world.left.kernel.sending("gcm").getFirst().transport()).isTrue();
    assertThat(world.right.kernel.sending("gcm").getFirst().transport()).isTrue();
  }

  @Test
  @Rfc({"7296-1.3.1-2"})
  void rfc7296Section1_3_1ResponderMayDeclineAndTheInitiatorMustDeleteTheSaThen() {
    transport();
    right.children = List.of(tunnel("gcm", "203.0.113.20", "192.0.2.1"));
    TwoEngines world = up(false);
    world.settle();
    assertThat(says(world.left.reports, "peer declined transport mode")).isTrue();
    assertThat(world.left.kernel.inbound).isEmpty();
    assertThat(world.right.kernel.inbound).isEmpty();
  }

  @Test
  void tunnelModeIsNotTakenWhereTransportModeIsWanted() {
    transport();
    left.children = List.of(tunnel("gcm", "192.0.2.1", "203.0.113.20"));
    TwoEngines world = up(false);
    assertThat(says(world.right.reports, "asks for tunnel mode, and gcm is transport mode"))
        .isTrue();
    assertThat(world.left.only().children()).isEmpty();
  }

  // --- SPIs that somebody else has

  /** The kernel refuses our SPI when the peer knows it already. */
  @TestFactory
  List<DynamicTest> eexistInIkeAuthIsMendedOnce() {
    List<DynamicTest> tests = new ArrayList<>();
    for (boolean isLeft : List.of(true, false)) {
      tests.add(
          DynamicTest.dynamicTest(
              isLeft ? "initiator" : "responder", () -> new SelectorsTest().eexist(isLeft)));
    }
    return tests;
  }

  private void eexist(boolean isLeft) {
    TwoEngines world = world();
    Node node = isLeft ? world.left : world.right;
    node.kernel.refuseAt = 0;
    node.kernel.refuseWith = new KernelResult.Refused(17, "EEXIST");
    Effect.CommandDone done = world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(done.ok()).as("%s", world.left.reports).isTrue();
    world.requireTraffic("gcm");
    assertThat(world.left.kernel.inbound).hasSize(1);
    assertThat(world.right.kernel.inbound).hasSize(1);
  }

  @Test
  void eexistTwiceInARowIsAFailure() {
    TwoEngines world = world();
    world.left.kernel.refusesAll = true;
    world.left.kernel.refuseWith = new KernelResult.Refused(17, "EEXIST");
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isFalse();
    world.elapse(TwoEngines.SECOND);
    assertThat(world.right.kernel.inbound).isEmpty();
  }
}
