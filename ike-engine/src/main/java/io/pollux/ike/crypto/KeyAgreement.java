package io.pollux.ike.crypto;

import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;

/**
 * Our half of one key exchange (RFC 7296 section 3.4, RFC 6989): made by {@link
 * IkeCrypto#keyAgreement}, or brought back from {@link #export} on another node. A responder uses
 * {@link IkeCrypto#answer}, which a KEM can do too.
 */
public interface KeyAgreement extends AutoCloseable {
  /** The key exchange method. */
  KeyExchangeMethod method();

  /** Our public value, of a KEM the encapsulation key, as it stands in the KE payload. */
  Octets publicValue();

  /**
   * The shared secret g^ir, in the length that the method's RFC gives it.
   *
   * @throws Malformed (INVALID_SYNTAX) if {@code peer} has the wrong length, is not on the curve,
   *     or leads to a secret that a third party could know (RFC 6989 section 2, RFC 8031 section 5)
   */
  Secret agree(Octets peer) throws Malformed;

  /** The private value, for {@link IkeCrypto#restore}: an exchange in work survives a takeover. */
  Secret export();

  /**
   * A responder's whole part.
   *
   * @param publicValue for the KE payload; of a KEM the ciphertext
   * @param shared the shared secret, the receiver's to close
   */
  record Answer(Octets publicValue, Secret shared) {}

  /** Wipes the private value. */
  @Override
  void close();
}
