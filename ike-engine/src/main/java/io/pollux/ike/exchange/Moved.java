package io.pollux.ike.exchange;

import io.pollux.ike.message.Exchange;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Path;
import io.pollux.ike.sad.Endpoint;

/** A peer's NAT has given it another address or port (RFC 7296 section 2.23). */
final class Moved {
  private Moved() {}

  /** An authentic, new message came: the peer lives, and perhaps its NAT has moved it. */
  static void heard(IkeSa sa, Path seen) {
    sa.heard();
    boolean elsewhere =
        !seen.local().equals(sa.path().local()) || !seen.peer().equals(sa.path().peer());
    if (!elsewhere) {
      return;
    }
    if (!sa.isUp()) {
      sa.setPath(seen); // an initiator goes to port 4500 with IKE_AUTH
    } else if (sa.path().nat().peerBehindNat() && sa.state() instanceof IkeSaState.Established) {
      tell(sa, seen.peer());
      sa.move(seen.local(), seen.peer());
    }
  }

  /**
   * The kernel has seen an authentic ESP packet from {@code peer}. Who is behind a NAT himself does
   * not follow: what he sees may be his own NAT's work.
   */
  static void byKernel(IkeSa sa, Endpoint peer) {
    boolean follows =
        sa.state() instanceof IkeSaState.Established
            && sa.path().nat().peerBehindNat()
            && !sa.path().nat().localBehindNat()
            && !peer.equals(sa.path().peer());
    if (follows && !sa.isInstalling()) { // else the kernel says it again
      sa.host().count("peers_mapped");
      tell(sa, peer);
      sa.move(sa.path().local(), peer);
    }
  }

  private static void tell(IkeSa sa, Endpoint peer) {
    Story.info(
        sa,
        Exchange.INFORMATIONAL,
        sa.window().nextPeer(),
        "peer moved from " + sa.path().peer() + " to " + peer);
  }
}
