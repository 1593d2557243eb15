package io.pollux.agent.reload;

import static io.pollux.agent.reload.TestConfigs.HA;
import static io.pollux.agent.reload.TestConfigs.OTHER;
import static io.pollux.agent.reload.TestConfigs.SITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.link.NodeIdentity;
import io.pollux.ike.wire.Octets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigComparisonTest {
  @TempDir Path folder;
  private TestConfigs configs;
  private ConfigDigest here;
  private ConfigDigest there;
  private final Queue<Octets> toThere = new ArrayDeque<>();
  private final Queue<Octets> toHere = new ArrayDeque<>();
  private final ConfigComparison left = new ConfigComparison(() -> here, toThere::add);
  private final ConfigComparison right = new ConfigComparison(() -> there, toHere::add);

  @BeforeEach
  void files() throws Exception {
    configs = new TestConfigs(folder);
  }

  private void talk() {
    left.tell();
    right.tell();
    while (!toThere.isEmpty() || !toHere.isEmpty()) {
      while (!toThere.isEmpty()) {
        assertThat(right.take(toThere.poll())).isTrue();
      }
      while (!toHere.isEmpty()) {
        assertThat(left.take(toHere.poll())).isTrue();
      }
    }
  }

  private List<String> differing(String one, String other) throws Exception {
    here = ConfigDigest.of(configs.of(one));
    there = ConfigDigest.of(configs.of(other));
    talk();
    assertThat(left.status().differing()).hasSameSizeAs(right.status().differing());
    return left.status().differing();
  }

  @Test
  void nothingIsKnownBeforeTheOtherHasSpoken() throws Exception {
    here = ConfigDigest.of(configs.of(SITE));
    assertThat(left.status()).isEqualTo(ConfigComparison.Status.UNKNOWN);
  }

  @Test
  void twoNodesOfAPairAreAlikeThoughTheyAreNotTheSame() throws Exception {
    String other =
        HA.replace("192.0.2.12", "x").replace("192.0.2.11", "192.0.2.12").replace("x", "192.0.2.11")
            + "ha.vrrp.priority = 200\nnode.name = b\nconnections.site.liveness = 30s";
    assertThat(differing(SITE + HA, SITE + other)).isEmpty();
    assertThat(left.status().same()).isTrue();
  }

  @Test
  void differingKeysAreNamed() throws Exception {
    assertThat(
            differing(
                SITE + HA,
                SITE.replace("10.3.0.0", "10.4.0.0")
                    + OTHER
                    + HA.replace("vrid = 7", "vrid = 8")
                    + "ike.retransmit.tries = 4"))
        .containsExactly(
            "connections.other (only on the other node)",
            "connections.site.children.lab.remote-ts",
            "ha.vrrp.instances.out.vrid",
            "ike.retransmit.tries");
  }

  @Test
  void reauthenticationIsOfThePair() throws Exception {
    assertThat(differing(SITE + HA, SITE + HA + "connections.site.reauth-time = 3h"))
        .containsExactly("connections.site.reauth-time");
  }

  @Test
  void aPostQuantumKeyIsOfThePair() throws Exception {
    configs.secret("ppk.txt", "a word for both that is long enough for RFC 8784");
    String ppk = "connections.site.ppk { id = quantum, secret-file = ppk.txt, required = ";
    assertThat(differing(SITE + HA + ppk + "true }", SITE + HA + ppk + "false }"))
        .containsExactly("connections.site.ppk.required");
  }

  @Test
  void theContentOfAPostQuantumKeyIsComparedAndNotTold() throws Exception {
    String ppk = "connections.site.ppk { id = quantum, secret-file = ppk.txt }";
    configs.secret("ppk.txt", "a word for both that is long enough for RFC 8784");
    configs.secret("same.txt", "a word for both that is long enough for RFC 8784");
    configs.secret("other.txt", "another word that is long enough for RFC 8784");
    assertThat(differing(SITE + ppk, SITE + ppk.replace("ppk.txt", "same.txt"))).isEmpty();
    assertThat(left.status().same()).isTrue();
    assertThat(differing(SITE + ppk, SITE + ppk.replace("ppk.txt", "other.txt")))
        .containsExactly("connections.site.ppk.secret-file (content of a file)");
    assertThat(here.toString()).doesNotContain("word");
  }

  @Test
  void whereRevocationListsComeFromIsOfThePair() throws Exception {
    NodeIdentity.generate("ca", new SecureRandom()).write(folder.resolve("ca.pem"));
    String cert = SITE + "connections.site.remote { auth = cert, ca = ca.pem }\n";
    String url = "\"http://192.0.2.9/ca.crl\"";
    for (String key : List.of("crl", "ocsp")) {
      String set = cert + "connections.site.remote." + key + " = ";
      assertThat(differing(cert, set + url)).containsExactly("connections.site.remote." + key);
      assertThat(differing(set + url, set + url.replace("2.9", "2.8")))
          .containsExactly("connections.site.remote." + key);
      assertThat(differing(set + url, set + "[ " + url + " ]")).isEmpty();
    }
    // OCSP responses are looked at when they are used; their names are of the node
    String file = cert + "connections.site.remote.ocsp = ";
    assertThat(differing(file + "a.der", file + "b.der")).isEmpty();
    assertThat(differing(file + "a.der", file + "[ a.der, b.der ]"))
        .containsExactly("connections.site.remote.ocsp");
  }

  @Test
  void inducedRekeysAreOfThePair() throws Exception {
    assertThat(differing(SITE, SITE + "connections.site.remote.redundant = true"))
        .containsExactly("connections.site.remote.redundant");
    assertThat(differing(SITE, SITE + "induced-rekey { time = 5s, packets = 64 }"))
        .containsExactly("induced-rekey.packets", "induced-rekey.time");
    assertThat(differing(SITE, SITE + "induced-rekey { interval = 5s }"))
        .containsExactly("induced-rekey.interval");
    assertThat(differing(SITE, SITE + "induced-rekey { packets = 64, interval = 1s }")).isEmpty();
  }

  /** They are not named either, when something else in {@code ha} makes a difference. */
  @Test
  void whatBelongsToANodeIsNotNamed() throws Exception {
    String ofNode =
        """
        ha.hooks { role = /bin/true, timeout = 3s }
        ha.guard-lease = 900ms
        ha.witnesses = [ 192.0.2.66 ]
        ha.witness-timeout = 200ms
        ha.link { port = 4511, heartbeat = 50ms, timeout = 2s }
        ha.vrrp { priority = 7, preempt = true, preempt-delay = 1s, start-hold = 2s
          track-link = -5, track-interfaces { eth9 = 0 }
          checks.up { command = [ /bin/true ] }
          instances.out { unicast = true, track = [ eth7 ] } }
        """;
    assertThat(differing(SITE + HA, SITE + HA + ofNode)).isEmpty();
    assertThat(left.status().same()).isTrue();
    String shared =
        """
        ha { jump = rate, inbound-window = strict, rekey-after-takeover = now
          barrier = 60ms, counters.poll = 200ms, vrrp.advert-interval = 2s
          vrrp.instances.out.vrid = 8 }
        """;
    assertThat(differing(SITE + HA, SITE + HA + shared + ofNode))
        .containsExactly(
            "ha.barrier",
            "ha.counters.poll",
            "ha.inbound-window",
            "ha.jump",
            "ha.rekey-after-takeover",
            "ha.vrrp.advert-interval",
            "ha.vrrp.instances.out.vrid");
  }

  @Test
  void aPreSharedKeyIsComparedAndNotTold() throws Exception {
    here = ConfigDigest.of(configs.of(SITE));
    configs.psk("quite another word for it");
    there = ConfigDigest.of(configs.of(SITE));
    talk();
    assertThat(left.status().differing()).containsExactly("psk.\"peer.example\"");
    assertThat(here.toString()).doesNotContain("word");
  }

  @Test
  void pagesComeTogetherAgainAndForgetOneAnother() {
    SortedMap<String, String> groups = new TreeMap<>();
    for (int i = 0; i < 3000; i++) {
      groups.put("connections.site-" + i, "0123456789abcdef");
    }
    here = new ConfigDigest(groups, new TreeMap<>());
    groups.remove("connections.site-1234");
    there = new ConfigDigest(groups, new TreeMap<>());
    assertThat(ConfigMessage.encode(here)).hasSizeGreaterThan(2);
    talk();
    assertThat(left.status().differing())
        .containsExactly("connections.site-1234 (only on this node)");
    there = here; // a reload there
    talk();
    assertThat(left.status().same()).isTrue();
    left.forget();
    assertThat(left.status().known()).isFalse();
  }

  @Test
  void otherMessagesAreNotTaken() {
    assertThat(
            left.take(
                Octets.owning(
                    "report\nstate=x".getBytes(java.nio.charset.StandardCharsets.US_ASCII))))
        .isFalse();
    assertThat(left.take(Octets.EMPTY)).isFalse();
  }
}
