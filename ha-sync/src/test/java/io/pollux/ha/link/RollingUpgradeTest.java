package io.pollux.ha.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pollux.ha.journal.EncodedFrame;
import io.pollux.ha.journal.FrameCodec;
import io.pollux.ha.journal.FrameReader;
import io.pollux.ha.journal.FrameWriter;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.HaJournal;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.journal.History;
import io.pollux.ha.journal.JournalBound;
import io.pollux.ha.journal.MalformedFrame;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A rolling upgrade: a standby of this version, N, follows an active node of the next one, made
 * here of this version's parts and whatever N + 1 may do.
 */
class RollingUpgradeTest {
  private static final int NEXT = LinkCodec.VERSION + 1;
  private static final long EPOCH = 2;

  private final HaJournal journal = new HaJournal(EPOCH, JournalBound.DEFAULT);
  private final Shadow mirror = new Shadow();
  private final Shadow standby = new Shadow();
  private final LinkSession newer =
      new LinkSession(SessionPolicy.DEFAULT, hello("castor", LinkCodec.VERSION, NEXT));
  private final LinkSession older =
      new LinkSession(SessionPolicy.DEFAULT, hello("pollux", LinkCodec.VERSION, LinkCodec.VERSION));
  private final List<SessionOutput> outputs = new ArrayList<>();
  private int skipped;
  private final EmbeddedChannel wire = new EmbeddedChannel(new LinkDecoder(() -> skipped++));

  private static LinkMessage.Hello hello(String node, int oldest, int newest) {
    return new LinkMessage.Hello(oldest, newest, node, 0, 0, Octets.EMPTY);
  }

  /** The next version's octets: each message has one more field, a frame is of the next format. */
  private static byte[] nextVersion(LinkMessage message) {
    byte[] octets;
    if (message instanceof LinkMessage.Frame(EncodedFrame frame)) {
      FrameWriter out = new FrameWriter();
      out.octets(nextFormat(frame));
      out.text("a field of the future");
      octets = message(4, out.finish());
    } else {
      byte[] now = LinkCodec.encode(message);
      byte[] longer = Arrays.copyOf(now, now.length + 7);
      octets = message(now[LinkCodec.HEADER], Arrays.copyOfRange(longer, 5, longer.length));
    }
    return octets;
  }

  private static byte[] message(int type, byte[] body) {
    FrameWriter out = new FrameWriter();
    out.fixed32(body.length + 1);
    out.u8(type);
    out.raw(body);
    return out.finish();
  }

  /** The frame with the next format's number and a field that this one does not know. */
  private static byte[] nextFormat(EncodedFrame frame) {
    try {
      FrameReader now = new FrameReader(FrameCodec.encode(frame));
      FrameWriter out = new FrameWriter();
      out.u8(now.u8("format") + 1);
      int record = out.open();
      out.raw(now.octets("frame")); // a record is written as octets are: its length, then itself
      out.u64(4711);
      out.close(record);
      return out.finish();
    } catch (MalformedFrame e) {
      throw new AssertionError(e);
    }
  }

  private void replicate(IkeEvent event) {
    HaFrame frame = journal.append(event, 0);
    mirror.apply(frame, 0);
  }

  private void connect() {
    mirror.replace(new HaSnapshot(EPOCH, Segment.DEFAULT, 0, List.of()), 0);
    newer.lead(journal, mirror::snapshot, 0);
    older.follow(0, 0, 0);
  }

  /** Carries what both have to say; what the newer node says goes over the wire. */
  private void pump() throws MalformedLink {
    boolean moved = true;
    while (moved) {
      Optional<LinkMessage> down = newer.poll(0);
      down.ifPresent(m -> wire.writeInbound(Unpooled.wrappedBuffer(nextVersion(m))));
      for (LinkMessage m = wire.readInbound(); m != null; m = wire.readInbound()) {
        take(older.message(m, 0));
      }
      Optional<LinkMessage> up = older.poll(0);
      up.ifPresent(m -> newer.message(m, 0));
      moved = down.isPresent() || up.isPresent();
    }
  }

  private void take(List<SessionOutput> said) {
    outputs.addAll(said);
    for (SessionOutput output : said) {
      if (output instanceof SessionOutput.Received(HaFrame frame)) {
        took(standby.apply(frame, 0));
      } else if (output instanceof SessionOutput.ReceivedSnapshot(HaSnapshot snapshot)) {
        took(standby.replace(snapshot, 0));
      }
    }
  }

