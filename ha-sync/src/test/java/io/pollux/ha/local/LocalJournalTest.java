package io.pollux.ha.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.History;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What one daemon writes, the next one finds, wherever the first one was killed. */
class LocalJournalTest {
  private static final long EPOCH = 8;
  private static final long TOKEN = 3;
  private static final long SMALL = 4096; // so that tails are compacted often
  private static final long NOW = 5_000_000_000L;
  private static final long SECOND = 1_000_000_000L;

  private final MemoryStore store = new MemoryStore();

  /** An active node: its shadow and its journal. */
  private static final class Writer {
    final Shadow mirror = new Shadow();
    final LocalJournal journal;
    long index;

    Writer(MemoryStore store, long bound) {
      journal = new LocalJournal(store, bound);
    }

    void begin(long epoch, boolean atOnce, long nowNs) {
      mirror.reign(epoch);
      index = 0;
      journal.begin(
          epoch,
          TOKEN,
          mirror::snapshot,
          atOnce,
          atOnce ? nowNs : nowNs - LocalJournal.FIRST_SNAPSHOT_NS);
    }

    void event(IkeEvent event, long nowNs) {
      index++;
      mirror.apply(new HaFrame(mirror.epoch(), index, event), nowNs);
      journal.append(event, false, nowNs);
    }

    void settle(long nowNs) {
      while (journal.nextWakeNs() <= nowNs) {
        journal.work(nowNs);
      }
    }

    List<IkeSaSnapshot> sas(long nowNs) {
      return mirror.snapshot(nowNs).sas();
    }
  }

  private static List<IkeEvent> uncounted(long seed, int count) {
    return new History(seed)
        .events(count).stream().filter(e -> !(e instanceof IkeEvent.ReplayAdvanced)).toList();
  }

  private Recovered.Reign reign(long nowNs) {
    Recovered found = LocalJournalReader.read(store, nowNs);
    assertThat(found).isInstanceOf(Recovered.Reign.class);
    return (Recovered.Reign) found;
  }

  @Test
  void whatWasWrittenIsFound() {
    Writer writer = new Writer(store, SMALL);
    writer.begin(EPOCH, false, NOW);
    writer.settle(NOW);
    uncounted(1, 400).forEach(e -> writer.event(e, NOW));
    Recovered.Reign found = reign(NOW);
    assertThat(found.epoch()).isEqualTo(EPOCH);
    assertThat(found.token()).isEqualTo(TOKEN);
    assertThat(found.torn()).isFalse();
    assertThat(found.shadow().snapshot(NOW).sas()).isNotEmpty().isEqualTo(writer.sas(NOW));
  }

  @Test
  void agesGoOnWhileNobodyRuns() {
    Writer writer = new Writer(store, SMALL);
    writer.begin(EPOCH, true, NOW);
    List<IkeEvent> events = uncounted(2, 60);
    for (int i = 0; i < events.size(); i++) {
      writer.event(events.get(i), NOW + i * SECOND);
      writer.settle(NOW + i * SECOND);
    }
    long later = NOW + 1000 * SECOND;
    assertThat(reign(later).shadow().snapshot(later).sas())
        .isNotEmpty()
        .isEqualTo(writer.sas(later));
  }

  @Test
  void killedAnywhereNoEventIsLostThatWasWritten() {
    int torn = 0;
    int recovered = 0;
    for (long seed = 0; seed < 150; seed++) {
      MemoryStore memory = new MemoryStore();
      Random random = new Random(seed);
      Writer writer = new Writer(memory, SMALL);
      memory.life = random.nextInt(400_000);
      List<IkeSaSnapshot> before = List.of();
      boolean inEvent = false;
      try {
        writer.begin(EPOCH, false, NOW);
        for (IkeEvent event : uncounted(seed, 300)) {
          before = writer.sas(NOW);
          inEvent = true;
          writer.event(event, NOW);
          inEvent = false;
          if (random.nextInt(3) == 0) {
            writer.journal.work(NOW);
          }
        }
      } catch (MemoryStore.Killed _) {
        // as a process is
      }
      memory.life = Long.MAX_VALUE;
      Recovered found = LocalJournalReader.read(memory, NOW);
      if (found instanceof Recovered.Reign(_, _, _, Shadow shadow, boolean wasTorn)) {
        torn += wasTorn ? 1 : 0;
        recovered++;
        List<IkeSaSnapshot> after = writer.sas(NOW);
        assertThat(shadow.snapshot(NOW).sas())
            .as("seed %d", seed)
            .isIn(inEvent ? List.of(before, after) : List.of(after));
      } else {
        assertThat(found).as("seed %d", seed).isInstanceOf(Recovered.Nothing.class);
      }
    }
    assertThat(torn).isPositive();
    assertThat(recovered).isGreaterThan(torn);
  }

  @Test
  void theTailIsBoundedByItsSnapshot() {
    Writer writer = new Writer(store, SMALL);
    writer.begin(EPOCH, true, NOW);
    long most = 0;
    for (IkeEvent event : uncounted(3, 4000)) {
      writer.event(event, NOW);
      writer.settle(NOW);
      writer.journal.work(NOW);
      most = Math.max(most, store.held());
    }
    assertThat(writer.journal.compactions()).isGreaterThan(10);
    long snapshot = writer.journal.octets();
    assertThat(most).isLessThan(4 * Math.max(snapshot, 64 << 10));
    assertThat(reign(NOW).shadow().snapshot(NOW).sas()).isEqualTo(writer.sas(NOW));
  }

