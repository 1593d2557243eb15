package io.pollux.agent.config;

import io.pollux.agent.token.TokenUri;
import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.crypto.pki.EndEntity;
import io.pollux.ike.crypto.pki.IdentityMatch;
import io.pollux.ike.crypto.pki.KeyFiles;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code auth} and what belongs to it, in {@code local} and {@code remote} of a connection. */
final class AuthReader {
  private static final String WAYS = "psk, cert or pubkey";

  private final Path directory;
  private final Secrets secrets;
  private final Credentials credentials;

  /** Relative file names are relative to {@code directory}. */
  AuthReader(Path directory, Secrets secrets, Credentials credentials) {
    this.directory = directory;
    this.secrets = secrets;
    this.credentials = credentials;
  }

  /** How this gateway proves itself; the private key goes to the credentials. */
  Optional<AuthPolicy.Local> local(Section s) {
    String auth = s.string("auth", "psk");
    return switch (auth) {
      case "psk" -> Optional.of(new AuthPolicy.Local.Psk());
      case "cert" -> s.has("pkcs12") ? container(s) : certificate(s);
      case "pubkey" -> publicKey(s);
      default -> {
        s.problem("auth", "is \"" + auth + "\"; expected " + WAYS);
        yield Optional.empty();
      }
    };
  }

