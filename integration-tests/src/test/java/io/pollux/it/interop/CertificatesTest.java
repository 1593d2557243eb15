package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Ran;
import io.pollux.it.peer.PolluxDaemon;
import io.pollux.it.peer.StrongSwan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates against strongSwan, from either side: kinds of keys, intermediates, revocation. */
@LabTest
@ExtendWith(Evidence.class)
class CertificatesTest {
  private record Way(String name, String kind, String bits, String issuer, String swanAuth) {}

  private static final List<Way> WAYS =
      List.of(
          new Way("rsa", "rsa", "3072", "root", "pubkey"),
          new Way("rsapkcs1", "rsa", "2048", "root", "rsa-sha2_256"),
          new Way("p256", "ecdsa", "256", "root", "pubkey"),
          new Way("p384", "ecdsa", "384", "root", "pubkey"),
          new Way("p521", "ecdsa", "521", "root", "pubkey"),
          new Way("ed25519", "ed25519", "", "root", "pubkey"),
          new Way("middle", "ecdsa", "256", "inter", "pubkey"),
          new Way("revoked", "ecdsa", "256", "root", "pubkey"),
          new Way("stranger", "ecdsa", "256", "other", "pubkey"),
          new Way("nosan", "ecdsa", "256", "root", "pubkey"));

