package io.pollux.it.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pair's link is down for ten minutes under traffic, nobody repairs it, and then the active
 * node loses its power: on the wire no sequence number comes twice, with ESN and without, and the
 * peer's window takes everything that the heir sends.
 */
@LabTest
@Tag("long")
class LongOutageLabTest {
  private static final Duration GENEROUS = Duration.ofSeconds(240);
  private static final Duration OUTAGE = Duration.ofMinutes(10);
  private static final Duration AFTERWARDS = Duration.ofSeconds(5);

  /** tcpdump's words: the sender's address and what the ESP header says. */
  private static final Pattern ESP =
      Pattern.compile("^(\\S+) > .*ESP\\(spi=(0x[0-9a-f]+),seq=(0x[0-9a-f]+)\\)");

  @TempDir Path dir;

  @Test
  @Timeout(1800)
  void noNumberComesTwice() {
    Topology.destroy();
    Topology topology = new Topology(1);
    topology.build();
    Site site = new NamespaceSite(topology, Path.of("-"));
    Tools tools =
        new Tools(
            Path.of("-"), Path.of(System.getProperty("pollux.home", "packaging/target/pollux")));
    PolluxHub hub =
        new PolluxHub(dir, tools, site, new PolluxConfig(1, 1000, "auto", false), conf -> conf);
    StrongSwan peer = new StrongSwan(site.on(Topology.BRANCH), dir.resolve("s"), 1);
    List<Process> running = new ArrayList<>();
    try {
      peer.start();
      hub.start();
      peer.connect();
      hub.awaitReady();
      assertThat(hub.active()).isEqualTo(Gateway.A);
      Path capture = dir.resolve("esp.pcap");
      running.add(CutPointsTest.capture(capture, "esp"));
      running.add(ping(Topology.gcmHost(0)));
      running.add(ping(Topology.cbcHost(0)));
      Cuts.link(true);
      Waits.until(() -> hub.state(Gateway.B).equals("stale"), GENEROUS, "a stale copy");
      LockSupport.parkNanos(OUTAGE.toNanos());
      CutPointsTest.powerLoss(Gateway.A);
      Waits.until(() -> hub.isActive(Gateway.B), GENEROUS, "the takeover");
      LockSupport.parkNanos(AFTERWARDS.toNanos());
      for (String host : List.of(Topology.gcmHost(0), Topology.cbcHost(0))) {
        var ran =
            Shell.run(Shell.in(Topology.LAN_HUB, List.of("ping", "-c", "3", "-W", "5", host)));
        assertThat(ran.ok()).as(Shell.said(ran)).isTrue();
      }
      running.forEach(Process::destroy);
      Process tcpdump = running.getFirst();
      Waits.until(() -> !tcpdump.isAlive(), GENEROUS, "the end of tcpdump");
      judge(capture);
      assertThat(Shell.script("ip netns exec " + Topology.BRANCH + " cat /proc/net/xfrm_stat"))
          .as("what the peer's window has thrown away")
          .containsPattern("XfrmInStateSeqError\\s+0\\n");
    } finally {
      running.forEach(Process::destroyForcibly);
      hub.stop();
      peer.stop();
      Topology.destroy();
    }
  }

  private Process ping(String host) {
    String words = "ping -q -i 0.01 -I " + Topology.HUB_HOST + " " + host;
    return Shell.background(
        Shell.in(Topology.LAN_HUB, List.of(words.split(" "))), dir.resolve("ping-" + host));
  }

  private static void judge(Path capture) {
    Map<String, Set<Long>> seen = new HashMap<>();
    Map<String, Map<Gateway, Long>> packets = new HashMap<>();
    Map<String, Long> lastOfTheDead = new HashMap<>();
    for (String line : Shell.script("tcpdump -e -t -n -r " + capture + " 2>&1").lines().toList()) {
      Matcher m = ESP.matcher(line);
      Gateway from = m.find() ? gateway(m.group(1)) : null;
      if (from == null) {
        continue;
      }
      String spi = m.group(2);
      long number = Long.decode(m.group(3));
      if (!seen.computeIfAbsent(spi, _ -> new HashSet<>()).add(number)) {
        throw new AssertionError(from.name() + " sends a number again: " + line);
      }
      packets.computeIfAbsent(spi, _ -> new HashMap<>()).merge(from, 1L, Long::sum);
      if (from == Gateway.A) {
        lastOfTheDead.put(spi, number);
      } else if (number <= lastOfTheDead.get(spi)) {
        throw new AssertionError("not ahead of the dead node: " + line);
      }
    }
    System.out.println("      ESP by SPI and gateway: " + packets);
    assertThat(packets).as("both Child SAs, outwards").hasSize(2);
    packets.forEach(
        (spi, by) -> {
          assertThat(by.getOrDefault(Gateway.A, 0L)).as(spi + " of gw-a").isGreaterThan(10_000L);
          assertThat(by.getOrDefault(Gateway.B, 0L)).as(spi + " of gw-b").isGreaterThan(50L);
        });
  }

  private static Gateway gateway(String mac) {
    return mac.equals(Gateway.A.wanMac())
        ? Gateway.A
        : mac.equals(Gateway.B.wanMac()) ? Gateway.B : null;
  }
}
