package io.pollux.ha.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Whether the other node may have sent on the same SAs, unheard. */
class OtherReignTest {
  private final OtherReign other = new OtherReign();

  /** This node has reigned in epoch 4 with a standby that had everything. */
  private void reigned() {
    other.linkUp();
    other.began();
    other.shared();
  }

  @Test
  void anHeirThatWasHeardOfAndDiedBeforeItsSnapshot() {
    reigned();
    other.ended(4);
    assertThat(other.since(4, 4, 10)).isEmpty();
    assertThat(other.since(5, 4, 10)).isEqualTo(OptionalLong.of(10));
    assertThat(other.since(5, 5, 10)).isEmpty(); // the snapshot came
  }

  @Test
  void anHeirThatNothingWasHeardOf() {
    reigned();
    other.ended(4);
    other.linkDown(false, 20);
    assertThat(other.since(4, 4, 50)).isEqualTo(OptionalLong.of(20));
    assertThat(other.since(4, 5, 50)).isEmpty();
    other.linkUp(); // the gap stays
    assertThat(other.since(4, 4, 50)).isEqualTo(OptionalLong.of(50));
    other.began();
    assertThat(other.since(6, 6, 60)).isEmpty();
  }

  @Test
  void aReignThatEndsWithoutALinkMayHaveAnHeir() {
    reigned();
    other.linkDown(false, 20);
    other.ended(4);
    assertThat(other.since(4, 4, 50)).isEqualTo(OptionalLong.of(20));
  }

  /** A gateway without a partner, or one that was switched off in order. */
  @Test
  void whereNobodyElseHasTheSasNobodyElseReigned() {
    other.began();
    other.ended(4);
    assertThat(other.since(4, 4, 50)).isEmpty();
    reigned();
    other.linkDown(true, 60);
    other.ended(6);
    assertThat(other.since(6, 6, 70)).isEmpty();
    other.linkUp();
    other.linkDown(false, 80);
    assertThat(other.since(6, 6, 90)).isEmpty();
  }

  /** That is the margin's business: the copy follows a reign that goes on. */
  @Test
  void theDeathOfTheNodeThatIsFollowedIsNone() {
    other.linkUp();
    other.shared();
    other.linkDown(false, 20);
    assertThat(other.since(5, 5, 50)).isEmpty();
  }

  /** Its own attempt got as far as the gate and no further. */
  @Test
  void anAttemptOfOnesOwnCounts() {
    other.linkUp();
    other.shared();
    assertThat(other.since(7, 5, 50)).isPresent();
  }
}
