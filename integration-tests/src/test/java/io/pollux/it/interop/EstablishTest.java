package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.peer.RawReport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tunnels come up from either side, with the selectors that both allow. */
@LabTest
@ExtendWith(Evidence.class)
class EstablishTest {
  private static final Tunnel TWO_CHILDREN =
      Tunnel.number(1).child("cbc").esp("aes256-sha256-noesn", "aes256-sha256");
  private static final Tunnel FROM_SWAN = Tunnel.number(2);
  private static final Tunnel SWAN_ASKS_MORE =
      Tunnel.number(3).swanChild("remote_ts", "10.1.0.0/16").swanChild("local_ts", "10.2.0.0/16");
  private static final Tunnel POLLUX_ASKS_MORE =
      Tunnel.number(4)
          .polluxChild("local-ts", "[10.1.0.0/16]")
          .polluxChild("remote-ts", "[10.2.4.0/24, 10.2.5.0/24]");
  private static final Tunnel POLLUX_ALLOWS_LESS =
      Tunnel.number(6).polluxChild("remote-ts", "[10.2.6.0/25]");
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    Tunnel[] all = {
      TWO_CHILDREN, FROM_SWAN, SWAN_ASKS_MORE, POLLUX_ASKS_MORE, POLLUX_ALLOWS_LESS
    };
    lab.startPollux("", all);
    lab.startSwan("", all);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void polluxInitiatesTwoChildrenAndBothSidesAgreeOnThem() {
    lab.pollux.ctl("up", TWO_CHILDREN.name()).orFail();

    lab.ping(TWO_CHILDREN, 0);
    lab.ping(TWO_CHILDREN, 1);
    Sas.Ike ours = Sas.only(lab.pollux, TWO_CHILDREN).orElseThrow();
    RawReport theirs = lab.swanSas(TWO_CHILDREN).getFirst();
    assertThat(ours.originalInitiator()).isTrue();
    assertThat(theirs.value("initiator-spi")).contains(ours.initiatorSpi());
    assertThat(theirs.value("responder-spi")).contains(ours.responderSpi());
    assertThat(ours.algorithms()).isEqualTo("aes256gcm16-prfsha384-x25519");
    assertThat(theirs.value("encr-alg")).contains("AES_GCM_16");
    assertThat(theirs.value("dh-group")).contains("CURVE_25519");
    assertThat(ours.children()).extracting(Sas.Child::name).containsExactlyInAnyOrder("net", "cbc");
    agree(ours.child("net"), "net", "aes256gcm16-esn", "AES_GCM_16", "1");
    agree(ours.child("cbc"), "cbc", "aes256-sha256-noesn", "AES_CBC", "");
    assertThat(lab.both(TWO_CHILDREN))
        .hasSize(4)
        .allSatisfy(sa -> assertThat(sa.packets()).isEqualTo(6))
        .allSatisfy(sa -> assertThat(sa.drops()).isZero());
  }

  private static void agree(
      Sas.Child ours, String child, String words, String cipher, String esn) {
    RawReport theirs =
        lab.swanChildren(TWO_CHILDREN).stream()
            .filter(c -> c.value("name").orElseThrow().equals(TWO_CHILDREN.swanChild(child)))
            .findFirst()
            .orElseThrow();
    assertThat(ours.algorithms()).isEqualTo(words);
    assertThat(theirs.value("encr-alg")).contains(cipher);
    assertThat(theirs.value("esn").orElse("")).isEqualTo(esn);
    assertThat(theirs.value("spi-in")).contains(ours.spiOut());
    assertThat(theirs.value("spi-out")).contains(ours.spiIn());
    assertThat(ours.localTs()).isEqualTo(ranges(theirs.lists().get("remote-ts")));
    assertThat(ours.remoteTs()).isEqualTo(ranges(theirs.lists().get("local-ts")));
  }

  @Test
  void strongSwanInitiates() {
    lab.swan.initiate(FROM_SWAN.swanChild("net")).orFail();

    lab.ping(FROM_SWAN, 0);
    Sas.Ike ours = Sas.only(lab.pollux, FROM_SWAN).orElseThrow();
    assertThat(ours.originalInitiator()).isFalse();
    assertThat(lab.swanChildren(FROM_SWAN).getFirst().value("spi-in"))
        .contains(ours.child("net").spiOut());
  }

  @Test
  void polluxNarrowsWhatStrongSwanAsksFor() {
    lab.swan.initiate(SWAN_ASKS_MORE.swanChild("net")).orFail();

    lab.ping(SWAN_ASKS_MORE, 0);
    assertSelectors(SWAN_ASKS_MORE, List.of("10.1.3.0/24"), List.of("10.2.3.0/24"));
  }

  @Test
  void strongSwanNarrowsWhatPolluxAsksFor() {
    lab.pollux.ctl("up", POLLUX_ASKS_MORE.name()).orFail();

    lab.ping(POLLUX_ASKS_MORE, 0);
    assertSelectors(POLLUX_ASKS_MORE, List.of("10.1.4.0/24"), List.of("10.2.4.0/24"));
  }

  /** RFC 7296 section 2.9: the responder may take a part of one of the selectors. */
  @Test
  void partOfASelectorIsTaken() {
    lab.swan.initiate(POLLUX_ALLOWS_LESS.swanChild("net")).orFail();

    lab.ping(POLLUX_ALLOWS_LESS, 0);
    assertSelectors(POLLUX_ALLOWS_LESS, List.of("10.1.6.0/24"), List.of("10.2.6.0/25"));
  }

  private static void assertSelectors(Tunnel tunnel, List<String> local, List<String> remote) {
    RawReport theirs = lab.swanChildren(tunnel).getFirst();
    assertThat(theirs.lists().get("remote-ts")).isEqualTo(local);
    assertThat(theirs.lists().get("local-ts")).isEqualTo(remote);
    Sas.Child ours = Sas.only(lab.pollux, tunnel).orElseThrow().child("net");
    assertThat(ours.localTs()).isEqualTo(ranges(local));
    assertThat(ours.remoteTs()).isEqualTo(ranges(remote));
  }

  /** Prefixes of 24 or 25 bits as Pollux shows them. */
  private static String ranges(List<String> prefixes) {
    return prefixes.stream()
        .map(
            prefix -> {
              String base = prefix.substring(0, prefix.indexOf('/') - 1);
              return base + "0-" + base + (prefix.endsWith("/24") ? "255" : "127");
            })
        .toList()
        .toString();
  }
}
