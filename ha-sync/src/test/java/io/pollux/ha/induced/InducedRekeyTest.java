package io.pollux.ha.induced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.pollux.ike.sad.EspSpi;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InducedRekeyTest {
  private static final long S = 1_000_000_000L;
  private static final InducedPolicy POLICY = new InducedPolicy(50, 3 * S, 2, 60 * S, 3);

  private final InducedRekey core = new InducedRekey();
  private long now = -5 * S; // a monotonic clock may be negative

  /** A receiver as the kernel is one, with a window of 32 (measured: see the kernel notes). */
  private static final class Receiver {
    static final int WINDOW = 32;
    final EspSpi spi;
    final String owner;
    final boolean esn;
    boolean newest = true;
    long top;
    long replayWindow;
    long replay;
    long integrityFailed;

    Receiver(int spi, String owner, boolean esn) {
      this.spi = new EspSpi(spi);
      this.owner = owner;
      this.esn = esn;
    }

    void packet(long seq) {
      if (seq > top) {
        top = seq;
      } else if (seq > top - WINDOW) {
        replay++;
      } else if (esn) {
        integrityFailed++; // another upper half was inferred
      } else {
        replayWindow++;
      }
    }

    void packets(long from, int count) {
      for (long seq = from; seq < from + count; seq++) {
        packet(seq);
      }
    }

    Inspection inspection() {
      return new Inspection(spi, owner, esn, newest, top, replayWindow, replay, integrityFailed);
    }
  }

  private List<EspSpi> lookAfter(long ns, Receiver... all) {
    now += ns;
    return core.look(List.of(all).stream().map(Receiver::inspection).toList(), POLICY, now);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCounterThatWasSetBackInducesARekey(boolean esn) {
    Receiver in = new Receiver(0xc0000001, "site/net", esn);
    in.packets(1, 10_000);
    assertThat(lookAfter(S, in)).isEmpty();
    in.packets(1, 40);
    assertThat(lookAfter(S, in)).isEmpty();
    in.packets(41, 40);
    assertThat(lookAfter(S, in)).isEmpty(); // enough packets, not enough time
    in.packets(81, 40);
    assertThat(lookAfter(S, in)).isEmpty();
    in.packets(121, 1);
    assertThat(lookAfter(S, in)).containsExactly(in.spi);
    assertThat(core.totals()).isEqualTo(new InducedRekey.Totals(0, 1, 0, 0, 0));
  }

  @Test
  void timeAloneIsNotEnough() {
    Receiver in = new Receiver(0xc0000001, "site/net", true);
    in.packets(1, 1000);
    lookAfter(S, in);
    for (int i = 0; i < 49; i++) {
      in.packet(1);
      assertThat(lookAfter(10 * S, in)).isEmpty();
    }
    assertThat(core.totals().suspects()).isEqualTo(1);
    in.packet(1);
    assertThat(lookAfter(10 * S, in)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReplayMixedWithGoodTrafficNeverDoes(boolean esn) {
    Receiver in = new Receiver(0xc0000001, "site/net", esn);
    Random random = new Random(7);
    long seq = 5000;
    in.packets(1, 5000);
    for (int second = 0; second < 3600; second++) {
      in.packet(++seq); // one good one a second is enough
      for (int i = 0; i < 500; i++) {
        in.packet(1 + random.nextLong(seq));
      }
      assertThat(lookAfter(S, in)).isEmpty();
    }
    assertThat(core.totals()).isEqualTo(new InducedRekey.Totals(0, 0, 0, 0, 0));
  }

  @Test
  void forgedPacketsOfAnSaWithoutEsnProveNothing() {
    Receiver in = new Receiver(0xc0000001, "site/net", false);
    in.packets(1, 100);
    lookAfter(S, in);
    for (int i = 0; i < 100; i++) {
      in.integrityFailed += 1000;
      assertThat(lookAfter(S, in)).isEmpty();
    }
  }

  private EspSpi bad(int spi, String owner) {
    Receiver in = new Receiver(spi, owner, true);
    lookAfter(0, in);
    in.integrityFailed = 1000;
    lookAfter(0, in);
    in.integrityFailed = 2000;
    List<EspSpi> due = lookAfter(4 * S, in);
    return due.isEmpty() ? null : due.getFirst();
  }

  @Test
  void afterOneItIsQuiet() {
    assertThat(bad(0xc0000001, "site/net")).isNotNull();
    assertThat(bad(0xc0000002, "site/net")).isNull(); // another switchover, too soon
    assertThat(core.totals().quiet()).isEqualTo(1);
    assertThat(bad(0xc0000003, "other/net")).isNotNull(); // another child is not concerned
    now += 60 * S;
    assertThat(bad(0xc0000004, "site/net")).isNotNull();
  }

  @Test
  void withoutAGoodPacketInBetweenThereIsACap() {
    assertThat(bad(0xc0000001, "site/net")).isNotNull();
    now += 100 * S;
    assertThat(bad(0xc0000002, "site/net")).isNotNull();
    now += 100 * S;
    assertThat(bad(0xc0000003, "site/net")).isNull();
    assertThat(core.totals().capped()).isEqualTo(1);
    Receiver good = new Receiver(0xc0000004, "site/net", true);
    lookAfter(100 * S, good);
    good.packet(1);
    lookAfter(S, good);
    assertThat(bad(0xc0000005, "site/net")).isNotNull();
  }

  /** The good packets of a month without drops are seen at the next drop. */
  @Test
  void goodPacketsThatNobodyWatchedCountToo() {
    for (int month = 0; month < 2 * POLICY.consecutive() + 1; month++) {
      Receiver in = new Receiver(0xc0000001 + month, "site/net", true);
      in.packets(1, 1_000_000);
      in.integrityFailed = 10;
      lookAfter(100 * S, in);
      in.integrityFailed = 1000;
      lookAfter(S, in);
      in.integrityFailed = 2000;
      assertThat(lookAfter(4 * S, in)).containsExactly(in.spi);
    }
    assertThat(core.totals().capped()).isZero();
  }

  @Test
  void aMinuteHasRoomForSoMany() {
    for (int i = 0; i < 3; i++) {
      assertThat(bad(0xc0000001 + i, "site-" + i)).isNotNull();
    }
    assertThat(bad(0xc0000009, "site-9")).isNull();
    now += 60 * S;
    assertThat(bad(0xc000000a, "site-9")).isNotNull();
  }

  @Test
  void anOlderSaIsLeftAlone() {
    Receiver old = new Receiver(0xc0000001, "site/net", true);
    old.packets(1, 100);
    lookAfter(S, old);
    old.newest = false;
    old.integrityFailed = 100;
    lookAfter(S, old);
    old.integrityFailed = 200;
    assertThat(lookAfter(4 * S, old)).isEmpty();
    assertThat(core.totals().older()).isEqualTo(1);
  }

  @Test
  void whatIsGoneIsForgotten() {
    assertThat(bad(0xc0000001, "site/net")).isNotNull();
    core.retain(Set.of(), Set.of());
    assertThat(bad(0xc0000002, "site/net")).isNotNull(); // configured anew: no quiet period
    core.clear();
    assertThat(core.totals().done()).isEqualTo(2);
  }

  @Test
  void thresholdsThatAreAlwaysReachedAreNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> new InducedPolicy(0, 1, 1, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new InducedPolicy(1, 1, 0, 1, 1));
  }
}
