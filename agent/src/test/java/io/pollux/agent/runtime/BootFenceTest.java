package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pollux.ha.vrrp.Vip;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BootFenceTest {
  @TempDir private Path state;

  @BeforeEach
  void write() throws Exception {
    BootFence.write(
        state,
        List.of(vip("2001:db8::1"), vip("203.0.113.1")),
        List.of(
            "route replace unreachable 10.2.0.0/24 table 4500 proto 112 metric 4294967294",
            "route replace unreachable 2001:db8:2::/48 table 4500 proto 112 metric 4294967294",
            "rule add pref 2 from 0.0.0.0/0 lookup 4500 protocol 112",
            "rule add pref 2 from ::/0 lookup 4500 protocol 112"));
  }

  private static Vip vip(String address) throws Exception {
    InetAddress parsed = InetAddress.getByName(address);
    return new Vip("wan0", parsed, parsed.getAddress().length * 8);
  }

  @Test
  void eachFamilyHasItsFile() throws Exception {
    assertThat(Files.readAllLines(state.resolve(BootFence.FILE)))
        .hasSize(4)
        .contains("rule add pref 1 iif wan0 to 203.0.113.1/32 blackhole")
        .noneMatch(line -> line.contains(":"));
    assertThat(Files.readAllLines(state.resolve(BootFence.FILE6)))
        .hasSize(4)
        .allMatch(line -> line.contains(":"));
  }

  /** As the unit does, with the unit's own words, in a network of its own. */
  @Test
  void ipTakesEachLine() throws Exception {
    assumeTrue(sh("unshare -n ip rule").contains("lookup"), "no network namespaces here");
    StringBuilder script = new StringBuilder("ip link set lo up;");
    for (String line :
        Files.readAllLines(Path.of("../packaging/dist/systemd/pollux-boot-fence.service"))) {
      if (line.startsWith("ExecStart=")) {
        script.append(line.replace("ExecStart=-/usr/sbin/", "")).append(';');
      }
    }
    String done =
        sh(
            "unshare -n sh -c '"
                + script.toString().replace("/var/lib/pollux", state.toString())
                + "ip rule; ip -6 rule; ip route show table 4500; ip -6 route show table 4500'");
    assertThat(done)
        .contains("from 203.0.113.1 blackhole")
        .contains("from 2001:db8::1 blackhole")
        .contains("unreachable 10.2.0.0/24")
        .contains("unreachable 2001:db8:2::/48")
        .doesNotContain("Error");
    assertThat(done.split("from all lookup 4500", -1)).as(done).hasSize(3);
  }

  private static String sh(String line) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }
}
