package io.pollux.ike.policy;

import io.pollux.ike.crypto.Transform;
import java.util.List;

/**
 * One acceptable set of transforms for an IKE SA (RFC 7296 section 3.3), as written by an operator:
 * {@code aes256gcm16-prfsha384-x25519}. Several transforms of a type are alternatives in order of
 * preference.
 */
public record IkeProposal(String keyword, List<Transform> transforms) {
  public IkeProposal {
    transforms = List.copyOf(transforms);
  }
}
