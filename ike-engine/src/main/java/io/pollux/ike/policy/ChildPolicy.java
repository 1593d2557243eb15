package io.pollux.ike.policy;

import io.pollux.ike.sad.TrafficSelector;
import java.util.List;

/**
 * One Child SA of a connection.
 *
 * @param proposals in order of preference, not empty
 * @param replayWindow inbound window in packets, 32 to 4096
 * @param transport transport mode, between the two gateways themselves (RFC 7296 section 1.3.1)
 * @param singlePair each pair of addresses has a Child SA of its own (RFC 7296 section 2.9)
 */
public record ChildPolicy(
    String name,
    List<TrafficSelector> localTs,
    List<TrafficSelector> remoteTs,
    List<EspProposal> proposals,
    RekeyPolicy rekey,
    StartAction start,
    int replayWindow,
    boolean transport,
    boolean singlePair) {
  public ChildPolicy {
    localTs = List.copyOf(localTs);
    remoteTs = List.copyOf(remoteTs);
    proposals = List.copyOf(proposals);
  }

  /** In tunnel mode, with whatever selectors both allow. */
  public ChildPolicy(
      String name,
      List<TrafficSelector> localTs,
      List<TrafficSelector> remoteTs,
      List<EspProposal> proposals,
      RekeyPolicy rekey,
      StartAction start,
      int replayWindow) {
    this(name, localTs, remoteTs, proposals, rekey, start, replayWindow, false, false);
  }

  /** What happens to the child when its node becomes active. */
  public enum StartAction {
    /** Nothing: the peer or an operator starts it. */
    NONE,
    /** It is negotiated at once, and again whenever it went down. */
    START,
    /** It is negotiated when a packet wants to pass. */
    ON_DEMAND
  }
}
