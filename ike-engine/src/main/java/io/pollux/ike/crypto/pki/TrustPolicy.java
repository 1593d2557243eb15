package io.pollux.ike.crypto.pki;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;

/**
 * Which certificates a peer may come with.
 *
 * @param anchors DER of the certificates that we trust: of CAs, or of the peer itself
 * @param revocation how much has to be known about revocation
 * @param sha1 whether signatures with SHA-1 count, in certificates and in Auth Method 1
 */
public record TrustPolicy(List<Octets> anchors, Revocation revocation, boolean sha1) {
  public TrustPolicy {
    anchors = List.copyOf(anchors);
  }

  /** SHA-1 of each anchor's public key. */
  public List<Octets> authorities(IkeCrypto crypto) {
    List<Octets> all = new ArrayList<>();
    for (Octets der : anchors) {
      try {
        all.add(crypto.sha1(EndEntity.parse(der).spki()));
      } catch (Malformed e) {
        throw new IllegalStateException("a trust anchor was not read when it was configured", e);
      }
    }
    return all;
  }
}
