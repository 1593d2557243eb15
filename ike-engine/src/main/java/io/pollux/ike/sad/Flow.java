package io.pollux.ike.sad;

/**
 * The packet that a Child SA is wanted for (RFC 7296 section 2.9): one address on either side, and
 * its protocol and ports.
 */
public record Flow(TrafficSelector local, TrafficSelector remote) {
  public Flow {
    if (!local.from().equals(local.to()) || !remote.from().equals(remote.to())) {
      throw new IllegalArgumentException("not a pair of addresses: " + local + " " + remote);
    }
  }
}
