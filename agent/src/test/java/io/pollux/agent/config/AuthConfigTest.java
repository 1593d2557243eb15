package io.pollux.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pollux.ha.link.NodeIdentity;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.PpkPolicy;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code auth} of both ends, and the files that it names. */
class AuthConfigTest {
  private static final String LOCAL = "auth = cert, certificate = own.pem, key = own.pem";
  private static final String REMOTE = "auth = cert, ca = other.pem, id = \"*.example.org\"";

  @TempDir Path folder;

  @BeforeEach
  void writeCertificates() throws Exception {
    NodeIdentity.generate("own", new SecureRandom()).write(folder.resolve("own.pem"));
    NodeIdentity.generate("other", new SecureRandom()).write(folder.resolve("other.pem"));
  }

  private String text(String local, String remote) {
    return """
        connections {
          branch {
            local { address = 203.0.113.1, %s }
            remote { address = 198.51.100.2, %s }
            children { net { local-ts = [10.1.0.0/24], remote-ts = [10.2.0.0/24] } }
          }
        }
        """
        .formatted(local, remote);
  }

  private PolluxConfig load(String local, String remote) throws Exception {
    return ConfigLoader.load(Files.writeString(folder.resolve("p.conf"), text(local, remote)));
  }

  private String problems(String local, String remote) {
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> load(local, remote));
    assertThat(refused).isNotNull();
    return refused.getMessage();
  }

  @Test
  void certificatesOfBothEnds() throws Exception {
    PolluxConfig config = load(LOCAL, REMOTE);
    ConnectionPolicy connection = config.connections().getFirst();
    AuthPolicy.Local.Signature key = (AuthPolicy.Local.Signature) connection.auth().local();
    assertThat(config.credentials().key(key.spki())).isPresent();
    assertThat(connection.localId().type()).isEqualTo(9);
    AuthPolicy.Remote.Certificate remote =
        (AuthPolicy.Remote.Certificate) connection.auth().remote();
    assertThat(remote.trust().anchors()).hasSize(1);
    assertThat(remote.trust().revocation()).isEqualTo(Revocation.RELAXED);
    assertThat(remote.trust().sha1()).isFalse();
  }

  @Test
  void privateKeyThatOthersCanReadIsRefused() throws IOException {
    Files.setPosixFilePermissions(
        folder.resolve("own.pem"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(problems(LOCAL, REMOTE)).contains("has mode rw-r--r--; expected rw-------");
  }

  @Test
  void keyThatDoesNotBelongToTheCertificateIsRefused() {
    assertThat(problems(LOCAL.replace("key = own.pem", "key = other.pem"), REMOTE))
        .contains("local.key: cannot be used: does not belong to the public key");
  }

  @Test
  void ownIdentityMustBeInTheCertificate() {
    assertThat(problems(LOCAL + ", id = gw.example.org", REMOTE))
        .contains("would be refused by peers")
        .contains("does not speak for gw.example.org");
  }

  @Test
  void whomTheCaVouchesForMustBeSaid() {
    assertThat(problems(LOCAL, REMOTE.replace(", id = \"*.example.org\"", "")))
        .contains("remote.id: is missing");
  }

  @Test
  void everyoneMustBeSaidToo() throws Exception {
    PolluxConfig config = load(LOCAL, REMOTE.replace("*.example.org", "%any"));
    assertThat(config.connections().getFirst().remoteId()).isEmpty();
  }

  @Test
  void revocationListsMayComeOverHttp() throws Exception {
    PolluxConfig config = load(LOCAL, REMOTE + ", crl = [\"http://pki.example.org/root.crl\"]");
    URI url = URI.create("http://pki.example.org/root.crl");
    assertThat(config.credentials().crlUrls()).containsExactly(url);
    assertThat(config.credentials().revocation("branch").crlUrls()).containsExactly(url);
    PolluxConfig asking = load(LOCAL, REMOTE + ", ocsp = [\"http://ocsp.example.org/\"]");
    assertThat(asking.credentials().revocation("branch"))
        .satisfies(f -> assertThat(f.ocspResponses()).isEmpty())
        .satisfies(
            f -> assertThat(f.ocspUrls()).containsExactly(URI.create("http://ocsp.example.org/")));
    assertThat(problems(LOCAL, REMOTE + ", ocsp = [\"ftp://ocsp.example.org/\"]"))
        .contains("remote.ocsp: is \"ftp://ocsp.example.org/\"; expected a file, or http:");
    assertThat(problems(LOCAL, REMOTE + ", crl = [\"https://pki.example.org/root.crl\"]"))
        .contains("remote.crl: is \"https://pki.example.org/root.crl\"; expected a file, or http:");
  }

  @Test
  void unknownWordsAreNamed() {
    assertThat(problems("auth = \"null\"", REMOTE)).contains("expected psk, cert or pubkey");
    assertThat(problems("auth = eap", REMOTE)).contains("expected psk, cert or pubkey");
    assertThat(problems(LOCAL, REMOTE + ", revocation = perhaps"))
        .contains("expected off, relaxed or strict");
    assertThat(problems(LOCAL, REMOTE + ", signatures = [md5]")).contains("expected one of");
    assertThat(problems(LOCAL, REMOTE.replace("other.pem", "none.pem")))
        .contains("none.pem does not exist");
  }

  private String withPpk(String ppk, String content, String mode) throws IOException {
    Path file = Files.writeString(folder.resolve("ppk.secret"), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return text(LOCAL, REMOTE).replace("children {", "ppk { " + ppk + " }\n    children {");
  }

  private static final String PPK = "id = blue, secret-file = ppk.secret";
  private static final String HEX = "0x" + "1f".repeat(32) + "\n";

  @Test
  void postQuantumKeyHasANameAndItsSecretAFile() throws Exception {
    String text = withPpk(PPK, HEX, "rw-------");
    PolluxConfig config = ConfigLoader.load(Files.writeString(folder.resolve("p.conf"), text));
    PpkPolicy ppk = config.connections().getFirst().auth().ppk().orElseThrow();
    assertThat(ppk.required()).isTrue();
    assertThat(ppk.id()).isEqualTo(Octets.of("\2blue".getBytes(StandardCharsets.UTF_8)));
    assertThat(config.credentials().ppk("branch", ppk.id()).orElseThrow().length()).isEqualTo(32);
    assertThat(config.credentials().ppk("other", ppk.id())).isEmpty();
  }

  private String ppkProblems(String ppk, String content, String mode) throws IOException {
    Path file = Files.writeString(folder.resolve("p.conf"), withPpk(ppk, content, mode));
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file));
    assertThat(refused).isNotNull();
    return refused.getMessage();
  }

  @Test
  void postQuantumKeyThatCannotBeUsedIsRefused() throws Exception {
    assertThat(ppkProblems(PPK, "only sixteen oct", "rw-------"))
        .contains("connections.branch.ppk.secret-file: ")
        .contains("holds 16 octets; expected at least 32")
        .doesNotContain("sixteen");
    assertThat(ppkProblems(PPK, HEX, "rw-r--r--")).contains("expected rw-------");
    assertThat(ppkProblems(PPK, "0xgg", "rw-------")).contains("expected text, 0x and hex digits");
    assertThat(ppkProblems("secret-file = ppk.secret", HEX, "rw-------"))
        .contains("connections.branch.ppk.id: is missing");
    assertThat(ppkProblems(PPK + ", mandatory = true", HEX, "rw-------"))
        .contains("ppk.mandatory: is not a key of this section");
  }
}