  private Optional<AuthPolicy.Local> certificate(Section s) {
    List<Octets> chain = new ArrayList<>();
    for (Path file : files(s, "certificate", "a file with our certificate")) {
      content(s, "certificate", file, KeyFiles::certificates).ifPresent(chain::addAll);
    }
    Optional<KeyMaker> key = privateKey(s);
    if (chain.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    return signature(s, "key", chain, key.get());
  }

  private Optional<AuthPolicy.Local> container(Section s) {
    Path file = directory.resolve(s.required("pkcs12", "a PKCS#12 file"));
    if (isLoose(s, "pkcs12", file)) {
      return Optional.empty();
    }
    return content(s, "pkcs12", file, o -> KeyFiles.pkcs12(o, secrets.passphrase(file)))
        .flatMap(c -> signature(s, "pkcs12", c.chain(), held(c.pkcs8())));
  }

  private Optional<AuthPolicy.Local> signature(
      Section s, String key, List<Octets> chain, KeyMaker maker) {
    try {
      return signature(s, key, EndEntity.parse(chain.getFirst()).spki(), chain, maker);
    } catch (Malformed e) {
      s.problem("certificate", e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<AuthPolicy.Local> publicKey(Section s) {
    Path file = directory.resolve(s.required("public-key", "a file with our public key"));
    Optional<Octets> spki = content(s, "public-key", file, KeyFiles::publicKey);
    Optional<KeyMaker> key = privateKey(s);
    return spki.isEmpty() || key.isEmpty()
        ? Optional.empty()
        : signature(s, "key", spki.get(), List.of(), key.get());
  }

  private Optional<AuthPolicy.Local> signature(
      Section s, String key, Octets spki, List<Octets> chain, KeyMaker maker) {
    List<SignatureScheme> schemes = schemes(s, KeyKind.ofSpki(spki));
    try {
      SigningKey signing = maker.make(spki, schemes);
      credentials.add(signing);
      return Optional.of(
          new AuthPolicy.Local.Signature(
              spki, signing.kind(), chain, schemes, s.bool("sha1", false)));
    } catch (InvalidKeyException wrong) {
      s.problem(key, "cannot be used: " + wrong.getMessage());
      return Optional.empty();
    }
  }

  /** Makes a key of what was read, once its public key and what it has to sign with are known. */
  interface KeyMaker {
    SigningKey make(Octets spki, List<SignatureScheme> schemes) throws InvalidKeyException;
  }

  private static KeyMaker held(Secret pkcs8) {
    return (spki, _) -> {
      try (pkcs8) {
        return SigningKey.of(IkeCrypto.standard(), pkcs8, spki, new SecureRandom());
      }
    };
  }

  private Optional<KeyMaker> privateKey(Section s) {
    String name = s.required("key", "a file with the private key, mode 0600, or a pkcs11: URI");
    if (name.isEmpty()) {
      return Optional.empty();
    }
    if (TokenUri.isOne(name)) {
      return TokenReader.key(s, name, directory);
    }
    Path file = directory.resolve(name);
    return isLoose(s, "key", file)
        ? Optional.empty()
        : content(s, "key", file, o -> KeyFiles.privateKey(o, secrets.passphrase(file)))
            .map(AuthReader::held);
  }

  private static boolean isLoose(Section s, String key, Path file) {
    String refused = SecretFiles.refusal(file, s.rights());
    if (!refused.isEmpty()) {
      s.problem(key, file + " " + refused);
    }
    return !refused.isEmpty();
  }

  /** How the peer of {@code connection} has to prove itself. */
  Optional<AuthPolicy.Remote> remote(Section s, String connection) {
    String auth = s.string("auth", "psk");
    return switch (auth) {
      case "psk" -> Optional.of(new AuthPolicy.Remote.Psk());
      case "cert" -> trust(s, connection);
      case "pubkey" -> {
        List<Octets> keys = new ArrayList<>();
        for (Path file : files(s, "public-key", "files with the peer's public keys")) {
          content(s, "public-key", file, KeyFiles::publicKey).ifPresent(keys::add);
        }
        yield keys.isEmpty()
            ? Optional.empty()
            : Optional.of(new AuthPolicy.Remote.PublicKey(keys, schemes(s, Optional.empty())));
      }
      default -> {
        s.problem("auth", "is \"" + auth + "\"; expected " + WAYS);
        yield Optional.empty();
      }
    };
  }

  private Optional<AuthPolicy.Remote> trust(Section s, String connection) {
    List<Octets> anchors = new ArrayList<>();
    for (Path file : files(s, "ca", "files with the CAs that may vouch for the peer")) {
      content(s, "ca", file, KeyFiles::certificates).ifPresent(anchors::addAll);
    }
    String text = s.string("revocation", "relaxed");
    Optional<Revocation> revocation =
        Arrays.stream(Revocation.values())
            .filter(r -> r.name().toLowerCase(Locale.ROOT).equals(text))
            .findFirst();
    if (revocation.isEmpty()) {
      s.problem("revocation", "is \"" + text + "\"; expected off, relaxed or strict");
    }
    List<String> lists = s.listOrOne("crl", "of file names and http:// URLs");
    List<String> answers = s.listOrOne("ocsp", "of file names and http:// URLs");
    List<Path> crls = paths(lists);
    for (Path file : crls) {
      content(s, "crl", file, KeyFiles::crls);
    }
    credentials.add(
        connection,
        new Credentials.RevocationFiles(
            crls, paths(answers), urls(s, "crl", lists), urls(s, "ocsp", answers)));
    boolean sha1 = s.bool("sha1", false);
    List<SignatureScheme> schemes = schemes(s, Optional.empty());
    return anchors.isEmpty() || revocation.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new AuthPolicy.Remote.Certificate(
                new TrustPolicy(anchors, revocation.get(), sha1), schemes));
  }

  private List<Path> paths(List<String> all) {
    return all.stream().filter(l -> !isUrl(l)).map(directory::resolve).toList();
  }

  private static List<URI> urls(Section s, String key, List<String> all) {
    return all.stream()
        .filter(AuthReader::isUrl)
        .map(u -> url(s, key, u))
        .flatMap(Optional::stream)
        .toList();
  }

  private static boolean isUrl(String text) {
    return text.contains("://");
  }

  /** CRLs and OCSP responses are signed, so that they need no TLS; and TLS would need a CRL. */
  private static Optional<URI> url(Section s, String key, String text) {
    try {
      URI url = new URI(text);
      if ("http".equals(url.getScheme()) && url.getHost() != null) {
        return Optional.of(url);
      }
    } catch (URISyntaxException _) {
      // said below
    }
    s.problem(key, "is \"" + text + "\"; expected a file, or http://HOST/PATH");
    return Optional.empty();
  }

  private static List<SignatureScheme> schemes(Section s, Optional<KeyKind> kind) {
    List<SignatureScheme> schemes =
        s.has("signatures")
            ? s.parsedList("signatures", List.of(), "of signature schemes", AuthReader::scheme)
            : SignatureScheme.standard();
    if (kind.isPresent() && schemes.stream().noneMatch(x -> x.fits(kind.get()))) {
      s.problem("signatures", "has none that a key of kind " + kind.get() + " can make");
    }
    return schemes;
  }

  private static SignatureScheme scheme(String keyword) {
    return SignatureScheme.ofKeyword(keyword)
        .filter(SignatureScheme.standard()::contains)
        .orElseThrow(
            () -> new IllegalArgumentException("expected one of " + SignatureScheme.standard()));
  }

  /** Whether {@code id} speaks for our own certificate; only a remark could come too late. */
  static void checkIdentity(Section s, AuthPolicy.Local local, Identity id) {
    if (local instanceof AuthPolicy.Local.Signature key && !key.chain().isEmpty()) {
      try {
        IdentityMatch.problem(EndEntity.parse(key.chain().getFirst()), id)
            .ifPresent(why -> s.problem("id", "would be refused by peers: " + why));
      } catch (Malformed e) {
        s.problem("certificate", e.getMessage());
      }
    }
  }

  /** The subject of our certificate: the identity of who does not name another. */
  static Optional<Identity> subject(AuthPolicy.Local local) {
    if (local instanceof AuthPolicy.Local.Signature key && !key.chain().isEmpty()) {
      try {
        return Optional.of(new Identity(9, EndEntity.parse(key.chain().getFirst()).subject()));
      } catch (Malformed _) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private List<Path> files(Section s, String key, String expected) {
    if (!s.has(key)) {
      s.required(key, expected);
      return List.of();
    }
    return optionalFiles(s, key);
  }

  private List<Path> optionalFiles(Section s, String key) {
    return s.listOrOne(key, "of file names").stream().map(directory::resolve).toList();
  }

  /** Reads what a file holds. */
  private interface Reader<T> {
    T read(byte[] content) throws Malformed;
  }

  private static <T> Optional<T> content(Section s, String key, Path file, Reader<T> reader) {
    try {
      byte[] octets = Files.readAllBytes(file);
      String refused = s.rights().refusal(file);
      if (!refused.isEmpty()) {
        s.problem(key, file + " " + refused);
        return Optional.empty();
      }
      return Optional.of(reader.read(octets));
    } catch (Malformed wrong) {
      s.problem(key, file + ": " + wrong.getMessage());
    } catch (IOException failed) {
      s.problem(key, file + " " + SecretFiles.because(failed));
    }
    return Optional.empty();
  }
}
