package io.pollux.agent.convert;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.convert.IpsecImport.LeftOut;
import io.pollux.agent.convert.IpsecImport.Surroundings;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who the ends of a {@code conn} are, and how they prove it. */
final class IpsecAuth {
  private static final String CERTIFICATES = "/etc/ipsec.d/certs/";
  private static final String KEYS = "/etc/ipsec.d/private/";

  private final IpsecConnection conn;
  private final Surroundings around;

  private enum Way {
    PSK,
    CERTIFICATE
  }

  IpsecAuth(IpsecConnection conn, Surroundings around) {
    this.conn = conn;
    this.around = around;
  }

  /** Appends {@code local} and {@code remote}. */
  void sides(StringBuilder out, Map<String, String> psks, Map<String, String> passphrases)
      throws LeftOut {
    String both = conn.text("authby") + conn.text("auth").replaceFirst("^esp$", "");
    Way ours = way(conn.local(), both);
    Way theirs = way(conn.remote(), both);
    String localId = id(conn.local());
    String remoteId = id(conn.remote());

    out.append("    local {\n      address = ").append(quoted(conn.localAddressText()));
    out.append('\n');
    id(out, localId);
    if (ours == Way.CERTIFICATE) {
      ownCertificate(out, passphrases);
    } else {
      conn.text(conn.local() + "cert");
    }
    out.append("    }\n    remote {\n");
    if (!conn.remoteAddressText().isEmpty()) {
      out.append("      address = ").append(quoted(conn.remoteAddressText())).append('\n');
    }
    if (theirs == Way.CERTIFICATE) {
      theirCertificate(out, remoteId);
    } else {
      id(out, remoteId);
      conn.text(conn.remote() + "cert");
      conn.text(conn.remote() + "ca");
    }
    out.append("    }\n");
    if (ours == Way.PSK || theirs == Way.PSK) {
      psk(localId, remoteId, psks);
    }
  }

  private Way way(String side, String both) throws LeftOut {
    String own = conn.text(side + "auth");
    if (!conn.text(side + "auth2").isEmpty()) {
      throw conn.leftOut("has a second round of authentication, which does not exist here");
    }
    String text = own.isEmpty() ? both : own;
    if (text.matches("(secret|psk)(,.*)?")) {
      return Way.PSK;
    }
    String key = conn.peek(side + "rsasigkey") + conn.peek(side + "sigkey");
    if (!key.isEmpty() && !key.startsWith("%")) {
      throw conn.leftOut(
          "authenticates by a raw key: write it as PEM, and see auth = pubkey in pollux.conf(5)");
    }
    if (text.isEmpty() || text.matches("(pubkey|rsa|ecdsa|ed25519|ed448|ike:).*")) {
      if (text.matches(".*[-:].*") && !own.isEmpty()) {
        conn.note(side + "auth", "is " + text + "; name what is accepted in signatures");
      }
      return Way.CERTIFICATE;
    }
    throw conn.leftOut("authenticates by " + text + ", which does not exist here");
  }

  /** The identity in our words; empty if it is not given. */
  private String id(String side) throws LeftOut {
    String text = conn.text(side + "id");
    if (text.isEmpty() || text.equals("%fromcert") || text.equals("%any")) {
      return text.equals("%any") ? text : "";
    }
    String id = IpsecWords.identity(text);
    if (!IpsecWords.isIdentity(id)) {
      throw conn.leftOut(
          "has the identity " + text + "; expected an address, a name, name@domain or a DN");
    }
    return id;
  }

  private static void id(StringBuilder out, String id) {
    if (!id.isEmpty() && !id.equals("%any")) {
      out.append("      id = ").append(quoted(id)).append('\n');
    }
  }

