package io.pollux.ike.crypto;

import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.Optional;

/**
 * Keys from keys: prf+ (RFC 7296 section 2.13), the IKE SA's seven (2.14 and 2.18), KEYMAT of Child
 * SAs (2.17).
 *
 * <p>{@code ni} and {@code nr} are always the nonces of the exchange that makes the SA, its
 * initiator's first.
 */
public final class KeySchedule {
  private static final int HALF_AES_KEY = 8;
  private static final int MAX_BLOCKS = 255; // the counter of prf+ is one octet

  private KeySchedule() {}

  /** The keys of the IKE SA that an IKE_SA_INIT exchange makes (section 2.14). */
  public static IkeKeys initial(
      IkeCrypto crypto,
      IkeAlgorithms algorithms,
      Secret sharedSecret,
      Octets ni,
      Octets nr,
      IkeSpis spis) {
    Prf prf = Prf.require(algorithms.prf());
    Octets key = prf.cutsNonces() ? Octets.concat(lead(ni), lead(nr)) : Octets.concat(ni, nr);
    try (Secret nonces = Secret.owning(key.toArray());
        Secret skeyseed = crypto.prfOfSecret(prf, nonces, sharedSecret)) {
      return expand(crypto, algorithms, skeyseed, ni, nr, spis);
    }
  }

  private static Octets lead(Octets nonce) {
    return nonce.slice(0, HALF_AES_KEY);
  }

  /**
   * The keys after one more key exchange in IKE_INTERMEDIATE (RFC 9370 section 2.2.2).
   *
   * @param skD the SK_d before
   */
  public static IkeKeys intermediate(
      IkeCrypto crypto,
      IkeAlgorithms algorithms,
      Secret skD,
      Secret sharedSecret,
      Octets ni,
      Octets nr,
      IkeSpis spis) {
    Prf prf = Prf.require(algorithms.prf());
    try (Secret skeyseed = crypto.prfOfSecret(prf, skD, sharedSecret, ni, nr)) {
      return expand(crypto, algorithms, skeyseed, ni, nr, spis);
    }
  }

  /** {@code keys} with a post-quantum pre-shared key in SK_d, SK_pi and SK_pr (RFC 8784). */
  public static IkeKeys withPpk(IkeCrypto crypto, Prf prf, Secret ppk, IkeKeys keys) {
    return new IkeKeys(
        mixed(crypto, prf, ppk, keys.skD()),
        keys.skAi().copy(),
        keys.skAr().copy(),
        keys.skEi().copy(),
        keys.skEr().copy(),
        mixed(crypto, prf, ppk, keys.skPi()),
        mixed(crypto, prf, ppk, keys.skPr()));
  }

  private static Secret mixed(IkeCrypto crypto, Prf prf, Secret ppk, Secret key) {
    return prfPlus(crypto, prf, ppk, key, Octets.EMPTY, key.length());
  }

  /**
   * The keys of the IKE SA that takes another one's place (section 2.18).
   *
   * @param old the algorithms of the old IKE SA: SKEYSEED is made with its PRF
   * @param oldSkD its SK_d
   * @param spis the new SPIs
   */
  public static IkeKeys rekey(
      IkeCrypto crypto,
      IkeAlgorithms old,
      Secret oldSkD,
      IkeAlgorithms algorithms,
      Secret sharedSecret,
      Octets ni,
      Octets nr,
      IkeSpis spis) {
    return rekey(crypto, old, oldSkD, algorithms, sharedSecret, ni, nr, Secret.EMPTY, spis);
  }

  /** As above; {@code more} is SK(1) | ... | SK(n) of RFC 9370 section 2.2.4, or nothing. */
  public static IkeKeys rekey(
      IkeCrypto crypto,
      IkeAlgorithms old,
      Secret oldSkD,
      IkeAlgorithms algorithms,
      Secret sharedSecret,
      Octets ni,
      Octets nr,
      Secret more,
      IkeSpis spis) {
    Prf prf = Prf.require(old.prf());
    try (Secret lead = mixed(sharedSecret, ni, nr, more);
        Secret skeyseed = crypto.prfOfSecret(prf, oldSkD, lead)) {
      return expand(crypto, algorithms, skeyseed, ni, nr, spis);
    }
  }

  /** {@code shared | ni | nr | more} as one secret. */
  private static Secret mixed(Secret shared, Octets ni, Octets nr, Secret more) {
    try (Secret nonces = Secret.owning(Octets.concat(ni, nr).toArray());
        Secret first = shared.concat(nonces)) {
      return first.concat(more);
    }
  }

