package io.pollux.ike.policy;

import io.pollux.ike.wire.Octets;

/**
 * The post-quantum pre-shared key of a connection (RFC 8784); the secret itself is asked for when
 * it is needed.
 *
 * @param id PPK_ID as it travels: its type, {@link #OPAQUE} or {@link #FIXED}, and the identifier
 *     (section 5.1)
 * @param required whether the peer must use it; otherwise it may go without
 */
public record PpkPolicy(Octets id, boolean required) {
  /** PPK_ID_OPAQUE: only the one who made it knows what it means. */
  public static final int OPAQUE = 1;

  /** PPK_ID_FIXED: a name that both have configured. */
  public static final int FIXED = 2;

  public PpkPolicy {
    if (id.length() < 2) {
      throw new IllegalArgumentException("PPK_ID without an identifier");
    }
  }
}
