package io.pollux.ike.sa;

import io.pollux.ike.extension.NatDetection;
import io.pollux.ike.sad.Endpoint;

/**
 * Between which endpoints an IKE SA runs, and what stands between them (RFC 7296 section 2.23).
 *
 * @param forced the operator wants UDP encapsulation whatever NAT detection says
 */
public record Path(Endpoint local, Endpoint peer, NatDetection.Finding nat, boolean forced) {
  /** Whether ESP travels in UDP. */
  public boolean udpEncap() {
    return nat.any() || forced;
  }

  public Path withEndpoints(Endpoint newLocal, Endpoint newPeer) {
    return new Path(newLocal, newPeer, nat, forced);
  }

  public Path withNat(NatDetection.Finding finding, boolean force) {
    return new Path(local, peer, finding, force);
  }
}
