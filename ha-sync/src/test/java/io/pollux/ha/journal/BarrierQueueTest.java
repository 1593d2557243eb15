package io.pollux.ha.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.journal.BarrierQueue.Degraded;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BarrierQueueTest {
  private static final IkeSpis A = new IkeSpis(new IkeSpi(1), new IkeSpi(2));
  private static final IkeSpis B = new IkeSpis(new IkeSpi(3), new IkeSpi(4));

  private final BarrierQueue<String> queue = new BarrierQueue<>(new BarrierPolicy(50, 4));

  @BeforeEach
  void paired() {
    queue.standbyInSync();
  }

  @Test
  void withoutAStandbyEverythingPasses() {
    queue.standbyLost();
    queue.barrier(A, 1);
    assertThat(queue.submit(A, "a1", 0).items()).containsExactly("a1");
  }

  @Test
  void anItemWaitsForTheBarrierBeforeItAndNotForLaterOnes() {
    queue.barrier(A, 1);
    assertThat(queue.submit(A, "a1", 0).items()).isEmpty();
    queue.barrier(A, 2);
    assertThat(queue.submit(A, "a2", 0).items()).isEmpty();
    assertThat(queue.received(1).items()).containsExactly("a1");
    assertThat(queue.received(2).items()).containsExactly("a2");
    assertThat(queue.submit(A, "a3", 0).items()).containsExactly("a3");
  }

  @Test
  void otherIkeSasAreNotHeld() {
    queue.barrier(A, 1);
    assertThat(queue.submit(A, "a", 0).items()).isEmpty();
    assertThat(queue.submit(B, "b", 0).items()).containsExactly("b");
  }

  @Test
  void anAcknowledgementThatCameFirstHoldsNothing() {
    queue.received(5);
    queue.barrier(A, 5);
    assertThat(queue.submit(A, "a", 0).items()).containsExactly("a");
  }

  @Test
  void oneIkeSaKeepsItsOrder() {
    queue.barrier(A, 1);
    queue.submit(A, "a1", 0);
    queue.submit(A, "a2", 1);
    queue.barrier(B, 2);
    queue.submit(B, "b1", 2);
    queue.barrier(A, 3);
    queue.submit(A, "a3", 3);
    assertThat(queue.received(3).items()).containsExactly("a1", "a2", "b1", "a3");
    assertThat(queue.size()).isZero();
    assertThat(queue.nextTimeoutNs()).isEmpty();
  }

  @Test
  void whatWaitsLongerThanTheBoundGoesOnAndTheRestKeepsWaiting() {
    queue.barrier(A, 1);
    queue.submit(A, "a1", 100);
    queue.barrier(B, 2);
    queue.submit(B, "b1", 120);
    assertThat(queue.nextTimeoutNs()).isEqualTo(OptionalLong.of(150));
    assertThat(queue.timeout(149).items()).isEmpty();
    var late = queue.timeout(150);
    assertThat(late.items()).containsExactly("a1");
    assertThat(late.degraded()).contains(Degraded.BOUND_PASSED);
    assertThat(queue.timeout(151).degraded()).isEmpty();
    assertThat(queue.holding()).isTrue();
    queue.barrier(A, 3);
    assertThat(queue.submit(A, "a2", 151).items()).isEmpty();
    assertThat(queue.nextTimeoutNs()).isEqualTo(OptionalLong.of(170));
    assertThat(queue.received(2).items()).containsExactly("b1"); // a1 is not sent twice
    assertThat(queue.size()).isEqualTo(1);
    assertThat(queue.received(3).items()).containsExactly("a2");
    assertThat(queue.nextTimeoutNs()).isEmpty();
    assertThat(queue.timeout(1000).degraded()).isEmpty();
  }

  @Test
  void theTimeoutIsTheOldestOfThoseThatStillWait() {
    queue.barrier(A, 1);
    queue.submit(A, "a1", 0);
    queue.barrier(B, 2);
    queue.submit(B, "b1", 30);
    queue.received(1);
    assertThat(queue.nextTimeoutNs()).isEqualTo(OptionalLong.of(80));
  }

  @Test
  void tooManyItemsDegrade() {
    queue.barrier(A, 1);
    for (int i = 0; i < 4; i++) {
      queue.submit(A, "a" + i, 0);
    }
    var full = queue.submit(A, "a4", 0);
    assertThat(full.items()).containsExactly("a0", "a1", "a2", "a3", "a4");
    assertThat(full.degraded()).contains(Degraded.QUEUE_FULL);
  }

  @Test
  void aLostStandbyReleasesAtOnce() {
    queue.barrier(A, 1);
    queue.submit(A, "a", 0);
    var lost = queue.standbyLost();
    assertThat(lost.items()).containsExactly("a");
    assertThat(lost.degraded()).contains(Degraded.STANDBY_LOST);
    assertThat(queue.standbyLost().degraded()).isEmpty();
  }

  @Test
  void aNewEpochCountsAnew() {
    queue.received(100);
    queue.newEpoch();
    queue.standbyInSync();
    queue.barrier(A, 1);
    assertThat(queue.submit(A, "a", 0).items()).isEmpty();
  }

  @Test
  void theClockMayHaveAnyOrigin() {
    queue.barrier(A, 1);
    queue.submit(A, "a", Long.MAX_VALUE - 10);
    assertThat(queue.timeout(Long.MAX_VALUE).items()).isEmpty();
    assertThat(queue.timeout(Long.MIN_VALUE + 39).items()).containsExactly("a");
  }
}
