package io.pollux.agent.config;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.Identity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Pre-shared keys by the identity that they belong to, as it is written. */
public final class Secrets {
  private final Map<String, Secret> psks;
  private final Map<String, Secret> passphrases;

  public Secrets(Map<String, Secret> psks) {
    this(psks, Map.of());
  }

  /** With passphrases of key files, by the name of the file. */
  public Secrets(Map<String, Secret> psks, Map<String, Secret> passphrases) {
    this.psks = new TreeMap<>(psks);
    this.passphrases = new TreeMap<>(passphrases);
  }

  /** The passphrase of {@code file}, given for its whole name or its last part. */
  Optional<Secret> passphrase(Path file) {
    Secret whole = passphrases.get(file.toString());
    return Optional.ofNullable(
        whole != null ? whole : passphrases.get(file.getFileName().toString()));
  }

  /** The key of {@code peer}, or the one of {@code local} if only that is there. */
  public Optional<Secret> psk(Identity local, Identity peer) {
    Secret found = psks.get(peer.toString());
    return Optional.ofNullable(found != null ? found : psks.get(local.toString()));
  }

  /** The identities whose key is not the same in {@code other}, or only on one side. */
  public List<String> differing(Secrets other) {
    Set<String> all = new TreeSet<>(psks.keySet());
    all.addAll(other.psks.keySet());
    all.removeIf(id -> psks.containsKey(id) && psks.get(id).equals(other.psks.get(id)));
    return List.copyOf(all);
  }

  /** What {@code digest} makes of each key, by identity: for comparing without telling. */
  public SortedMap<String, String> digests(Function<Secret, String> digest) {
    SortedMap<String, String> all = new TreeMap<>();
    psks.forEach((id, secret) -> all.put(id, digest.apply(secret)));
    return all;
  }

  public int size() {
    return psks.size();
  }

  @Override
  public String toString() {
    return psks.size() + " secrets";
  }
}
