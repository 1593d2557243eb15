package io.pollux.ike.engine;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.Identity;
import java.util.Optional;

/** Where pre-shared keys come from (RFC 7296 section 2.15). */
@FunctionalInterface
public interface PskLookup {
  /**
   * The key that {@code local} and {@code peer} share in {@code connection}; empty if there is
   * none, then authentication fails. The engine does not close it.
   */
  Optional<Secret> find(String connection, Identity local, Identity peer);
}
