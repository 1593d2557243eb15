package io.pollux.ike.sad;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Consumer;

/**
 * All that is needed to go on with a Child SA on another node (RFC 7296 section 1.3; the kernel's
 * half: linux/xfrm.h).
 *
 * @param connection the connection's name in the configuration
 * @param child the child's name in the configuration
 * @param inboundSpi the SPI that this gateway chose; names the Child SA in events
 * @param outboundSpi the SPI that the peer chose
 * @param udpEncap ESP in UDP between the two endpoints' ports (RFC 3948)
 * @param outboundActive whether the outbound SA stands in the kernel; exactly one of a child's
 *     generations has it
 * @param replayWindow inbound window in packets
 * @param ageNs age when this snapshot was made, nanoseconds
 * @param replay the counters last known when this snapshot was made
 * @param transport transport mode instead of tunnel mode (RFC 7296 section 1.3.1)
 */
public record ChildSaSnapshot(
    String connection,
    String child,
    EspSpi inboundSpi,
    EspSpi outboundSpi,
    Endpoint local,
    Endpoint peer,
    boolean udpEncap,
    EspAlgorithms algorithms,
    EspKeys keys,
    List<TrafficSelector> localTs,
    List<TrafficSelector> remoteTs,
    Reqid reqid,
    boolean outboundActive,
    int replayWindow,
    Lifetimes lifetimes,
    long ageNs,
    ReplayState replay,
    boolean transport) {
  public ChildSaSnapshot {
    localTs = List.copyOf(localTs);
    remoteTs = List.copyOf(remoteTs);
  }

  /** In tunnel mode. */
  public ChildSaSnapshot(
      String connection,
      String child,
      EspSpi inboundSpi,
      EspSpi outboundSpi,
      Endpoint local,
      Endpoint peer,
      boolean udpEncap,
      EspAlgorithms algorithms,
      EspKeys keys,
      List<TrafficSelector> localTs,
      List<TrafficSelector> remoteTs,
      Reqid reqid,
      boolean outboundActive,
      int replayWindow,
      Lifetimes lifetimes,
      long ageNs,
      ReplayState replay) {
    this(
        connection,
        child,
        inboundSpi,
        outboundSpi,
        local,
        peer,
        udpEncap,
        algorithms,
        keys,
        localTs,
        remoteTs,
        reqid,
        outboundActive,
        replayWindow,
        lifetimes,
        ageNs,
        replay,
        false);
  }

  /** The inbound SA in the kernel. */
  public SaId inbound() {
    return new SaId(inboundSpi, local.address());
  }

  /** The outbound SA in the kernel. */
  public SaId outbound() {
    return new SaId(outboundSpi, peer.address());
  }

  public ChildSaSnapshot withInbound(EspSpi newInboundSpi) {
    return changed(c -> c.inboundSpi = newInboundSpi);
  }

  /** With keys that live and are wiped apart from this one's. */
  public ChildSaSnapshot withKeys(EspKeys newKeys) {
    return changed(c -> c.keys = newKeys);
  }

  public ChildSaSnapshot withReqid(Reqid newReqid) {
    return changed(c -> c.reqid = newReqid);
  }

  /** With the reqid of {@code other}, and its selectors in its order: they are the same ones. */
  public ChildSaSnapshot withPoliciesOf(ChildSaSnapshot other) {
    return changed(
        c -> {
          c.localTs = other.localTs;
          c.remoteTs = other.remoteTs;
          c.reqid = other.reqid;
        });
  }

  public ChildSaSnapshot withOutboundActive(boolean active) {
    return changed(c -> c.outboundActive = active);
  }

  /** In transport mode the selectors move with the addresses (RFC 7296 section 2.23.1). */
  public ChildSaSnapshot withEndpoints(Endpoint newLocal, Endpoint newPeer, boolean newUdpEncap) {
    return changed(
        c -> {
          c.local = newLocal;
          c.peer = newPeer;
          c.udpEncap = newUdpEncap;
          if (transport) {
            c.localTs = at(localTs, newLocal.address());
            c.remoteTs = at(remoteTs, newPeer.address());
          }
        });
  }

  private static List<TrafficSelector> at(List<TrafficSelector> selectors, InetAddress address) {
    return selectors.stream()
        .map(
            ts ->
                new TrafficSelector(address, address, ts.protocol(), ts.startPort(), ts.endPort()))
        .toList();
  }

  public ChildSaSnapshot withAge(long newAgeNs, ReplayState newReplay) {
    return changed(
        c -> {
          c.ageNs = newAgeNs;
          c.replay = newReplay;
        });
  }

  private ChildSaSnapshot changed(Consumer<Changed> change) {
    Changed changed = new Changed();
    change.accept(changed);
    return changed.snapshot();
  }

  /** What a copy may have other than the original. */
  private final class Changed {
    private EspSpi inboundSpi = ChildSaSnapshot.this.inboundSpi;
    private Endpoint local = ChildSaSnapshot.this.local;
    private Endpoint peer = ChildSaSnapshot.this.peer;
    private boolean udpEncap = ChildSaSnapshot.this.udpEncap;
    private EspKeys keys = ChildSaSnapshot.this.keys;
    private List<TrafficSelector> localTs = ChildSaSnapshot.this.localTs;
    private List<TrafficSelector> remoteTs = ChildSaSnapshot.this.remoteTs;
    private Reqid reqid = ChildSaSnapshot.this.reqid;
    private boolean outboundActive = ChildSaSnapshot.this.outboundActive;
    private long ageNs = ChildSaSnapshot.this.ageNs;
    private ReplayState replay = ChildSaSnapshot.this.replay;

    private ChildSaSnapshot snapshot() {
      return new ChildSaSnapshot(
          connection,
          child,
          inboundSpi,
          outboundSpi,
          local,
          peer,
          udpEncap,
          algorithms,
          keys,
          localTs,
          remoteTs,
          reqid,
          outboundActive,
          replayWindow,
          lifetimes,
          ageNs,
          replay,
          transport);
    }
  }
}
