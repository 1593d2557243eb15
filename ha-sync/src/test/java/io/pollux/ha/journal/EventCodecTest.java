package io.pollux.ha.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.ReplayState;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecTest {
  private static final IkeSpis SA = new IkeSpis(new IkeSpi(1), new IkeSpi(-2));

  /** Every event there is, every component of it unlike any other. */
  static Stream<IkeEvent> everyEvent() {
    return Arrays.stream(IkeEvent.class.getPermittedSubclasses())
        .map(type -> (IkeEvent) new Values(1000).of(type));
  }

  @ParameterizedTest
  @MethodSource("everyEvent")
  void everyComponentOfEveryEventComesThrough(IkeEvent event) throws MalformedFrame {
    assertThat(EventCodec.decode(EventCodec.encode(event))).contains(event);
  }

  @ParameterizedTest
  @MethodSource("everyEvent")
  void frameComesThrough(IkeEvent event) throws MalformedFrame {
    HaFrame frame = new HaFrame(6, new Segment(-5), 1L << 40, (1L << 40) - 3, 77, true, event);
    assertThat(FrameCodec.decode(FrameCodec.encode(frame)))
        .isEqualTo(new DecodedFrame.Known(frame));
  }

  @ParameterizedTest
  @MethodSource("everyEvent")
  void aNewerVersionsTrailingFieldsAreSkippedInEveryRecord(IkeEvent event) throws MalformedFrame {
    FrameWriter newer = new TrailingFieldWriter();
    EventCodec.write(newer, event);
    assertThat(EventCodec.decode(Secret.owning(newer.finish()))).contains(event);
  }

  @ParameterizedTest
  @MethodSource("everyEvent")
  void everyTruncationIsMalformed(IkeEvent event) {
    byte[] whole = FrameCodec.encode(new HaFrame(1, 1, event));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> FrameCodec.decode(cut)).isInstanceOf(MalformedFrame.class);
    }
  }

  @Test
  void historiesComeThrough() throws MalformedFrame {
    for (long seed = 0; seed < 50; seed++) {
      for (IkeEvent event : new History(seed).events(200)) {
        assertThat(EventCodec.decode(EventCodec.encode(event))).as("seed %d", seed).contains(event);
      }
    }
  }

  @Test
  void extremesComeThrough() throws MalformedFrame {
    List<IkeEvent> extremes =
        List.of(
            new IkeEvent.ReplayAdvanced(SA, new EspSpi(-1), new ReplayState(-1, Long.MIN_VALUE)),
            new IkeEvent.ReplayAdvanced(SA, new EspSpi(256), ReplayState.NEW),
            new IkeEvent.ExchangeAnswered(SA, new MessageId(0xffff_ffffL), List.of()),
            new IkeEvent.ExchangeFinished(SA, new MessageId(0)));
    for (IkeEvent event : extremes) {
      assertThat(EventCodec.decode(EventCodec.encode(event))).contains(event);
    }
  }

  @Test
  void everyReasonComesThrough() throws MalformedFrame {
    for (DeleteReason why : DeleteReason.values()) {
      IkeEvent down = new IkeEvent.IkeSaDown(SA, why);
      assertThat(EventCodec.decode(EventCodec.encode(down))).contains(down);
    }
  }

  @Test
  void anUnknownEventTypeIsARefusalOfItsOwn() throws MalformedFrame {
    FrameWriter out = new FrameWriter();
    out.u32(4711);
    out.octets(new byte[] {1, 2, 3});
    byte[] octets =
        FrameCodec.encode(new EncodedFrame(4, Segment.DEFAULT, 9, 8, Secret.owning(out.finish())));
    assertThat(FrameCodec.decode(octets)).isEqualTo(new DecodedFrame.UnknownEvent(4, 9, 4711));
  }

  @Test
  void theNextFormatIsReadAndLaterOnesAreRefused() throws MalformedFrame {
    HaFrame frame = new HaFrame(1, 1, new IkeEvent.IkeSaDown(SA, DeleteReason.ADMIN));
    byte[] octets = FrameCodec.encode(frame);
    octets[0] = FrameCodec.FORMAT + 1;
    assertThat(FrameCodec.decode(octets)).isEqualTo(new DecodedFrame.Known(frame));
    octets[0] = FrameCodec.FORMAT + 2;
    assertThatThrownBy(() -> FrameCodec.decode(octets))
        .isInstanceOf(MalformedFrame.class)
        .hasMessageContaining("format");
  }

  @Test
  void mutatedOctetsAreAValueOrMalformed() {
    Random random = new Random(7);
    List<byte[]> corpus =
        everyEvent().map(event -> FrameCodec.encode(new HaFrame(1, 1, event))).toList();
    for (int round = 0; round < 40_000; round++) {
      byte[] octets = corpus.get(random.nextInt(corpus.size())).clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(FrameCodec.decode(octets)).isNotNull();
      } catch (MalformedFrame expected) {
        assertThat(expected.getMessage()).isNotEmpty();
      }
    }
  }

  @Test
  void aKeyIsNeverShown() {
    String key = "c0ffeec0ffee";
    IkeEvent event = new Values(1000).of(IkeEvent.IkeSaUp.class);
    EncodedFrame sealed = FrameCodec.seal(new HaFrame(1, 1, event));
    assertThat(sealed.toString()).contains("Secret(").doesNotContain(key);
  }

  /** Writes as a later version would: with one more field at the end of every record. */
  private static final class TrailingFieldWriter extends FrameWriter {
    @Override
    public void close(int mark) {
      text("a field of the future");
      super.close(mark);
    }
  }
}
