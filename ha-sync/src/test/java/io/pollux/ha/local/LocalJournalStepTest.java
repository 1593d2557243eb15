package io.pollux.ha.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.History;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.ReplayState;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A step of the engine stands in the local journal as a whole or not at all. */
class LocalJournalStepTest {
  private static final long EPOCH = 8;
  private static final long NOW = 5_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final int LONGEST = 4; // events of a step

  private final Shadow mirror = new Shadow();
  private final MemoryStore store = new MemoryStore();
  private LocalJournal journal;
  private long index;

  private void begin(long bound) {
    journal = new LocalJournal(store, bound);
    mirror.reign(EPOCH);
    journal.begin(EPOCH, 1, mirror::snapshot, true, NOW);
  }

  private void event(IkeEvent event, boolean more) {
    mirror.apply(new HaFrame(EPOCH, Segment.DEFAULT, ++index, index - 1, 0, more, event), NOW);
    journal.append(event, more, NOW);
  }

  private List<IkeSaSnapshot> known() {
    return mirror.snapshot(NOW).sas();
  }

  private Recovered.Reign found() {
    Recovered found = LocalJournalReader.read(store, NOW);
    assertThat(found).isInstanceOf(Recovered.Reign.class);
    return (Recovered.Reign) found;
  }

  private static List<IkeEvent> events(long seed, int count) {
    return new History(seed)
        .events(count).stream().filter(e -> !(e instanceof IkeEvent.ReplayAdvanced)).toList();
  }

  @Test
  void cutAfterEachRecordTheLastWholeStepIsFound() {
    for (long seed = 0; seed < 12; seed++) {
      LocalJournalStepTest each = new LocalJournalStepTest();
      each.cutAfterEachRecord(seed);
    }
  }

  private void cutAfterEachRecord(long seed) {
    begin(seed % 2 == 0 ? 1 << 20 : 2048); // the latter is compacted all the time
    Random random = new Random(seed);
    int left = 0;
    int cuts = 0;
    List<IkeSaSnapshot> before = known();
    for (IkeEvent event : events(seed, 120)) {
      left = left == 0 ? random.nextInt(LONGEST) : left - 1;
      event(event, left > 0);
      if (random.nextBoolean()) {
        journal.work(NOW);
      }
      Recovered.Reign found = found();
      String cut = "seed " + seed + ", event " + index + ", " + left + " more";
      assertThat(found.torn()).as(cut).isEqualTo(left > 0);
      assertThat(found.shadow().snapshot(NOW).sas()).as(cut).isEqualTo(left > 0 ? before : known());
      cuts += left > 0 ? 1 : 0;
      before = left > 0 ? before : known();
    }
    assertThat(cuts).isGreaterThan(30);
    assertThat(seed % 2 == 0 || journal.compactions() > 3).isTrue();
  }

  @Test
  void cutAtAnyOctetNoStepIsHalfThere() {
    int inside = 0;
    for (long seed = 0; seed < 200; seed++) {
      LocalJournalStepTest each = new LocalJournalStepTest();
      inside += each.cutAtAnyOctet(seed) ? 1 : 0;
    }
    assertThat(inside).isGreaterThan(20);
  }

  /** Whether the writer died between the first and the last event of a step. */
  private boolean cutAtAnyOctet(long seed) {
    Random random = new Random(seed);
    begin(4096);
    store.life = random.nextInt(60_000);
    List<IkeSaSnapshot> before = known();
    int left = 0;
    boolean started = false;
    try {
      for (IkeEvent event : events(seed, 300)) {
        started = left > 0;
        left = left == 0 ? random.nextInt(LONGEST) : left - 1;
        before = started ? before : known();
        event(event, left > 0);
        journal.work(NOW);
      }
    } catch (MemoryStore.Killed _) {
      // as a process is
    }
    store.life = Long.MAX_VALUE;
    assertThat(found().shadow().snapshot(NOW).sas())
        .as("seed %d", seed)
        .isIn(List.of(before, known()));
    return started && left > 0;
  }

  @Test
  void countersThatComeInBetweenDoNotEndAStep() {
    begin(1 << 20);
    events(4, 40).forEach(e -> event(e, false));
    ChildSaSnapshot child = child();
    EspSpi spi = child.inboundSpi();
    IkeSaSnapshot sa =
        known().stream().filter(s -> s.children().contains(child)).findFirst().orElseThrow();
    List<IkeSaSnapshot> before = known();
    IkeEvent counter = new IkeEvent.ReplayAdvanced(sa.spis(), spi, new ReplayState(100, 90));
    event(new IkeEvent.ChildSaDown(sa.spis(), spi, DeleteReason.ADMIN), true);
    journal.append(counter, true, NOW);
    journal.work(NOW + SECOND); // they are due
    assertThat(found().shadow().snapshot(NOW).sas()).isEqualTo(before);
    event(new IkeEvent.ChildSaUp(sa.spis(), child), false);
    assertThat(found().torn()).isFalse();
    assertThat(found().shadow().snapshot(NOW).sas()).isEqualTo(known());
  }

  @Test
  void aCounterThatIsAStepsLastEventEndsIt() {
    begin(1 << 20);
    events(4, 40).forEach(e -> event(e, false));
    ChildSaSnapshot child = child();
    IkeSaSnapshot sa =
        known().stream().filter(s -> s.children().contains(child)).findFirst().orElseThrow();
    event(new IkeEvent.ExchangeFinished(sa.spis(), new MessageId(1_000)), true);
    assertThat(found().torn()).isTrue();
    event(
        new IkeEvent.ReplayAdvanced(sa.spis(), child.inboundSpi(), new ReplayState(600, 700)),
        false);
    assertThat(found().torn()).isFalse();
    assertThat(found().shadow().child(child.inboundSpi(), NOW).orElseThrow().replay().oseq())
        .isEqualTo(600);
    assertThat(found().shadow().snapshot(NOW).sas()).isEqualTo(known());
  }

  private ChildSaSnapshot child() {
    return known().stream().flatMap(s -> s.children().stream()).findFirst().orElseThrow();
  }
}
