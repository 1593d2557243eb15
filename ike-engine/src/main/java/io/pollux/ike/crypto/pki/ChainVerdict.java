package io.pollux.ike.crypto.pki;

import java.util.List;

/** What came out of the validation of a peer's certificates. */
public sealed interface ChainVerdict {
  /**
   * A trust anchor vouches for the first certificate.
   *
   * @param remarks what an operator should know all the same, for example that no CRL was there
   */
  record Trusted(List<String> remarks) implements ChainVerdict {
    public Trusted {
      remarks = List.copyOf(remarks);
    }
  }

  /**
   * No.
   *
   * @param why which certificate failed and how, for the log
   */
  record Untrusted(String why) implements ChainVerdict {}
}
