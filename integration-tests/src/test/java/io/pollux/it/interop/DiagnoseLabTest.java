package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Ran;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Faults that were caused, and what diagnose says of them. */
@LabTest
@ExtendWith(Evidence.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DiagnoseLabTest {
  private static final String QUICK = "ike { retransmit { first = 200ms, tries = 3 } }\n";
  private static final Tunnel WELL = Tunnel.number(1);
  private static final Tunnel STRANGER =
      Tunnel.number(2).swanKnows("another secret of these tests");
  private static final Tunnel DRIFTED = Tunnel.number(3);
  private static Lab lab;

  @BeforeAll
  static void start(@TempDir Path directory) {
    lab = Lab.flat(directory);
    lab.startPollux(QUICK, WELL, STRANGER, DRIFTED);
    lab.startSwan("", WELL, STRANGER, DRIFTED);
    for (Tunnel tunnel : new Tunnel[] {WELL, DRIFTED}) {
      lab.pollux.ctl("up", tunnel.name()).orFail();
      lab.ping(tunnel, 0);
    }
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  @Order(1)
  void traffic(@TempDir Path logs) {
    try (PingStream stream =
        PingStream.start(
            lab.ns, "pollux", WELL.polluxHost(), WELL.swanHost(), logs.resolve("ping"))) {
      Ran ran = lab.pollux.ctl("diagnose", WELL.name(), "--seconds", "3");
      assertThat(ran.out()).contains("t1/net: HEALTHY: traffic flows both ways");
      assertThat(ran.status()).isZero();
      stream.awaitReplies(1);
    }
  }

  @Test
  @Order(2)
  void aSecretThatIsNotTheSame() {
    assertThat(lab.pollux.ctl("up", STRANGER.name()).ok()).isFalse();

    Ran ran = lab.pollux.ctl("diagnose", STRANGER.name());

    assertThat(ran.out())
        .contains("t2/net: REJECTION", "AUTHENTICATION_FAILED", "the pre-shared key");
    assertThat(ran.status()).isEqualTo(1);
    assertThat(lab.pollux.ctl("status").out()).contains("down: t2/net: ", "AUTHENTICATION_FAILED");
  }

  /** Somebody takes the inbound SA away: the peer's packets name an SPI that nobody knows. */
  @Test
  @Order(3)
  void anSaThatIsNotInTheKernel() {
    KernelSa in =
        lab.both(DRIFTED).stream()
            .filter(sa -> sa.destination().equals(Tunnel.POLLUX))
            .findFirst()
            .orElseThrow();
    lab.ns.ip(
        "pollux",
        "xfrm state delete src %s dst %s proto esp spi 0x%s"
            .formatted(in.source(), in.destination(), in.spi()));

    assertThat(lab.pollux.ctl("diagnose", DRIFTED.name()).out())
        .contains("t3/net: STATE DRIFT: it is up, and its SAs are not in the kernel");

    lab.pollux.ctl("rekey", DRIFTED.name()).orFail(); // the next step that it names
    lab.ping(DRIFTED, 0);
  }

  @Test
  @Order(4)
  void aPeerThatIsGone() {
    lab.pollux.ctl("down", WELL.name(), "--yes").orFail();
    lab.swan.kill();
    assertThat(lab.pollux.ctl("up", WELL.name()).ok()).isFalse();

    Ran ran = lab.pollux.ctl("diagnose");

    assertThat(ran.out())
        .contains("t1/net: CONTROL PLANE LOSS: the peer does not answer IKE")
        .contains("t2/net: REJECTION");
    assertThat(ran.status()).isEqualTo(1);
  }
}
