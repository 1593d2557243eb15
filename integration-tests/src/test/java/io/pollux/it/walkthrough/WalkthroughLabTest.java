package io.pollux.it.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new user does what the pages say, in their order, and has what they promise. */
@LabTest
@Tag("long")
final class WalkthroughLabTest {
  private static final String SWANCTL_CONF = "/etc/swanctl/swanctl.conf";
  private static final String SWITCHOVER = "polluxctl ha switchover";
  private static final String IDENTITY = "sha256:…";
  private static final Pattern FINGERPRINT = Pattern.compile("sha256:[0-9a-f]{64}");

  /** What the page's reader has been running: the first tunnel, as strongSwan has it. */
  private static final String HUB_SWANCTL_CONF =
      """
      connections {
        branch {
          version = 2
          local_addrs = 203.0.113.1
          remote_addrs = 203.0.113.20
          proposals = aes256gcm16-prfsha384-x25519
          dpd_delay = 30s
          local {
            auth = psk
            id = hub.example.org
          }
          remote {
            auth = psk
            id = branch.example.org
          }
          children {
            lan {
              local_ts = 10.1.0.0/24
              remote_ts = 10.2.0.0/24
              esp_proposals = aes256gcm16-esn-noesn
              start_action = start
              dpd_action = restart
            }
          }
        }
      }
      secrets {
        ike-branch {
          id = branch.example.org
          secret = "use a long random one"
        }
      }
      """;

  @TempDir private Path dir;

  @Test
  void firstTunnel() {
    Page page = new Page("first-tunnel.md");
    try (Sites sites = new Sites(dir, "gw")) {
      sites.ns.ip("gw", "addr add 203.0.113.1/24 dev wan0", "addr add 10.1.0.1/24 dev lan0");
      Gateway gateway = new Gateway(sites.ns, "gw", dir.resolve("gw"));
      gateway.install();
      for (Page.Block block : page.blocks()) {
        String about = block.about();
        if (about.equals(SWANCTL_CONF)) {
          sites.startBranch(block.text());
        } else if (about.startsWith("/etc/pollux/")) {
          gateway.write(about, block.text());
        } else if (about.startsWith("polluxctl ")) {
          gateway.awaitShown(block, about);
        } else if (about.startsWith("journalctl ")) {
          block.text().lines().forEach(line -> assertThat(gateway.log()).matches(among(line)));
          sites.pingBothWays();
          assertThat(sites.packets("in")).as("through ESP").isEqualTo(6);
          assertThat(sites.packets("out")).isEqualTo(6);
        } else {
          assertThat(block.commands()).isNotEmpty();
          block.commands().forEach(line -> gateway.type(line).orFail());
        }
      }
      sites.pingBothWays();
      assertThat(sites.children()).hasSize(1);
    }
  }

  /** A regular expression of a text that has this line in it. */
  private static String among(String line) {
    String[] parts = line.split("…", -1);
    StringBuilder wanted = new StringBuilder("(?s).*");
    for (String part : parts) {
      wanted.append(Pattern.quote(part)).append("[^\\n]*");
    }
    return wanted.append("\\n.*").toString();
  }

  @Test
  void firstPair() {
    Page page = new Page("first-pair.md");
    Page tunnel = new Page("first-tunnel.md");
    try (Sites sites = new Sites(dir, "gw-a", "gw-b")) {
      Map<String, Gateway> gateways = new TreeMap<>();
      gateways.put("gw-a", pairNode(sites, "gw-a", 2));
      gateways.put("gw-b", pairNode(sites, "gw-b", 3));
      gateways.values().forEach(Gateway::install);
      Map<String, String> fingerprints = new TreeMap<>();
      sites.startBranch(tunnel.block(SWANCTL_CONF).text());
      for (Page.Block block : page.blocks()) {
        if (block.commands().contains(SWITCHOVER)) {
          sites.pingBothWays();
          sites.keepPinging();
        }
        gateways.forEach(
            (name, gateway) -> {
              if (block.isFor(name)) {
                doOnNode(block, name, gateway, fingerprints, tunnel);
              }
            });
      }
      List<String> before = sites.ikeSas();
      assertThat(before).hasSize(1);
      survives(sites, gateways.get("gw-a"), gateways.get("gw-b"));
      assertThat(sites.ikeSas()).isEqualTo(before);
    }
  }