  private void ownCertificate(StringBuilder out, Map<String, String> passphrases) throws LeftOut {
    String certificate = conn.text(conn.local() + "cert");
    List<IpsecSecrets.Entry> keys = around.secrets().keys();
    if (certificate.isEmpty()) {
      throw conn.leftOut("has no " + conn.local() + "cert, the file with our certificate");
    }
    if (!certificate.matches(".*(/|\\.(pem|crt|cer|der|p12))") && !certificate.contains("/")) {
      throw conn.leftOut(
          "names its certificate as the NSS database does ("
              + certificate
              + "): export it (pk12util -o FILE.p12 -n NAME), and see pkcs12 in pollux.conf(5)");
    }
    out.append("      auth = cert\n");
    String base = certificate.replaceFirst(".*/", "").replaceFirst("\\.[^.]*$", "");
    Optional<IpsecSecrets.Entry> key =
        keys.stream()
            .filter(k -> k.value().replaceFirst(".*/", "").startsWith(base + "."))
            .findFirst()
            .or(() -> keys.size() == 1 ? Optional.of(keys.getFirst()) : Optional.empty());
    String file = key.map(k -> IpsecConnection.path(KEYS, k.value())).orElse(KEYS + base + ".pem");
    if (key.isEmpty()) {
      conn.note(
          conn.local() + "cert",
          "has no key in ipsec.secrets; written as " + file + ", look there");
    }
    key.ifPresent(
        k -> {
          k.used = true;
          k.passphrase().ifPresent(pass -> passphrases.put(file, ConfigUtil.quoteString(pass)));
        });
    if (key.filter(k -> k.kind.equals("P12")).isPresent()) {
      out.append("      pkcs12 = ").append(quoted(file)).append('\n');
      return;
    }
    out.append("      certificate = ")
        .append(quoted(IpsecConnection.path(CERTIFICATES, certificate)))
        .append('\n');
    out.append("      key = ").append(quoted(file)).append('\n');
    conn.text(conn.local() + "ca");
  }

  private void theirCertificate(StringBuilder out, String id) throws LeftOut {
    String certificate = conn.text(conn.remote() + "cert");
    String authority = conn.text(conn.remote() + "ca");
    if (!authority.matches("|%same|%any")) {
      conn.note(conn.remote() + "ca", "is " + authority + "; name that CA's file in remote.ca");
    }
    out.append("      auth = cert\n");
    if (!certificate.isEmpty()) {
      IpsecConnection.list(
          out, "      ca", List.of(IpsecConnection.path(CERTIFICATES, certificate)));
    } else if (around.authorities().isEmpty()) {
      throw conn.leftOut(
          "needs the CA that vouches for the peer: a section ca with cacert, for remote.ca");
    } else {
      IpsecConnection.list(out, "      ca", around.authorities());
    }
    // Whom the CA has to vouch for; the very certificate needs no name beside it.
    String who = id.isEmpty() && certificate.isEmpty() ? conn.remoteAddressText() : id;
    if (who.isEmpty() && certificate.isEmpty()) {
      throw conn.leftOut("needs " + conn.remote() + "id: whom the CA has to vouch for");
    }
    out.append("      id = ").append(quoted(who.isEmpty() ? "%any" : who)).append('\n');
    IpsecConnection.list(out, "      crl", around.crls());
    IpsecConnection.list(out, "      ocsp", around.responders());
    if (around.strictRevocation()) {
      out.append("      revocation = strict\n");
    }
  }

  private void psk(String localId, String remoteId, Map<String, String> psks) throws LeftOut {
    if (!around.secretsGiven()) {
      throw conn.leftOut("has a pre-shared key: name ipsec.secrets as the second file");
    }
    String ours = localId.isEmpty() ? conn.localAddressText() : localId;
    boolean anybody = remoteId.equals("%any");
    String theirs = anybody ? "" : remoteId.isEmpty() ? conn.remoteAddressText() : remoteId;
    Optional<IpsecSecrets.Entry> entry =
        around
            .secrets()
            .psk(
                List.copyOf(names(ours, conn.localAddressText())),
                List.copyOf(names(theirs, conn.remoteAddressText())));
    if (entry.isEmpty()) {
      throw conn.leftOut("has no pre-shared key in ipsec.secrets");
    }
    entry.get().used = true;
    if (entry.get().tooShort()) {
      throw conn.leftOut("has a pre-shared key of less than 8 octets, which can be guessed");
    }
    String name = theirs.isEmpty() ? ours : theirs;
    String before = psks.putIfAbsent(name, entry.get().hocon());
    if (before != null && !before.equals(entry.get().hocon())) {
      throw conn.leftOut(
          "has another pre-shared key for " + name + " than a connection before; one peer has one");
    }
  }

  private static Set<String> names(String id, String address) {
    Set<String> names = new LinkedHashSet<>(Arrays.asList(id, address));
    names.remove("");
    return names;
  }

  private static String quoted(String text) {
    return ConfigUtil.quoteString(text);
  }
}
