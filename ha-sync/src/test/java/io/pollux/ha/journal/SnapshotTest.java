package io.pollux.ha.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  @Test
  void anEmptySnapshotIsOneChunk() throws MalformedFrame {
    HaSnapshot empty = new HaSnapshot(4, Segment.DEFAULT, 7, List.of());
    List<SnapshotChunk> chunks = chunks(empty);
    assertThat(chunks).hasSize(1);
    assertThat(assembled(chunks)).contains(empty);
  }

  @Test
  void chunksAreBoundedAndAnIkeSaMayBeLongerThanOne() throws MalformedFrame {
    List<IkeSaSnapshot> sas =
        IntStream.range(0, 30)
            .mapToObj(i -> withChildren(1000 * i + 1000, i == 3 ? 900 : 3))
            .toList();
    HaSnapshot snapshot = new HaSnapshot(4, new Segment(9), 7, sas);
    List<SnapshotChunk> chunks = chunks(snapshot);
    assertThat(chunks).hasSizeGreaterThan(3);
    assertThat(chunks)
        .allMatch(chunk -> chunk.octets().length() <= SnapshotChunk.MAX_OCTETS)
        .allMatch(chunk -> chunk.index() == 7 && chunk.epoch() == 4);
    assertThat(assembled(chunks)).contains(snapshot);
  }

  @Test
  void aMissingOrRepeatedOrForeignChunkIsMalformed() {
    HaSnapshot snapshot = new HaSnapshot(4, Segment.DEFAULT, 7, List.of(withChildren(1000, 900)));
    List<SnapshotChunk> missing = chunks(snapshot);
    missing.remove(1);
    assertThatThrownBy(() -> assembled(missing)).isInstanceOf(MalformedFrame.class);
    List<SnapshotChunk> swapped = chunks(snapshot);
    Collections.swap(swapped, 1, 2);
    assertThatThrownBy(() -> assembled(swapped)).isInstanceOf(MalformedFrame.class);
  }

  @Test
  void anotherSnapshotStartsAnew() throws MalformedFrame {
    HaSnapshot first = new HaSnapshot(4, Segment.DEFAULT, 7, List.of(withChildren(1000, 900)));
    HaSnapshot second = new HaSnapshot(4, Segment.DEFAULT, 8, List.of(withChildren(2000, 2)));
    List<SnapshotChunk> both = new ArrayList<>(chunks(first).subList(0, 2));
    both.addAll(chunks(second));
    assertThat(assembled(both)).contains(second);
  }

  @Test
  void aCutSnapshotIsMalformed() {
    Secret start = Secret.copyOf(new byte[] {50, 1, 2});
    SnapshotChunk chunk = new SnapshotChunk(4, Segment.DEFAULT, 7, 0, true, 0, start);
    assertThatThrownBy(() -> assembled(List.of(chunk))).isInstanceOf(MalformedFrame.class);
  }

  @Test
  void aRecordOfAbsurdLengthIsRefusedBeforeItComes() {
    Secret start = Secret.copyOf(new byte[] {-1, -1, -1, -1, -1, -1, 1});
    SnapshotChunk chunk = new SnapshotChunk(4, Segment.DEFAULT, 7, 0, false, 0, start);
    assertThatThrownBy(() -> assembled(List.of(chunk))).isInstanceOf(MalformedFrame.class);
  }

  private static IkeSaSnapshot withChildren(int seed, int count) {
    IkeSaSnapshot any = new Values(seed).of(IkeSaSnapshot.class);
    Values values = new Values(seed + 100_000);
    List<ChildSaSnapshot> children =
        IntStream.range(0, count).mapToObj(_ -> values.of(ChildSaSnapshot.class)).toList();
    return any.withChildren(children);
  }

  private static List<SnapshotChunk> chunks(HaSnapshot snapshot) {
    SnapshotSender sender = new SnapshotSender(snapshot, 0);
    List<SnapshotChunk> all = new ArrayList<>();
    while (sender.hasNext()) {
      all.add(sender.next(0));
    }
    return all;
  }

  private static Optional<HaSnapshot> assembled(List<SnapshotChunk> chunks) throws MalformedFrame {
    SnapshotAssembler assembler = new SnapshotAssembler();
    Optional<HaSnapshot> whole = Optional.empty();
    for (SnapshotChunk chunk : chunks) {
      whole = assembler.accept(chunk);
    }
    return whole;
  }
}
