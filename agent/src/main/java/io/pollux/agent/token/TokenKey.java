package io.pollux.agent.token;

import io.pollux.agent.token.Cryptoki.Attribute;
import io.pollux.agent.token.Cryptoki.TokenInfo;
import io.pollux.ike.crypto.ForeignKey;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A private key in a token. Sessions are kept; where one does not work any more, because the token
 * was away, the token is looked for, logged in to and asked for the key anew. A PIN that the token
 * has refused is not tried again before its file or the configuration changes: after a few wrong
 * ones a token locks itself. Any thread; each signature has a session of its own.
 */
public final class TokenKey implements ForeignKey {
  private static final long CKA_CLASS = 0, CKA_LABEL = 3, CKA_ID = 0x102;
  private static final long CKO_PRIVATE_KEY = 3;
  private static final long CKM_RSA_PKCS = 1, CKM_RSA_PKCS_PSS = 0xd, CKM_ECDSA = 0x1041;
  private static final long CKM_SHA256 = 0x250, CKM_SHA384 = 0x260, CKM_SHA512 = 0x270;
  private static final long CKG_MGF1_SHA256 = 2, CKG_MGF1_SHA384 = 3, CKG_MGF1_SHA512 = 4;
  private static final long[] NONE = {};

  private final Cryptoki module;
  private final TokenUri uri;
  private final Deque<Session> idle = new ArrayDeque<>(); // this and what follows under this
  private Tokens.PinSource pin;
  private Optional<Secret> refusedPin = Optional.empty();

  private record Session(long handle, long key) {}

  private record Mechanism(long number, long[] parameters) {}

  TokenKey(Cryptoki module, TokenUri uri) {
    this.module = module;
    this.uri = uri;
  }

  synchronized void use(Tokens.PinSource source) {
    this.pin = source;
    this.refusedPin = Optional.empty();
  }

  @Override
  public Octets sign(SignatureScheme scheme, Octets input) throws InvalidKeyException {
    Mechanism mechanism = mechanism(scheme);
    try {
      Session kept = keptSession();
      if (kept != null) {
        try {
          return sign(kept, mechanism, input);
        } catch (Refusal refused) {
          if (refused.isAboutTheKey()) {
            throw refused;
          }
        }
      }
      return sign(open(), mechanism, input);
    } catch (Refusal refused) {
      throw new InvalidKeyException(
          "PKCS#11 key " + uri.key() + " in " + uri.module() + ": " + refused.getMessage());
    }
  }

  private Octets sign(Session session, Mechanism mechanism, Octets input) throws Refusal {
    try {
      Octets signature =
          Octets.owning(
              module.sign(
                  session.handle,
                  session.key,
                  mechanism.number,
                  mechanism.parameters,
                  input.toArray()));
      keep(session);
      return signature;
    } catch (Refusal refused) {
      close(session.handle);
      if (!refused.isAboutTheKey()) {
        dropSessions(); // of before the token went away
      }
      throw refused;
    }
  }

  private static Mechanism mechanism(SignatureScheme scheme) throws InvalidKeyException {
    return switch (scheme) {
      case RSA_PKCS1_SHA1, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512 ->
          new Mechanism(CKM_RSA_PKCS, NONE);
      case RSA_PSS_SHA256 ->
          new Mechanism(CKM_RSA_PKCS_PSS, new long[] {CKM_SHA256, CKG_MGF1_SHA256, 32});
      case RSA_PSS_SHA384 ->
          new Mechanism(CKM_RSA_PKCS_PSS, new long[] {CKM_SHA384, CKG_MGF1_SHA384, 48});
      case RSA_PSS_SHA512 ->
          new Mechanism(CKM_RSA_PKCS_PSS, new long[] {CKM_SHA512, CKG_MGF1_SHA512, 64});
      case ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512 -> new Mechanism(CKM_ECDSA, NONE);
      case ED25519, ED448 ->
          throw new InvalidKeyException("a token signs with RSA and ECDSA, not with " + scheme);
    };
  }

  private synchronized Session keptSession() {
    return idle.poll();
  }

  private synchronized void keep(Session session) {
    idle.push(session);
  }

  synchronized void dropSessions() {
    idle.forEach(s -> close(s.handle));
    idle.clear();
  }

  private void close(long session) {
    try {
      module.close(session);
    } catch (Refusal _) {
      // It went with its token.
    }
  }

