package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A peer whose outbound counter starts at 0 again under the same keys, as after a failover that has
 * copied keys and no counters: nothing that it sends is acceptable, until Pollux asks for new keys.
 */
@LabTest
@Tag("long")
@ExtendWith(Evidence.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InducedRekeyLabTest {
  private static final String QUICK =
      "induced-rekey { packets = 20, time = 500ms, quiet = 1s, interval = 200ms }\n";
  private static final int PACKETS = 300; // several times the window
  private static final Tunnel ESN = tunnel(1, "aes256gcm16-esn").pollux("remote.redundant = true");
  private static final Tunnel SHORT = tunnel(2, "aes256gcm16").pollux("remote.redundant = true");
  private static final Tunnel USUAL = tunnel(3, "aes256gcm16");
  private static Lab lab;

  private static Tunnel tunnel(int number, String esp) {
    return Tunnel.number(number).esp(esp).polluxChild("replay-window", "32");
  }

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    lab.startPollux(QUICK, ESN, SHORT, USUAL);
    lab.startSwan("", ESN, SHORT, USUAL);
    for (Tunnel tunnel : List.of(ESN, SHORT, USUAL)) {
      lab.pollux.ctl("up", tunnel.name()).orFail();
      fromPeer(tunnel, PACKETS);
    }
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  /** Pings of the peer; the answer does not matter. */
  private static void fromPeer(Tunnel tunnel, int count) {
    lab.ns.run(
        "swan",
        "ping",
        "-q",
        "-f",
        "-W",
        "1",
        "-c",
        Integer.toString(count),
        "-I",
        tunnel.swanHost(),
        tunnel.polluxHost());
  }

  /** The same SA once more, from number 0. */
  private static void setBack(Tunnel tunnel, boolean esn) {
    String listing = lab.ns.run("swan", "ip", "xfrm", "state").orFail();
    Matcher sa =
        Pattern.compile(
                "src %s dst %s\\s+proto esp spi (0x[0-9a-f]+) reqid (\\d+).*?aead (\\S+) (0x[0-9a-f]+) 128"
                    .formatted(Pattern.quote(tunnel.swanAddress()), Pattern.quote(Tunnel.POLLUX)),
                Pattern.DOTALL)
            .matcher(listing);
    assertThat(sa.find()).as(listing).isTrue();
    String name =
        "src %s dst %s proto esp spi %s"
            .formatted(tunnel.swanAddress(), Tunnel.POLLUX, sa.group(1));
    lab.ns.ip(
        "swan",
        "xfrm state delete " + name,
        "xfrm state add %s reqid %s mode tunnel replay-window 32 flag af-unspec %s aead %s %s 128"
            .formatted(name, sa.group(2), esn ? "flag esn" : "", sa.group(3), sa.group(4)));
  }

  private static Config induced() {
    return Sas.parse(lab.pollux.json("status")).getConfig("inducedRekey");
  }

  private static String spi(Tunnel tunnel) {
    return lab.both(tunnel).stream()
        .filter(sa -> sa.destination().equals(Tunnel.POLLUX))
        .findFirst()
        .orElseThrow()
        .spi();
  }

  private static void recovers(Tunnel tunnel, boolean esn, int done) {
    String old = spi(tunnel);
    setBack(tunnel, esn);

    Lab.until(
        () -> {
          fromPeer(tunnel, 10);
          return induced().getInt("done") == done;
        },
        "an induced rekey of " + tunnel.name());
    Lab.until(() -> lab.both(tunnel).stream().noneMatch(s -> s.spi().equals(old)), "new keys");
    lab.ping(tunnel, 0);
    assertThat(lab.pollux.log()).contains("conn=" + tunnel.name(), "the peer has lost count");
  }

  @Test
  @Order(1)
  void aCounterThatWasSetBackIsNoticedWithEsn() {
    recovers(ESN, true, 1);
  }

  @Test
  @Order(2)
  void andWithout() {
    recovers(SHORT, false, 2);
  }

  /** Off unless the remote is marked: its packets stay dropped, its keys as they are. */
  @Test
  @Order(3)
  void whoeverIsNotRedundantIsLeftAlone() {
    String old = spi(USUAL);
    setBack(USUAL, false);

    fromPeer(USUAL, 50);
    fromPeer(SHORT, PACKETS); // its keys are new: numbers from 1 would still be good ones
    setBack(SHORT, false); // by the time that this one is noticed, the other would have been
    Lab.until(
        () -> {
          fromPeer(USUAL, 10);
          fromPeer(SHORT, 10);
          return induced().getInt("done") == 3;
        },
        "the other tunnel's rekey");

    assertThat(spi(USUAL)).isEqualTo(old);
    assertThat(induced().getInt("connections")).isEqualTo(2);
  }
}
