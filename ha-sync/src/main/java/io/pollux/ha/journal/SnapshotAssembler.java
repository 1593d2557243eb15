package io.pollux.ha.journal;

import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Puts the chunks of a snapshot together. The first chunk of another snapshot throws away what
 * there was of the one before.
 */
public final class SnapshotAssembler {
  private static final int MAX_RECORD = 16 << 20; // one IKE SA with 30,000 children
  private static final int MAX_SAS = 1_000_000; // ten times what a gateway is built for

  private final List<IkeSaSnapshot> sas = new ArrayList<>();
  private byte[] pending = new byte[0];
  private long epoch;
  private long index;
  private int nextPart;

  /**
   * Takes the next chunk.
   *
   * @return the snapshot when this was its last chunk
   */
  public Optional<HaSnapshot> accept(SnapshotChunk chunk) throws MalformedFrame {
    if (chunk.index() < 0
        || chunk.heldNs() < 0
        || chunk.octets().length() > SnapshotChunk.MAX_OCTETS) {
      throw new MalformedFrame("snapshot chunk", "of " + chunk.index());
    }
    if (chunk.part() == 0) {
      clear();
      epoch = chunk.epoch();
      index = chunk.index();
    } else if (chunk.part() != nextPart || chunk.epoch() != epoch || chunk.index() != index) {
      throw new MalformedFrame(
          "snapshot chunk",
          "part "
              + chunk.part()
              + " of "
              + chunk.index()
              + ", expected "
              + nextPart
              + " of "
              + index);
    }
    nextPart++;
    readWhole(chunk);
    if (!chunk.last()) {
      return Optional.empty();
    }
    if (pending.length > 0) {
      throw new MalformedFrame("snapshot", pending.length + " octets left over");
    }
    HaSnapshot whole = new HaSnapshot(epoch, chunk.segment(), index, chunk.heldNs(), sas);
    clear();
    return Optional.of(whole);
  }

  private void readWhole(SnapshotChunk chunk) throws MalformedFrame {
    byte[] old = pending;
    byte[] all =
        chunk
            .octets()
            .use(
                octets -> {
                  byte[] joined = Arrays.copyOf(old, old.length + octets.length);
                  System.arraycopy(octets, 0, joined, old.length, octets.length);
                  return joined;
                });
    FrameReader in = new FrameReader(all);
    int used = 0;
    while (in.remaining() > 0 && FrameReader.holdsRecord(all, used, MAX_RECORD)) {
      sas.add(SadCodec.ikeSa(in));
      used = in.position();
      if (sas.size() > MAX_SAS) {
        throw new MalformedFrame("snapshot", "more than " + MAX_SAS + " IKE SAs");
      }
    }
    pending = Arrays.copyOfRange(all, used, all.length);
  }

  private void clear() {
    sas.clear();
    pending = new byte[0];
    nextPart = 0;
  }
}
