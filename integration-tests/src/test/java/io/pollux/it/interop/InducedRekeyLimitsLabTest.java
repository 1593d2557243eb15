package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What must not induce a rekey, and what ends them: replays, switchovers too often, a forger. */
@LabTest
@Tag("long")
@ExtendWith(Evidence.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InducedRekeyLimitsLabTest {
  private static final int CONSECUTIVE = 3; // the default
  private static final String FORGER =
      """
      import os, socket, struct, sys, time
      out = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
      for i in range(160):
          head = struct.pack(">II", int(sys.argv[2], 16), 1000000 + i)
          out.sendto(head + os.urandom(80), (sys.argv[1], 0))
          time.sleep(0.02)
      """;

  private static final Tunnel REPLAYED = InducedRekeys.redundant(1);
  private static final Tunnel FLAPPING = InducedRekeys.redundant(2);
  private static final Tunnel FORGED = InducedRekeys.redundant(3);
  private static Path configuration;
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    lab.ns.ip("wan", "addr add 192.0.2.66/24 dev br0");
    InducedRekeys.start(lab, "1h", REPLAYED, FLAPPING, FORGED);
    configuration = directory.resolve("p/pollux.conf");
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  private static void setBackUntil(String key, int count) {
    PeerSa.setBack(lab, FLAPPING, true);
    Lab.until(
        () -> {
          PeerSa.send(lab, FLAPPING, 10);
          return InducedRekeys.status(lab).getInt(key) >= count;
        },
        key + " is " + count);
  }

  /**
   * Each packet arrives twice: as many replays as good ones. Another SA shows that it is watched.
   */
  @Test
  @Order(1)
  void aReplayAmongGoodTrafficDoesNotFire() {
    String before = PeerSa.inbound(lab, REPLAYED).spi();
    lab.ns
        .run("swan", "tc", "qdisc", "add", "dev", "out", "root", "netem", "duplicate", "100%")
        .orFail();
    try {
      PeerSa.setBack(lab, FLAPPING, true);
      Lab.until(
          () -> {
            PeerSa.send(lab, REPLAYED, 50);
            PeerSa.send(lab, FLAPPING, 10);
            return InducedRekeys.status(lab).getInt("done") == 1;
          },
          "the other tunnel's rekey");
      PeerSa.send(lab, REPLAYED, InducedRekeys.PACKETS);
    } finally {
      lab.ns.run("swan", "tc", "qdisc", "del", "dev", "out", "root").orFail();
    }

    assertThat(PeerSa.inbound(lab, REPLAYED).drops()).isGreaterThan(InducedRekeys.PACKETS);
    assertThat(PeerSa.inbound(lab, REPLAYED).spi()).isEqualTo(before);
    assertThat(InducedRekeys.status(lab).getInt("done")).isEqualTo(1);
    lab.ping(REPLAYED, 0);
  }

  @Test
  @Order(2)
  void aSwitchoverTooSoonAfterTheLastFallsIntoTheQuietPeriod() throws IOException {
    PeerSa.send(lab, FLAPPING, InducedRekeys.PACKETS);
    String spi = PeerSa.inbound(lab, FLAPPING).spi();

    setBackUntil("suppressedQuiet", 1);

    assertThat(PeerSa.inbound(lab, FLAPPING).spi()).isEqualTo(spi);
    assertThat(InducedRekeys.status(lab).getInt("done")).isEqualTo(1);

    Files.writeString(
        configuration, Files.readString(configuration).replace("quiet = 1h", "quiet = 1s"));
    lab.pollux.ctl("reload", "--yes").orFail();
    Lab.until(
        () -> {
          PeerSa.send(lab, FLAPPING, 10);
          return InducedRekeys.status(lab).getInt("done") == 2;
        },
        "the rekey after the quiet period");
    Lab.until(() -> lab.both(FLAPPING).stream().noneMatch(sa -> sa.spi().equals(spi)), "new keys");
    lab.ping(FLAPPING, 0);
  }

  /** He sees the SPIs on the wire and has no key: so many rekeys, and no more. */
  @Test
  @Order(3)
  void aForgerMeetsTheCap() {
    int before = InducedRekeys.status(lab).getInt("done");

    Waits.until(
        () -> {
          forge();
          return InducedRekeys.status(lab).getInt("suppressedCapped") > 0;
        },
        Duration.ofSeconds(200),
        "the cap");

    String spi = PeerSa.inbound(lab, FORGED).spi();
    forge();
    assertThat(InducedRekeys.status(lab).getInt("done")).isEqualTo(before + CONSECUTIVE);
    assertThat(PeerSa.inbound(lab, FORGED).spi()).isEqualTo(spi);
    lab.ping(FORGED, 0); // one packet of the true peer
  }

  /** On all inbound SAs of the tunnel; during a rekey there are two. */
  private static void forge() {
    for (KernelSa sa : lab.both(FORGED)) {
      if (sa.destination().equals(Tunnel.POLLUX)) {
        lab.ns.run("wan", "python3", "-c", FORGER, Tunnel.POLLUX, sa.spi()).orFail();
      }
    }
  }
}