  private static Lab lab;
  private static PkiTool pki;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    lab = Lab.flat(directory);
    pki = new PkiTool(directory.resolve("pki"));
    pki.root("root", "ecdsa", "256");
    pki.root("other", "ecdsa", "256");
    pki.certificate("inter", "root", "rsa", "3072", "--ca");
    Path swan = directory.resolve("s/swanctl");
    for (String folder : List.of("x509", "x509ca", "private")) {
      Files.createDirectories(swan.resolve(folder));
    }
    copy("root.crt", swan.resolve("x509ca"));
    copy("inter.crt", swan.resolve("x509ca"));
    for (Way way : WAYS) {
      for (String side : List.of("pollux", "swan")) {
        String name = side + "-" + way.name();
        String issuer = side.equals("swan") ? way.issuer() : way.issuer().replace("other", "root");
        String san = way.name().equals("nosan") ? "elsewhere.example" : name + ".example";
        pki.certificate(name, issuer, way.kind(), way.bits(), "--san", san);
      }
      copy("swan-" + way.name() + ".crt", swan.resolve("x509"));
      copy("swan-" + way.name() + ".key", swan.resolve("private"));
    }
    pki.crl("root", "root", pki.file("swan-revoked.crt"));
    bundle("pollux-middle");
    lab.pollux =
        PolluxDaemon.start(
            lab.ns,
            "pollux",
            directory.resolve("p"),
            connections("connections {\n", CertificatesTest::pollux),
            Map.of());
    lab.swan =
        StrongSwan.start(
            lab.ns,
            "swan",
            directory.resolve("s"),
            connections("connections {\n", CertificatesTest::swan),
            "");
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "rsapkcs1", "p256", "p384", "p521", "ed25519", "middle"})
  void polluxInitiates(String name) {
    lab.pollux.ctl("up", name).orFail();
    carries(name);
    lab.pollux.ctl("down", name, "--yes").orFail();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "rsapkcs1", "p256", "p384", "p521", "ed25519", "middle"})
  void strongSwanInitiates(String name) {
    lab.swan.initiate(name + "-net").orFail();
    carries(name);
    lab.swan.swanctl("--terminate", "--ike", name).orFail();
  }

  private static void carries(String name) {
    int n = number(name);
    lab.ping("pollux", "10.1." + n + ".1", "10.2." + n + ".1").orFail();
    lab.ping("swan", "10.2." + n + ".1", "10.1." + n + ".1").orFail();
  }

  @Test
  void polluxRefusesARevokedCertificate() {
    refusesAsResponder("revoked", "revoked at");
    refusesAsInitiator("revoked", "revoked at");
    assertThat(lab.pollux.ctl("diagnose", "revoked").out())
        .contains("revoked/net: REJECTION", "the last failure: ", "the certificate's validity");
  }

  @Test
  void polluxRefusesACertificateOfAnotherCa() {
    refusesAsResponder("stranger", "no trusted CA for certificate");
    refusesAsInitiator("stranger", "no trusted CA for certificate");
  }

  @Test
  void polluxRefusesACertificateForSomebodyElse() {
    refusesAsResponder("nosan", "no connection for");
  }

  private static void refusesAsResponder(String name, String why) {
    int from = lab.pollux.log().length();
    Ran ran = lab.swan.initiate(name + "-net");
    assertThat(ran.ok()).isFalse();
    assertThat(ran.out() + ran.err()).contains("AUTHENTICATION_FAILED");
    lab.pollux.awaitLog(from, why);
  }

  private static void refusesAsInitiator(String name, String why) {
    int from = lab.pollux.log().length();
    assertThat(lab.pollux.ctl("up", name).ok()).isFalse();
    lab.pollux.awaitLog(from, why);
  }

  private static String connections(
      String head, java.util.function.Function<Way, String> connection) {
    return head + WAYS.stream().map(connection).collect(Collectors.joining()) + "}\n";
  }

  private static int number(String name) {
    return WAYS.stream().map(Way::name).toList().indexOf(name) + 1;
  }

  private static String pollux(Way way) {
    int n = number(way.name());
    return """
          %1$s {
            local { address = 192.0.2.1, auth = cert, id = %6$s
                    certificate = "%2$s", key = "%3$s", %7$s }
            remote { address = 192.0.2.%4$d, auth = cert, id = swan-%1$s.example
                     ca = "%5$s", revocation = relaxed, crl = "%8$s" }
            proposals = [aes256gcm16-prfsha384-x25519]
            children { net { local-ts = [10.1.%9$d.0/24], remote-ts = [10.2.%9$d.0/24] } }
          }
        """
        .formatted(
            way.name(),
            pki.file("pollux-" + way.name() + ".crt"),
            pki.file("pollux-" + way.name() + ".key"),
            100 + n,
            pki.file("root.crt"),
            polluxId(way),
            way.name().equals("rsapkcs1") ? "signatures = [rsa-pkcs1-sha256]" : "",
            pki.file("root.crl"),
            n);
  }

  private static String polluxId(Way way) {
    return way.name().equals("nosan") ? "elsewhere.example" : "pollux-" + way.name() + ".example";
  }

  private static String swan(Way way) {
    int n = number(way.name());
    return """
          %1$s {
            version = 2
            mobike = no
            local_addrs = 192.0.2.%2$d
            remote_addrs = 192.0.2.1
            proposals = aes256gcm16-prfsha384-x25519
            local { auth = %3$s
                    id = %5$s
                    certs = swan-%1$s.crt }
            remote { auth = pubkey
                     id = %6$s
                     cacerts = root.crt }
            children { %1$s-net {
              mode = tunnel
              local_ts = 10.2.%4$d.0/24
              remote_ts = 10.1.%4$d.0/24
              esp_proposals = aes256gcm16-esn } }
          }
        """
        .formatted(
            way.name(),
            100 + n,
            way.swanAuth().equals("pubkey") ? "pubkey" : way.swanAuth(),
            n,
            way.name().equals("nosan") ? "elsewhere.example" : "swan-" + way.name() + ".example",
            polluxId(way));
  }

  private static void copy(String name, Path folder) throws IOException {
    Files.copy(pki.file(name), folder.resolve(name));
  }

  /** The certificate and its issuer in one file. */
  private static void bundle(String name) throws IOException {
    Files.writeString(
        pki.file(name + ".crt"),
        Files.readString(pki.file(name + ".crt")) + Files.readString(pki.file("inter.crt")));
  }
}