  @Test
  void countersWaitASecondAndAreMerged() {
    Writer writer = new Writer(store, 1 << 20);
    writer.begin(EPOCH, true, NOW);
    uncounted(4, 40).forEach(e -> writer.event(e, NOW));
    IkeSaSnapshot sa =
        writer.sas(NOW).stream().filter(s -> !s.children().isEmpty()).findFirst().orElseThrow();
    EspSpi spi = sa.children().getFirst().inboundSpi();
    long octets = writer.journal.octets();
    for (int i = 1; i <= 10; i++) {
      writer.event(
          new IkeEvent.ReplayAdvanced(sa.spis(), spi, new ReplayState(100 * i, 1000 - i)), NOW);
    }
    assertThat(writer.journal.octets()).isEqualTo(octets);
    writer.settle(NOW + SECOND);
    assertThat(writer.journal.octets()).isBetween(octets + 1, octets + 200);
    assertThat(reign(NOW).shadow().child(spi, NOW).orElseThrow().replay().oseq()).isEqualTo(1000);
    assertThat(reign(NOW).shadow().child(spi, NOW).orElseThrow().replay().seq()).isEqualTo(999);
  }

  @Test
  void aReignThatBeginsWithAJournalTakesItsPlaceAtOnce() {
    Writer writer = new Writer(store, SMALL);
    writer.begin(EPOCH, true, NOW);
    uncounted(5, 100).forEach(e -> writer.event(e, NOW));
    Shadow first = reign(NOW).shadow();
    Writer second = new Writer(store, SMALL);
    second.mirror.replace(first.snapshot(NOW), NOW);
    second.begin(EPOCH + 2, true, NOW);
    assertThat(reign(NOW).epoch()).isEqualTo(EPOCH + 2);
    assertThat(reign(NOW).shadow().snapshot(NOW).sas()).isEqualTo(writer.sas(NOW));
  }

  @Test
  void aTakeoversJournalCountsOnlyWhenItsSnapshotIsWhole() {
    Writer writer = new Writer(store, SMALL);
    uncounted(6, 10); // a standby that takes over has no journal of its own
    writer.begin(EPOCH, false, NOW);
    writer.event(uncounted(6, 10).getFirst(), NOW);
    assertThat(LocalJournalReader.read(store, NOW)).isEqualTo(new Recovered.Nothing());
    writer.settle(NOW);
    assertThat(reign(NOW).shadow().snapshot(NOW).sas()).isEqualTo(writer.sas(NOW));
  }

  @Test
  void nothingIsLeftOfAReignThatEnded() {
    Writer writer = new Writer(store, SMALL);
    writer.begin(EPOCH, true, NOW);
    uncounted(7, 200).forEach(e -> writer.event(e, NOW));
    byte[] key =
        writer.sas(NOW).stream()
            .flatMap(s -> s.children().stream())
            .findFirst()
            .orElseThrow()
            .keys()
            .inboundEncryption()
            .use(byte[]::clone);
    assertThat(store.contains(key)).isTrue();
    writer.journal.clear();
    assertThat(store.held()).isZero();
    assertThat(LocalJournalReader.read(store, NOW)).isEqualTo(new Recovered.Nothing());
    writer.journal.append(uncounted(7, 1).getFirst(), false, NOW);
    writer.journal.work(NOW);
    assertThat(store.held()).isZero();
  }

  @Test
  void aChangedOctetEndsTheJournalThere() {
    Writer writer = new Writer(store, 1 << 20);
    writer.begin(EPOCH, true, NOW);
    List<List<IkeSaSnapshot>> states = new ArrayList<>();
    states.add(writer.sas(NOW));
    List<Long> ends = new ArrayList<>();
    for (IkeEvent event : uncounted(8, 30)) {
      writer.event(event, NOW);
      ends.add(writer.journal.octets());
      states.add(writer.sas(NOW));
    }
    long middle = JournalLayout.region(1) + ends.get(9) + 25; // within the eleventh event
    var octet = JournalLayout.buffer(1);
    store.read(middle, octet);
    octet.put(0, (byte) ~octet.get(0));
    store.write(middle, octet.rewind());
    Recovered.Reign found = reign(NOW);
    assertThat(found.torn()).isTrue();
    assertThat(found.shadow().snapshot(NOW).sas()).isEqualTo(states.get(10));
  }

  @Test
  void aJournalOfAnotherLayoutIsRefusedWithItsVersion() {
    Writer writer = new Writer(store, SMALL);
    writer.begin(EPOCH, true, NOW);
    uncounted(9, 50).forEach(e -> writer.event(e, NOW));
    for (long at : new long[] {0, JournalLayout.SLOT}) {
      var version = JournalLayout.buffer(4);
      store.read(at + 4, version);
      if (version.getInt(0) == JournalLayout.VERSION) {
        store.write(at + 4, version.putInt(0, JournalLayout.VERSION + 1).rewind());
      }
    }
    assertThat(LocalJournalReader.read(store, NOW))
        .isEqualTo(
            new Recovered.Unusable("its layout is of version 2, this daemon reads version 1"));
    writer.journal.clear();
    assertThat(LocalJournalReader.read(store, NOW)).isEqualTo(new Recovered.Nothing());
  }

  @Test
  void readingIsCountedUntilAReignHasProvedGood() {
    Writer writer = new Writer(store, SMALL);
    writer.begin(EPOCH, true, NOW);
    assertThat(reign(NOW).reads()).isEqualTo(1);
    assertThat(reign(NOW).reads()).isEqualTo(2);
    writer.settle(NOW + 29 * SECOND);
    assertThat(reign(NOW).reads()).isEqualTo(3);
    writer.settle(NOW + 31 * SECOND);
    assertThat(reign(NOW).reads()).isEqualTo(1);
  }
}
