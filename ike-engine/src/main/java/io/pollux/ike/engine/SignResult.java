package io.pollux.ike.engine;

import io.pollux.ike.wire.Octets;

/** What became of a signature. */
public sealed interface SignResult {
  /** The signature value in the form of RFC 7427 section 3: ECDSA as a DER sequence. */
  record Done(Octets signature) implements SignResult {}

  /**
   * There is none.
   *
   * @param why for the log, never with key material
   */
  record Failed(String why) implements SignResult {}
}
