package io.pollux.ike.exchange;

import io.pollux.ike.policy.Narrowing;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Path;
import io.pollux.ike.sad.TrafficSelector;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * The addresses in the traffic selectors of transport mode, which are those of the IKE SA: where a
 * NAT stands each side sees others, and puts what it sees in the place of what the peer says before
 * anything is compared or installed (RFC 7296 section 2.23.1).
 *
 * <pre>
 *   client IP1 -- NAT -- IPN1 ... IPN2 -- NAT -- IP2 server
 *   TSi = IP1, TSr = IPN2  -->           becomes TSi = IPN1, TSr = IP2
 *   becomes TSi = IP1, TSr = IPN2        <--  TSi = IPN1, TSr = IP2
 * </pre>
 */
final class TransportAddresses {
  private TransportAddresses() {}

  /** Selectors of our end and of the peer's. */
  record Selectors(List<TrafficSelector> local, List<TrafficSelector> remote) {
    static final Selectors NONE = new Selectors(List.of(), List.of());

    boolean isEmpty() {
      return local.isEmpty() || remote.isEmpty();
    }
  }

  /**
   * What the peer says, as we see it; empty if an end is not one address, or not that of the IKE
   * SA.
   */
  static Optional<Selectors> seen(IkeSa sa, Selectors said) {
    Path path = sa.path();
    Optional<List<TrafficSelector>> local =
        seen(said.local, path.local().address(), path.nat().localBehindNat());
    Optional<List<TrafficSelector>> remote =
        seen(said.remote, path.peer().address(), path.nat().peerBehindNat());
    return local.flatMap(l -> remote.map(r -> new Selectors(l, r)));
  }

  private static Optional<List<TrafficSelector>> seen(
      List<TrafficSelector> said, InetAddress address, boolean behindNat) {
    if (said.isEmpty()) {
      return Optional.empty();
    }
    InetAddress original = said.getFirst().from();
    boolean one =
        said.stream().allMatch(ts -> ts.from().equals(original) && ts.to().equals(original));
    boolean possible = behindNat ? original.getClass() == address.getClass() : one(address, said);
    return one && possible
        ? Optional.of(said.stream().map(ts -> at(ts, address)).toList())
        : Optional.empty();
  }

  private static boolean one(InetAddress address, List<TrafficSelector> said) {
    return said.stream().allMatch(ts -> ts.from().equals(address));
  }

  private static TrafficSelector at(TrafficSelector ts, InetAddress address) {
    return new TrafficSelector(address, address, ts.protocol(), ts.startPort(), ts.endPort());
  }

  /** What of our own selectors we may offer: TSi and TSr have the IKE SA's addresses alone. */
  static List<TrafficSelector> offered(List<TrafficSelector> own, InetAddress address) {
    return Narrowing.narrow(own, List.of(new TrafficSelector(address, address, 0, 0, 65_535)));
  }
}
