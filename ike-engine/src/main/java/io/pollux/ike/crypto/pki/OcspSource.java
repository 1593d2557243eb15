package io.pollux.ike.crypto.pki;

import io.pollux.ike.wire.Octets;
import java.time.Instant;
import java.util.Optional;

/**
 * Somebody who asks an OCSP responder (RFC 6960 section 2.1) while a path is validated. It may take
 * as long as the caller of the validation can wait.
 */
public interface OcspSource {
  /** The response to an OCSPRequest, both DER; empty if there is none to be had. */
  Optional<Octets> ask(Octets request);

  /**
   * The response to {@code request} has a signature that counts and says something.
   *
   * @param until its nextUpdate
   */
  void believed(Octets request, Octets response, Instant until);
}