  private void took(ShadowOutcome outcome) {
    assertThat(outcome).isInstanceOfAny(ShadowOutcome.Applied.class, ShadowOutcome.Duplicate.class);
    outputs.addAll(older.acknowledgeReceived(standby.epoch(), standby.index(), 0));
  }

  @Test
  void theNextVersionsStandbyIsInSyncWithThisOne() throws MalformedLink {
    connect();
    History history = new History(3);
    history.events(60).forEach(this::replicate);
    pump();
    history.events(200).forEach(this::replicate);
    pump();
    assertThat(newer.version()).isEqualTo(LinkCodec.VERSION);
    assertThat(older.version()).isEqualTo(LinkCodec.VERSION);
    assertThat(outputs).noneMatch(SessionOutput.Broken.class::isInstance);
    assertThat(older.state()).isEqualTo(SyncState.IN_SYNC);
    assertThat(newer.state()).isEqualTo(SyncState.IN_SYNC);
    assertThat(standby.index()).isEqualTo(journal.lastIndex());
    assertThat(standby.snapshot(0).sas()).isNotEmpty().isEqualTo(mirror.snapshot(0).sas());
  }

  @Test
  void messagesThatMayBeSkippedAreSkippedAndCounted() throws MalformedLink {
    connect();
    History history = new History(4);
    for (int i = 0; i < 20; i++) {
      wire.writeInbound(
          Unpooled.wrappedBuffer(message(LinkCodec.SKIPPABLE + 1 + i, new byte[100 * i])));
      history.events(5).forEach(this::replicate);
      pump();
    }
    assertThat(skipped).isEqualTo(20);
    assertThat(standby.snapshot(0).sas()).isNotEmpty().isEqualTo(mirror.snapshot(0).sas());
  }

  /** The version before this one knows no CLOSING, and must be able to do without. */
  @Test
  void aLastWordIsOneThatOlderVersionsSkip() {
    byte[] octets = LinkCodec.encode(new LinkMessage.Closing("heartbeat timeout"));
    assertThat(Byte.toUnsignedInt(octets[LinkCodec.HEADER]))
        .isGreaterThanOrEqualTo(LinkCodec.SKIPPABLE);
  }

  @Test
  void aMessageThatMustNotBeSkippedEndsTheLinkAndSaysWhy() {
    assertThatThrownBy(
            () -> wire.writeInbound(Unpooled.wrappedBuffer(message(10, new byte[] {1, 2}))))
        .hasCauseInstanceOf(MalformedLink.class)
        .hasMessageContaining("message type 10 is not known to link protocol 1")
        .hasMessageContaining("another version");
    assertThat(skipped).isZero();
  }

  @Test
  void whatIsSkippedIsBoundedToo() {
    byte[] start = {0x00, 0x10, 0, 0, (byte) 200};
    assertThatThrownBy(() -> wire.writeInbound(Unpooled.wrappedBuffer(start)))
        .hasCauseInstanceOf(MalformedLink.class)
        .hasMessageContaining("to be skipped");
  }

  /** The standby cannot follow such an event; it asks for a snapshot, and the link stays. */
  @Test
  void anEventThatOnlyTheNextVersionKnowsCostsASnapshotNotTheLink() throws MalformedLink {
    connect();
    History history = new History(5);
    history.events(40).forEach(this::replicate);
    pump();
    FrameWriter out = new FrameWriter();
    out.u32(99);
    out.octets(new byte[] {1, 2, 3});
    long index = journal.lastIndex() + 1;
    EncodedFrame unknown =
        new EncodedFrame(EPOCH, Segment.DEFAULT, index, index - 1, Secret.owning(out.finish()));
    take(older.message(new LinkMessage.Frame(unknown), 0));
    assertThat(older.state()).isEqualTo(SyncState.SYNCING);
    pump();
    assertThat(older.state()).isEqualTo(SyncState.IN_SYNC);
    assertThat(outputs).noneMatch(SessionOutput.Broken.class::isInstance);
    assertThat(outputs).anyMatch(SessionOutput.ReceivedSnapshot.class::isInstance);
  }

  @Test
  void twoVersionsApartIsRefusedWithTheWayOut() {
    List<SessionOutput> said = older.message(hello("castor", NEXT, NEXT + 1), 0);
    assertThat(said)
        .containsExactly(
            new SessionOutput.Broken(
                "peer speaks link protocol 2 to 3, this node 1 to 1: "
                    + "upgrade one version at a time"));
    assertThat(older.version()).isZero();
  }
}
