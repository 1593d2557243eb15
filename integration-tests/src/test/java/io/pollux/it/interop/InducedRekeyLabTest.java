package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import java.nio.file.Path;
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
  private static final Tunnel ESN = InducedRekeys.redundant(1).esp("aes256gcm16-esn");
  private static final Tunnel SHORT = InducedRekeys.redundant(2).esp("aes256gcm16");
  private static final Tunnel USUAL = InducedRekeys.tunnel(3).esp("aes256gcm16");
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    InducedRekeys.start(lab, "1s", ESN, SHORT, USUAL);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  private static String spi(Tunnel tunnel) {
    return PeerSa.inbound(lab, tunnel).spi();
  }

  private static void recovers(Tunnel tunnel, boolean esn, int done) {
    String old = spi(tunnel);
    PeerSa.setBack(lab, tunnel, esn);

    Lab.until(
        () -> {
          PeerSa.send(lab, tunnel, 10);
          return InducedRekeys.status(lab).getInt("done") == done;
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
    PeerSa.setBack(lab, USUAL, false);

    PeerSa.send(lab, USUAL, 50);
    PeerSa.send(
        lab,
        SHORT,
        InducedRekeys.PACKETS); // its keys are new: numbers from 1 would still be good ones
    PeerSa.setBack(
        lab, SHORT, false); // by the time that this one is noticed, the other would have been
    Lab.until(
        () -> {
          PeerSa.send(lab, USUAL, 10);
          PeerSa.send(lab, SHORT, 10);
          return InducedRekeys.status(lab).getInt("done") == 3;
        },
        "the other tunnel's rekey");

    assertThat(spi(USUAL)).isEqualTo(old);
    assertThat(InducedRekeys.status(lab).getInt("connections")).isEqualTo(2);
  }
}
