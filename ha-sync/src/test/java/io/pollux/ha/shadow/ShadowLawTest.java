package io.pollux.ha.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.journal.DecodedFrame;
import io.pollux.ha.journal.EncodedFrame;
import io.pollux.ha.journal.FrameCodec;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaJournal;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.History;
import io.pollux.ha.journal.JournalBound;
import io.pollux.ha.journal.MalformedFrame;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.journal.SnapshotAssembler;
import io.pollux.ha.journal.SnapshotSender;
import io.pollux.ike.event.IkeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Snapshot + tail = all events, whatever was repeated, lost and coalesced on the way. */
class ShadowLawTest {
  private static final int SEEDS = 60;
  private static final int EVENTS = 300;
  private static final long EPOCH = 6;

  @Test
  void snapshotAndTailAreAllEvents() throws MalformedFrame {
    for (long seed = 0; seed < SEEDS; seed++) {
      List<HaFrame> frames = frames(seed);
      Random random = new Random(seed);
      int cut = random.nextInt(EVENTS);
      Shadow all = of(EPOCH);
      HaSnapshot middle = null;
      for (int i = 0; i < frames.size(); i++) {
        if (i == cut) {
          middle = over(all.snapshot(i));
        }
        applied(all, frames.get(i), i, seed);
      }
      Shadow joined = new Shadow();
      assertThat(joined.replace(middle, cut)).isInstanceOf(ShadowOutcome.Applied.class);
      for (int i = cut; i < frames.size(); i++) {
        applied(joined, frames.get(i), i, seed);
      }
      assertThat(joined.snapshot(10_000)).as("seed %d", seed).isEqualTo(all.snapshot(10_000));
    }
  }

  @Test
  void aCoalescedTailAfterAnyAcknowledgementLeadsToTheSameShadow() throws MalformedFrame {
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      HaJournal journal = new HaJournal(EPOCH, JournalBound.DEFAULT);
      Shadow mirror = of(EPOCH);
      Shadow standby = of(EPOCH);
      for (IkeEvent event : new History(seed).events(EVENTS)) {
        mirror.apply(journal.append(event, 0), 0);
        if (random.nextInt(10) == 0) {
          drain(journal, standby, random.nextInt(20), seed);
          journal.received(
              standby.index()
                  - random.nextInt(1 + (int) (standby.index() - journal.receivedIndex())));
        }
      }
      drain(journal, standby, Integer.MAX_VALUE, seed);
      assertThat(standby.snapshot(0)).as("seed %d", seed).isEqualTo(mirror.snapshot(0));
    }
  }

  @Test
  void repeatedAndOlderFramesChangeNothing() {
    for (long seed = 0; seed < SEEDS; seed++) {
      List<HaFrame> frames = frames(seed);
      Random random = new Random(seed);
      Shadow plain = of(EPOCH);
      Shadow repeated = of(EPOCH);
      for (int i = 0; i < frames.size(); i++) {
        applied(plain, frames.get(i), 0, seed);
        applied(repeated, frames.get(i), 0, seed);
        HaFrame again = frames.get(random.nextInt(i + 1));
        assertThat(repeated.apply(again, 0)).isEqualTo(new ShadowOutcome.Duplicate());
      }
      assertThat(repeated.snapshot(0)).as("seed %d", seed).isEqualTo(plain.snapshot(0));
    }
  }

  @Test
  void theStandbysKernelIsTheImageOfTheShadowAtEveryStep() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Shadow shadow = of(EPOCH);
      ImageKernel kernel = new ImageKernel();
      long now = 0;
      for (HaFrame frame : frames(seed)) {
        kernel.run(((ShadowOutcome.Applied) shadow.apply(frame, now)).changes());
        kernel.requireImageOf(shadow.snapshot(now), "seed " + seed + " frame " + frame);
        now += 10;
      }
    }
  }

  @Test
  void theKernelFollowsFromAnySnapshotToAnyOther() {
    for (long seed = 0; seed < SEEDS; seed++) {
      List<HaFrame> frames = frames(seed);
      Random random = new Random(seed);
      Shadow active = of(EPOCH);
      Shadow standby = new Shadow();
      ImageKernel kernel = new ImageKernel();
      for (HaFrame frame : frames) {
        applied(active, frame, 0, seed);
        if (random.nextInt(25) == 0) {
          var outcome = (ShadowOutcome.Applied) standby.replace(active.snapshot(0), 0);
          kernel.run(outcome.changes());
          kernel.requireImageOf(standby.snapshot(0), "seed " + seed);
          assertThat(standby.snapshot(0)).isEqualTo(active.snapshot(0));
        }
      }
    }
  }

  @Test
  void theSameSnapshotTwiceIsNoChange() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Shadow shadow = of(EPOCH);
      for (HaFrame frame : frames(seed)) {
        applied(shadow, frame, 0, seed);
      }
      assertThat(shadow.replace(shadow.snapshot(5), 5))
          .isEqualTo(new ShadowOutcome.Applied(List.of()));
    }
  }

  private static void drain(HaJournal journal, Shadow standby, int limit, long seed)
      throws MalformedFrame {
    Optional<EncodedFrame> next = journal.after(standby.index(), 0);
    for (int i = 0; i < limit && next.isPresent(); i++) {
      if (FrameCodec.open(next.get()) instanceof DecodedFrame.Known(var frame)) {
        applied(standby, frame, 0, seed);
      }
      next = journal.after(standby.index(), 0);
    }
  }

  private static HaSnapshot over(HaSnapshot snapshot) throws MalformedFrame {
    SnapshotSender sender = new SnapshotSender(snapshot, 0);
    SnapshotAssembler assembler = new SnapshotAssembler();
    Optional<HaSnapshot> whole = Optional.empty();
    while (sender.hasNext()) {
      whole = assembler.accept(sender.next(0));
    }
    return whole.orElseThrow();
  }

  private static void applied(Shadow shadow, HaFrame frame, long nowNs, long seed) {
    assertThat(shadow.apply(frame, nowNs))
        .as("seed %d frame %s", seed, frame)
        .isInstanceOf(ShadowOutcome.Applied.class);
  }

  private static List<HaFrame> frames(long seed) {
    List<HaFrame> frames = new ArrayList<>();
    for (IkeEvent event : new History(seed).events(EVENTS)) {
      frames.add(new HaFrame(EPOCH, frames.size() + 1, event));
    }
    return frames;
  }

  private static Shadow of(long epoch) {
    Shadow shadow = new Shadow();
    shadow.replace(new HaSnapshot(epoch, Segment.DEFAULT, 0, List.of()), 0);
    return shadow;
  }
}
