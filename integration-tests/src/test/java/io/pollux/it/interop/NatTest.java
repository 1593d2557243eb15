package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Namespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * strongSwan behind a NAT.
 *
 * <pre>
 *   pollux 192.0.2.1 -- wan -- 192.0.2.9 nat 10.99.0.1 -- 10.99.0.2 swan
 * </pre>
 */
@LabTest
@ExtendWith(Evidence.class)
class NatTest {
  private static final String OUTSIDE = "192.0.2.9";
  private static final Tunnel BEHIND =
      Tunnel.number(1)
          .child("cbc")
          .esp("aes128-sha512-noesn", "aes128-sha512")
          .addresses(Tunnel.POLLUX, "10.99.0.2")
          .seenFrom("%any")
          .swan("dpd_delay = 1s");
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = new Lab(directory, "nat");
    lab.plug("pollux");
    lab.hosts("pollux", "1", "9");
    lab.ns.ip(
        "pollux", "route add 10.2.0.0/16 via " + OUTSIDE, "route add 10.12.0.0/16 via " + OUTSIDE);
    lab.plug("nat");
    lab.ns.veth(new Namespaces.End("nat", "in"), new Namespaces.End("swan", "out"));
    lab.ns.ip("nat", "addr add " + OUTSIDE + "/24 dev out", "addr add 10.99.0.1/24 dev in");
    lab.ns.sysctl("nat", "net.ipv4.ip_forward=1");
    lab.ns.ip(
        "swan",
        "addr add 10.99.0.2/24 dev out",
        "addr add 10.2.1.1/32 dev lo",
        "addr add 10.12.1.1/32 dev lo",
        "route add default via 10.99.0.1");
    masquerade("20000-20999");
    lab.startPollux("", BEHIND);
    lab.startSwan("keep_alive = 2s", BEHIND);
  }

  private static void masquerade(String ports) {
    String rules =
        """
        flush ruleset
        table ip nat {
          chain post {
            type nat hook postrouting priority srcnat
            oifname "out" meta l4proto udp masquerade to :%s
          }
        }
        """
            .formatted(ports);
    lab.ns.run("nat", "nft", rules).orFail();
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void espGoesThroughUdpAndFollowsThePeersPort() {
    lab.swan.initiate(BEHIND.swanChild("net")).orFail();
    lab.swan.initiate(BEHIND.swanChild("cbc")).orFail();

    lab.ping(BEHIND, 0);
    lab.ping(BEHIND, 1);
    Sas.Ike sa = Sas.only(lab.pollux, BEHIND).orElseThrow();
    assertThat(sa.peer()).startsWith(OUTSIDE + ":20");
    assertThat(sa.children()).allMatch(Sas.Child::udpEncap);
    assertThat(KernelSa.in("pollux"))
        .hasSize(4)
        .allSatisfy(k -> assertThat(k.encap()).contains("4500").contains(port(sa.peer())))
        .allSatisfy(k -> assertThat(k.drops()).isZero());

    rebind("30000-30999", OUTSIDE + ":30");
    lab.ping(BEHIND, 0);
    lab.ping(BEHIND, 1);

    // Exchanges from both sides on the new port.
    lab.pollux.ctl("rekey", BEHIND.name()).orFail();
    Lab.until(() -> KernelSa.in("pollux").size() == 4, "the end of the old SAs");
    lab.pollux.ctl("rekey", BEHIND.name(), "--ike").orFail();
    rebind("40000-40999", OUTSIDE + ":40");
    lab.ping(BEHIND, 0);
    lab.ping(BEHIND, 1);
    assertThat(Sas.only(lab.pollux, BEHIND).orElseThrow().children())
        .hasSize(2)
        .allMatch(Sas.Child::udpEncap);
  }

  /** The NAT forgets its mappings and takes other ports; the peer's next message tells. */
  private static void rebind(String ports, String seen) {
    masquerade(ports);
    lab.ns.run("nat", "conntrack", "-F").orFail();
    Lab.until(
        () -> Sas.only(lab.pollux, BEHIND).filter(s -> s.peer().startsWith(seen)).isPresent(),
        "that Pollux sees the peer at " + seen);
    String port = port(Sas.only(lab.pollux, BEHIND).orElseThrow().peer());
    Lab.until(
        () -> KernelSa.in("pollux").stream().allMatch(k -> k.encap().contains(port)),
        "that the kernel's SAs lead to port " + port);
  }

  private static String port(String endpoint) {
    return endpoint.substring(endpoint.indexOf(':') + 1);
  }
}
