package io.pollux.ike.sa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.wire.Octets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The secrets of a CREATE_CHILD_SA that does not go on. */
class FollowUpsTest {
  private final Secret first = Secret.copyOf(new byte[] {1, 2, 3});
  private final Secret second = Secret.copyOf(new byte[] {4, 5, 6});
  private final FollowUps followUps = new FollowUps(new Timers());

  private static void requireWiped(Secret secret) {
    assertThatThrownBy(() -> secret.use(octets -> octets.length))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsDroppedIsWiped() {
    FollowUp pending =
        new FollowUp(Octets.EMPTY, List.of(35, 36), first, Secret.EMPTY, 20, (_, _) -> {});
    FollowUp after = pending.after(second, Octets.EMPTY, 7);
    followUps.await(after);
    assertThat(first.length()).isEqualTo(3);
    int sum = first.use(octets -> octets[0] + octets[1]);
    assertThat(sum).as("still there while it goes on").isEqualTo(3);
    followUps.drop();
    requireWiped(first);
    requireWiped(after.secrets());
    assertThat(followUps.pending()).isEmpty();
  }
}