  private static void doOnNode(
      Page.Block block,
      String name,
      Gateway gateway,
      Map<String, String> fingerprints,
      Page tunnel) {
    String about = block.about();
    if (about.startsWith("/etc/pollux/")) {
      assertThat(block.text()).contains(IDENTITY);
      String other = fingerprints.get(name.equals("gw-a") ? "gw-b" : "gw-a");
      gateway.write(about, block.text().replace(IDENTITY, other));
      sameTunnel(tunnel, gateway);
    } else if (about.startsWith("polluxctl ")) {
      gateway.awaitShown(block, about);
    } else {
      for (String line : block.commands()) {
        Matcher printed = FINGERPRINT.matcher(gateway.type(line).orFail());
        if (printed.find()) {
          fingerprints.put(name, printed.group());
        }
      }
    }
  }

  /** What the last step promises: after the handover to B, B's plug, and A goes on. */
  private static void survives(Sites sites, Gateway a, Gateway b) {
    a.awaitLine("ha status", "ready for failover: yes");
    b.awaitLine("ha status", "gw-b, active (paired), gate open");
    b.awaitLine("ha status", "ready for failover: yes");
    sites.awaitMoreReplies();

    sites.unplug("gw-b");
    b.kill();

    a.awaitLine("ha status", "gw-a, active (alone), gate open");
    sites.awaitMoreReplies();
    sites.pingBothWays();
    assertThat(a.type("polluxctl ha history").orFail()).contains("standby", "active");
  }

  @Test
  void migrationFromStrongSwan() {
    Page page = new Page("migration-from-strongswan.md");
    try (Sites sites = new Sites(dir, "gw")) {
      sites.ns.ip("gw", "addr add 203.0.113.1/24 dev wan0", "addr add 10.1.0.1/24 dev lan0");
      sites.startBranch(new Page("first-tunnel.md").block(SWANCTL_CONF).text());
      Gateway gateway = new Gateway(sites.ns, "gw", dir.resolve("gw"));
      gateway.runStrongSwan(HUB_SWANCTL_CONF);
      sites.awaitChild();
      sites.pingBothWays();
      List<String> before = sites.ikeSas();
      assertThat(before).hasSize(1);
      gateway.install();
      sites.pingBothWays();
      assertThat(sites.ikeSas()).as("what is only installed disturbs nobody").isEqualTo(before);

      for (Page.Block block : page.blocks()) {
        block.commands().forEach(line -> gateway.type(line).orFail());
      }

      sites.awaitChild();
      sites.pingBothWays();
      assertThat(sites.packets("in")).as("through the ESP of Pollux").isEqualTo(6);
      assertThat(sites.packets("out")).isEqualTo(6);
      assertThat(sites.ikeSas()).hasSize(1).doesNotContainAnyElementsOf(before);
      assertThat(gateway.type("polluxctl connections").orFail()).contains("branch", " up");
    }
  }

  private Gateway pairNode(Sites sites, String name, int number) {
    sites.ns.ip(
        name,
        "addr add 203.0.113." + number + "/24 dev wan0",
        "addr add 10.1.0." + number + "/24 dev lan0",
        "addr add 10.99.0." + (number - 1) + "/30 dev link0");
    return new Gateway(sites.ns, name, dir.resolve(name));
  }

  /** The two files that the page takes over from the first tunnel's. */
  private static void sameTunnel(Page tunnel, Gateway gateway) {
    for (String file : List.of("secrets.conf", "conf.d/branch.conf")) {
      String path = "/etc/pollux/" + file;
      gateway.write(path, tunnel.block(path).text());
    }
  }
}
