package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ha.takeover.ReplaySync;
import io.pollux.ike.engine.Input;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** After a takeover peers step over what was missed, and windows follow, once and forward alone. */
class ReplaySyncsTest {
  private static final long MS = 1_000_000L;
  private static final long TOP = 5_000;

  private final FakeSas kernel = new FakeSas();
  private final List<Input> asked = new ArrayList<>();
  private final ReplaySyncs syncs = new ReplaySyncs(kernel, Runnable::run, asked::add);
  private final ChildSaSnapshot first = TestChild.of(0x1001).snapshot();
  private final ChildSaSnapshot second = TestChild.of(0x1002).snapshot();

  private void begin(long seq) {
    for (ChildSaSnapshot child : List.of(first, second)) {
      kernel.install(child, new ReplayState(0, seq), true, Runnable::run, _ -> {});
    }
    syncs.begin(
        List.of(
            new ReplaySync(first.inboundSpi(), 700, 0, Map.of(first.inboundSpi(), TOP)),
            new ReplaySync(second.inboundSpi(), 30, 10 * MS, Map.of(second.inboundSpi(), TOP + 1))),
        MS);
  }

  private long window(EspSpi child) {
    return kernel.inbound.get(child);
  }

  @Test
  void peersAreAskedOneAfterTheOther() {
    begin(100);
    assertThat(syncs.nextWakeNs()).isEqualTo(MS);
    syncs.wake(MS);
    assertThat(asked).containsExactly(new Input.ReplaySyncDue(first.inboundSpi(), 700));
    assertThat(syncs.nextWakeNs()).isEqualTo(11 * MS);
    syncs.wake(11 * MS);
    assertThat(asked).hasSize(2).contains(new Input.ReplaySyncDue(second.inboundSpi(), 30));
    assertThat(syncs.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aWindowFollowsOnceItsPeerHasStepped() {
    begin(100);
    syncs.wake(MS);
    assertThat(window(first.inboundSpi())).isEqualTo(100);
    syncs.stepped(first);
    assertThat(window(first.inboundSpi())).isEqualTo(TOP);
    assertThat(window(second.inboundSpi())).isEqualTo(100);
    kernel.inbound.put(first.inboundSpi(), 1L);
    syncs.stepped(first);
    assertThat(window(first.inboundSpi())).isEqualTo(1);
  }

  @Test
  void aWindowNeverGoesBack() {
    begin(TOP + 9);
    syncs.stepped(first);
    assertThat(window(first.inboundSpi())).isEqualTo(TOP + 9);
  }

  @Test
  void nothingIsLeftOfAReignThatEndedNorOfAnSaThatIsGone() {
    begin(100);
    syncs.gone(first.inboundSpi());
    syncs.stepped(first);
    syncs.clear();
    syncs.stepped(second);
    syncs.wake(Long.MAX_VALUE / 2);
    assertThat(window(first.inboundSpi())).isEqualTo(100);
    assertThat(window(second.inboundSpi())).isEqualTo(100);
    assertThat(asked).isEmpty();
  }
}
