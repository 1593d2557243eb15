package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.Credentials;
import io.pollux.ha.link.NodeIdentity;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EffectId;
import io.pollux.ike.engine.SignResult;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that come too slowly, are too long, or are none; nothing of it holds a thread. */
@Timeout(120) // a server here goes on for ever
class HttpTest {
  private static final Http.Limits SHORT =
      new Http.Limits(Duration.ofMillis(300), Duration.ofMillis(300), 65_536);
  private static final Http.Limits LONG =
      new Http.Limits(Duration.ofMinutes(1), Duration.ofMinutes(1), 20);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\nX-Slow: ",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff00\r\n"
      })
  void anAnswerThatTricklesIsGivenUp(String beginning) throws Exception {
    try (Trickle server = new Trickle(beginning)) {
      assertThatThrownBy(() -> Http.get(server.url(), SHORT))
          .isInstanceOf(SocketTimeoutException.class);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (server.givenUp() == 0) {
        assertThat(System.nanoTime()).as("waiting for the connection's end").isLessThan(end);
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aResponderThatTricklesIsLeftAlone() throws Exception {
    try (Trickle server = new Trickle("HTTP/1.1 200 OK\r\n\r\n")) {
      Instant now = Instant.now();
      HttpOcsp ocsp = new HttpOcsp(() -> now, Duration.ofMillis(300));
      assertThat(ocsp.at(List.of(server.url())).ask(Octets.of(new byte[] {1}))).isEmpty();
    }
  }

  @Test
  void aListThatTricklesDoesNotKeepTheNextFromComing() throws Exception {
    try (Trickle server = new Trickle("HTTP/1.1 200 OK\r\n\r\n");
        Answers next = new Answers("HTTP/1.0 200 OK\r\n\r\n0");
        HttpCrls crls = new HttpCrls(Set.of(server.url()), 3600, SHORT)) {
      crls.follow(Set.of(server.url(), next.url()));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (crls.version(next.url()) == 0) {
        assertThat(System.nanoTime()).as("waiting").isLessThan(end);
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void signaturesDoNotWaitForResponders(@TempDir Path folder) throws Exception {
    NodeIdentity.generate("own", new SecureRandom()).write(folder.resolve("own.pem"));
    Credentials of = credentials(folder, "http://127.0.0.1:1/");
    CountDownLatch held =
        new CountDownLatch(Math.min(4, Runtime.getRuntime().availableProcessors()));
    CountDownLatch end = new CountDownLatch(1);
    AtomicBoolean slow = new AtomicBoolean();
    Thread test = Thread.currentThread();
    Supplier<Credentials> waiting =
        () -> {
          if (slow.get() && Thread.currentThread() != test) {
            held.countDown();
            await(end);
          }
          return of;
        };
    try (Prover prover = new Prover(waiting)) {
      slow.set(true);
      Effect.ValidateChain validate =
          new Effect.ValidateChain(
              new EffectId(1),
              "branch",
              List.of(),
              new TrustPolicy(List.of(), Revocation.STRICT, false));
      for (int i = 0; i < 64; i++) {
        prover.validate(validate, Runnable::run, _ -> {}, () -> {});
      }
      assertThat(held.await(60, TimeUnit.SECONDS)).isTrue();
      slow.set(false);
      CompletableFuture<SignResult> signed = new CompletableFuture<>();
      Effect.Sign sign =
          new Effect.Sign(
              new EffectId(2), Octets.EMPTY, SignatureScheme.ECDSA_SHA256, Octets.EMPTY);
      prover.sign(sign, Runnable::run, signed::complete, () -> {});
      assertThat(signed.get(60, TimeUnit.SECONDS)).isInstanceOf(SignResult.Failed.class);
    } finally {
      end.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Credentials credentials(Path folder, String url) throws Exception {
    String text =
        """
        connections {
          branch {
            local { address = 203.0.113.1, auth = cert, certificate = own.pem, key = own.pem }
            remote { address = 198.51.100.2, auth = cert, ca = own.pem, id = "%%any", ocsp = "%s" }
            children { net { local-ts = [10.1.0.0/24], remote-ts = [10.2.0.0/24] } }
          }
        }
        """
            .formatted(url);
    return ConfigLoader.load(Files.writeString(folder.resolve("p.conf"), text)).credentials();
  }

  /** Always the same answer. */
  private static final class Answers implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    private final byte[] answer;

    Answers(String answer) throws IOException {
      this.answer = answer.getBytes(StandardCharsets.US_ASCII);
      Thread.ofVirtual().start(this::serve);
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/a?b=c");
    }

    private void serve() {
      while (!socket.isClosed()) {
        try (Socket client = socket.accept()) {
          StringBuilder request = new StringBuilder();
          while (request.indexOf("\r\n\r\n") < 0) {
            request.append((char) client.getInputStream().read());
          }
          client.getOutputStream().write(answer);
        } catch (IOException _) {
          // closed, or the client is gone
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static String get(String answer) throws IOException {
    try (Answers server = new Answers(answer)) {
      return new String(Http.get(server.url(), LONG), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void contentByLengthInChunksAndUntilTheEnd() throws Exception {
    assertThat(get("HTTP/1.1 200 OK\r\ncontent-length:  3\r\n\r\nabcdef")).isEqualTo("abc");
    assertThat(get("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\n\r\nabc")).isEqualTo("abc");
    assertThat(
            get(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"))
        .isEqualTo("abc0123456789");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\nabcdefghijklmnopqrstu",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabcdefghijklmnopqrstu",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n15\r\nabcdefghijklmnopqrstu\r\n"
      })
  void whatIsNoAnswer(String answer) {
    assertThatThrownBy(() -> get(answer)).isInstanceOf(IOException.class);
  }
}
