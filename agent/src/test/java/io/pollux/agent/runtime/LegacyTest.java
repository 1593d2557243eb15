package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.agent.TestChild;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.local.JournalStore;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.wire.Octets;
import io.pollux.linux.Memfd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may be gone on with, on real memory behind a descriptor. */
class LegacyTest {
  private static final long NOW = 9_000_000_000L;
  private static final long FENCES = 2;
  private static final Set<String> CONFIGURED = Set.of("site");

  private final Memfd memory = Memfd.create("pollux-journal", 0);
  private final Shadow mirror = new Shadow();
  private long index;

  @AfterEach
  void close() {
    memory.close();
  }

  private Legacy legacy(long fences) throws IOException {
    return new Legacy(Optional.of(new JournalMemory(Memfd.inherited(memory.number()))), fences);
  }

  private static IkeSaSnapshot sa() {
    Secret key = Secret.copyOf(new byte[32]);
    return new IkeSaSnapshot(
        TestChild.IKE,
        true,
        "site",
        TestChild.of(0xc0001001).snapshot().local(),
        TestChild.of(0xc0001001).snapshot().peer(),
        false,
        false,
        new Identity(2, Octets.EMPTY),
        new Identity(2, Octets.EMPTY),
        new IkeAlgorithms(20, 256, 7, 0, 31),
        new IkeKeys(key, key, key, key, key, key, key),
        new MessageWindow(new MessageId(2), Optional.empty(), new MessageId(0), List.of()),
        List.of(),
        TestChild.of(0xc0001001).snapshot().lifetimes(),
        0,
        List.of(TestChild.of(0xc0001001).snapshot()),
        Optional.empty(),
        0);
  }

  private void reign(Legacy legacy, long epoch, boolean atOnce) {
    mirror.reign(epoch);
    index = 0;
    legacy.begin(epoch, mirror::snapshot, atOnce, NOW - 1_000_000_000L);
    event(legacy, new IkeEvent.IkeSaUp(sa()));
  }

  private void event(Legacy legacy, IkeEvent event) {
    mirror.apply(new HaFrame(mirror.epoch(), ++index, event), NOW);
    legacy.append(event, false, NOW);
    while (legacy.nextWakeNs() <= NOW) {
      legacy.work(NOW);
    }
  }

  @Test
  void whatOneDaemonLeavesTheNextOneFinds() throws IOException {
    assertThat(legacy(FENCES).read(CONFIGURED, NOW)).isEmpty();
    reign(legacy(FENCES), 4, false);
    Legacy.Left left = legacy(FENCES).read(CONFIGURED, NOW).orElseThrow();
    assertThat(left.epoch()).isEqualTo(4);
    assertThat(left.sas()).isEqualTo(mirror.snapshot(NOW).sas());
    Shadow copy = left.shadow(NOW + 1000);
    copy.reign(6);
    assertThat(copy.snapshot(NOW + 1000).sas()).isEqualTo(mirror.snapshot(NOW + 1000).sas());
  }

  @Test
  void aReignThatTheGuardHasEndedIsOver() throws IOException {
    reign(legacy(FENCES), 4, false);
    assertThat(legacy(FENCES + 1).read(CONFIGURED, NOW)).isEmpty();
  }

  @Test
  void aReignThatWasGivenUpLeavesNothing() throws IOException {
    Legacy first = legacy(FENCES);
    reign(first, 4, false);
    first.end();
    assertThat(legacy(FENCES).read(CONFIGURED, NOW)).isEmpty();
  }

  @Test
  void aConnectionThatIsNotConfiguredAnyMoreIsLeftBehind() throws IOException {
    reign(legacy(FENCES), 4, false);
    assertThat(legacy(FENCES).read(Set.of("other"), NOW).orElseThrow().sas()).isEmpty();
  }

  @Test
  void aJournalThatNoDaemonSurvivesIsNotAdoptedForEver() throws IOException {
    reign(legacy(FENCES), 4, false);
    for (int i = 0; i < 3; i++) {
      assertThat(legacy(FENCES).read(CONFIGURED, NOW)).isPresent();
    }
    assertThat(legacy(FENCES).read(CONFIGURED, NOW)).isEmpty();
    reign(legacy(FENCES), 6, false);
    assertThat(legacy(FENCES).read(CONFIGURED, NOW)).isPresent();
  }

  @Test
  void withoutAGuardThereIsNoMemory() throws IOException {
    assertThat(JournalMemory.fromEnvironment(Map.of())).isEmpty();
    assertThatThrownBy(() -> JournalMemory.fromEnvironment(Map.of("POLLUX_JOURNAL_FD", "x")))
        .hasMessage("POLLUX_JOURNAL_FD is not a number: x");
    Legacy none = Legacy.none();
    reign(none, 4, false);
    assertThat(none.nextWakeNs()).isEqualTo(Long.MAX_VALUE);
  }

  /** Memory that has no room from some point on. */
  private static final class Full implements JournalStore {
    private final JournalStore behind;
    boolean full;

    Full(JournalStore behind) {
      this.behind = behind;
    }

    @Override
    public void write(long at, ByteBuffer octets) {
      if (full) {
        throw new Failed("no room", new IOException("no room"));
      }
      behind.write(at, octets);
    }

    @Override
    public void read(long at, ByteBuffer octets) {
      behind.read(at, octets);
    }

    @Override
    public void discard(long from, long length) {
      behind.discard(from, length);
    }
  }

  @Test
  void aJournalThatMissesAnEventIsNeverAdopted() throws IOException {
    Full full = new Full(new JournalMemory(Memfd.inherited(memory.number())));
    Legacy first = new Legacy(Optional.of(full), FENCES);
    reign(first, 4, false);
    full.full = true;
    event(first, new IkeEvent.IkeSaDown(TestChild.IKE, DeleteReason.ADMIN));
    full.full = false;
    event(first, new IkeEvent.IkeSaUp(sa()));
    assertThat(legacy(FENCES).read(CONFIGURED, NOW)).isEmpty();
  }
}
