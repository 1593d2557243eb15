package io.pollux.it.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two strongSwan daemons, without Pollux: the peer that the other tests use works. */
@LabTest
class StrongSwanTest {
  @Test
  void twoDaemonsBringUpATunnelThatCarriesAPing(@TempDir Path directory) {
    try (Namespaces ns = Namespaces.of("left", "right")) {
      ns.veth(new Namespaces.End("left", "eth0"), new Namespaces.End("right", "eth0"));
      ns.ip("left", "addr add 192.0.2.1/24 dev eth0", "addr add 10.1.0.1/24 dev lo");
      ns.ip("right", "addr add 192.0.2.2/24 dev eth0", "addr add 10.2.0.1/24 dev lo");
      try (StrongSwan left =
              StrongSwan.start(ns, "left", directory.resolve("left"), configuration("1", "2"));
          StrongSwan right =
              StrongSwan.start(ns, "right", directory.resolve("right"), configuration("2", "1"))) {

        assertThat(left.initiate("net").ok()).as(left::log).isTrue();

        Waits.until(
            () -> right.childSas().size() == 1, Duration.ofSeconds(30), "the responder's Child SA");
        RawReport child = left.childSas().getFirst();
        assertThat(child.value("state")).contains("INSTALLED");
        assertThat(child.value("esn")).contains("1");
        assertThat(child.value("spi-out")).isEqualTo(right.childSas().getFirst().value("spi-in"));
        ns.run("left", "ping", "-c", "2", "-i", "0.2", "-I", "10.1.0.1", "10.2.0.1").orFail();
        assertThat(left.childSas().getFirst().value("packets-out")).contains("2");
      }
    }
  }

  /** One side of a pair of gateways with a pre-shared key: OWN and OTHER are their numbers. */
  private static String configuration(String own, String other) {
    return """
        connections {
          gw {
            version = 2
            local_addrs = 192.0.2.%1$s
            remote_addrs = 192.0.2.%2$s
            proposals = aes256gcm16-prfsha384-x25519
            local {
              auth = psk
              id = gw-%1$s.example
            }
            remote {
              auth = psk
              id = gw-%2$s.example
            }
            children {
              net {
                local_ts = 10.%1$s.0.0/24
                remote_ts = 10.%2$s.0.0/24
                esp_proposals = aes256gcm16-x25519-esn
                mode = tunnel
              }
            }
          }
        }
        secrets {
          ike-1 {
            secret = "a secret of this test alone"
          }
        }
        """
        .formatted(own, other);
  }
}
