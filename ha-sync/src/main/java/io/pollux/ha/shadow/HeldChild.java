package io.pollux.ha.shadow;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.ReplayState;

/** A Child SA in the shadow, with the instant of its birth on this node's clock. */
final class HeldChild {
  private final long bornNs;
  private ChildSaSnapshot child;
  private ReplayState replay;
  private IkeSpis owner;

  HeldChild(IkeSpis owner, ChildSaSnapshot child, long asOfNs) {
    this.owner = owner;
    this.child = OwnSecrets.copy(child);
    this.replay = child.replay();
    this.bornNs = asOfNs - child.ageNs();
  }

  IkeSpis owner() {
    return owner;
  }

  void moveTo(IkeSpis newOwner) {
    owner = newOwner;
  }

  ChildSaSnapshot at(long nowNs) {
    return child.withAge(nowNs - bornNs, replay);
  }

  /** For those who may close what they get. */
  ChildSaSnapshot copyAt(long nowNs) {
    return OwnSecrets.copy(at(nowNs));
  }

  boolean outboundActive() {
    return child.outboundActive();
  }

  void outboundActive(boolean active) {
    child = child.withOutboundActive(active);
  }

  boolean endsAt(Endpoint local, Endpoint peer, boolean udpEncap) {
    return child.local().equals(local) && child.peer().equals(peer) && child.udpEncap() == udpEncap;
  }

  void endpoints(Endpoint local, Endpoint peer, boolean udpEncap) {
    child = child.withEndpoints(local, peer, udpEncap);
  }

  /** Counters only go forward; false when this one brings nothing new. */
  boolean advance(ReplayState newer) {
    ReplayState merged = replay.max(newer);
    boolean moved = !merged.equals(replay);
    replay = merged;
    return moved;
  }

  ReplayState replay() {
    return replay;
  }

  /**
   * Whether {@code other} is this SA, whatever its age, counters, endpoints and direction in use.
   */
  boolean isSameSa(ChildSaSnapshot other) {
    return child
        .withAge(0, ReplayState.NEW)
        .withOutboundActive(false)
        .equals(
            other
                .withAge(0, ReplayState.NEW)
                .withOutboundActive(false)
                .withEndpoints(child.local(), child.peer(), child.udpEncap()));
  }
}
