package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Capture;
import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.peer.RawReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transport mode with strongSwan behind a NAT (RFC 7296 section 2.23.1), from either side.
 *
 * <pre>
 *   pollux 192.0.2.1 -- wan -- 192.0.2.9, .10 nat 10.99.0.1 -- 10.99.0.2, .3 swan
 * </pre>
 */
@LabTest
@ExtendWith(Evidence.class)
class TransportNatTest {
  private static final String KNOWN = "192.0.2.9";
  private static final String ANY = "192.0.2.10";

  /** Pollux knows the NAT's address. */
  private static final Tunnel FIXED = transport(1, "10.99.0.2", KNOWN);

  /** Pollux takes it from anywhere, for TCP. */
  private static final Tunnel ROAMING =
      transport(2, "10.99.0.3", "%any")
          .polluxChild("local-ts", "[\"192.0.2.1/32[tcp]\"]")
          .polluxChild("remote-ts", "[\"0.0.0.0/0[tcp]\"]")
          .swanChild("local_ts", "10.99.0.3/32[tcp]")
          .swanChild("remote_ts", "192.0.2.1/32[tcp]");

  private static Lab lab;

  private static Tunnel transport(int number, String inside, String seen) {
    return Tunnel.number(number)
        .addresses(Tunnel.POLLUX, inside)
        .transport()
        .seenFrom(seen)
        .polluxChild("local-ts", "[\"192.0.2.1/32\"]")
        .polluxChild("remote-ts", "[\"" + seen + "/32\"]");
  }

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = new Lab(directory, "nat");
    lab.plug("pollux");
    lab.hosts("pollux", "1", "9");
    lab.plug("nat");
    lab.ns.veth(new Namespaces.End("nat", "in"), new Namespaces.End("swan", "out"));
    lab.ns.ip(
        "nat",
        "addr add " + KNOWN + "/24 dev out",
        "addr add " + ANY + "/24 dev out",
        "addr add 10.99.0.1/24 dev in");
    lab.ns.sysctl("nat", "net.ipv4.ip_forward=1");
    lab.ns.ip(
        "swan",
        "addr add 10.99.0.2/24 dev out",
        "addr add 10.99.0.3/24 dev out",
        "route add default via 10.99.0.1");
    String rules =
        """
        table ip nat {
          chain post {
            type nat hook postrouting priority srcnat
            oifname "out" ip saddr 10.99.0.2 meta l4proto udp snat to %s:20000-20999
            oifname "out" ip saddr 10.99.0.3 meta l4proto udp snat to %s:30000-30999
          }
        }
        """
            .formatted(KNOWN, ANY);
    lab.ns.run("nat", "nft", rules).orFail();
    lab.startPollux("", FIXED, ROAMING);
    lab.startSwan("keep_alive = 2s", FIXED, ROAMING);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void rfc7296_2_23_1_packetsPassBothWaysOverRekeysOfEitherSide() {
    lab.swan.initiate(FIXED.swanChild("net")).orFail();
    RawReport child = lab.swanChildren(FIXED).getFirst();
    assertThat(child.value("mode")).contains("TRANSPORT");
    assertThat(child.value("encap")).contains("yes");
    try (Capture wan = Capture.start(lab.ns, "wan", "br0", lab.directory.resolve("wan.txt"))) {
      pings();
      lab.pollux.ctl("rekey", FIXED.name(), "net").orFail();
      pings();
      lab.swan.swanctl("--rekey", "--child", FIXED.swanChild("net")).orFail();
      Lab.until(() -> sas(KNOWN).size() == 2, "the end of the old SAs");
      pings();
      lab.pollux.ctl("rekey", FIXED.name(), "--ike").orFail();
      pings();
      Lab.until(() -> !wan.with("UDP-encap: ESP(").isEmpty(), "ESP in UDP on the wire");
      assertThat(wan.with("ICMP echo")).as("in the clear").isEmpty();
    }
    assertThat(lab.swanChildren(FIXED)).hasSize(1);
    assertThat(sas(KNOWN)).hasSize(2).allMatch(sa -> sa.drops() == 0);
  }

  private static void pings() {
    lab.ping("swan", "10.99.0.2", Tunnel.POLLUX).orFail();
    lab.ping("pollux", Tunnel.POLLUX, KNOWN).orFail();
  }

  private static List<KernelSa> sas(String peer) {
    return KernelSa.in("pollux").stream()
        .filter(sa -> sa.destination().equals(peer) || sa.source().equals(peer))
        .toList();
  }

  /** Its checksum is over other addresses than those that it arrives with. */
  @Test
  void rfc7296_2_23_1_tcpFromAnAddressThatPolluxDoesNotKnowBeforehand() throws IOException {
    lab.swan.initiate(ROAMING.swanChild("net")).orFail();
    assertThat(lab.swanChildren(ROAMING).getFirst().value("mode")).contains("TRANSPORT");
    Path log = lab.directory.resolve("echo.txt");
    lab.ns.start("pollux", log, Map.of(), words("listen", Tunnel.POLLUX, "7007"));
    Lab.until(() -> read(log).contains("listening"), "a listener");
    Ran asked = lab.ns.run("swan", words("ask", "10.99.0.3", Tunnel.POLLUX, "7007"));
    asked.orFail();
    assertThat(read(log)).contains("from " + ANY);
    assertThat(sas(ANY)).hasSize(2).allMatch(sa -> sa.packets() > 2 && sa.drops() == 0);
  }

  private static String[] words(String... args) {
    List<String> all =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                TcpEcho.class.getName()));
    all.addAll(List.of(args));
    return all.toArray(String[]::new);
  }

  private static String read(Path log) {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
