package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Capture;
import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of datagrams that mean harm or nothing: the daemon counts them and goes on. */
@LabTest
@ExtendWith(Evidence.class)
class NoiseTest {
  private static final int DATAGRAMS = 4000;
  private static final Tunnel STANDING = Tunnel.number(1);
  private static final Tunnel AFTERWARDS = Tunnel.number(2);

  /** What a stranger's datagrams reach: a connection for any address. */
  private static final Tunnel ANYBODY = Tunnel.number(3).seenFrom("%any");

  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    lab.startPollux("", STANDING, AFTERWARDS, ANYBODY);
    lab.startSwan("", STANDING, AFTERWARDS);
    lab.ns.ip("wan", "addr add 192.0.2.66/24 dev br0");
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  void noiseAndMutationsDoNoHarm() {
    Path capture = lab.directory.resolve("handshake.pcap");
    Capture tcpdump = Capture.toFile(lab.ns, "wan", "br0", capture, "udp");
    lab.pollux.ctl("up", STANDING.name()).orFail();
    lab.pollux.ctl("rekey", STANDING.name(), "net").orFail();
    Lab.until(() -> capture.toFile().length() > 1500, "the handshake in the capture");
    tcpdump.close();
    Sas.Ike before = Sas.only(lab.pollux, STANDING).orElseThrow();
    long datagrams = received();

    for (int seed = 1; seed <= 2; seed++) {
      flood(capture, seed);
    }

    lab.pollux.ctl("status").orFail();
    assertThat(lab.pollux.alive()).isTrue();
    assertThat(lab.pollux.log())
        .doesNotContain("Exception")
        .doesNotContain("started the daemon again");
    assertThat(received() - datagrams).isGreaterThan(DATAGRAMS);
    assertThat(Sas.counter(lab.pollux, "datagrams_malformed")).isPositive();
    assertThat(Sas.counter(lab.pollux, "datagrams_of_unknown_sas")).isPositive();
    Sas.Ike after = Sas.only(lab.pollux, STANDING).orElseThrow();
    assertThat(after).isEqualTo(before);
    lab.ping(STANDING, 0);
    lab.pollux.ctl("rekey", STANDING.name(), "--ike").orFail();
    lab.pollux.ctl("up", AFTERWARDS.name()).orFail();
    lab.ping(AFTERWARDS, 0);
    assertThat(lab.pollux.log().lines().count()).as("lines of log").isLessThan(1500);
  }

  private static long received() {
    return Sas.parse(lab.pollux.json("status")).getLong("datagramsReceived");
  }

  private static void flood(Path capture, int seed) {
    String sent =
        lab.ns
            .run(
                "wan",
                "python3",
                script(),
                "flood",
                "192.0.2.66",
                Tunnel.POLLUX,
                Integer.toString(DATAGRAMS),
                Integer.toString(seed),
                capture.toString())
            .orFail();
    assertThat(Integer.parseInt(sent.split(" ")[0])).as("samples of a handshake").isGreaterThan(5);
    long seen = Sas.counter(lab.pollux, "datagrams");
    Lab.until(() -> seen > 0 && lab.pollux.ctl("status").ok(), "an answer of the daemon");
  }

  static String script() {
    return List.of(
            System.getProperty("pollux.root", "."),
            "integration-tests/src/test/resources/io/pollux/it/interop/noise.py")
        .stream()
        .reduce((a, b) -> a + "/" + b)
        .orElseThrow();
  }
}
