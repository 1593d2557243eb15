package io.pollux.agent.config;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.policy.PpkPolicy;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** {@code ppk} of a connection: its post-quantum pre-shared key (RFC 8784). */
final class PpkReader {
  /** RFC 8784 section 6: 256 bits of entropy, or a quantum computer finds it. */
  private static final int MIN_OCTETS = 32;

  private static final int MAX_ID_OCTETS = 255;

  private PpkReader() {}

  /** The policy; its secret goes to {@code credentials}. */
  static Optional<PpkPolicy> read(
      Section s, String connection, Path directory, Credentials credentials) {
    String id = s.required("id", "the name that both ends give to the key");
    byte[] name = id.getBytes(StandardCharsets.UTF_8);
    if (name.length > MAX_ID_OCTETS) {
      s.problem("id", "is " + name.length + " octets long; expected at most " + MAX_ID_OCTETS);
      return Optional.empty();
    }
    String file = s.required("secret-file", "a file with the key alone, mode 0600");
    boolean required = s.bool("required", true);
    s.done();
    if (id.isEmpty() || file.isEmpty()) {
      return Optional.empty();
    }
    Octets ppkId = Octets.concat(Octets.of((byte) PpkPolicy.FIXED), Octets.owning(name));
    return secret(s, directory.resolve(file))
        .map(
            secret -> {
              credentials.add(connection, ppkId, secret);
              return new PpkPolicy(ppkId, required);
            });
  }

  private static Optional<Secret> secret(Section s, Path file) {
    String refused = SecretFiles.refusal(file, s.rights());
    if (!refused.isEmpty()) {
      s.problem("secret-file", file + " " + refused);
      return Optional.empty();
    }
    try {
      Secret secret = SecretFiles.secret(Files.readString(file).strip());
      if (secret.length() >= MIN_OCTETS) {
        return Optional.of(secret);
      }
      s.problem(
          "secret-file",
          file
              + " holds "
              + secret.length()
              + " octets; expected at least "
              + MIN_OCTETS
              + " (RFC 8784 section 6), for example 0x and 64 random hex digits");
      secret.close();
    } catch (IllegalArgumentException wrong) {
      s.problem("secret-file", file + ": " + wrong.getMessage());
    } catch (IOException failed) {
      s.problem("secret-file", file + " cannot be read: " + failed.getMessage());
    }
    return Optional.empty();
  }
}
