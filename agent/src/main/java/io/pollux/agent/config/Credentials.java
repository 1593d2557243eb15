package io.pollux.agent.config;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.wire.Octets;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Private keys by their public key, post-quantum pre-shared keys, and where revocation lists of
 * connections are.
 */
public final class Credentials {
  private final Map<Octets, SigningKey> keys = new LinkedHashMap<>();
  private final Map<String, RevocationFiles> revocation = new LinkedHashMap<>();
  private final Map<PpkName, Secret> ppks = new LinkedHashMap<>();

  private record PpkName(String connection, Octets id) {}

  /**
   * Where a connection's revocation lists come from.
   *
   * @param crls and {@code ocspResponses}: files that are read again when they change
   * @param crlUrls over HTTP, fetched again and again
   * @param ocspUrls responders that are asked over HTTP when a peer comes
   */
  public record RevocationFiles(
      List<Path> crls, List<Path> ocspResponses, List<URI> crlUrls, List<URI> ocspUrls) {
    static final RevocationFiles NONE =
        new RevocationFiles(List.of(), List.of(), List.of(), List.of());

    public RevocationFiles {
      crls = List.copyOf(crls);
      ocspResponses = List.copyOf(ocspResponses);
      crlUrls = List.copyOf(crlUrls);
      ocspUrls = List.copyOf(ocspUrls);
    }
  }

  void add(SigningKey key) {
    keys.put(key.spki(), key);
  }

  void add(String connection, RevocationFiles files) {
    revocation.put(connection, files);
  }

  void add(String connection, Octets ppkId, Secret ppk) {
    ppks.put(new PpkName(connection, ppkId), ppk);
  }

  /** The post-quantum pre-shared key {@code id}, PPK_ID with its type (RFC 8784). */
  public Optional<Secret> ppk(String connection, Octets id) {
    return Optional.ofNullable(ppks.get(new PpkName(connection, id)));
  }

  /** The connections that have another post-quantum key than in {@code other}, of the same name. */
  public List<String> differingPpks(Credentials other) {
    return ppks.keySet().stream()
        .filter(name -> other.ppks.containsKey(name))
        .filter(name -> !ppks.get(name).equals(other.ppks.get(name)))
        .map(PpkName::connection)
        .toList();
  }

  /** The private key of {@code spki}. */
  public Optional<SigningKey> key(Octets spki) {
    return Optional.ofNullable(keys.get(spki));
  }

  public RevocationFiles revocation(String connection) {
    return revocation.getOrDefault(connection, RevocationFiles.NONE);
  }

  /** Everything that has to be fetched. */
  public Set<URI> crlUrls() {
    Set<URI> all = new LinkedHashSet<>();
    revocation.values().forEach(files -> all.addAll(files.crlUrls()));
    return all;
  }

  @Override
  public String toString() {
    return keys.size() + " private keys";
  }
}
