package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** NAT traversal, RFC 7296 section 2.23 and RFC 3948. */
class NatTest {
  private static final InetAddress OUTSIDE = InetAddress.ofLiteral("198.51.100.1");

  private int mapped = 40_000;

  /** The left gateway sits behind a NAT with one outside address. */
  private TwoEngines world(boolean takeAny) {
    TwoEngines.Connection right = TwoEngines.connection(false);
    right.remote = takeAny ? java.util.Optional.empty() : java.util.Optional.of(OUTSIDE);
    TwoEngines.Setup setup = new TwoEngines.Setup();
    TwoEngines.Connection left = TwoEngines.connection(true);
    left.livenessNs = 30 * TwoEngines.SECOND;
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    TwoEngines world = new TwoEngines(setup);
    world.nat =
        arrow -> {
          boolean outward = arrow.from() == world.left;
          Endpoint source =
              outward ? new Endpoint(OUTSIDE, mapped + arrow.source().port()) : arrow.source();
          Endpoint destination =
              outward
                  ? arrow.destination()
                  : new Endpoint(TwoEngines.LEFT, arrow.destination().port() - mapped);
          return new TwoEngines.Arrow(
              arrow.number(), arrow.from(), source, destination, arrow.octets());
        };
    return world;
  }

  @Test
  @Rfc({"7296-2.23-2", "7296-2.23-5", "7296-2.23-7", "7296-2.23-8"})
  void natIsDetectedAndBothGoToPort4500WithEspInUdp() {
    TwoEngines world = world(true);
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    world.requireTraffic("gcm");
    assertThat(world.left.only().localBehindNat()).isTrue();
    assertThat(world.left.only().peerBehindNat()).isFalse();
    assertThat(world.right.only().peerBehindNat()).isTrue();
    ChildSaSnapshot child = world.right.only().children().getFirst();
    assertThat(child.udpEncap()).isTrue();
    assertThat(child.peer()).isEqualTo(new Endpoint(OUTSIDE, 44_500));
    assertThat(child.local().port()).isEqualTo(4500);
    assertThat(world.left.only().local().port()).isEqualTo(4500);
  }

  @Test
  void keepalivesOfOneOctetGoOutWhileNothingElseDoes() {
    TwoEngines world = world(false);
    world.command(world.left, 1, Input.Verb.UP, "");
    int before = world.sent.size();
    world.elapse(25 * TwoEngines.SECOND);
    assertThat(world.sent.subList(before, world.sent.size()))
        .singleElement()
        .satisfies(a -> assertThat(a.octets().toHex()).isEqualTo("ff"));
  }

  @Test
  @Rfc({"7296-2.23-1", "7296-2.11-1"})
  void aNewMappingMovesTheIkeSaAndItsChildren() {
    TwoEngines world = world(false);
    world.command(world.left, 1, Input.Verb.UP, "");
    mapped = 50_000;
    world.elapse(40 * TwoEngines.SECOND); // liveness is the first message through the new mapping
    Endpoint fresh = new Endpoint(OUTSIDE, 54_500);
    assertThat(world.right.only().peer()).isEqualTo(fresh);
    assertThat(world.right.only().children().getFirst().peer()).isEqualTo(fresh);
    assertThat(world.right.kernel.sending("gcm").getFirst().peer()).isEqualTo(fresh);
    assertThat(world.command(world.right, 1, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
    world.requireTraffic("gcm");
    world.right.takeOver();
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    world.requireTraffic("gcm");
  }

  /** RFC 7296 section 2.23: ESP from elsewhere moves the SAs before any IKE message does. */
  @Test
  void rfc7296Section2_23TheKernelSeesANewMappingFirst() {
    TwoEngines world = world(false);
    world.command(world.left, 1, Input.Verb.UP, "");
    mapped = 50_000;
    Endpoint fresh = new Endpoint(OUTSIDE, 54_500);
    int before = world.sent.size();
    var spi = world.right.only().children().getFirst().inboundSpi();
    world.right.step(new Input.PeerMapped(spi, fresh));
    assertThat(world.right.only().peer()).isEqualTo(fresh);
    assertThat(world.right.kernel.sending("gcm").getFirst().peer()).isEqualTo(fresh);
    assertThat(world.sent).as("nothing was said").hasSize(before);
    world.right.takeOver();
    assertThat(world.right.only().peer()).isEqualTo(fresh);
    assertThat(world.command(world.right, 1, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
    world.requireTraffic("gcm");
  }

  /** RFC 7296 section 2.23: who is behind a NAT himself does not follow. */
  @Test
  void rfc7296Section2_23AHostBehindANatDoesNotFollow() {
    TwoEngines world = world(false);
    world.command(world.left, 1, Input.Verb.UP, "");
    Endpoint before = world.left.only().peer();
    var spi = world.left.only().children().getFirst().inboundSpi();
    world.left.step(new Input.PeerMapped(spi, new Endpoint(OUTSIDE, 7)));
    assertThat(world.left.only().peer()).isEqualTo(before);
  }

  @Test
  void aPeerWithoutNatIsNotMovedBySomebodyElsesAddress() {
    TwoEngines world = new TwoEngines(new TwoEngines.Setup());
    world.command(world.left, 1, Input.Verb.UP, "");
    Endpoint before = world.right.only().peer();
    world.nat =
        arrow ->
            arrow.from() == world.left
                ? new TwoEngines.Arrow(
                    arrow.number(),
                    arrow.from(),
                    new Endpoint(OUTSIDE, 500),
                    arrow.destination(),
                    arrow.octets())
                : arrow;
    world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    assertThat(world.right.only().peer()).isEqualTo(before);
  }

  @Test
  void encapsulationCanBeForced() {
    for (boolean byLeft : List.of(true, false)) {
      TwoEngines.Connection left = TwoEngines.connection(true);
      TwoEngines.Connection right = TwoEngines.connection(false);
      left.forceUdpEncap = byLeft;
      right.forceUdpEncap = !byLeft;
      TwoEngines.Setup setup = new TwoEngines.Setup();
      setup.left = List.of(left.build());
      setup.right = List.of(right.build());
      TwoEngines world = new TwoEngines(setup);
      assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
      world.requireTraffic("gcm");
      assertThat(world.left.only().children().getFirst().udpEncap()).isTrue();
      assertThat(world.left.only().peer().port()).isEqualTo(4500);
      assertThat(world.command(world.right, 1, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
      assertThat(world.command(world.right, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
      assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "").ok()).isTrue();
      world.requireTraffic("gcm");
    }
  }
}
