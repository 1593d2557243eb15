package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Namespaces;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A NAT that forgets a silent peer. */
@LabTest
@ExtendWith(Evidence.class)
class DiagnoseNatLabTest {
  private static final String OUTSIDE = "192.0.2.9";
  private static final Tunnel BEHIND =
      Tunnel.number(1).addresses(Tunnel.POLLUX, "10.99.0.2").seenFrom("%any");
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = new Lab(directory, "nat");
    lab.plug("pollux");
    lab.hosts("pollux", "1", "9");
    lab.ns.ip("pollux", "route add 10.2.0.0/16 via " + OUTSIDE);
    lab.plug("nat");
    lab.ns.veth(new Namespaces.End("nat", "in"), new Namespaces.End("swan", "out"));
    lab.ns.ip("nat", "addr add " + OUTSIDE + "/24 dev out", "addr add 10.99.0.1/24 dev in");
    lab.ns.sysctl("nat", "net.ipv4.ip_forward=1");
    lab.ns.ip(
        "swan",
        "addr add 10.99.0.2/24 dev out",
        "addr add 10.2.1.1/32 dev lo",
        "route add default via 10.99.0.1");
    rules(
        """
        table ip nat {
          chain post {
            type nat hook postrouting priority srcnat
            oifname "out" meta l4proto udp masquerade to :20000-20999
          }
        }
        """);
    lab.startPollux("", BEHIND);
    lab.startSwan("keep_alive = 0s", BEHIND); // it keeps no binding open
  }

  private static void rules(String text) {
    lab.ns.run("nat", "nft", text).orFail();
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void itsBindingIsGone() {
    lab.swan.initiate(BEHIND.swanChild("net")).orFail();
    lab.ping(BEHIND, 0);
    Process sender =
        lab.ns.start(
            "pollux",
            lab.directory.resolve("ping"),
            Map.of(),
            "ping",
            "-q",
            "-i",
            "0.05",
            "-I",
            BEHIND.polluxHost(),
            BEHIND.swanHost());
    try {
      // Nothing of the peer may open it anew: its answers to what still comes in.
      rules(
          """
          table ip f {
            chain x {
              type filter hook forward priority 0
              policy drop
            }
          }
          """);
      lab.ns.run("nat", "conntrack", "-F").orFail();

      Lab.until(
          () ->
              lab.pollux
                  .ctl("diagnose", BEHIND.name(), "--seconds", "2")
                  .out()
                  .contains("the NAT in between may have forgotten the peer"),
          "the verdict");

      assertThat(lab.pollux.ctl("diagnose", BEHIND.name()).out())
          .contains("t1/net: STATE DRIFT", "ESP in UDP 4500 is filtered on the path");
    } finally {
      sender.destroy();
    }
  }
}
