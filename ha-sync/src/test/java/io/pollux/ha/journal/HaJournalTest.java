package io.pollux.ha.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HaJournalTest {
  private static final IkeSpis SA = new IkeSpis(new IkeSpi(1), new IkeSpi(2));
  private static final EspSpi ONE = new EspSpi(0x1001);
  private static final EspSpi TWO = new EspSpi(0x1002);

  private final HaJournal journal = new HaJournal(4, JournalBound.DEFAULT);

  @Test
  void numbersFromOneAndKeepsUntilReceived() throws MalformedFrame {
    assertThat(journal.append(finished(0), 0)).isEqualTo(new HaFrame(4, 1, finished(0)));
    journal.append(finished(1), 0);
    journal.append(finished(2), 0);
    journal.received(2);
    assertThat(tail(2)).containsExactly(new HaFrame(4, 3, finished(2)));
    assertThat(journal.receivedIndex()).isEqualTo(2);
    journal.received(1);
    assertThat(journal.receivedIndex()).isEqualTo(2);
    journal.armed(3);
    assertThat(journal.armedIndex()).isEqualTo(3);
    assertThat(journal.statistics().frames()).isEqualTo(1);
  }

  @Test
  void onlyTheNewestCounterOfAChildIsKept() throws MalformedFrame {
    journal.append(counted(ONE, 10, 20), 0);
    journal.append(finished(0), 0);
    journal.append(counted(TWO, 1, 1), 0);
    HaFrame merged = journal.append(counted(ONE, 30, 15), 0);
    assertThat(merged.event()).isEqualTo(counted(ONE, 30, 20));
    assertThat(tail(0))
        .containsExactly(
            new HaFrame(4, Segment.DEFAULT, 2, 0, finished(0)),
            new HaFrame(4, Segment.DEFAULT, 3, 2, counted(TWO, 1, 1)),
            new HaFrame(4, Segment.DEFAULT, 4, 3, counted(ONE, 30, 20)));
    assertThat(journal.statistics().coalesced()).isEqualTo(1);
  }

  @Test
  void countersAreNotMergedAcrossTheEndOfAChild() throws MalformedFrame {
    journal.append(counted(ONE, 1_000_000, 0), 0);
    journal.append(new IkeEvent.ChildSaDown(SA, ONE, DeleteReason.ADMIN), 0);
    journal.append(new IkeEvent.ChildSaUp(SA, child(ONE)), 0);
    journal.append(counted(ONE, 1, 0), 0);
    assertThat(tail(0)).hasSize(4);
    assertThat(tail(0).getLast().event()).isEqualTo(counted(ONE, 1, 0));
  }

  @Test
  void aReceivedCounterIsNotMergedAgain() throws MalformedFrame {
    journal.append(counted(ONE, 10, 10), 0);
    journal.received(1);
    journal.append(counted(ONE, 5, 5), 0);
    assertThat(tail(1)).containsExactly(new HaFrame(4, 2, counted(ONE, 5, 5)));
  }

  @Test
  void resumesWithATailWhereItCan() {
    journal.append(finished(0), 0);
    journal.append(finished(1), 0);
    journal.received(1);
    assertThat(journal.resume(4, 1)).isEqualTo(new Resumption.Tail(1));
    assertThat(journal.resume(4, 2)).isEqualTo(new Resumption.Tail(2));
    assertThat(journal.resume(4, 0)).isInstanceOf(Resumption.Snapshot.class);
    assertThat(journal.resume(4, 3)).isInstanceOf(Resumption.Snapshot.class);
    assertThat(journal.resume(2, 2)).isInstanceOf(Resumption.Snapshot.class);
  }

  @Test
  void beyondTheBoundTheTailIsThrownAwayAndTheJournalGoesOn() throws MalformedFrame {
    HaJournal small = new HaJournal(4, new JournalBound(3, 1 << 20));
    for (int i = 0; i < 4; i++) {
      small.append(finished(i), 0);
    }
    assertThat(small.covers(3)).isFalse();
    assertThat(small.resume(4, 3)).isInstanceOf(Resumption.Snapshot.class);
    assertThat(small.statistics()).isEqualTo(new JournalStatistics(0, 0, 0, 1));
    small.append(finished(4), 0);
    assertThat(small.resume(4, 4)).isEqualTo(new Resumption.Tail(4));
    assertThat(small.after(4, 0).orElseThrow().previous()).isEqualTo(4);
    assertThatThrownBy(() -> small.after(3, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void octetsAreBoundedToo() {
    HaJournal small = new HaJournal(4, new JournalBound(1000, 100));
    for (int i = 0; i < 10; i++) {
      small.append(new IkeEvent.ExchangeFinished(SA, new MessageId(i)), 0);
    }
    assertThat(small.statistics().overflows()).isPositive();
    assertThat(small.statistics().octets()).isLessThanOrEqualTo(100);
  }

  @Test
  void anAcknowledgementOfWhatWasNeverSentIsRefused() {
    assertThatThrownBy(() -> journal.received(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> journal.armed(1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void figuresAddUpOverAnyHistory() {
    for (long seed = 0; seed < 30; seed++) {
      HaJournal any = new HaJournal(2, JournalBound.DEFAULT);
      History history = new History(seed);
      for (IkeEvent event : history.events(400)) {
        HaFrame frame = any.append(event, 0);
        if (frame.index() % 7 == 0) {
          any.received(frame.index() - 3);
        }
      }
      any.received(any.lastIndex());
      assertThat(any.statistics().frames()).as("seed %d", seed).isZero();
      assertThat(any.statistics().octets()).as("seed %d", seed).isZero();
    }
  }

  @Test
  void theJournalOutlivesTheSecretsOfTheEngine() throws MalformedFrame {
    IkeEvent.IkeSaUp event = new Values(1000).of(IkeEvent.IkeSaUp.class);
    journal.append(event, 0);
    event.snapshot().keys().skD().close();
    assertThat(tail(0).getFirst().event()).isEqualTo(new Values(1000).of(IkeEvent.IkeSaUp.class));
  }

  private List<HaFrame> tail(long after) throws MalformedFrame {
    List<HaFrame> all = new ArrayList<>();
    Optional<EncodedFrame> next = journal.after(after, 0);
    while (next.isPresent()) {
      if (FrameCodec.open(next.get()) instanceof DecodedFrame.Known(var frame)) {
        all.add(frame);
      }
      next = journal.after(next.get().index(), 0);
    }
    return all;
  }

  private static IkeEvent finished(long id) {
    return new IkeEvent.ExchangeFinished(SA, new MessageId(id));
  }

  private static IkeEvent counted(EspSpi spi, long oseq, long seq) {
    return new IkeEvent.ReplayAdvanced(SA, spi, new ReplayState(oseq, seq));
  }

  private static ChildSaSnapshot child(EspSpi spi) {
    ChildSaSnapshot any = new Values(1000).of(ChildSaSnapshot.class);
    return new ChildSaSnapshot(
        any.connection(),
        any.child(),
        spi,
        any.outboundSpi(),
        any.local(),
        any.peer(),
        any.udpEncap(),
        any.algorithms(),
        any.keys(),
        any.localTs(),
        any.remoteTs(),
        any.reqid(),
        any.outboundActive(),
        any.replayWindow(),
        any.lifetimes(),
        any.ageNs(),
        any.replay());
  }
}
