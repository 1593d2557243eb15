package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PeerReportTest {
  @Test
  void whatIsEncodedIsDecoded() {
    PeerReport standby = new PeerReport(5, "standby (in sync)", Optional.of(-17L), "c0000001", 3);
    assertThat(PeerReport.decode(standby.encode(), 5)).contains(standby);
    PeerReport active = new PeerReport(5, "active (paired)", Optional.empty(), "", 0);
    assertThat(PeerReport.decode(active.encode(), 5)).contains(active);
  }

  @Test
  void aNewerVersionMaySayMore() {
    PeerReport report = PeerReport.decode(text("report\nstate=init\nmood=good\n"), 1).orElseThrow();
    assertThat(report.state()).isEqualTo("init");
    assertThat(report.smallestMargin()).isEmpty();
  }

  @Test
  void garbageIsNoReport() {
    assertThat(PeerReport.decode(Octets.EMPTY, 1)).isEmpty();
    assertThat(PeerReport.decode(text("state=init"), 1)).isEmpty();
    assertThat(PeerReport.decode(text("report\nmargin=many"), 1)).isEmpty();
    assertThat(PeerReport.decode(text("report\nshut="), 1)).isEmpty();
    Random random = new Random(6311);
    byte[] valid = new PeerReport(1, "init", Optional.of(4L), "x", 1).encode().toArray();
    for (int i = 0; i < 5_000; i++) {
      byte[] damaged = valid.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      PeerReport.decode(Octets.owning(damaged), 1); // a value or nothing, never an exception
    }
  }

  private static Octets text(String text) {
    return Octets.owning(text.getBytes(StandardCharsets.UTF_8));
  }
}
