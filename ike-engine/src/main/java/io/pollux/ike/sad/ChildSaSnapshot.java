package io.pollux.ike.sad;

import java.net.InetAddress;
import java.util.List;

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

  public ChildSaSnapshot withOutboundActive(boolean active) {
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
        active,
        replayWindow,
        lifetimes,
        ageNs,
        replay,
        transport);
  }

  /** In transport mode the selectors move with the addresses (RFC 7296 section 2.23.1). */
  public ChildSaSnapshot withEndpoints(Endpoint newLocal, Endpoint newPeer, boolean newUdpEncap) {
    return new ChildSaSnapshot(
        connection,
        child,
        inboundSpi,
        outboundSpi,
        newLocal,
        newPeer,
        newUdpEncap,
        algorithms,
        keys,
        transport ? at(localTs, newLocal.address()) : localTs,
        transport ? at(remoteTs, newPeer.address()) : remoteTs,
        reqid,
        outboundActive,
        replayWindow,
        lifetimes,
        ageNs,
        replay,
        transport);
  }

  private static List<TrafficSelector> at(List<TrafficSelector> selectors, InetAddress address) {
    return selectors.stream()
        .map(
            ts ->
                new TrafficSelector(address, address, ts.protocol(), ts.startPort(), ts.endPort()))
        .toList();
  }

  public ChildSaSnapshot withAge(long newAgeNs, ReplayState newReplay) {
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
        newAgeNs,
        newReplay,
        transport);
  }
}
