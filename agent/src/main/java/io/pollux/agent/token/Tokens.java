package io.pollux.agent.token;

import io.pollux.ike.crypto.Secret;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Modules and keys of this process: a module is initialised once, whoever asks and how often, and a
 * configuration that is read again finds its keys with their sessions. Any thread.
 */
public final class Tokens {
  private static final Map<Path, Cryptoki> MODULES = new LinkedHashMap<>(); // both under the class
  private static final Map<Name, TokenKey> KEYS = new LinkedHashMap<>();

  private Tokens() {}

  private record Name(Path module, TokenUri uri) {}

  /** Where a PIN comes from, each time that it is needed. */
  public interface PinSource {
    /**
     * The PIN, which the caller wipes.
     *
     * @throws InvalidKeyException why there is none, in words that do not quote it
     */
    Secret read() throws InvalidKeyException;
  }

  /**
   * The key {@code uri}, which was found in its token just now.
   *
   * @param module the file that {@code uri} names
   * @param pin for tokens that want a login; one that was refused before may be tried once more
   * @throws InvalidKeyException why it cannot be used, for the operator
   */
  public static TokenKey key(TokenUri uri, Path module, PinSource pin) throws InvalidKeyException {
    Name name = new Name(module, uri);
    TokenKey key;
    synchronized (Tokens.class) {
      try {
        Cryptoki cryptoki = MODULES.get(module);
        if (cryptoki == null) {
          cryptoki = Cryptoki.load(module);
          MODULES.put(module, cryptoki);
        }
        key = KEYS.get(name);
        if (key == null) {
          key = new TokenKey(cryptoki, uri);
          KEYS.put(name, key);
        }
      } catch (Refusal refused) {
        throw new InvalidKeyException(refused.getMessage());
      }
    }
    key.use(pin);
    return key;
  }

  /**
   * Lets {@code module} look for its tokens anew. Sessions of other keys end where they are idle,
   * and are opened again when they are needed; where one signs just now, nothing happens.
   */
  static synchronized void restart(Cryptoki module) throws Refusal {
    KEYS.values().stream().filter(k -> k.isOf(module)).forEach(TokenKey::dropSessions);
    module.restart();
  }
}