  private static IkeKeys expand(
      IkeCrypto crypto,
      IkeAlgorithms algorithms,
      Secret skeyseed,
      Octets ni,
      Octets nr,
      IkeSpis spis) {
    Prf prf = Prf.require(algorithms.prf());
    Encryption encryption = Encryption.require(algorithms.encryption());
    int e = encryption.keyMaterialLength(algorithms.encryptionKeyBits());
    int a = encryption.isAead() ? 0 : Integrity.require(algorithms.integrity()).keyLength();
    int p = prf.length();
    Octets seed =
        new WireWriter()
            .octets(ni)
            .octets(nr)
            .u64(spis.initiator().value())
            .u64(spis.responder().value())
            .toOctets();
    try (Secret all = prfPlus(crypto, prf, skeyseed, Secret.EMPTY, seed, 3 * p + 2 * a + 2 * e)) {
      Cutter cut = new Cutter(all);
      return new IkeKeys(
          cut.next(p),
          cut.next(a),
          cut.next(a),
          cut.next(e),
          cut.next(e),
          cut.next(p),
          cut.next(p));
    }
  }

  /**
   * KEYMAT of a Child SA (section 2.17), by direction as we see it.
   *
   * @param prf of the IKE SA
   * @param skD of the IKE SA
   * @param sharedSecret g^ir (new), if the exchange carried KE payloads
   * @param us our role in the exchange that makes the Child SA
   */
  public static EspKeys child(
      IkeCrypto crypto,
      Prf prf,
      Secret skD,
      EspAlgorithms algorithms,
      Optional<Secret> sharedSecret,
      Octets ni,
      Octets nr,
      Role us) {
    return child(crypto, prf, skD, algorithms, sharedSecret, ni, nr, Secret.EMPTY, us);
  }

  /** As above; {@code more} is SK(1) | ... | SK(n) of RFC 9370 section 2.2.4, or nothing. */
  public static EspKeys child(
      IkeCrypto crypto,
      Prf prf,
      Secret skD,
      EspAlgorithms algorithms,
      Optional<Secret> sharedSecret,
      Octets ni,
      Octets nr,
      Secret more,
      Role us) {
    Encryption encryption = Encryption.require(algorithms.encryption());
    int e = encryption.keyMaterialLength(algorithms.encryptionKeyBits());
    int a = encryption.isAead() ? 0 : Integrity.require(algorithms.integrity()).keyLength();
    try (Secret seed = mixed(sharedSecret.orElse(Secret.EMPTY), ni, nr, more);
        Secret keymat = prfPlus(crypto, prf, skD, seed, Octets.EMPTY, 2 * e + 2 * a)) {
      Cutter cut = new Cutter(keymat);
      Secret initiatorEncryption = cut.next(e); // from initiator to responder first
      Secret initiatorIntegrity = cut.next(a);
      Secret responderEncryption = cut.next(e);
      Secret responderIntegrity = cut.next(a);
      return us == Role.INITIATOR
          ? new EspKeys(
              responderEncryption, responderIntegrity, initiatorEncryption, initiatorIntegrity)
          : new EspKeys(
              initiatorEncryption, initiatorIntegrity, responderEncryption, responderIntegrity);
    }
  }

  /** prf+(key, seed), section 2.13: {@code length} octets, at most 255 times the PRF's output. */
  public static Secret prfPlus(IkeCrypto crypto, Prf prf, Secret key, Octets seed, int length) {
    return prfPlus(crypto, prf, key, Secret.EMPTY, seed, length);
  }

  /** As above with a seed that begins with {@code secretSeed}. */
  private static Secret prfPlus(
      IkeCrypto crypto, Prf prf, Secret key, Secret secretSeed, Octets seed, int length) {
    int blocks = (length + prf.length() - 1) / prf.length();
    if (blocks > MAX_BLOCKS) {
      throw new IllegalArgumentException("prf+ of " + length + " octets");
    }
    byte[] all = new byte[blocks * prf.length()];
    Secret t = Secret.EMPTY; // T1 = prf(K, S | 0x01), T2 = prf(K, T1 | S | 0x02), ...
    for (int i = 1; i <= blocks; i++) {
      Octets counter = Octets.of((byte) i);
      try (Secret before = t;
          Secret lead = before.concat(secretSeed)) {
        t = crypto.prfOfSecret(prf, key, lead, seed, counter);
      }
      int at = (i - 1) * prf.length();
      t.use(octets -> copy(octets, all, at));
    }
    t.close();
    try (Secret whole = Secret.owning(all)) {
      return whole.slice(0, length);
    }
  }

  private static Object copy(byte[] from, byte[] to, int at) {
    System.arraycopy(from, 0, to, at, from.length);
    return null;
  }

  /** Takes pieces off a secret in order. */
  private static final class Cutter {
    private final Secret whole;
    private int at;

    Cutter(Secret whole) {
      this.whole = whole;
    }

    Secret next(int length) {
      at += length;
      return whole.slice(at - length, at);
    }
  }
}
