package io.pollux.agent.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No setting gets lost on the way: it is translated, always so, or named. */
class SettingsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;

  @TempDir Path folder;

  private static SwanctlImport.Result swanctl(String remote, String ike, String child) {
    String text =
        """
        connections {
          a {
            local_addrs = 203.0.113.1
            %s
            local { auth = psk }
            remote { auth = psk }
            %s
            children {
              lan {
                local_ts = 10.1.0.0/24
                remote_ts = 10.2.0.0/24
                %s
              }
            }
          }
        }
        secrets {
          ike-a {
            id = 203.0.113.1
            secret = "long enough for this"
          }
          ppk-a {
            id-1 = quantum
            secret = "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
          }
        }
        """
            .formatted(remote, ike, child);
    return SwanctlImport.translate(new Source(Path.of("swanctl.conf"), text), "secrets.conf");
  }

  private static SwanctlImport.Result swanctl(String ike, String child) {
    return swanctl("remote_addrs = 203.0.113.20", ike, child);
  }

  private static SwanctlImport.Result ipsec(String more) {
    return ipsec("203.0.113.20", more);
  }

  private static SwanctlImport.Result ipsec(String right, String more) {
    String text =
        """
        conn a
          left=203.0.113.1
          leftsubnet=10.1.0.0/24
          right=%s
          rightsubnet=10.2.0.0/24
          authby=psk
          auto=add
          %s
        """
            .formatted(right, more.replace("; ", "\n  "));
    return IpsecImport.translate(
        new Source(Path.of("ipsec.conf"), text),
        Optional.of(new Source(Path.of("ipsec.secrets"), ": PSK \"long enough\"\n")),
        "secrets.conf",
        Machine.unrouted("203.0.113.1"));
  }

  /** As Pollux reads it, which refuses what is no configuration. */
  private ConnectionPolicy loaded(SwanctlImport.Result result) throws Exception {
    assertThat(result.notes()).isEmpty();
    write("secrets.conf", result.secrets());
    for (var key : result.keyFiles().entrySet()) {
      write(key.getKey(), key.getValue());
    }
    Path file = Files.writeString(folder.resolve("pollux.conf"), result.configuration());
    return ConfigLoader.load(file).connections().getFirst();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(
        Files.createFile(
            folder.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
        text);
  }

  /** Soft, hard, jitter, in seconds. */
  private static String seconds(RekeyPolicy p) {
    return p.softNs() / SECOND + " " + p.hardNs() / SECOND + " " + p.jitterNs() / SECOND;
  }

  @ParameterizedTest
  @CsvSource({
    "rekey_time = 2h, 7200 7920 720, 0 0",
    "rekey_time = 2h|over_time = 10m, 7200 7800 600, 0 0",
    "rekey_time = 2h|rand_time = 5m, 7200 7920 300, 0 0",
    "over_time = 600|rand_time = 0, 14400 15000 0, 0 0",
    "reauth_time = 10h, 0 39600 0, 36000 3600",
    "reauth_time = 10h|rekey_time = 2h|over_time = 1m|rand_time = 2m, 7200 7260 120, 36000 120",
    "rekey_time = 0, 0 0 0, 0 0",
  })
  void timesOfAnIkeSa(String ike, String rekey, String reauth) throws Exception {
    ConnectionPolicy a = loaded(swanctl(ike.replace('|', '\n'), ""));
    assertThat(seconds(a.ikeRekey())).isEqualTo(rekey);
    assertThat(a.reauth().everyNs() / SECOND + " " + a.reauth().jitterNs() / SECOND)
        .isEqualTo(reauth);
  }

  @Test
  void aPeerThatCallsIsToldToComeBack() throws Exception {
    ConnectionPolicy a = loaded(swanctl("", "reauth_time = 10h", ""));
    assertThat(a.reauth().everyNs()).isZero();
    assertThat(a.reauth().lifetimeNs()).isEqualTo(10 * HOUR);
    assertThat(swanctl("", "reauth_time = 10s", "").notes()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "rekey_time = 30m, 1800 1980 180",
    "rekey_time = 30m|life_time = 40m, 1800 2400 600",
    "rekey_time = 30m|rand_time = 10, 1800 1980 10",
    "life_time = 40m, 2160 2400 240",
    "rand_time = 1m, 3600 3960 60",
  })
  void timesOfAChild(String child, String rekey) throws Exception {
    ChildPolicy lan = loaded(swanctl("", child.replace('|', '\n'))).children().getFirst();
    assertThat(seconds(lan.rekey())).isEqualTo(rekey);
  }

  @Test
  void volumeHasUnits() throws Exception {
    ChildPolicy lan = loaded(swanctl("", "rekey_bytes = 3g")).children().getFirst();
    assertThat(lan.rekey().softBytes()).isEqualTo(3L << 30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "true", "1", "enabled", "Yes"})
  void thereAreSeveralWordsForYes(String yes) throws Exception {
    assertThat(loaded(swanctl("encap = " + yes, "")).forceUdpEncap()).isTrue();
  }

  @Test
  void whatIsNeitherYesNorNoIsNamed() throws Exception {
    assertThat(swanctl("encap = maybe", "").notes())
        .containsExactly("line 7: connections.a.encap is maybe; expected yes or no");
    assertThat(loaded(swanctl("encap = disabled", "")).forceUdpEncap()).isFalse();
  }

  @Test
  void aPostQuantumKeyGoesIntoAFileOfItsOwn() throws Exception {
    SwanctlImport.Result result = swanctl("ppk_id = quantum\nppk_required = yes", "");
    assertThat(result.keyFiles()).containsOnlyKeys("ppk-a.key");
    assertThat(result.toString()).doesNotContain("0001");
    assertThat(loaded(result).auth().ppk().orElseThrow().required()).isTrue();
    assertThat(swanctl("ppk_id = quantum", "").configuration()).contains("required = false");
    assertThat(swanctl("ppk_id = other", "").notes())
        .containsExactly(
            "line 7: connections.a.ppk_id is other, which no secrets.ppk has; written without it");
    assertThat(swanctl("ppk_required = yes", "").notes()).hasSize(1);
    assertThat(swanctl("", "").keyFiles()).isEmpty();
  }

  @Test
  void revocation() {
    String text =
        """
        connections {
          a {
            remote {
              auth = pubkey-sha256
              certs = a.pem
              revocation = %s
              groups = staff
            }
          }
        }
        """;
    SwanctlImport.Result strict =
        SwanctlImport.translate(new Source(Path.of("s"), text.formatted("strict")), "secrets.conf");
    assertThat(strict.configuration()).contains("revocation = strict");
    assertThat(strict.notes())
        .contains(
            "line 4: connections.a.remote.auth is pubkey-sha256; name what is accepted in"
                + " signatures",
            "line 7: connections.a.remote.groups has no counterpart");
    assertThat(
            SwanctlImport.translate(
                    new Source(Path.of("s"), text.formatted("ifuri")), "secrets.conf")
                .notes())
        .contains(
            "line 6: connections.a.remote.revocation is ifuri; here it is strict, relaxed or off");
  }

  @ParameterizedTest
  @CsvSource({
    "mobike = yes, ''",
    "fragmentation = no, ''",
    "unique = replace, ''",
    "childless = force, ''",
    "'', inactivity = 10m",
    "'', policies = no",
    "'', interface = eth0",
    "'', dpd_action = restart",
    "'', close_action = trap",
  })
  void whatIsNotSoIsNamed(String ike, String child) {
    assertThat(swanctl(ike, child).notes()).hasSize(1);
  }

  @Test
  void whatIsAlwaysSoIsNot() {
    assertThat(
            swanctl(
                    "version = 2\nmobike = no\nfragmentation = yes\nunique = no\nkeyingtries = 0",
                    "start_action = start\ndpd_action = restart\nclose_action = start\npolicies = yes")
                .notes())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ikelifetime=8h, 28260 28800 540, 0 0",
    "ikelifetime=8h; margintime=3m; rekeyfuzz=50%, 28620 28800 90, 0 0",
    "margintime=3m, 10620 10800 180, 0 0",
    "ikelifetime=8h; reauth=yes, 0 28800 0, 28260 540",
    "reauth=yes, 0 10800 0, 10260 540",
    "ikelifetime=8h; reauth=yes; rekey=no, 0 28800 0, 0 0",
    "rekey=no, 0 10800 0, 0 0",
  })
  void timesInIpsecConf(String more, String rekey, String reauth) throws Exception {
    ConnectionPolicy a = loaded(ipsec(more));
    assertThat(seconds(a.ikeRekey())).isEqualTo(rekey);
    assertThat(a.reauth().everyNs() / SECOND + " " + a.reauth().jitterNs() / SECOND)
        .isEqualTo(reauth);
  }

  @Test
  void aMarginCountsForAChildWithoutALifetime() throws Exception {
    ChildPolicy child = loaded(ipsec("margintime=3m; rekeyfuzz=0%")).children().getFirst();
    assertThat(seconds(child.rekey())).isEqualTo("3420 3600 0");
    assertThat(ipsec("rekey=no").configuration()).contains("        life-time = 1h");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mobike=yes",
        "fragmentation=no",
        "installpolicy=no",
        "inactivity=10m",
        "failureshunt=passthrough",
        "rightgroups=staff",
        "rightallowany=yes",
        "leftsendcert=never",
        "dpdaction=hold",
        "retransmit-timeout=60s",
        "ppk=insist",
      })
  void whatIsNotSoIsNamedInIpsecConf(String more) {
    assertThat(ipsec(more).notes()).hasSize(1);
  }

  @Test
  void whatIsAlwaysSoIsNotNamedInIpsecConf() throws Exception {
    ConnectionPolicy a =
        loaded(
            ipsec(
                "mobike=no; fragmentation=yes; keyingtries=%forever; forceencaps=yes;"
                    + " leftsendcert=always; installpolicy=yes; compress=no"));
    assertThat(a.forceUdpEncap()).isTrue();
  }

  @Test
  void respondersAndTheIssuerInIpsecConf() {
    SwanctlImport.Result result =
        IpsecImport.translate(
            new Source(
                Path.of("ipsec.conf"),
                """
                ca example
                  cacert=ca.pem
                  ocspuri=http://ocsp.example.org
                conn a
                  left=203.0.113.1
                  leftcert=a.pem
                  right=203.0.113.20
                  rightid=b.example.org
                  rightca="C=CH, CN=other"
                  rightsubnet=10.2.0.0/24
                  auto=add
                """),
            Optional.of(new Source(Path.of("ipsec.secrets"), ": RSA a.pem\n")),
            "secrets.conf",
            Machine.unrouted("203.0.113.1"));
    assertThat(result.configuration()).contains("ocsp = [\"http://ocsp.example.org\"]");
    assertThat(result.notes())
        .containsExactly("line 9: rightca is C=CH, CN=other; name that CA's file in remote.ca");
  }
}
