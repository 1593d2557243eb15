package io.pollux.ha.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.journal.Values;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.ReplayState;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShadowTest {
  private static final IkeSpis UNKNOWN = new IkeSpis(new IkeSpi(1), new IkeSpi(2));

  private final IkeEvent.IkeSaUp up = new Values(1000).of(IkeEvent.IkeSaUp.class);
  private final IkeSpis sa = up.sa();
  private final Shadow shadow = new Shadow();
  private long index;

  @BeforeEach
  void ofEpochFour() {
    shadow.replace(new HaSnapshot(4, Segment.DEFAULT, 0, List.of()), 0);
  }

  @Test
  void agesGoOnHereAndCountTheWayToo() {
    shadow.apply(new HaFrame(4, Segment.DEFAULT, 1, 0, 30, up), 1_000_000);
    IkeSaSnapshot later = shadow.ikeSa(sa, 1_000_500).orElseThrow();
    assertThat(later.ageNs()).isEqualTo(up.snapshot().ageNs() + 530);
    assertThat(later.children().getFirst().ageNs())
        .isEqualTo(up.snapshot().children().getFirst().ageNs() + 530);
    HaSnapshot onItsWay = shadow.snapshot(1_000_500);
    Shadow other = new Shadow();
    other.replace(new HaSnapshot(4, Segment.DEFAULT, 1, 70, onItsWay.sas()), -5);
    assertThat(other.ikeSa(sa, -5).orElseThrow().ageNs()).isEqualTo(later.ageNs() + 70);
  }

  @Test
  void anOlderEpochIsRefusedAndANewerOneNeedsASnapshot() {
    assertThat(shadow.apply(new HaFrame(3, 1, up), 0)).isEqualTo(new ShadowOutcome.OldEpoch(4, 3));
    assertThat(shadow.apply(new HaFrame(6, 1, up), 0))
        .isInstanceOf(ShadowOutcome.SnapshotNeeded.class);
    assertThat(shadow.replace(new HaSnapshot(3, Segment.DEFAULT, 9, List.of()), 0))
        .isEqualTo(new ShadowOutcome.OldEpoch(4, 3));
    assertThat(shadow.ikeSaCount()).isZero();
  }

  @Test
  void aGapNeedsASnapshotAndAnExplainedOneDoesNot() {
    take(up);
    assertThat(shadow.apply(new HaFrame(4, 3, finished(9)), 0))
        .isInstanceOfSatisfying(
            ShadowOutcome.SnapshotNeeded.class,
            needed -> assertThat(needed.why()).contains("follows 2").contains("at 1"));
    assertThat(shadow.apply(new HaFrame(4, Segment.DEFAULT, 9, 1, finished(9)), 0))
        .isInstanceOf(ShadowOutcome.Applied.class);
    assertThat(shadow.index()).isEqualTo(9);
  }

  @Test
  void whatBuildsOnAnUnknownSaNeedsASnapshotAndWhatEndsOneDoesNot() {
    Values values = new Values(5000);
    assertThat(shadow.apply(new HaFrame(4, 1, values.of(IkeEvent.ChildSaUp.class)), 0))
        .isInstanceOf(ShadowOutcome.SnapshotNeeded.class);
    assertThat(shadow.apply(new HaFrame(4, 1, values.of(IkeEvent.IkeSaMoved.class)), 0))
        .isInstanceOf(ShadowOutcome.SnapshotNeeded.class);
    assertThat(shadow.index()).isZero();
    assertThat(take(new IkeEvent.IkeSaDown(UNKNOWN, DeleteReason.ADMIN))).isEmpty();
    assertThat(take(new IkeEvent.ExchangeFinished(UNKNOWN, new MessageId(0)))).isEmpty();
    assertThat(take(new IkeEvent.ReplayAdvanced(UNKNOWN, new EspSpi(999), new ReplayState(1, 1))))
        .isEmpty();
  }

  @Test
  void countersAndMessageIdsNeverGoBack() {
    take(up);
    EspSpi spi = up.snapshot().children().getFirst().inboundSpi();
    take(new IkeEvent.ReplayAdvanced(sa, spi, new ReplayState(9_000, 9_000)));
    take(new IkeEvent.ReplayAdvanced(sa, spi, new ReplayState(8_000, 9_500)));
    ReplayState before = up.snapshot().children().getFirst().replay();
    assertThat(shadow.child(spi, 0).orElseThrow().replay())
        .isEqualTo(new ReplayState(9_000, 9_500, before.jumps(), before.volume()));
    take(finished(70_000));
    take(finished(60_000));
    take(new IkeEvent.ExchangeAnswered(sa, new MessageId(80_000), List.of()));
    take(new IkeEvent.ExchangeAnswered(sa, new MessageId(79_000), List.of()));
    take(finished(0xffff_ffffL));
    var window = shadow.ikeSa(sa, 0).orElseThrow().window();
    assertThat(window.nextOwn()).isEqualTo(new MessageId(0xffff_ffffL));
    assertThat(window.nextPeer()).isEqualTo(new MessageId(80_001));
  }

  /** An idle SA: nothing moves, but the standby must know that its reading is young. */
  @Test
  void aReadingThatHasNotMovedIsStillNews() {
    take(up);
    ChildSaSnapshot child = up.snapshot().children().getFirst();
    var same = new IkeEvent.ReplayAdvanced(sa, child.inboundSpi(), child.replay());
    assertThat(take(same))
        .singleElement()
        .isInstanceOfSatisfying(
            ShadowChange.ReplayAdvanced.class,
            read -> {
              assertThat(read.state()).isEqualTo(child.replay());
              assertThat(read.ageNs()).isZero();
            });
  }

  /** What the active node held back is older than its arrival. */
  @Test
  void aReadingThatWaitedForTheLinkIsAsOldAsItIs() {
    take(up);
    ChildSaSnapshot child = up.snapshot().children().getFirst();
    var read = new IkeEvent.ReplayAdvanced(sa, child.inboundSpi(), new ReplayState(9_000, 0));
    long index = shadow.index();
    HaFrame late = new HaFrame(shadow.epoch(), Segment.DEFAULT, index + 1, index, 700, false, read);
    assertThat(((ShadowOutcome.Applied) shadow.apply(late, 1_000)).changes())
        .singleElement()
        .isInstanceOfSatisfying(
            ShadowChange.ReplayAdvanced.class, r -> assertThat(r.ageNs()).isEqualTo(700));
  }

  @Test
  void aRekeyIsOneMoreGenerationAndThenASwitch() {
    take(up);
    ChildSaSnapshot old = up.snapshot().children().getFirst();
    ChildSaSnapshot fresh = generation(old, 0x7777, false);
    List<ShadowChange> rekeyed = take(new IkeEvent.ChildSaRekeyed(sa, old.inboundSpi(), fresh));
    assertThat(rekeyed)
        .singleElement()
        .isInstanceOfSatisfying(
            ShadowChange.ChildAdded.class,
            added -> {
              assertThat(added.child().outboundActive()).isFalse();
              assertThat(added.replaces().orElseThrow().inboundSpi()).isEqualTo(old.inboundSpi());
            });
    assertThat(take(new IkeEvent.ChildSaSwitched(sa, old.inboundSpi(), fresh.inboundSpi())))
        .singleElement()
        .isInstanceOfSatisfying(
            ShadowChange.ChildSwitched.class,
            switched -> {
              assertThat(switched.old().outboundActive()).isFalse();
              assertThat(switched.fresh().outboundActive()).isTrue();
            });
    assertThat(take(new IkeEvent.ChildSaDown(sa, old.inboundSpi(), DeleteReason.REKEYED)))
        .singleElement()
        .isInstanceOfSatisfying(
            ShadowChange.ChildRemoved.class, gone -> assertThat(gone.keepPolicies()).isTrue());
  }

  @Test
  void aStepIsTakenAsAWholeOrNotAtAll() {
    ChildSaSnapshot child = new Values(7000).of(ChildSaSnapshot.class);
    IkeEvent childUp = new IkeEvent.ChildSaUp(sa, child);
    assertThat(part(1, up)).isEmpty();
    assertThat(part(2, childUp)).isEmpty(); // of an IKE SA that the same step brings
    assertThat(shadow.index()).isZero();
    assertThat(shadow.ikeSaCount()).isZero();
    assertThat(shadow.child(child.inboundSpi(), 0)).isEmpty();
    index = 2;
    assertThat(take(finished(1))).isNotEmpty();
    assertThat(shadow.index()).isEqualTo(3);
    assertThat(shadow.ikeSaCount()).isEqualTo(1);
    assertThat(shadow.child(child.inboundSpi(), 0)).isPresent();
  }

  @Test
  void aStepWhoseEndNeverCameIsForgottenOrBegunOnceMore() {
    part(1, up);
    part(2, finished(1));
    part(1, up); // the connection is a new one, and the sender goes on after what was acknowledged
    assertThat(shadow.apply(new HaFrame(4, 3, finished(2)), 0))
        .isInstanceOf(ShadowOutcome.SnapshotNeeded.class);
    shadow.reign(7);
    assertThat(shadow.ikeSaCount()).isZero();
    assertThat(shadow.apply(new HaFrame(7, 1, up), 0)).isInstanceOf(ShadowOutcome.Applied.class);
    assertThat(shadow.ikeSaCount()).isEqualTo(1);
  }

  private List<ShadowChange> part(long number, IkeEvent event) {
    HaFrame frame = new HaFrame(4, Segment.DEFAULT, number, number - 1, 0, true, event);
    ShadowOutcome outcome = shadow.apply(frame, 0);
    assertThat(outcome).isInstanceOf(ShadowOutcome.Applied.class);
    return ((ShadowOutcome.Applied) outcome).changes();
  }

  @Test
  void aReignStartsToCountAnew() {
    take(up);
    shadow.reign(7);
    assertThat(shadow.apply(new HaFrame(7, 1, finished(5)), 0))
        .isInstanceOf(ShadowOutcome.Applied.class);
    assertThat(shadow.ikeSaCount()).isEqualTo(1);
    assertThatThrownBy(() -> shadow.reign(7)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theEngineMayCloseItsSecretsAndTheTakerOfASnapshotToo() {
    take(up);
    up.snapshot().keys().skD().close();
    up.snapshot().children().getFirst().keys().inboundEncryption().close();
    shadow.snapshot(0).sas().getFirst().keys().skAi().close();
    IkeEvent.IkeSaUp same = new Values(1000).of(IkeEvent.IkeSaUp.class);
    assertThat(shadow.ikeSa(sa, 0).orElseThrow().keys()).isEqualTo(same.snapshot().keys());
    assertThat(shadow.child(same.snapshot().children().getFirst().inboundSpi(), 0).orElseThrow())
        .isEqualTo(same.snapshot().children().getFirst());
  }

  @Test
  void whatIsLentIsTheSameButForTheKeysThatAreNotCopied() {
    take(up);
    var lent = shadow.lent(5);
    assertThat(lent).isEqualTo(shadow.snapshot(5));
    assertThat(lent.sas().getFirst().children()).isNotEmpty();
    assertThat(shadow.lent(5).sas().getFirst().keys()).isSameAs(lent.sas().getFirst().keys());
    take(new IkeEvent.IkeSaDown(sa, DeleteReason.ADMIN)); // what was lent stays good
    assertThat(lent.sas().getFirst().keys().skD().copy().length()).isPositive();
  }

  private List<ShadowChange> take(IkeEvent event) {
    ShadowOutcome outcome = shadow.apply(new HaFrame(4, ++index, event), 0);
    assertThat(outcome).isInstanceOf(ShadowOutcome.Applied.class);
    return ((ShadowOutcome.Applied) outcome).changes();
  }

  private IkeEvent finished(long id) {
    return new IkeEvent.ExchangeFinished(sa, new MessageId(id));
  }

  private static ChildSaSnapshot generation(ChildSaSnapshot old, int spi, boolean active) {
    ChildSaSnapshot other = new Values(spi).of(ChildSaSnapshot.class);
    return new ChildSaSnapshot(
        old.connection(),
        old.child(),
        new EspSpi(spi),
        other.outboundSpi(),
        old.local(),
        old.peer(),
        old.udpEncap(),
        old.algorithms(),
        other.keys(),
        old.localTs(),
        old.remoteTs(),
        old.reqid(),
        active,
        old.replayWindow(),
        old.lifetimes(),
        0,
        ReplayState.NEW);
  }
}
