package io.pollux.agent.config;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.Identity;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Pre-shared keys by the identity that they belong to, as it is written. */
public final class Secrets {
  private final Map<String, Secret> psks;

  public Secrets(Map<String, Secret> psks) {
    this.psks = new TreeMap<>(psks);
  }

  /** The key of {@code peer}, or the one of {@code local} if only that is there. */
  public Optional<Secret> psk(Identity local, Identity peer) {
    Secret found = psks.get(peer.toString());
    return Optional.ofNullable(found != null ? found : psks.get(local.toString()));
  }

  public int size() {
    return psks.size();
  }

  @Override
  public String toString() {
    return psks.size() + " secrets";
  }
}
