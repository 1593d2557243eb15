package io.pollux.ike.engine;

import io.pollux.ike.extension.Cookies;
import io.pollux.ike.message.FragmentAssembler;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.Optional;

/** How much strangers may ask of us, and what they have to show first (RFC 7296 section 2.6). */
final class Admission {
  /**
   * From so many half-open IKE SAs on each of them may keep less; till then that is 18 MB of
   * fragments.
   */
  static final int CALM = 256;

  /** Holds a key exchange with ML-KEM, and ten certificates. */
  static final int BUSY_OCTETS = 16_384;

  private final EngineConfig.HalfOpenLimits limits;
  private final Registry registry;
  private final Cookies cookies;
  private final AuthFailures failures = new AuthFailures();

  Admission(EngineConfig.HalfOpenLimits limits, Registry registry, Entropy entropy) {
    this.limits = limits;
    this.registry = registry;
    this.cookies = new Cookies(entropy);
  }

  /** Whether half-open IKE SAs are few enough to tell the standby of each. */
  boolean isQuiet() {
    return registry.halfOpen() < limits.cookiesAbove();
  }

  /** What a half-open IKE SA may keep of its peer's datagrams. */
  int octets() {
    return registry.halfOpen() < CALM ? FragmentAssembler.MAX_OCTETS : BUSY_OCTETS;
  }

  /** Whether so many are half open that a cookie has to be asked for. */
  boolean isCookieDue(Endpoint peer) {
    return !isQuiet() || registry.halfOpen(peer.address()) >= limits.cookiesAbove();
  }

  /** The cookie that the sender must bring; empty if it has. */
  Optional<Octets> demandCookie(IkeMessage request, Endpoint peer, long nowNs) {
    Octets ni = request.first(NoncePayload.class).orElseThrow().nonce();
    IkeSpi spiI = request.spis().initiator();
    Optional<Octets> brought = request.first(NotifyType.COOKIE).map(NotifyPayload::data);
    boolean good =
        brought.filter(c -> cookies.accepts(c, ni, peer.address(), spiI, nowNs)).isPresent();
    return good ? Optional.empty() : Optional.of(cookies.make(ni, peer.address(), spiI, nowNs));
  }

  /** Nobody has to wait for what others behind the same NAT do if one of them is up. */
  void failed(InetAddress peer, long nowNs) {
    if (!registry.isUp(Network.of(peer))) {
      failures.failed(Network.of(peer), nowNs);
    }
  }

  /** Somebody there has proven who he is. */
  void proven(InetAddress peer) {
    failures.proven(Network.of(peer));
  }

  /** Whether a first message from there has to wait for the peer's next retransmission. */
  boolean isHeld(InetAddress peer, long nowNs) {
    return failures.isHeld(Network.of(peer), nowNs);
  }

  void clear() {
    failures.clear();
  }
}
