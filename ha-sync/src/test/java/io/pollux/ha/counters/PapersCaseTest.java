package io.pollux.ha.counters;

import static io.pollux.ha.counters.Fixtures.child;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * "IPsec Tunnel Recovery from Out-of-Sequence Traffic Drop Due to Peer IPsec Stateful Switchover"
 * (2025): 4,000 tunnels at 140,000 packets/s each, counters synchronised every 10 s, the active
 * node dies just before the next time. What the peer's receivers throw away of what the new node
 * sends.
 */
class PapersCaseTest {
  private static final int TUNNELS = 4000;
  private static final long RATE = 140_000;
  private static final long SECOND = 1_000_000_000L;
  private static final long PERIOD = 10;
  private static final int SYNCS = 3;
  private static final int WINDOW = 1024;

  /** The receiver of RFC 4303, appendix A2: window, bitmap, and the high half inferred. */
  private static final class Receiver {
    private final boolean esn;
    private final boolean[] seen = new boolean[WINDOW];
    private long top;

    Receiver(boolean esn) {
      this.esn = esn;
    }

    /** A packet with this number: true when it is accepted. */
    boolean accepts(long number) {
      long believed = esn ? infer(number & 0xffff_ffffL) : number;
      if (believed != number) {
        return false; // the integrity check covers the high half
      }
      if (number > top) {
        for (long n = Math.max(top, number - WINDOW) + 1; n <= number; n++) {
          seen[(int) (n % WINDOW)] = false;
        }
        top = number;
      } else if (number <= top - WINDOW || seen[(int) (number % WINDOW)]) {
        return false;
      }
      seen[(int) (number % WINDOW)] = true;
      return true;
    }

    private long infer(long low) {
      long topLow = top & 0xffff_ffffL;
      long high = top >>> 32;
      if (topLow >= WINDOW - 1) {
        return low >= topLow - WINDOW + 1 ? high << 32 | low : high + 1 << 32 | low;
      }
      long bottom = topLow - WINDOW + 1 & 0xffff_ffffL;
      return low >= bottom && high > 0 ? high - 1 << 32 | low : high << 32 | low;
    }
  }

  /**
   * How many packets of one tunnel the peer throws away after the takeover, packet by packet; the
   * first that is accepted ends it.
   */
  private static long lost(Verdict verdict, long used, boolean esn) {
    Receiver receiver = new Receiver(esn);
    for (long n = used - 2L * WINDOW; n <= used; n++) {
      assertThat(receiver.accepts(n)).isTrue();
    }
    long lost = 0;
    long next = verdict.start().oseq() + 1;
    while (!receiver.accepts(next)) {
      next++;
      lost++;
    }
    return lost;
  }

  /** The sum over all tunnels; each is in the same state, the first is played packet by packet. */
  private static long lost(JumpPolicy policy, boolean esn) {
    ArmedCounters armed = new ArmedCounters(policy, InboundTop.LENIENT);
    for (int i = 0; i < TUNNELS; i++) {
      armed.synced(child(0x1000_0000 + i, esn, ReplayState.NEW), 0, 0);
    }
    for (long sync = 1; sync <= SYNCS; sync++) {
      for (int i = 0; i < TUNNELS; i++) {
        ReplayState read = new ReplayState(sync * PERIOD * RATE, 0);
        armed.advanced(new EspSpi(0x1000_0000 + i), read, 0, sync * PERIOD * SECOND);
      }
    }
    List<Verdict> verdicts = armed.atTakeover((SYNCS + 1) * PERIOD * SECOND);
    assertThat(verdicts).hasSize(TUNNELS);
    long start = verdicts.getFirst().start().oseq();
    assertThat(verdicts).allMatch(v -> v.start().oseq() == start);
    return TUNNELS * lost(verdicts.getFirst(), (SYNCS + 1) * PERIOD * RATE, esn);
  }

  @Test
  void withoutAJumpBillionsAreLost() {
    for (boolean esn : List.of(true, false)) {
      assertThat(lost(new JumpPolicy.Fixed(0), esn)).isEqualTo(5_600_000_000L);
    }
  }

  @Test
  void withTheJumpNone() {
    for (boolean esn : List.of(true, false)) {
      assertThat(lost(new JumpPolicy.Auto(), esn)).isZero();
      assertThat(lost(JumpPolicy.Rate.DEFAULT, esn)).isZero();
    }
  }
}
