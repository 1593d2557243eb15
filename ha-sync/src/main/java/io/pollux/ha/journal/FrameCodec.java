package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.IkeEvent;
import java.util.Optional;

/**
 * Frames as octets: format number, then one record of epoch, segment, index, previous, held, event,
 * more.
 *
 * <p>Format N reads N and N + 1: a later format may add fields at the end of any record and new
 * event types, nothing else. Unknown fields are skipped; an unknown event type is {@link
 * DecodedFrame.UnknownEvent}.
 */
public final class FrameCodec {
  /** The format that is written. */
  public static final int FORMAT = 1;

  private FrameCodec() {}

  /** Octets of a whole frame. */
  public static byte[] encode(HaFrame frame) {
    return encode(seal(frame));
  }

  /** Octets of a whole frame. */
  public static byte[] encode(EncodedFrame frame) {
    FrameWriter out = new FrameWriter();
    out.u8(FORMAT);
    int record = out.open();
    out.u64(frame.epoch());
    out.fixed32(frame.segment().value());
    out.u64(frame.index());
    out.u64(frame.index() - frame.previous());
    out.u64(frame.heldNs());
    frame
        .event()
        .use(
            event -> {
              out.octets(event);
              return null;
            });
    out.bool(frame.more());
    out.close(record);
    return out.finish();
  }

  /** The frame with its event still in octets. */
  public static EncodedFrame read(byte[] octets) throws MalformedFrame {
    FrameReader all = new FrameReader(octets);
    int format = all.u8("format");
    if (format != FORMAT && format != FORMAT + 1) {
      throw new MalformedFrame("format", Integer.toString(format));
    }
    FrameReader in = all.record("frame");
    long epoch = in.u64("epoch");
    Segment segment = new Segment(in.fixed32("segment"));
    long index = in.u64("index");
    long step = in.u64("step");
    if (index < 1 || step < 1 || step > index) {
      throw new MalformedFrame("index", index + " with a step of " + step);
    }
    long heldNs = in.u64("held");
    if (heldNs < 0) {
      throw new MalformedFrame("held", Long.toUnsignedString(heldNs) + " ns");
    }
    Secret event = Secret.owning(in.octets("event"));
    return new EncodedFrame(epoch, segment, index, index - step, heldNs, in.bool("more"), event);
  }

  /** The whole frame. */
  public static DecodedFrame decode(byte[] octets) throws MalformedFrame {
    return open(read(octets));
  }

  /** {@code frame} with its event as octets. */
  public static EncodedFrame seal(HaFrame frame) {
    return new EncodedFrame(
        frame.epoch(),
        frame.segment(),
        frame.index(),
        frame.previous(),
        frame.heldNs(),
        frame.more(),
        EventCodec.encode(frame.event()));
  }

  /** {@code frame} with its event read. */
  public static DecodedFrame open(EncodedFrame frame) throws MalformedFrame {
    Optional<IkeEvent> event = EventCodec.decode(frame.event());
    if (event.isEmpty()) {
      return new DecodedFrame.UnknownEvent(
          frame.epoch(), frame.index(), EventCodec.type(frame.event()));
    }
    return new DecodedFrame.Known(
        new HaFrame(
            frame.epoch(),
            frame.segment(),
            frame.index(),
            frame.previous(),
            frame.heldNs(),
            frame.more(),
            event.get()));
  }
}
