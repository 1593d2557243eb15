package io.pollux.ha.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pollux.ha.journal.EncodedFrame;
import io.pollux.ha.journal.FrameCodec;
import io.pollux.ha.journal.HaFrame;
import io.pollux.ha.journal.Segment;
import io.pollux.ha.journal.SnapshotChunk;
import io.pollux.ha.journal.Values;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LinkCodecTest {
  static Stream<LinkMessage> everyMessage() {
    return Arrays.stream(LinkMessage.class.getPermittedSubclasses()).map(LinkCodecTest::make);
  }

  /** By reflection, but for those whose parts have rules of their own. */
  private static LinkMessage make(Class<?> type) {
    if (type == LinkMessage.Frame.class) {
      IkeEvent event = new Values(1000).of(IkeEvent.ChildSaUp.class);
      EncodedFrame sealed = FrameCodec.seal(new HaFrame(4, new Segment(3), 9, 7, event));
      return new LinkMessage.Frame(sealed);
    }
    return (LinkMessage) new Values(1000).of(type);
  }

  @ParameterizedTest
  @MethodSource("everyMessage")
  void everyComponentOfEveryMessageComesThrough(LinkMessage message) throws MalformedLink {
    byte[] octets = LinkCodec.encode(message);
    assertThat(LinkCodec.decode(body(octets))).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("everyMessage")
  void everyTruncationIsMalformed(LinkMessage message) {
    byte[] body = body(LinkCodec.encode(message));
    for (int length = 0; length < body.length; length++) {
      byte[] cut = Arrays.copyOf(body, length);
      assertThatThrownBy(() -> LinkCodec.decode(cut)).isInstanceOf(MalformedLink.class);
    }
  }

  @ParameterizedTest
  @MethodSource("everyMessage")
  void trailingFieldsOfANewerVersionAreSkipped(LinkMessage message) throws MalformedLink {
    byte[] body = body(LinkCodec.encode(message));
    byte[] longer = Arrays.copyOf(body, body.length + 5);
    assertThat(LinkCodec.decode(longer)).isEqualTo(message);
  }

  @Test
  void mutatedOctetsAreAMessageOrMalformed() {
    Random random = new Random(11);
    List<byte[]> corpus = everyMessage().map(m -> body(LinkCodec.encode(m))).toList();
    for (int round = 0; round < 40_000; round++) {
      byte[] octets = corpus.get(random.nextInt(corpus.size())).clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(LinkCodec.decode(octets)).isNotNull();
      } catch (MalformedLink expected) {
        assertThat(expected.getMessage()).isNotEmpty();
      }
    }
  }

  @Test
  void aStreamIsCutIntoMessagesWhereverTheSegmentsEnd() {
    List<LinkMessage> messages = everyMessage().toList();
    byte[] stream = new byte[0];
    for (LinkMessage message : messages) {
      byte[] octets = LinkCodec.encode(message);
      stream = Arrays.copyOf(stream, stream.length + octets.length);
      System.arraycopy(octets, 0, stream, stream.length - octets.length, octets.length);
    }
    EmbeddedChannel channel = new EmbeddedChannel(new LinkDecoder(() -> {}));
    for (byte octet : stream) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {octet}));
    }
    List<LinkMessage> got = new ArrayList<>();
    for (LinkMessage m = channel.readInbound(); m != null; m = channel.readInbound()) {
      got.add(m);
    }
    assertThat(got).isEqualTo(messages);
  }

  @Test
  void anAnnouncedLengthBeyondItsTypesLimitIsRefusedBeforeItComes() {
    byte[] start = {0x7f, 0, 0, 0, 6};
    EmbeddedChannel channel = new EmbeddedChannel(new LinkDecoder(() -> {}));
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.wrappedBuffer(start)))
        .hasCauseInstanceOf(MalformedLink.class)
        .hasMessageContaining("ACK");
  }

  @Test
  void aChunkOfFullSizeFits() throws MalformedLink {
    SnapshotChunk chunk =
        new SnapshotChunk(
            Long.MAX_VALUE,
            Segment.DEFAULT,
            Long.MAX_VALUE,
            Integer.MAX_VALUE,
            true,
            Long.MAX_VALUE,
            Secret.owning(new byte[SnapshotChunk.MAX_OCTETS]));
    LinkMessage message = new LinkMessage.Chunk(chunk);
    assertThat(LinkCodec.decode(body(LinkCodec.encode(message)))).isEqualTo(message);
  }

  @Test
  void whatThePeerWouldRefuseIsNotSent() {
    LinkMessage tooLong = new LinkMessage.Role(Octets.owning(new byte[17 << 10]));
    assertThatThrownBy(() -> LinkCodec.encode(tooLong))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] body(byte[] octets) {
    return Arrays.copyOfRange(octets, LinkCodec.HEADER, octets.length);
  }
}
