package io.pollux.ike.sa;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.IvSource;
import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Prf;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.List;

/** The keys of one IKE SA in use: what they are, and the cipher and IVs made of them. */
public record Secured(IkeAlgorithms algorithms, IkeKeys keys, SkCipher cipher, IvSource ivs) {
  /** For {@code us}, the original initiator or responder, in the host's reign. */
  public static Secured of(Host host, IkeAlgorithms algorithms, IkeKeys keys, Role us) {
    return new Secured(
        algorithms,
        keys,
        SkCipher.of(host.crypto(), algorithms, keys, us),
        new IvSource(host.epoch(), host.entropy().keys()));
  }

  public Prf prf() {
    return Prf.require(algorithms.prf());
  }

  /** The datagrams of {@code message}, none longer than {@code maxOctets}. */
  public List<Octets> seal(IkeMessage message, int maxOctets) {
    return MessageCodec.seal(message, cipher, ivs, maxOctets);
  }

  /** The keys as secrets of their own, which live on when these are wiped. */
  public IkeKeys copyOfKeys() {
    return copy(keys);
  }

  /** {@code keys} as secrets of their own. */
  public static IkeKeys copy(IkeKeys keys) {
    return new IkeKeys(
        copy(keys.skD()),
        copy(keys.skAi()),
        copy(keys.skAr()),
        copy(keys.skEi()),
        copy(keys.skEr()),
        copy(keys.skPi()),
        copy(keys.skPr()));
  }

  private static Secret copy(Secret secret) {
    return secret.slice(0, secret.length());
  }

  /**
   * With a post-quantum pre-shared key in SK_d, SK_pi and SK_pr (RFC 8784 section 3). Messages are
   * protected as before, by the same cipher and its IVs.
   */
  public Secured withPpk(IkeCrypto crypto, Secret ppk) {
    IkeKeys mixed = KeySchedule.withPpk(crypto, prf(), ppk, keys);
    IkeKeys both =
        new IkeKeys(
            mixed.skD(),
            keys.skAi(),
            keys.skAr(),
            keys.skEi(),
            keys.skEr(),
            mixed.skPi(),
            mixed.skPr());
    for (Secret spare : List.of(mixed.skAi(), mixed.skAr(), mixed.skEi(), mixed.skEr())) {
      spare.close();
    }
    return new Secured(algorithms, both, cipher, ivs);
  }

  /** Forgets what {@link #withPpk} replaces, or what it has put there. */
  public void wipeUnmixed() {
    keys.skD().close();
    keys.skPi().close();
    keys.skPr().close();
  }

  /** Forgets the keys. */
  public void wipe() {
    keys.skD().close();
    keys.skAi().close();
    keys.skAr().close();
    keys.skEi().close();
    keys.skEr().close();
    keys.skPi().close();
    keys.skPr().close();
  }
}
