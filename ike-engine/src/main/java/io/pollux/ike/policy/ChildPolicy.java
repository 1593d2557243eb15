package io.pollux.ike.policy;

import io.pollux.ike.sad.TrafficSelector;
import java.util.List;

/**
 * One Child SA of a connection, in tunnel mode.
 *
 * @param proposals in order of preference, not empty
 * @param replayWindow inbound window in packets, 32 to 4096
 */
public record ChildPolicy(
    String name,
    List<TrafficSelector> localTs,
    List<TrafficSelector> remoteTs,
    List<EspProposal> proposals,
    RekeyPolicy rekey,
    StartAction start,
    int replayWindow) {
  public ChildPolicy {
    localTs = List.copyOf(localTs);
    remoteTs = List.copyOf(remoteTs);
    proposals = List.copyOf(proposals);
  }

  /** What happens to the child when its node becomes active. */
  public enum StartAction {
    /** Nothing: the peer or an operator starts it. */
    NONE,
    /** It is negotiated at once, and again whenever it went down. */
    START
  }
}
