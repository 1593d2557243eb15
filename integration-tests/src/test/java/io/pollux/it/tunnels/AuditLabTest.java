package io.pollux.it.tunnels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.gate.Node;
import io.pollux.it.gate.Site;
import io.pollux.it.gate.Tunnel;
import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is corrupted on the standby's kernel is found, named and repaired. */
@LabTest
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditLabTest {
  /** A round begins every 10 s, and what it finds is confirmed a second later. */
  private static final Duration BUDGET = Duration.ofSeconds(20);

  private static final Tunnel POLICY = Tunnel.v4("policy", "none", 0);
  private static final Tunnel VTI = Tunnel.v4("vti", "vti", 1);
  private Site site;
  private Node standby;

  @BeforeAll
  void build() {
    site = new Site(List.of(POLICY, VTI));
    site.start("");
    standby = site.other(site.active());
  }

  @AfterAll
  void close() {
    site.close();
  }

  private String ip(String... words) {
    String[] all = new String[words.length + 1];
    all[0] = "ip";
    System.arraycopy(words, 0, all, 1, words.length);
    return site.net.run(standby.name(), all).orFail();
  }

  private long count(String field) {
    Matcher m =
        Pattern.compile("\"" + field + "\" *: *(\\d+)")
            .matcher(standby.ctl("ha", "audit", "--json").out());
    return m.find() ? Long.parseLong(m.group(1)) : -1;
  }

  private void foundAndRepaired(String what, long before, String named) {
    Waits.until(() -> count("repaired") > before, BUDGET, what + " repaired\n" + standby.log());
    assertThat(standby.log()).containsPattern("audit: .*" + named);
    site.awaitReady();
    assertThat(standby.ctl("ha", "audit").ok()).isTrue();
    assertThat(site.active().ctl("ha", "audit").out()).contains("equal:       yes");
  }

  private String spi(String from, String to) {
    Matcher m =
        Pattern.compile("src " + from + " dst " + to + "\\s+proto esp spi (0x[0-9a-f]+)")
            .matcher(ip("xfrm", "state"));
    assertThat(m.find()).isTrue();
    return m.group(1);
  }

  @Test
  void deletedSa() {
    String spi = spi(Site.VIP, POLICY.peer());
    long before = count("repaired");
    ip(
        "xfrm",
        "state",
        "delete",
        "src",
        Site.VIP,
        "dst",
        POLICY.peer(),
        "proto",
        "esp",
        "spi",
        spi);
    foundAndRepaired("SA", before, "missing: sa out " + spi.substring(2));
    assertThat(spi(Site.VIP, POLICY.peer())).isEqualTo(spi);
  }

  @Test
  void deletedPolicy() {
    long before = count("repaired");
    ip("xfrm", "policy", "delete", "src", "10.1.0.0/24", "dst", POLICY.network(), "dir", "out");
    foundAndRepaired("policy", before, "policy out .*10.2.0.0");
    assertThat(
            ip(
                "xfrm",
                "policy",
                "get",
                "src",
                "10.1.0.0/24",
                "dst",
                POLICY.network(),
                "dir",
                "out"))
        .contains("tmpl");
  }

  @Test
  void deletedAndForeignRoute() {
    long before = count("repaired");
    ip("route", "del", VTI.network(), "table", "4500", "metric", "100");
    foundAndRepaired("route", before, "missing: route 10.2.1.0/24 table 4500 metric 100");
    assertThat(ip("route", "show", "table", "4500")).contains(VTI.network() + " dev plx");
    before = count("repaired");
    ip(
        "route",
        "add",
        "10.9.0.0/24",
        "dev",
        "plx0",
        "table",
        "4500",
        "proto",
        "112",
        "metric",
        "7");
    foundAndRepaired("route", before, "extra: route 10.9.0.0/24 table 4500 metric 7");
    assertThat(ip("route", "show", "table", "4500")).doesNotContain("10.9.0.0/24");
  }

  /** An SA that was put in anew by somebody, with the counter at its beginning. */
  @Test
  void counterBehind() {
    String spi = spi(Site.VIP, VTI.peer());
    long before = count("repaired");
    String state =
        ip(
            "-d",
            "xfrm",
            "state",
            "get",
            "src",
            Site.VIP,
            "dst",
            VTI.peer(),
            "proto",
            "esp",
            "spi",
            spi);
    Matcher key = Pattern.compile("rfc4106\\(gcm\\(aes\\)\\) (0x[0-9a-f]+) 128").matcher(state);
    Matcher reqid = Pattern.compile("reqid (\\d+)").matcher(state);
    assertThat(key.find() && reqid.find()).isTrue();
    ip("xfrm", "state", "delete", "src", Site.VIP, "dst", VTI.peer(), "proto", "esp", "spi", spi);
    ip(
        "xfrm",
        "state",
        "add",
        "src",
        Site.VIP,
        "dst",
        VTI.peer(),
        "proto",
        "esp",
        "spi",
        spi,
        "reqid",
        reqid.group(1),
        "mode",
        "tunnel",
        "replay-window",
        "32",
        "flag",
        "esn",
        "flag",
        "af-unspec",
        "aead",
        "rfc4106(gcm(aes))",
        key.group(1),
        "128");
    foundAndRepaired("counter", before, "counter behind: sa in ");
  }
}
