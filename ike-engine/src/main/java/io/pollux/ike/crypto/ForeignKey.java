package io.pollux.ike.crypto;

import io.pollux.ike.wire.Octets;
import java.security.InvalidKeyException;

/** A private key that signs where nobody can read it, for example in a PKCS#11 token. */
public interface ForeignKey {
  /**
   * The bare signature, without a hash of its own. It may take its time.
   *
   * @param input RSASSA-PKCS1-v1_5: the DigestInfo (RFC 8017 section 9.2); else the digest
   * @return ECDSA: r and s, of equal length; RSA: as it is
   * @throws InvalidKeyException if there is none; the message is for the operator
   */
  Octets sign(SignatureScheme scheme, Octets input) throws InvalidKeyException;
}
