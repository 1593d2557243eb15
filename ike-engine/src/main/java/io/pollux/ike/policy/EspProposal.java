package io.pollux.ike.policy;

import io.pollux.ike.crypto.Transform;
import java.util.List;

/**
 * One acceptable set of transforms for an ESP SA (RFC 7296 section 3.3), as written by an operator:
 * {@code aes256gcm16-esn}, {@code aes256-sha256-noesn}. A key exchange transform in it asks for one
 * at each rekey (PFS).
 */
public record EspProposal(String keyword, List<Transform> transforms) {
  public EspProposal {
    transforms = List.copyOf(transforms);
  }
}
