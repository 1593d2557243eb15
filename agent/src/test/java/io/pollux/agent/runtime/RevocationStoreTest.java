package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.Credentials;
import io.pollux.ha.link.NodeIdentity;
import io.pollux.ike.crypto.pki.ChainValidator;
import io.pollux.ike.crypto.pki.ChainVerdict;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.wire.Octets;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One source of revocation information that cannot be used, beside others that can. */
class RevocationStoreTest {
  private static final Instant BEGIN = Instant.now().minus(Duration.ofDays(1));
  private static final Instant END = BEGIN.plus(Duration.ofDays(30));
  private static final Logger LOG = Logger.getLogger("io.pollux.agent.ike");

  @TempDir Path folder;
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
  private final Handler handler = new Lines();
  private Instant now = Instant.now();
  private LittleCa ca;
  private Octets leaf;

  private final class Lines extends Handler {
    @Override
    public void publish(LogRecord line) {
      lines.add(line.getLevel() + " " + line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void make() throws Exception {
    LOG.addHandler(handler);
    ca = new LittleCa(BEGIN, END);
    leaf = Octets.of(ca.issue("CN=gw.example", 2).getEncoded());
    NodeIdentity.generate("own", new SecureRandom()).write(folder.resolve("own.pem"));
  }

  @AfterEach
  void forget() {
    LOG.removeHandler(handler);
  }

  private byte[] crl(int revoked) throws Exception {
    return new X509v2CRLBuilder(new X500Name("CN=Root"), Date.from(BEGIN))
        .setNextUpdate(Date.from(END))
        .addCRLEntry(BigInteger.valueOf(revoked), Date.from(BEGIN), 1)
        .build(new JcaContentSignerBuilder("Ed25519").build(ca.key.getPrivate()))
        .getEncoded();
  }

  private Credentials credentials(String sources) throws Exception {
    String text =
        """
        connections {
          branch {
            local { address = 203.0.113.1, auth = cert, certificate = own.pem, key = own.pem }
            remote { address = 198.51.100.2, auth = cert, ca = own.pem, id = "%%any", %s }
            children { net { local-ts = [10.1.0.0/24], remote-ts = [10.2.0.0/24] } }
          }
        }
        """
            .formatted(sources);
    return ConfigLoader.load(Files.writeString(folder.resolve("p.conf"), text)).credentials();
  }

  private boolean trusted(RevocationStore store) throws Exception {
    ChainVerdict verdict =
        ChainValidator.validate(
            List.of(leaf),
            new TrustPolicy(
                List.of(Octets.of(ca.certificate.getEncoded())), Revocation.RELAXED, false),
            store.of("branch"),
            now);
    return verdict instanceof ChainVerdict.Trusted;
  }

  private List<String> warnings() {
    return lines.stream().filter(l -> l.startsWith("WARN")).toList();
  }

  @Test
  void aMissingOcspResponseTakesNothingFromTheListBesideIt() throws Exception {
    Files.write(folder.resolve("root.crl"), crl(2));
    Credentials of = credentials("crl = root.crl, ocsp = gone.ocsp");
    try (RevocationStore store = new RevocationStore(() -> of, () -> now)) {
      assertThat(trusted(store)).isFalse();
      assertThat(trusted(store)).isFalse();
      assertThat(warnings())
          .singleElement()
          .asString()
          .contains("conn=branch", "OCSP response", "gone.ocsp", "no such file");
      now = now.plus(Duration.ofMinutes(61));
      assertThat(trusted(store)).isFalse();
      assertThat(warnings()).hasSize(2);
    }
  }

  @Test
  void aResponderThatSaidTryLaterTakesNothingEither() throws Exception {
    Files.write(folder.resolve("root.crl"), crl(2));
    Path ocsp = folder.resolve("gw.ocsp");
    Files.write(ocsp, new OCSPRespBuilder().build(OCSPRespBuilder.TRY_LATER, null).getEncoded());
    Credentials of = credentials("crl = root.crl, ocsp = gw.ocsp");
    try (RevocationStore store = new RevocationStore(() -> of, () -> now)) {
      assertThat(trusted(store)).isFalse();
      assertThat(warnings()).singleElement().asString().contains("gw.ocsp", "status 3");
    }
  }

  @Test
  void aFileThatBecomesBadLeavesItsLastGoodContent() throws Exception {
    Path file = folder.resolve("root.crl");
    Files.write(file, crl(2));
    Credentials of = credentials("crl = root.crl");
    try (RevocationStore store = new RevocationStore(() -> of, () -> now)) {
      assertThat(trusted(store)).isFalse();
      Files.write(file, new byte[] {1, 2, 3});
      assertThat(trusted(store)).isFalse();
      assertThat(warnings()).singleElement().asString().contains("root.crl");
      Files.delete(file);
      assertThat(trusted(store)).isFalse();
      assertThat(warnings()).as("another reason, but too soon").hasSize(1);
      now = now.plus(Duration.ofMinutes(2));
      assertThat(trusted(store)).isFalse();
      assertThat(warnings()).hasSize(2).last().asString().contains("no such file");
      Files.write(file, crl(9));
      Files.setLastModifiedTime(file, FileTime.from(END));
      assertThat(trusted(store)).isTrue();
    }
  }

  @Test
  void aFetchedListIsFollowedWhileAFileBesideItIsBad() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] list = crl(2);
    server.createContext(
        "/root.crl",
        exchange -> {
          exchange.sendResponseHeaders(200, list.length);
          exchange.getResponseBody().write(list);
          exchange.close();
        });
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/root.crl");
    Credentials of = credentials("crl = \"" + url + "\", ocsp = gone.ocsp");
    try (RevocationStore store = new RevocationStore(() -> of, () -> now)) {
      assertThat(trusted(store)).as("nothing is known yet").isTrue();
      server.start(); // whoever connected already is waiting in the backlog
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (trusted(store)) {
        assertThat(System.nanoTime()).as("waiting").isLessThan(end);
      }
      assertThat(warnings().stream().filter(w -> w.contains("gone.ocsp"))).hasSize(1);
    } finally {
      server.stop(0);
    }
  }
}
