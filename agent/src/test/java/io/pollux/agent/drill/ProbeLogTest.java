package io.pollux.agent.drill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbeLogTest {
  private static final long MS = 1_000_000;
  private final ProbeLog log = new ProbeLog();

  /** Probe n is answered at n * 100 ms. */
  private void answered(long from, long to) {
    for (long n = from; n <= to; n++) {
      log.add(n, n * 100 * MS);
    }
  }

  @Test
  void oneHoleIsOneSilence() {
    answered(1, 10);
    answered(14, 20);
    ProbeLog.Loss loss = log.loss(1050 * MS, 2050 * MS, 100);
    assertThat(loss).isEqualTo(new ProbeLog.Loss(10, 3, 0, 400, 350));
    assertThat(log.count()).isEqualTo(17);
    assertThat(log.since(1400 * MS)).isEqualTo(7);
    assertThat(log.between(200 * MS, 400 * MS)).isEqualTo(2);
  }

  @Test
  void whatIsLostOutsideTheWidestHoleIsCountedApart() {
    answered(1, 10);
    answered(12, 12);
    answered(16, 20);
    ProbeLog.Loss loss = log.loss(1050 * MS, 2050 * MS, 100);
    assertThat(loss.lost()).isEqualTo(4);
    assertThat(loss.outside()).isEqualTo(1);
    assertThat(loss.backMillis()).isEqualTo(550);
  }

  @Test
  void aSilenceThatDoesNotEndIsCountedUpToTheEnd() {
    answered(1, 10);
    ProbeLog.Loss loss = log.loss(1050 * MS, 21_000 * MS, 100);
    assertThat(loss).isEqualTo(new ProbeLog.Loss(200, 200, 0, 20_000, -1));
  }

  @Test
  void nothingLostIsNothingLost() {
    answered(1, 20);
    assertThat(log.loss(1050 * MS, 2050 * MS, 100)).isEqualTo(new ProbeLog.Loss(10, 0, 0, 100, 50));
  }

  @Test
  void answersOutOfOrderAreNotLost() {
    answered(1, 10);
    log.add(12, 1110 * MS);
    log.add(11, 1120 * MS);
    log.add(13, 1200 * MS);
    log.add(13, 1210 * MS);
    assertThat(log.loss(1050 * MS, 1300 * MS, 100).lost()).isZero();
  }

  @Test
  void linesOfSeveralProgramsAreUnderstood() {
    assertThat(Prober.answered("64 bytes from 10.2.0.1: icmp_seq=12 ttl=63 time=0.4 ms"))
        .hasValue(12);
    assertThat(Prober.answered("64 bytes from 10.2.0.1: seq=3 ttl=63 time=0.4 ms")).hasValue(3);
    assertThat(Prober.answered("answer=9")).hasValue(9);
    assertThat(Prober.answered("From 10.1.0.1 icmp_seq=12 Destination Host Unreachable")).isEmpty();
    assertThat(Prober.answered("PING 10.2.0.1 (10.2.0.1) 1000(1028) bytes of data.")).isEmpty();
  }
}
