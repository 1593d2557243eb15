package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.VendorIdPayload;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a peer that has not proven who it is can make us keep (RFC 7296 section 2.6). */
class StrangerMemoryTest {
  private static final Endpoint LOCAL = new Endpoint(TwoEngines.RIGHT, 500);
  private static final Endpoint PEER = new Endpoint(TwoEngines.LEFT, 500);
  private static final int HUGE = 65_000;

  /** A shared cipher refuses the key and IV that the test before it used last. */
  private static long worlds = 900;

  private TwoEngines world = new TwoEngines(setup());
  private Forger forger = new Forger(world);

  private static TwoEngines.Setup setup() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    setup.seed = ++worlds * 10_000;
    return setup;
  }

  /** The responder waits for IKE_AUTH; the first message that it has answered. */
  private Octets halfOpen() {
    world.fate = arrow -> arrow.number() > 1 ? TwoEngines.Fate.DROP : TwoEngines.Fate.PASS;
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(1);
    return world.sent.getFirst().octets();
  }

  private Octets fragment(IkeSpis spis, int number, int octets) {
    return forger.fragment(spis, Exchange.IKE_AUTH, 1, number, 64, octets);
  }

  @Test
  void rfc7383_2_6_aStrangersFragmentsAreKeptUpToTheLongestMessage() {
    halfOpen();
    IkeSpis spis = world.right.only().spis();
    for (int i = 1; i < 64; i++) {
      world.right.receive(LOCAL, PEER, fragment(spis, i, HUGE));
    }
    assertThat(world.right.counter("fragments_over_limit")).isEqualTo(62);
    for (int i = 2; i < 7; i++) {
      world.right.receive(LOCAL, PEER, fragment(spis, i, 100));
    }
    assertThat(world.right.counter("fragments_over_limit")).isEqualTo(62);
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(1);
    world.right.receive(LOCAL, PEER, fragment(spis, 7, 100)); // no message can be that long
    assertThat(world.right.engine.statistics().halfOpen()).isZero();
  }

  @Test
  void rfc7383_2_6_amongManyStrangersEachMayKeepLess() {
    TwoEngines.Setup setup = setup();
    setup.rightConfig = StrangersTest.limits(1000, 1000, 1000);
    world = new TwoEngines(setup);
    forger = new Forger(world);
    Octets first = halfOpen();
    IkeSpis spis = world.right.only().spis();
    for (int i = 0; i < Admission.CALM - 2; i++) {
      Endpoint peer = new Endpoint(TwoEngines.LEFT, 2000 + i);
      world.right.receive(LOCAL, peer, StrangersTest.withSpi(first, i));
    }
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(Admission.CALM - 1);
    world.right.receive(LOCAL, PEER, fragment(spis, 1, Admission.BUSY_OCTETS));
    assertThat(world.right.counter("fragments_over_limit")).isZero(); // they are still few
    world.right.receive(
        LOCAL, new Endpoint(TwoEngines.LEFT, 1999), StrangersTest.withSpi(first, 999));
    world.right.receive(LOCAL, PEER, fragment(spis, 2, 1000));
    assertThat(world.right.counter("fragments_over_limit")).isEqualTo(1);
  }

  @Test
  void rfc7296_2_6_whatWaitsForAVerdictIsLimitedInOctetsToo() {
    world = new CertificateWorld().world();
    world.right.holdKernel = true; // the verdict does not come
    world.fate = arrow -> arrow.from() == world.left ? TwoEngines.Fate.PASS : TwoEngines.Fate.HOLD;
    world.command(world.left, 1, Input.Verb.UP, "");
    world.fate = _ -> TwoEngines.Fate.PASS;
    world.held.forEach(world.wire::add);
    world.settle();
    byte[] octets = new byte[20_000];
    Octets auth = world.sent.getLast().octets();
    System.arraycopy(auth.toArray(), 0, octets, 0, IkeHeader.SIZE);
    octets[16] = 46; // one SK payload to the end
    octets[26] = (byte) (octets.length >> 8);
    octets[27] = (byte) octets.length;
    octets[24] = 0;
    octets[25] = 0;
    octets[28] = 0;
    octets[30] = (byte) (octets.length - IkeHeader.SIZE >> 8);
    octets[31] = (byte) (octets.length - IkeHeader.SIZE);
    for (int i = 0; i < 5; i++) {
      world.right.receive(LOCAL, PEER, Octets.of(octets));
    }
    assertThat(world.right.counter("inputs_dropped_while_installing")).isEqualTo(2);
    world.right.holdKernel = false;
    world.settle();
    world.requireTraffic("gcm");
  }

  @Test
  void rfc7383_2_6_aPeerThatIsProvenMaySendTheLongestMessage() {
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    IkeSpis spis = world.right.only().spis();
    long id = world.right.only().window().nextPeer().value();
    for (int i = 1; i <= 63; i++) {
      Octets octets = forger.fragment(spis, Exchange.INFORMATIONAL, id, i, 64, 1000);
      world.right.receive(LOCAL, PEER, octets);
    }
    assertThat(world.right.counter("fragments_over_limit")).isZero();
    Octets last = forger.fragment(spis, Exchange.INFORMATIONAL, id, 64, 64, HUGE);
    world.right.receive(LOCAL, PEER, last);
    assertThat(world.right.counter("fragments_over_limit")).isEqualTo(1);
    world.requireTraffic("gcm");
  }

  @Test
  void rfc7296_2_aFirstMessageOfManyKilobytesIsNotKept() throws Malformed {
    Octets first = halfOpen();
    world.right.receive(LOCAL, new Endpoint(TwoEngines.LEFT, 501), withVendorId(first, 7000, 1));
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(2);
    world.right.receive(LOCAL, new Endpoint(TwoEngines.LEFT, 502), withVendorId(first, 8192, 2));
    assertThat(world.right.engine.statistics().halfOpen()).isEqualTo(2);
    assertThat(world.right.counter("init_too_long")).isEqualTo(1);
  }

  private static Octets withVendorId(Octets init, int octets, int spi) throws Malformed {
    IkeMessage message = ((Decoded.Clear) MessageCodec.decode(init)).message();
    List<Payload> payloads = new ArrayList<>(message.payloads());
    payloads.add(new VendorIdPayload(Octets.owning(new byte[octets])));
    Octets longer =
        MessageCodec.encode(
            IkeMessage.clear(
                new IkeSpis(new IkeSpi(spi), IkeSpi.NONE),
                Exchange.IKE_SA_INIT,
                Role.INITIATOR,
                Direction.REQUEST,
                new MessageId(0),
                payloads));
    assertThat(longer.length()).isLessThan(IkeHeader.MAX_LENGTH);
    return longer;
  }
}
