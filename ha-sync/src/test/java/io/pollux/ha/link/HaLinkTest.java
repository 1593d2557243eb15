package io.pollux.ha.link;

import static io.pollux.ha.link.LinkProbe.LOOPBACK;
import static io.pollux.ha.link.LinkProbe.QUICK;
import static io.pollux.ha.link.LinkProbe.config;
import static io.pollux.ha.link.LinkProbe.path;
import static io.pollux.ha.link.LinkProbe.portOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.link.LinkProbe.Heard;
import io.pollux.ike.wire.Octets;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class HaLinkTest {
  private static final List<LinkPath> TWO = List.of(path("one", 0, 1), path("two", 0, 2));
  private static final LinkMessage HELLO = new LinkMessage.Hello(1, 1, "n", 0, 0, Octets.EMPTY);

  private final List<NodeIdentity> nodes = LinkProbe.identities();
  private final LinkProbe dialer = new LinkProbe();
  private final LinkProbe acceptor = new LinkProbe();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @Test
  void bothSidesKnowEachOtherAndTalk() {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    HaLink dialing = dial(QUICK, path("one", 0, portOf(listening, path("one", 0, 1))));
    assertThat(dialing.dials()).isTrue();
    assertThat(listening.dials()).isFalse();
    LinkChannel out = dialer.await(Heard.Up.class).channel();
    out.send(HELLO);
    LinkChannel back = acceptor.await(Heard.Up.class).channel();
    assertThat(acceptor.message()).isEqualTo(HELLO);
    back.send(HELLO);
    assertThat(dialer.message()).isEqualTo(HELLO);
    dialing.health(Octets.of((byte) 42));
    acceptor.await(
        Heard.Message.class,
        m ->
            m.message() instanceof LinkMessage.Heartbeat(_, _, _, var health)
                && health.equals(Octets.of((byte) 42)));
    acceptor.await(Heard.Message.class, _ -> listening.status().paths().getFirst().rttNs() >= 0);
    assertThat(dialing.status().paths().getFirst().inUse()).isTrue();
  }

  @Test
  void aStrangersFingerprintIsRefusedByTheListenerAndBothSayWhy() {
    NodeIdentity stranger = strangerBelow(nodes.get(1));
    HaLink listening = listen(QUICK, path("one", 0, 1));
    int port = portOf(listening, path("one", 0, 1));
    HaLink dialing =
        started(
            new HaLink(
                config(stranger, nodes.get(1).fingerprint(), QUICK, List.of(path("one", 0, port))),
                dialer));
    assertThat(dialing.dials()).isTrue();
    LinkDown here = acceptor.await(Heard.Disconnected.class).why();
    assertThat(here.how()).isEqualTo(LinkDown.How.REFUSED_HERE);
    assertThat(here.toString())
        .isEqualTo("TLS refused: unknown fingerprint " + stranger.fingerprint());
    LinkDown there = dialer.await(Heard.Disconnected.class).why();
    assertThat(there.how()).isEqualTo(LinkDown.How.REFUSED_BY_PEER);
    assertThat(there.toString()).contains("TLS refused by peer").contains("certificate");
  }

  @Test
  void aStrangersFingerprintIsRefusedByTheDialerAndBothSayWhy() {
    NodeIdentity stranger = strangerAbove(nodes.get(0));
    HaLink listening =
        started(
            new HaLink(
                config(stranger, nodes.get(0).fingerprint(), QUICK, List.of(path("one", 0, 1))),
                acceptor));
    dial(QUICK, path("one", 0, portOf(listening, path("one", 0, 1))));
    LinkDown here = dialer.await(Heard.Disconnected.class).why();
    assertThat(here.toString())
        .isEqualTo("TLS refused: unknown fingerprint " + stranger.fingerprint());
    LinkDown there = acceptor.await(Heard.Disconnected.class).why();
    assertThat(there.how()).isEqualTo(LinkDown.How.REFUSED_BY_PEER);
  }

  @Test
  void aClosedPeerIsSeenAsFinAndDialedAgain() {
    // No heartbeats: a kernel that closes with unread octets sends a RST instead.
    LinkTimes quiet = new LinkTimes(60_000, 120_000, 2000, 5000, 10, 50);
    HaLink listening = listen(quiet, path("one", 0, 1));
    int port = portOf(listening, path("one", 0, 1));
    dial(quiet, path("one", 0, port));
    dialer.await(Heard.Up.class);
    acceptor.await(Heard.Connected.class); // it has read what came unasked
    listening.close();
    Heard.Down down = dialer.await(Heard.Down.class);
    assertThat(down.why().how()).isEqualTo(LinkDown.How.CLOSED_BY_PEER);
    assertThat(down.why().toString()).isEqualTo("closed by peer (FIN)");
    assertThat(down.otherPath()).isFalse();
    dialer.await(Heard.Disconnected.class); // nobody listens there, or a stranger
    listen(QUICK, path("one", port, 1));
    dialer.await(Heard.Up.class);
  }

  @Test
  void aResetIsSeenAsReset() throws Exception {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    int port = portOf(listening, path("one", 0, 1));
    try (Relay relay = new Relay(port)) {
      dial(QUICK, path("one", 0, relay.port()));
      dialer.await(Heard.Up.class);
      relay.reset();
      assertThat(dialer.await(Heard.Down.class).why().how()).isEqualTo(LinkDown.How.RESET);
    }
  }

  @Test
  void aSilentPeerIsGivenUp() throws Exception {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    int port = portOf(listening, path("one", 0, 1));
    try (Relay relay = new Relay(port)) {
      LinkTimes impatient = new LinkTimes(10, 300, 2000, 5000, 10, 50);
      dial(impatient, path("one", 0, relay.port()));
      dialer.await(Heard.Up.class);
      relay.hold();
      LinkDown why = dialer.await(Heard.Down.class).why();
      assertThat(why.how()).isEqualTo(LinkDown.How.TIMEOUT);
      assertThat(why.toString()).startsWith("heartbeat timeout");
    }
  }

  @Test
  void aLivingNodeThatHearsNothingSaysThatItLives() throws Exception {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    try (Relay relay = new Relay(portOf(listening, path("one", 0, 1)))) {
      LinkTimes impatient = new LinkTimes(10, 300, 2000, 5000, 10, 50);
      dial(impatient, path("one", 0, relay.port()));
      dialer.await(Heard.Up.class).channel().send(HELLO);
      acceptor.await(Heard.Up.class);
      relay.deafen();
      LinkDown why = acceptor.await(Heard.Down.class).why();
      assertThat(why.how()).isEqualTo(LinkDown.How.GIVEN_UP_BY_PEER);
      assertThat(why.toString()).contains("which lives: heartbeat timeout");
      assertThat(dialer.await(Heard.Down.class).why().how()).isEqualTo(LinkDown.How.TIMEOUT);
    }
  }

  @Test
  void aNodeThatGivesAConnectionUpIsDialedAgain() {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    dial(QUICK, path("one", 0, portOf(listening, path("one", 0, 1))));
    dialer.await(Heard.Up.class).channel().send(HELLO);
    acceptor.await(Heard.Up.class).channel().close("too slow");
    LinkDown why = dialer.await(Heard.Down.class).why();
    assertThat(why.how()).isEqualTo(LinkDown.How.GIVEN_UP_BY_PEER);
    LinkChannel out = dialer.await(Heard.Up.class).channel();
    out.send(HELLO);
    acceptor.await(Heard.Up.class);
    out.close("carrier lost");
    assertThat(acceptor.await(Heard.Down.class).why().how())
        .isEqualTo(LinkDown.How.GIVEN_UP_BY_PEER);
    dialer.await(Heard.Up.class).channel().send(HELLO);
    acceptor.await(Heard.Up.class);
  }

  /** An older version skips the word; it has lost patience itself when the FIN comes. */
  @Test
  void theWordComesLongBeforeTheFin() throws Exception {
    LinkTimes impatient = new LinkTimes(10, 300, 2000, 5000, 10, 50);
    HaLink listening = listen(impatient, path("one", 0, 1));
    int port = portOf(listening, path("one", 0, 1));
    SSLContext context = PinnedTls.context(nodes.get(0), nodes.get(1).fingerprint());
    try (Socket peer = context.getSocketFactory().createSocket(LOOPBACK, port)) {
      peer.getOutputStream()
          .write(LinkCodec.encode(new LinkMessage.Heartbeat(1, 0, 0, Octets.EMPTY)));
      DataInputStream in = new DataInputStream(peer.getInputStream());
      LinkMessage last = null;
      long saidNs = 0;
      for (int length = in.readInt(); length >= 0; ) {
        byte[] octets = new byte[length];
        in.readFully(octets);
        last = LinkCodec.decode(octets);
        saidNs = System.nanoTime();
        try {
          length = in.readInt();
        } catch (EOFException _) {
          length = -1;
        }
      }
      assertThat(last).isInstanceOf(LinkMessage.Closing.class);
      assertThat(System.nanoTime() - saidNs).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(300));
    }
  }

  private HaLink listenOnTwo() throws Exception {
    return started(
        new HaLink(config(nodes.get(1), nodes.get(0).fingerprint(), QUICK, TWO), acceptor));
  }

  private Relay relay(HaLink listening, int path) throws Exception {
    return new Relay(portOf(listening, TWO.get(path)));
  }

  @Test
  void theWarmPathTakesOver() throws Exception {
    HaLink listening = listenOnTwo();
    try (Relay one = relay(listening, 0);
        Relay two = relay(listening, 1)) {
      dial(QUICK, path("one", 0, one.port()), path("two", 0, two.port()));
      LinkChannel first = dialer.await(Heard.Up.class).channel();
      first.send(HELLO);
      assertThat(acceptor.await(Heard.Up.class).channel().path().name())
          .isEqualTo(first.path().name());
      String other = first.path().name().equals("one") ? "two" : "one";
      dialer.await(Heard.Connected.class, c -> c.path().name().equals(other));
      (other.equals("two") ? one : two).close();
      Heard.Down down = dialer.await(Heard.Down.class);
      assertThat(down.path().name()).isEqualTo(first.path().name());
      assertThat(down.otherPath()).isTrue();
      LinkChannel second = dialer.await(Heard.Up.class).channel();
      assertThat(second.path().name()).isEqualTo(other);
      assertThat(first.send(HELLO)).isFalse();
      second.send(HELLO);
      assertThat(acceptor.await(Heard.Up.class).channel().path().name()).isEqualTo(other);
      assertThat(acceptor.message()).isEqualTo(HELLO);
    }
  }

  @Test
  void whenBothPathsEndTogetherBothSidesAreTold() throws Exception {
    HaLink listening = listenOnTwo();
    try (Relay one = relay(listening, 0);
        Relay two = relay(listening, 1)) {
      dial(QUICK, path("one", 0, one.port()), path("two", 0, two.port()));
      LinkChannel first = dialer.await(Heard.Up.class).channel();
      first.send(HELLO);
      acceptor.await(Heard.Up.class);
      acceptor.await(
          Heard.Message.class,
          _ -> listening.status().paths().stream().allMatch(LinkStatus.PathStatus::connected));
      boolean usesOne = first.path().name().equals("one");
      (usesOne ? two : one).hold(); // the dialer says no HELLO there any more: its process ends
      (usesOne ? one : two).close();
      assertThat(acceptor.await(Heard.Down.class).otherPath()).isTrue();
      (usesOne ? two : one).close();
      Heard.Down last = acceptor.await(Heard.Down.class);
      assertThat(last.path().name()).isEqualTo(usesOne ? "two" : "one");
      assertThat(last.otherPath()).isFalse();
      assertThat(last.why().how()).isIn(LinkDown.How.CLOSED_BY_PEER, LinkDown.How.RESET);
    }
  }

  @Test
  void garbageInsteadOfTlsIsRefusedAndTheLinkLives() throws Exception {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    int port = portOf(listening, path("one", 0, 1));
    try (Socket stranger = new Socket(LOOPBACK, port)) {
      stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes("US-ASCII"));
      LinkDown why = acceptor.await(Heard.Disconnected.class).why();
      assertThat(why.how()).isEqualTo(LinkDown.How.TLS_FAILED);
    }
    dial(QUICK, path("one", 0, port));
    dialer.await(Heard.Up.class);
  }

  @Test
  void garbageInsideTlsClosesTheConnectionWithTheReason() throws Exception {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    int port = portOf(listening, path("one", 0, 1));
    SSLContext context = PinnedTls.context(nodes.get(0), nodes.get(1).fingerprint());
    try (Socket peer = context.getSocketFactory().createSocket(LOOPBACK, port)) {
      peer.getOutputStream().write(new byte[] {0, 0, 0, 9, 77, 1, 2, 3});
      LinkDown why = acceptor.await(Heard.Disconnected.class).why();
      assertThat(why.toString())
          .isEqualTo(
              "malformed: message type 77 is not known to link protocol 1: "
                  + "the other node runs another version");
      assertThat(listening.status().losses()).containsEntry(LinkDown.How.MALFORMED, 1L);
    }
  }

  @Test
  void aStrangerWithoutACertificateIsRefused() throws Exception {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    NodeIdentity any = NodeIdentity.generate("any", new SecureRandom());
    context.init(null, PinnedTls.trust(nodes.get(1).fingerprint()), new SecureRandom());
    int port = portOf(listening, path("one", 0, 1));
    try (Socket peer = context.getSocketFactory().createSocket(LOOPBACK, port)) {
      try {
        peer.getOutputStream().write(any.fingerprint().sha256().toArray());
      } catch (IOException _) {
        // refused before it was written: what counts is why
      }
      assertThat(acceptor.await(Heard.Disconnected.class).why().how())
          .isEqualTo(LinkDown.How.TLS_FAILED);
    }
  }

  @Test
  void whatAPeerDoesNotTakeIsBoundedAndNeverBlocksTheCaller() throws Exception {
    HaLink listening = listen(QUICK, path("one", 0, 1));
    try (Relay relay = new Relay(portOf(listening, path("one", 0, 1)))) {
      LinkConfig small =
          new LinkConfig(
              nodes.get(0),
              nodes.get(1).fingerprint(),
              List.of(path("one", 0, relay.port())),
              new LinkTimes(1000, 60_000, 2000, 5000, 10, 50),
              1 << 20,
              bound -> 0);
      started(new HaLink(small, dialer));
      LinkChannel out = dialer.await(Heard.Up.class).channel();
      relay.hold();
      LinkMessage big = new LinkMessage.Control(Octets.owning(new byte[60_000]));
      int sent = 0;
      while (out.send(big)) {
        assertThat(++sent).isLessThan(100_000);
      }
      assertThat(out.writable()).isFalse();
      LinkDown why = dialer.await(Heard.Down.class).why();
      assertThat(why.how()).isEqualTo(LinkDown.How.OVERFLOW);
    }
  }

  private HaLink listen(LinkTimes times, LinkPath path) {
    return started(
        new HaLink(
            config(nodes.get(1), nodes.get(0).fingerprint(), times, List.of(path)), acceptor));
  }

  private HaLink dial(LinkTimes times, LinkPath... paths) {
    return started(
        new HaLink(
            config(nodes.get(0), nodes.get(1).fingerprint(), times, List.of(paths)), dialer));
  }

  private HaLink started(HaLink link) {
    open.add(link);
    link.start();
    return link;
  }

  private static NodeIdentity strangerBelow(NodeIdentity node) {
    NodeIdentity stranger;
    do {
      stranger = NodeIdentity.generate("stranger", new SecureRandom());
    } while (stranger.fingerprint().compareTo(node.fingerprint()) > 0);
    return stranger;
  }

  private static NodeIdentity strangerAbove(NodeIdentity node) {
    NodeIdentity stranger;
    do {
      stranger = NodeIdentity.generate("stranger", new SecureRandom());
    } while (stranger.fingerprint().compareTo(node.fingerprint()) < 0);
    return stranger;
  }
}
