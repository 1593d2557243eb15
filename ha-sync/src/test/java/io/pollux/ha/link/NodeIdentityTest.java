package io.pollux.ha.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeIdentityTest {
  @TempDir Path folder;

  private final NodeIdentity identity = NodeIdentity.generate("castor", new SecureRandom());

  @Test
  void theCertificateIsSignedByItsOwnKey() throws Exception {
    var certificate = identity.certificate();
    certificate.verify(certificate.getPublicKey());
    certificate.checkValidity();
    assertThat(certificate.getVersion()).isEqualTo(3);
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=castor");
    assertThat(certificate.getSigAlgName()).isEqualTo("SHA256withECDSA");
    assertThat(identity.fingerprint().toString()).matches("sha256:[0-9a-f]{64}");
    assertThat(identity.toString()).doesNotContain("PRIVATE");
  }

  @Test
  void writtenAndReadItIsTheSameAndPrivate() throws IOException {
    Path file = folder.resolve("node.pem");
    identity.write(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    NodeIdentity read = NodeIdentity.read(file);
    assertThat(read.fingerprint()).isEqualTo(identity.fingerprint());
    assertThat(read.key()).isEqualTo(identity.key());
    assertThatThrownBy(() -> identity.write(file)).isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aFileThatOthersCanReadIsRefused() throws IOException {
    Path file = folder.resolve("node.pem");
    identity.write(file);
    for (String mode : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      assertThatThrownBy(() -> NodeIdentity.read(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("node.pem")
          .hasMessageContaining("expected 0600");
    }
  }

  @Test
  void whatIsNoIdentityIsNamed() throws IOException {
    assertThatThrownBy(() -> NodeIdentity.read(folder.resolve("none.pem")))
        .hasMessageContaining("no such file");
    Path file = folder.resolve("bad.pem");
    identity.write(file);
    String pem = Files.readString(file);
    Files.writeString(file, pem.replace("CERTIFICATE", "SOMETHING"));
    assertThatThrownBy(() -> NodeIdentity.read(file)).hasMessageContaining("CERTIFICATE");
    NodeIdentity other = NodeIdentity.generate("pollux", new SecureRandom());
    int cut = pem.indexOf("-----BEGIN CERTIFICATE");
    Files.writeString(file, pem.substring(0, cut) + other.certificatePem());
    assertThatThrownBy(() -> NodeIdentity.read(file))
        .hasMessageContaining("the key is not the certificate's");
    Files.writeString(
        file, pem.replaceFirst("(?s)KEY-----.*?-----END", "KEY-----\nAAAA\n-----END"));
    assertThatThrownBy(() -> NodeIdentity.read(file)).isInstanceOf(IOException.class);
  }

  @Test
  void bothNodesGiveTheirPairOneNameAndAnotherPairHasAnother() {
    NodeIdentity other = NodeIdentity.generate("pollux", new SecureRandom());
    NodeIdentity third = NodeIdentity.generate("pollux", new SecureRandom());
    String name = identity.pairName(other.fingerprint());
    assertThat(name).matches("[0-9a-f]{12}").isEqualTo(other.pairName(identity.fingerprint()));
    assertThat(identity.pairName(third.fingerprint())).isNotEqualTo(name);
  }

  @Test
  void nodeNumbersAreTheOrderOfTheFingerprints() {
    NodeIdentity other = NodeIdentity.generate("pollux", new SecureRandom());
    assertThat(identity.nodeNumber(other.fingerprint()))
        .isEqualTo(1 - other.nodeNumber(identity.fingerprint()));
    assertThatThrownBy(() -> identity.nodeNumber(identity.fingerprint()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fingerprintsAreReadAsTheyAreShown() {
    String shown = identity.fingerprint().toString();
    assertThat(Fingerprint.parse(shown)).isEqualTo(identity.fingerprint());
    assertThatThrownBy(() -> Fingerprint.parse("sha1:00")).hasMessageContaining("expected sha256:");
  }
}