  private Session open() throws Refusal, InvalidKeyException {
    TokenInfo token = token();
    long session = module.open(token.slot());
    try {
      if (token.wantsLogin()) {
        login(session, token);
      }
      return new Session(session, find(session, token));
    } catch (Refusal | InvalidKeyException | RuntimeException refused) {
      close(session);
      throw refused;
    }
  }

  /** The token, which the module may have to be restarted for. */
  private TokenInfo token() throws Refusal {
    if (!isThere()) {
      Tokens.restart(module);
    }
    List<TokenInfo> all = module.tokens().stream().filter(TokenInfo::isInitialized).toList();
    List<TokenInfo> fitting = all.stream().filter(this::fits).toList();
    if (fitting.size() == 1) {
      return fitting.getFirst();
    }
    List<TokenInfo> shown = fitting.isEmpty() ? all : fitting;
    String there =
        shown.stream()
            .map(t -> "token=" + t.label() + ";serial=" + t.serial())
            .collect(Collectors.joining(", "));
    throw new Refusal(
        fitting.isEmpty()
            ? "there is no token " + uri.whichToken() + "; " + has(there)
            : "which token is not clear: " + there + "; say more, for example serial=");
  }

  /** Whether the module shows its token; not if it wants to be restarted. */
  boolean isThere() {
    try {
      return module.tokens().stream().anyMatch(t -> t.isInitialized() && fits(t));
    } catch (Refusal _) {
      return false;
    }
  }

  boolean isOf(Cryptoki other) {
    return module == other;
  }

  private static String has(String there) {
    return there.isEmpty() ? "the module has none" : "the module has " + there;
  }

  private boolean fits(TokenInfo t) {
    return uri.token().filter(x -> !x.equals(t.label())).isEmpty()
        && uri.serial().filter(x -> !x.equals(t.serial())).isEmpty()
        && uri.manufacturer().filter(x -> !x.equals(t.manufacturer())).isEmpty()
        && uri.model().filter(x -> !x.equals(t.model())).isEmpty()
        && uri.slot().filter(x -> x != t.slot()).isEmpty();
  }

  private synchronized void login(long session, TokenInfo token)
      throws Refusal, InvalidKeyException {
    if (token.hasPinPad() && uri.pinSource().isEmpty()) {
      loginUnlessDone(() -> module.loginAtPinPad(session));
      return;
    }
    if (uri.pinSource().isEmpty()) {
      throw new Refusal(
          "the token " + token.label() + " wants a PIN: write it to a file, &pin-source=FILE");
    }
    try (Secret now = pin.read()) {
      if (refusedPin.filter(now::equals).isPresent()) {
        throw new Refusal(
            "the PIN in "
                + uri.pinSource().get()
                + " was refused before; it is not tried again before it changes, or a reload");
      }
      try {
        loginUnlessDone(() -> module.login(session, now));
        refusedPin = Optional.empty();
      } catch (Refusal refused) {
        if (!refused.isAboutThePin()) {
          throw refused;
        }
        refusedPin = Optional.of(now.copy());
        throw new Refusal(
            "the token "
                + token.label()
                + " refuses the PIN in "
                + uri.pinSource().get()
                + ": "
                + refused.getMessage());
      }
    }
  }

  private interface Login {
    void run() throws Refusal;
  }

  private static void loginUnlessDone(Login login) throws Refusal {
    try {
      login.run();
    } catch (Refusal refused) {
      if (refused.value() != Refusal.ALREADY_LOGGED_IN) {
        throw refused;
      }
    }
  }

  private long find(long session, TokenInfo token) throws Refusal {
    List<Attribute> wanted = new ArrayList<>();
    wanted.add(Attribute.number(CKA_CLASS, CKO_PRIVATE_KEY));
    uri.object()
        .ifPresent(o -> wanted.add(new Attribute(CKA_LABEL, o.getBytes(StandardCharsets.UTF_8))));
    uri.id().ifPresent(i -> wanted.add(new Attribute(CKA_ID, i.toArray())));
    List<Long> found = module.find(session, wanted);
    if (found.size() == 1) {
      return found.getFirst();
    }
    String where = "the token " + token.label() + " has ";
    throw new Refusal(
        found.isEmpty()
            ? where + "no private key " + uri.key()
            : where + found.size() + " private keys " + uri.key() + "; name both object= and id=");
  }

  @Override
  public String toString() {
    return "TokenKey(" + uri.key() + ")";
  }
}
