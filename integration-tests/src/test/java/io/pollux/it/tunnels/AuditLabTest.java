package io.pollux.it.tunnels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.gate.Node;
import io.pollux.it.gate.Site;
import io.pollux.it.gate.Tunnel;
import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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

  private String outbound(String words, String peer, String spi) {
    String id = " src %s dst %s proto esp spi %s".formatted(Site.VIP, peer, spi);
    return ip((words + id).split(" "));
  }

  private String sa(String peer, String spi) {
    return outbound("-d xfrm state get", peer, spi);
  }

  private void delete(String peer, String spi) {
    outbound("xfrm state delete", peer, spi);
  }

  @Test
  void deletedSa() {
    String spi = spi(Site.VIP, POLICY.peer());
    long before = count("repaired");
    delete(POLICY.peer(), spi);
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
    String state = sa(VTI.peer(), spi);
    Matcher key = Pattern.compile("rfc4106\\(gcm\\(aes\\)\\) (0x[0-9a-f]+) 128").matcher(state);
    Matcher reqid = Pattern.compile("reqid (\\d+)").matcher(state);
    assertThat(key.find() && reqid.find()).isTrue();
    delete(VTI.peer(), spi);
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

  /** Decrypts nothing and is told apart by nothing else: the SPI is right. */
  @Test
  void anotherKeyUnderTheSameSpi() {
    replaced(
        state -> {
          Matcher key =
              Pattern.compile("rfc4106\\(gcm\\(aes\\)\\) (0x[0-9a-f]+) 128").matcher(state);
          assertThat(key.find()).isTrue();
          char first = key.group(1).charAt(2) == '0' ? '1' : '0';
          return state.replace(key.group(1), "0x" + first + key.group(1).substring(3));
        });
  }

  @Test
  void anotherInterfaceIdUnderTheSameSpi() {
    replaced(state -> state + "\n\tif_id 0x77");
  }

  /** The control: an SA that is put in anew as it was is no difference. */
  @Test
  void theSameSaPutInAnewIsNone() {
    long before = count("found");
    long round = count("round");
    replace(spi(Site.VIP, POLICY.peer()), Function.identity());
    Waits.until(() -> count("round") > round + 1, BUDGET.multipliedBy(2), "two rounds");
    assertThat(count("found")).as(standby.log()).isEqualTo(before);
  }

  private void replaced(Function<String, String> change) {
    String spi = spi(Site.VIP, POLICY.peer());
    String was = sa(spi);
    long before = count("repaired");
    replace(spi, change);
    assertThat(essence(sa(spi))).isNotEqualTo(essence(was));
    foundAndRepaired("SA", before, "different: sa out " + spi.substring(2));
    assertThat(essence(sa(spi))).isEqualTo(essence(was));
  }

  private String sa(String spi) {
    return sa(POLICY.peer(), spi);
  }

  /** What makes an SA another one: its algorithm with the key, and its interface. */
  private static List<String> essence(String state) {
    return state
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("aead ") || line.startsWith("if_id "))
        .toList();
  }

  /** Out, and in again with what {@code ip} has shown of it after a change; its counter stays. */
  private void replace(String spi, Function<String, String> change) {
    String was = sa(spi);
    String to = change.apply(was);
    List<String> words = new ArrayList<>(List.of("xfrm", "state", "add"));
    words.addAll(List.of("src", Site.VIP, "dst", POLICY.peer(), "proto", "esp", "spi", spi));
    words.addAll(List.of("reqid", found(to, "reqid (\\d+)"), "mode", "tunnel"));
    words.addAll(List.of("replay-window", found(to, "replay_window (\\d+)")));
    words.addAll(List.of("replay-oseq", found(to, "oseq (0x[0-9a-f]+)")));
    words.addAll(List.of("replay-oseq-hi", found(to, "oseq-hi (0x[0-9a-f]+)")));
    for (String flag : found(to, "flag ([a-z0-9 -]+)").strip().split(" ")) {
      words.addAll(List.of("flag", flag));
    }
    Matcher interfaceId = Pattern.compile("if_id (0x[0-9a-f]+)").matcher(to);
    if (interfaceId.find()) {
      words.addAll(List.of("if_id", interfaceId.group(1)));
    }
    Matcher aead = Pattern.compile("aead (\\S+) (0x[0-9a-f]+) (\\d+)").matcher(to);
    assertThat(aead.find()).as(to).isTrue();
    words.addAll(List.of("aead", aead.group(1), aead.group(2), aead.group(3)));
    delete(POLICY.peer(), spi);
    ip(words.toArray(String[]::new));
  }

  private static String found(String text, String pattern) {
    Matcher m = Pattern.compile(pattern).matcher(text);
    assertThat(m.find()).as(pattern + " in " + text).isTrue();
    return m.group(1);
  }

  /** Half of the network goes into the tunnel, and the other half nowhere or in the clear. */
  @Test
  void aPolicyWithAnotherSelector() {
    String narrow = POLICY.network().replace("/24", "/25");
    String was = policy(POLICY.network());
    long before = count("repaired");
    ip("xfrm", "policy", "delete", "src", "10.1.0.0/24", "dst", POLICY.network(), "dir", "out");
    ip(
        "xfrm",
        "policy",
        "add",
        "src",
        "10.1.0.0/24",
        "dst",
        narrow,
        "dir",
        "out",
        "priority",
        found(was, "priority (\\d+)"),
        "tmpl",
        "src",
        Site.VIP,
        "dst",
        POLICY.peer(),
        "proto",
        "esp",
        "reqid",
        found(was, "reqid (\\d+)"),
        "mode",
        "tunnel");
    foundAndRepaired("policy", before, "extra: policy out src 10.1.0.0/24 dst " + narrow);
    assertThat(standby.log())
        .containsPattern("audit: .*missing: policy out src 10.1.0.0/24 dst " + POLICY.network());
    assertThat(policy(POLICY.network())).contains("tmpl");
    assertThat(ip("xfrm", "policy")).doesNotContain(narrow);
  }

  private String policy(String network) {
    return ip("xfrm", "policy", "get", "src", "10.1.0.0/24", "dst", network, "dir", "out");
  }
}
