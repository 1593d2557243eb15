package io.pollux.ike.extension;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Entropy;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Cookies, RFC 7296 section 2.6: {@code version | Hash(Ni | IPi | SPIi | secret)}, without state
 * per peer. The secret changes now and then; the one before it stays good until the next change.
 */
public final class Cookies {
  private static final long LIFE_NS = 60_000_000_000L; // longer than an initiator tries

  private final Entropy entropy;
  private Optional<Generation> current = Optional.empty();
  private Optional<Generation> previous = Optional.empty();

  private record Generation(int version, Secret secret, long bornNs) {}

  public Cookies(Entropy entropy) {
    this.entropy = entropy;
  }

  /** The cookie that the sender of these shall bring. */
  public Octets make(Octets ni, InetAddress peer, IkeSpi spiI, long nowNs) {
    rotate(nowNs);
    return cookie(current.orElseThrow(), ni, peer, spiI);
  }

  /** Whether {@code cookie} is one that we made for these. */
  public boolean accepts(Octets cookie, Octets ni, InetAddress peer, IkeSpi spiI, long nowNs) {
    rotate(nowNs);
    return matches(current, cookie, ni, peer, spiI) || matches(previous, cookie, ni, peer, spiI);
  }

  private void rotate(long nowNs) {
    if (current.isPresent() && nowNs - current.get().bornNs < LIFE_NS) {
      return;
    }
    int version = current.map(g -> g.version + 1 & 0xff).orElse(0);
    previous = current.filter(g -> nowNs - g.bornNs < 2 * LIFE_NS);
    current = Optional.of(new Generation(version, Secret.owning(entropy.cookieSecret()), nowNs));
  }

  private static boolean matches(
      Optional<Generation> generation, Octets cookie, Octets ni, InetAddress peer, IkeSpi spiI) {
    return generation.isPresent()
        && MessageDigest.isEqual(
            cookie(generation.get(), ni, peer, spiI).toArray(), cookie.toArray());
  }

  private static Octets cookie(Generation generation, Octets ni, InetAddress peer, IkeSpi spiI) {
    MessageDigest sha256 = Digests.sha256();
    sha256.update(ni.toArray());
    sha256.update(peer.getAddress());
    ByteBuffer spi = ByteBuffer.allocate(8).order(ByteOrder.BIG_ENDIAN);
    sha256.update(spi.putLong(spiI.value()).array());
    byte[] hash = generation.secret.use(sha256::digest);
    return Octets.concat(Octets.of((byte) generation.version), Octets.owning(hash));
  }
}
