package io.pollux.agent.config;

import io.pollux.agent.token.TokenKey;
import io.pollux.agent.token.TokenUri;
import io.pollux.agent.token.Tokens;
import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/** {@code key = "pkcs11:..."}: a private key that stays in its token. */
final class TokenReader {
  private TokenReader() {}

  /** The key {@code text}; relative names in it are relative to {@code directory}. */
  static Optional<AuthReader.KeyMaker> key(Section s, String text, Path directory) {
    TokenUri uri;
    try {
      uri = TokenUri.parse(text);
    } catch (IllegalArgumentException wrong) {
      s.problem("key", "is a pkcs11: URI (RFC 7512) that " + wrong.getMessage());
      return Optional.empty();
    }
    Optional<Path> pin = uri.pinSource().map(directory::resolve);
    String refused = pin.map(p -> SecretFiles.refusal(p, s.rights())).orElse("");
    if (!refused.isEmpty()) {
      s.problem("key", "pin-source " + pin.get() + " " + refused);
      return Optional.empty();
    }
    return Optional.of(
        (spki, schemes) -> {
          TokenKey key =
              Tokens.key(uri, directory.resolve(uri.module()), () -> pin(pin.orElseThrow()));
          return SigningKey.of(IkeCrypto.standard(), key, spki, schemes, new SecureRandom());
        });
  }

  /** Looked at each time: the file may have been made anew meanwhile. */
  private static Secret pin(Path file) throws InvalidKeyException {
    String refused = SecretFiles.refusal(file, FileRights.OWN);
    if (!refused.isEmpty()) {
      throw new InvalidKeyException("pin-source " + file + " " + refused);
    }
    try {
      byte[] all = Files.readAllBytes(file);
      int end = all.length;
      while (end > 0 && (all[end - 1] == '\n' || all[end - 1] == '\r')) {
        end--;
      }
      Secret pin = Secret.owning(Arrays.copyOf(all, end));
      Arrays.fill(all, (byte) 0);
      if (pin.isEmpty()) {
        throw new InvalidKeyException("pin-source " + file + " is empty");
      }
      return pin;
    } catch (IOException failed) {
      throw new InvalidKeyException(
          "pin-source " + file + " cannot be read: " + failed.getMessage());
    }
  }
}
