package io.pollux.ike.engine;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.util.Optional;

/** Where pre-shared keys come from (RFC 7296 section 2.15). */
@FunctionalInterface
public interface PskLookup {
  /**
   * The key that {@code local} and {@code peer} share in {@code connection}; empty if there is
   * none, then authentication fails. The engine does not close it.
   */
  Optional<Secret> find(String connection, Identity local, Identity peer);

  /**
   * The post-quantum pre-shared key that goes by {@code id} in {@code connection} (RFC 8784); empty
   * if there is none. The engine does not close it.
   *
   * @param id PPK_ID with its type
   */
  default Optional<Secret> findPpk(String connection, Octets id) {
    return Optional.empty();
  }
}
