package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuspendWatchTest {
  private static final long MS = 1_000_000;

  private long now = -5000 * MS;
  private long ahead = 77_000 * MS;
  private long between;
  private final SuspendWatch watch = new SuspendWatch(() -> now += between / 2, this::boottime);

  private long boottime() {
    return now + ahead;
  }

  @Test
  void aJumpOfTheOneClockAgainstTheOtherIsASuspendOnce() {
    assertThat(watch.suspendedNs()).isZero(); // whatever was before us
    now += 100 * MS;
    assertThat(watch.suspendedNs()).isZero();
    ahead += 3000 * MS;
    assertThat(watch.suspendedNs()).isEqualTo(3000 * MS);
    assertThat(watch.suspendedNs()).isZero();
    ahead += 10 * MS;
    assertThat(watch.suspendedNs()).isZero();
  }

  @Test
  void aThreadThatIsPreemptedBetweenTheReadingsWasNotSuspended() {
    watch.suspendedNs();
    between = 500 * MS;
    assertThat(watch.suspendedNs()).isZero();
    ahead += 3000 * MS;
    assertThat(watch.suspendedNs()).isZero();
    between = 0;
    assertThat(watch.suspendedNs()).as("not lost").isEqualTo(3000 * MS);
  }

  @Test
  void theKernelsClocksDoNotPartByThemselves() {
    SuspendWatch real = new SuspendWatch();
    for (int i = 0; i < 1000; i++) {
      assertThat(real.suspendedNs()).isZero();
    }
  }
}
