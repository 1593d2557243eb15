package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.ha.link.NodeIdentity;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CRLs from a web server on the loopback device. */
class HttpCrlsTest {
  private HttpServer server;
  private URI url;
  private volatile byte[] content;
  private volatile int status = 200;
  private final CountDownLatch asked = new CountDownLatch(3);

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/root.crl",
        exchange -> {
          asked.countDown();
          exchange.sendResponseHeaders(status, content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
    server.start();
    url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/root.crl");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static byte[] crl(int number) throws Exception {
    KeyPair key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    return new X509v2CRLBuilder(new X500Name("CN=Root"), new Date(0))
        .setNextUpdate(new Date(Long.MAX_VALUE / 4096))
        .addCRLEntry(BigInteger.valueOf(number), new Date(0), 1)
        .build(new JcaContentSignerBuilder("Ed25519").build(key.getPrivate()))
        .getEncoded();
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void aListIsFetchedAndANewOneTakesItsPlace() throws Exception {
    content = crl(1);
    try (HttpCrls crls = new HttpCrls(Set.of(url), 1)) {
      until(() -> crls.version(url) == 1);
      assertThat(crls.of(List.of(url)).getFirst().toArray()).isEqualTo(content);
      content = crl(2);
      until(() -> crls.version(url) == 2);
      assertThat(crls.of(List.of(url)).getFirst().toArray()).isEqualTo(content);
    }
  }

  @Test
  void whatIsNoListChangesNothing() throws Exception {
    content = crl(1);
    try (HttpCrls crls = new HttpCrls(Set.of(url), 1)) {
      until(() -> crls.version(url) == 1);
      byte[] good = content;
      content = new byte[] {1, 2, 3};
      status = 404;
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue(); // it went on asking
      assertThat(crls.of(List.of(url)).getFirst().toArray()).isEqualTo(good);
      assertThat(crls.version(url)).isEqualTo(1);
    }
  }

  @Test
  void anotherUrlIsFetchedAtOnceAndWhatIsNotWantedIsForgotten() throws Exception {
    content = crl(1);
    URI other = URI.create(url + "?other");
    try (HttpCrls crls = new HttpCrls(Set.of(url), 3600)) {
      until(() -> crls.version(url) == 1);
      crls.follow(Set.of(url, other));
      until(() -> crls.version(other) == 2);
      assertThat(asked.getCount()).as("the first one was not asked for again").isEqualTo(1);
      crls.follow(Set.of(other));
      until(() -> crls.of(List.of(url)).isEmpty());
      assertThat(crls.of(List.of(other))).hasSize(1);
      crls.follow(Set.of(url, other)); // with a number of its own: it may be another list
      until(() -> crls.version(url) == 3);
    }
    HttpCrls closed = new HttpCrls(Set.of(), 1);
    closed.close();
    long before = asked.getCount();
    closed.follow(Set.of(url));
    assertThat(asked.getCount()).isEqualTo(before);
  }

  @Test
  void aReloadWithANewUrlHasItFetchedBeforeAnyPeerComes(@TempDir Path folder) throws Exception {
    content = crl(1);
    NodeIdentity.generate("own", new SecureRandom()).write(folder.resolve("own.pem"));
    Running running = new Running(config(folder, ""));
    try (Prover prover = Prover.of(running)) {
      assertThat(prover.judge()).isNotNull();
      running.set(config(folder, ", crl = [\"" + url + "\"]"));
      until(() -> asked.getCount() == 2);
    }
  }

  private static PolluxConfig config(Path folder, String more) throws Exception {
    String text =
        """
        connections {
          branch {
            local { address = 203.0.113.1, auth = cert, certificate = own.pem, key = own.pem }
            remote { address = 198.51.100.2, auth = cert, ca = own.pem, id = "%%any"%s }
            children { net { local-ts = [10.1.0.0/24], remote-ts = [10.2.0.0/24] } }
          }
        }
        """
            .formatted(more);
    return ConfigLoader.load(Files.writeString(folder.resolve("p.conf"), text));
  }

  @Test
  void withoutUrlsNobodyIsAsked() {
    try (HttpCrls crls = new HttpCrls(Set.of(), 1)) {
      assertThat(crls.of(List.of())).isEmpty();
    }
  }
}
