package io.pollux.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.sad.Volume;
import io.pollux.netlink.xfrm.Reqid;
import io.pollux.netlink.xfrm.XfrmAddress;
import io.pollux.netlink.xfrm.XfrmAevent;
import io.pollux.netlink.xfrm.XfrmAeventId;
import io.pollux.netlink.xfrm.XfrmAttribute;
import io.pollux.netlink.xfrm.XfrmAttributeType;
import io.pollux.netlink.xfrm.XfrmAttributes;
import io.pollux.netlink.xfrm.XfrmBitmap;
import io.pollux.netlink.xfrm.XfrmLifetimeCur;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A peer has moved: the new SAs begin where the old ones have come to, not where they were told.
 */
class GoingOnTest {
  private static final ReplayState TOLD =
      new ReplayState(5_000_000, 1000, new Jumps(1, 7), new Volume(1, 1, 1, 1));
  private final ChildSaSnapshot child = TestChild.of(0x1001).snapshot();
  private final int words = XfrmReplayStateEsn.words(child.replayWindow());
  private final Map<SaId, XfrmAevent> kernel = new LinkedHashMap<>();

  private void stands(SaId sa, XfrmReplayStateEsn state, long packets) {
    kernel.put(
        sa,
        new XfrmAevent(
            new XfrmAeventId(ChildRequests.id(sa), XfrmAddress.ANY, 0, Reqid.ZERO),
            new XfrmAttributes(
                List.of(
                    new XfrmAttribute.Struct(XfrmAttributeType.XFRMA_REPLAY_ESN_VAL, state),
                    new XfrmAttribute.Struct(
                        XfrmAttributeType.XFRMA_LTIME_VAL,
                        new XfrmLifetimeCur(100 * packets, packets, 0, 0))))));
  }

  private GoingOn read(ChildSaSnapshot before) {
    return GoingOn.read(sa -> Optional.ofNullable(kernel.get(sa)), before, TOLD);
  }

  @Test
  void theWindowGoesOnWithWhatTheKernelHasTaken() {
    int[] seen = new int[words];
    seen[0] = 0x0ff0_1234;
    XfrmReplayStateEsn state =
        XfrmReplayStateEsn.of(0, 141_000, child.replayWindow(), XfrmBitmap.of(seen));
    stands(child.inbound(), state, 140_000);
    stands(child.outbound(), XfrmReplayStateEsn.outbound(4_000_000, 1), 900);
    GoingOn from = read(child);
    assertThat(from.counters())
        .isEqualTo(
            new ReplayState(
                5_000_000, 141_000, new Jumps(1, 7), new Volume(90_000, 900, 14_000_000, 140_000)));
    assertThat(from.window()).contains(state);
  }

  @Test
  void whatWasToldCountsWhereItIsFurtherOn() {
    stands(
        child.inbound(),
        XfrmReplayStateEsn.of(0, 999, child.replayWindow(), XfrmBitmap.zeros(words)),
        1);
    GoingOn from = read(child);
    assertThat(from.counters().seq()).isEqualTo(1000);
    assertThat(from.window()).isEmpty(); // full up to there
  }

  /** Its gate was open for a moment: the numbers that its kernel has used are used. */
  @Test
  void theOutboundCounterNeverGoesBack() {
    stands(child.outbound(), XfrmReplayStateEsn.outbound(6_000_000, 1), 1);
    assertThat(read(child).counters().oseq()).isEqualTo(6_000_000);
    assertThat(read(child.withOutboundActive(false)).counters().oseq()).isEqualTo(5_000_000);
  }

  @Test
  void aBitmapOfAnotherLengthIsNotPutIn() {
    stands(child.inbound(), XfrmReplayStateEsn.of(0, 2000, 32, XfrmBitmap.zeros(1)), 1);
    assertThat(read(child).counters().seq()).isEqualTo(2000);
    assertThat(read(child).window()).isEmpty();
  }

  @Test
  void anSaThatIsGoneLeavesWhatWasTold() {
    assertThat(read(child)).isEqualTo(new GoingOn(TOLD, Optional.empty()));
  }
}
