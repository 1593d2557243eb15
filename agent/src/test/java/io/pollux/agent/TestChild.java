package io.pollux.agent;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** A Child SA for tests, changed step by step. */
public record TestChild(
    int spi,
    EspAlgorithms algorithms,
    int keyOctets,
    int integrityOctets,
    boolean udpEncap,
    boolean active,
    String local,
    String peer,
    List<TrafficSelector> localTs,
    List<TrafficSelector> remoteTs,
    ReplayState replay) {
  public static final IkeSpis IKE = new IkeSpis(new IkeSpi(1), new IkeSpi(2));
  private static final EspAlgorithms GCM_ESN = new EspAlgorithms(20, 256, 0, true);

  /** AES-GCM with ESN, IPv4, 10.1.0.0/16 to 10.2.0.0/16, inbound {@code spi}. */
  public static TestChild of(int spi) {
    return new TestChild(
        spi,
        GCM_ESN,
        36,
        0,
        false,
        true,
        "192.0.2.1",
        "198.51.100.1",
        List.of(range("10.1.0.0", "10.1.255.255")),
        List.of(range("10.2.0.0", "10.2.255.255")),
        ReplayState.NEW);
  }

  public static TrafficSelector range(String from, String to) {
    return new TrafficSelector(
        InetAddress.ofLiteral(from), InetAddress.ofLiteral(to), 0, 0, 65_535);
  }

  public TestChild with(EspAlgorithms other, int key, int integrity) {
    return new TestChild(
        spi, other, key, integrity, udpEncap, active, local, peer, localTs, remoteTs, replay);
  }

  public TestChild encapsulated() {
    return new TestChild(
        spi,
        algorithms,
        keyOctets,
        integrityOctets,
        true,
        active,
        local,
        peer,
        localTs,
        remoteTs,
        replay);
  }

  public TestChild waiting() {
    return new TestChild(
        spi,
        algorithms,
        keyOctets,
        integrityOctets,
        udpEncap,
        false,
        local,
        peer,
        localTs,
        remoteTs,
        replay);
  }

  public TestChild between(
      String from, String to, List<TrafficSelector> here, List<TrafficSelector> there) {
    return new TestChild(
        spi,
        algorithms,
        keyOctets,
        integrityOctets,
        udpEncap,
        active,
        from,
        to,
        here,
        there,
        replay);
  }

  public ChildSaSnapshot snapshot() {
    return new ChildSaSnapshot(
        "site",
        "net",
        new EspSpi(spi),
        new EspSpi(spi + 0x1000),
        new Endpoint(InetAddress.ofLiteral(local), udpEncap ? 4500 : 500),
        new Endpoint(InetAddress.ofLiteral(peer), udpEncap ? 40_000 : 500),
        udpEncap,
        algorithms,
        new EspKeys(
            key(keyOctets, 1), key(integrityOctets, 2), key(keyOctets, 3), key(integrityOctets, 4)),
        localTs,
        remoteTs,
        new Reqid(7),
        active,
        1024,
        new Lifetimes(3_600_000_000_000L, 3_960_000_000_000L, 0, 0, 0, 0),
        0,
        replay);
  }

  /** {@code c} in transport mode, with its endpoints as selectors. */
  public static ChildSaSnapshot transport(ChildSaSnapshot c) {
    return new ChildSaSnapshot(
        c.connection(),
        c.child(),
        c.inboundSpi(),
        c.outboundSpi(),
        c.local(),
        c.peer(),
        c.udpEncap(),
        c.algorithms(),
        c.keys(),
        List.of(range(c.local().address().getHostAddress(), c.local().address().getHostAddress())),
        List.of(range(c.peer().address().getHostAddress(), c.peer().address().getHostAddress())),
        c.reqid(),
        c.outboundActive(),
        c.replayWindow(),
        c.lifetimes(),
        c.ageNs(),
        c.replay(),
        true);
  }

  /** An IKE SA of that connection with these children. */
  public static IkeSaSnapshot ikeSa(String connection, List<ChildSaSnapshot> children) {
    Secret none = Secret.EMPTY;
    Endpoint end = new Endpoint(InetAddress.ofLiteral("192.0.2.1"), 500);
    Identity id = new Identity(2, Octets.EMPTY);
    return new IkeSaSnapshot(
        IKE,
        true,
        connection,
        end,
        end,
        false,
        false,
        id,
        id,
        new IkeAlgorithms(20, 256, 5, 0, 31, List.of()),
        new IkeKeys(none, none, none, none, none, none, none),
        new MessageWindow(new MessageId(2), Optional.empty(), new MessageId(0), List.of()),
        List.of(),
        new Lifetimes(0, 0, 0, 0, 0, 0),
        0,
        children);
  }

  private static Secret key(int octets, int fill) {
    byte[] bytes = new byte[octets];
    java.util.Arrays.fill(bytes, (byte) fill);
    return Secret.copyOf(bytes);
  }
}
