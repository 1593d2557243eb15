package io.pollux.ha.role;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.vrrp.VrrpOutput;
import io.pollux.ha.vrrp.VrrpRefused.Reason;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class VrrpRefusalsTest {
  private static final long SECOND = 1_000_000_000L;
  private final VrrpRefusals refusals = new VrrpRefusals();

  private static VrrpOutput.Dropped drop(Reason reason) throws Exception {
    InetAddress source = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 9});
    return new VrrpOutput.Dropped("out", source, reason, reason + ": 4711");
  }

  @Test
  void eachReasonIsSaidOnceAMinuteAndCountedAlways() throws Exception {
    assertThat(refusals.saw(drop(Reason.CHECKSUM), 0))
        .contains("out: VRRP packet of 192.0.2.9 refused: CHECKSUM: 4711 (1 for this reason)");
    assertThat(refusals.saw(drop(Reason.CHECKSUM), 59 * SECOND)).isEmpty();
    assertThat(refusals.saw(drop(Reason.TTL), 59 * SECOND)).isPresent();
    assertThat(refusals.saw(drop(Reason.CHECKSUM), 60 * SECOND))
        .hasValueSatisfying(text -> assertThat(text).contains("(3 for this reason)"));
    assertThat(refusals.counts()).containsEntry(Reason.CHECKSUM, 3L).containsEntry(Reason.TTL, 1L);
  }

  @Test
  void anEchoIsCountedOnly() throws Exception {
    assertThat(refusals.saw(drop(Reason.OWN), 0)).isEmpty();
    assertThat(refusals.counts()).containsEntry(Reason.OWN, 1L);
  }
}
