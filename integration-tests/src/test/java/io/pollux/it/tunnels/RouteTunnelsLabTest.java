package io.pollux.it.tunnels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.gate.Node;
import io.pollux.it.gate.Site;
import io.pollux.it.gate.Tunnel;
import io.pollux.it.gate.WanView;
import io.pollux.it.lab.LabTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** One pair with every kind of tunnel; the tests follow each other on it. */
@LabTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RouteTunnelsLabTest {
  private static final List<Tunnel> ALL =
      List.of(
          Tunnel.v4("policy", "none", 0),
          Tunnel.v4("vti", "vti", 1),
          Tunnel.v4("own", "own", 2),
          Tunnel.v4("shared", "shared", 3),
          Tunnel.v6("policy6", "none", 0),
          Tunnel.v6("own6", "own", 2));
  private Site site;

  @BeforeAll
  void build() {
    site = new Site(ALL);
    site.start("");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  @Order(1)
  void everyKindOfTunnelCarriesPackets() {
    for (Tunnel t : ALL) {
      site.awaitAnswer(t, site.by(site.a));
    }
  }

  @Test
  @Order(2)
  void routesStandOnBothNodesWithTheirRolesMetric() {
    for (Node node : List.of(site.a, site.b)) {
      String main = site.net.run(node.name(), "ip", "route", "show", "table", "main").orFail();
      String fence = site.net.run(node.name(), "ip", "route", "show", "table", "4500").orFail();
      String metric = node == site.active() ? "metric 100" : "metric 4000";
      for (Tunnel t : ALL.stream().filter(x -> !x.ipv6()).toList()) {
        assertThat(main).containsPattern(t.network() + " dev plx[0-9a-f]+ proto 112 .*" + metric);
        assertThat(fence)
            .containsPattern(t.network() + " dev plx[0-9a-f]+ ")
            .contains("unreachable " + t.network());
      }
    }
  }

  /**
   * Neither a default route nor anything else of main is asked for a policy tunnel's inner side.
   */
  @Test
  @Order(3)
  void policyTunnelNeedsNoDefaultRoute() {
    Node active = site.active();
    site.net.ip(active.name(), "route del default");
    site.awaitAnswer(ALL.getFirst(), site.by(active));
    site.net.ip(active.name(), "route add default via 203.0.113.20 dev wan0");
  }

  @Test
  @Order(4)
  void takeoverMovesThemAll() {
    Node old = site.active();
    site.traffic();
    try (WanView wan = WanView.start(site, "takeover")) {
      Node.signal("KILL", old.jvmPid());
      site.other(old).await("active");
      long taken = WanView.now();
      for (Tunnel t : ALL) {
        site.awaitAnswer(t, site.by(site.other(old)));
      }
      site.awaitReady();
      assertThat(wan.from(old, taken)).isEmpty();
      assertThat(wan.clearText()).isEmpty();
    }
  }

  /** Whatever is taken away on the active node: nothing leaves in the clear. */
  @Test
  @Order(5)
  void missingPolicyRouteDeviceOrSaDropsAndNeverLeaks() {
    Node active = site.active();
    String ns = active.name();
    try (WanView wan = WanView.start(site, "missing")) {
      String devices = site.net.run(ns, "ip", "-o", "link").orFail();
      String[] own =
          devices
              .lines()
              .map(l -> l.split("[ :@]+")[1])
              .filter(d -> d.matches("plx[0-9a-f]{8}"))
              .toArray(String[]::new);
      assertThat(own).hasSizeGreaterThanOrEqualTo(4);
      site.net.ip(ns, "xfrm policy flush");
      pingAll();
      site.net.ip(ns, "route flush table main proto 112");
      pingAll();
      for (String device : own) {
        site.net.ip(ns, "link del " + device);
      }
      pingAll();
      site.net.ip(ns, "xfrm state flush", "link del plx0");
      pingAll();
      assertThat(wan.clearText()).isEmpty();
      assertThat(wan.all()).isNotEmpty();
    }
  }

  private void pingAll() {
    for (Tunnel t : ALL) {
      for (int host : List.of(101, 102)) {
        site.net.run("hub-lan", "ping", "-n", "-c", "2", "-i", "0.1", "-W", "0.3", t.host(host));
      }
    }
  }
}
