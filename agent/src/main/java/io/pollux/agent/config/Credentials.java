package io.pollux.agent.config;

import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.wire.Octets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Private keys by their public key, and where revocation lists of connections are. */
public final class Credentials {
  private final Map<Octets, SigningKey> keys = new LinkedHashMap<>();
  private final Map<String, RevocationFiles> revocation = new LinkedHashMap<>();

  /** Files that are read again when they change. */
  public record RevocationFiles(List<Path> crls, List<Path> ocspResponses) {
    public RevocationFiles {
      crls = List.copyOf(crls);
      ocspResponses = List.copyOf(ocspResponses);
    }
  }

  void add(SigningKey key) {
    keys.put(key.spki(), key);
  }

  void add(String connection, RevocationFiles files) {
    revocation.put(connection, files);
  }

  /** The private key of {@code spki}. */
  public Optional<SigningKey> key(Octets spki) {
    return Optional.ofNullable(keys.get(spki));
  }

  public RevocationFiles revocation(String connection) {
    return revocation.getOrDefault(connection, new RevocationFiles(List.of(), List.of()));
  }

  @Override
  public String toString() {
    return keys.size() + " private keys";
  }
}
