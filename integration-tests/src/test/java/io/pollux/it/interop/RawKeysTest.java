package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
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

/** Public keys without certificates (RFC 7670) with strongSwan, which sends no key of its own. */
@LabTest
@ExtendWith(Evidence.class)
class RawKeysTest {
  private static final List<String> KINDS = List.of("rsa", "ecdsa", "ed25519", "wrong");
  private static Lab lab;
  private static PkiTool pki;

  @BeforeAll
  static void start(@TempDir Path directory) throws IOException {
    lab = Lab.flat(directory);
    pki = new PkiTool(directory.resolve("pki"));
    Path swan = directory.resolve("s/swanctl");
    Files.createDirectories(swan.resolve("pubkey"));
    Files.createDirectories(swan.resolve("private"));
    for (String kind : KINDS) {
      for (String side : List.of("pollux", "swan")) {
        pki.key(side + "-" + kind, type(kind), kind.equals("rsa") ? "2048" : bits(kind));
        pki.publicKey(side + "-" + kind);
        Files.copy(
            pki.file(side + "-" + kind + ".pub"), swan.resolve("pubkey/" + side + "-" + kind));
      }
      Files.copy(pki.file("swan-" + kind + ".key"), swan.resolve("private/" + kind));
    }
    lab.pollux =
        PolluxDaemon.start(
            lab.ns, "pollux", directory.resolve("p"), all(RawKeysTest::pollux), Map.of());
    lab.swan = StrongSwan.start(lab.ns, "swan", directory.resolve("s"), all(RawKeysTest::swan), "");
  }

  private static String all(java.util.function.Function<String, String> connection) {
    return "connections {\n" + KINDS.stream().map(connection).collect(Collectors.joining()) + "}\n";
  }

  private static String type(String kind) {
    return kind.equals("wrong") ? "ed25519" : kind;
  }

  private static String bits(String kind) {
    return kind.equals("ecdsa") ? "256" : "";
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ecdsa", "ed25519"})
  void rfc7670PolluxInitiates(String kind) {
    lab.pollux.ctl("up", kind).orFail();
    carries(kind);
    lab.pollux.ctl("down", kind, "--yes").orFail();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ecdsa", "ed25519"})
  void rfc7670StrongSwanInitiates(String kind) {
    lab.swan.initiate(kind + "-net").orFail();
    carries(kind);
    lab.swan.swanctl("--terminate", "--ike", kind).orFail();
  }

  /** Pollux knows another key of this peer than the peer has. */
  @Test
  void rfc7670AnotherKeyThanTheConfiguredOneIsRefused() {
    int from = lab.pollux.log().length();
    assertThat(lab.pollux.ctl("up", "wrong").ok()).isFalse();
    lab.pollux.awaitLog(from, "could not prove its identity");
    from = lab.pollux.log().length();
    assertThat(lab.swan.initiate("wrong-net").ok()).isFalse();
    lab.pollux.awaitLog(from, "could not prove its identity");
  }

  private static void carries(String kind) {
    int n = number(kind);
    lab.ping("pollux", "10.1." + n + ".1", "10.2." + n + ".1").orFail();
    lab.ping("swan", "10.2." + n + ".1", "10.1." + n + ".1").orFail();
  }

  private static int number(String kind) {
    return KINDS.indexOf(kind) + 1;
  }

  private static String pollux(String kind) {
    int n = number(kind);
    return """
          %1$s {
            local { address = 192.0.2.1, auth = pubkey, id = pollux-%1$s.example
                    public-key = "%2$s", key = "%3$s" }
            remote { address = 192.0.2.%4$d, auth = pubkey, id = swan-%1$s.example
                     public-key = "%5$s" }
            proposals = [aes256gcm16-prfsha384-x25519]
            children { net { local-ts = [10.1.%6$d.0/24], remote-ts = [10.2.%6$d.0/24] } }
          }
        """
        .formatted(
            kind,
            pki.file("pollux-" + kind + ".pub"),
            pki.file("pollux-" + kind + ".key"),
            100 + n,
            pki.file((kind.equals("wrong") ? "pollux-" : "swan-") + kind + ".pub"),
            n);
  }

  private static String swan(String kind) {
    int n = number(kind);
    return """
          %1$s {
            version = 2
            mobike = no
            local_addrs = 192.0.2.%2$d
            remote_addrs = 192.0.2.1
            proposals = aes256gcm16-prfsha384-x25519
            local { auth = pubkey
                    id = swan-%1$s.example
                    pubkeys = swan-%1$s }
            remote { auth = pubkey
                     id = pollux-%1$s.example
                     pubkeys = pollux-%1$s }
            children { %1$s-net {
              local_ts = 10.2.%3$d.0/24
              remote_ts = 10.1.%3$d.0/24
              esp_proposals = aes256gcm16-esn } }
          }
        """
        .formatted(kind, 100 + n, n);
  }
}
