package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.IkeSpis;
import java.util.Optional;

/**
 * {@link IkeEvent} as octets: a type number, then one record. The numbers are this format's own and
 * never given to another event.
 */
public final class EventCodec {
  private static final int IKE_SA_UP = 1;
  private static final int IKE_SA_REKEYED = 2;
  private static final int IKE_SA_MOVED = 3;
  private static final int IKE_SA_DOWN = 4;
  private static final int CHILD_SA_UP = 5;
  private static final int CHILD_SA_REKEYED = 6;
  private static final int CHILD_SA_SWITCHED = 7;
  private static final int CHILD_SA_DOWN = 8;
  private static final int EXCHANGE_STARTED = 9;
  private static final int EXCHANGE_FINISHED = 10;
  private static final int EXCHANGE_ANSWERED = 11;
  private static final int REPLAY_ADVANCED = 12;
  private static final int WINDOW_MOVED = 13;
  private static final int IKE_SA_HALF_OPEN = 14;
  private static final int IKE_SA_LIMITED = 15;

  private EventCodec() {}

  /** The event's octets, keys included. */
  public static Secret encode(IkeEvent event) {
    FrameWriter out = new FrameWriter();
    write(out, event);
    return Secret.owning(out.finish());
  }

  /** The event; empty when its type is not known to this version. */
  public static Optional<IkeEvent> decode(Secret octets) throws MalformedFrame {
    FrameReader in = new FrameReader(octets.use(byte[]::clone));
    int type = in.u32("event type");
    return read(type, in.record("event"));
  }

  /** The type number that {@code octets} start with. */
  static int type(Secret octets) throws MalformedFrame {
    return new FrameReader(octets.use(byte[]::clone)).u32("event type");
  }

  static void write(FrameWriter out, IkeEvent event) {
    out.u32(typeOf(event));
    int record = out.open();
    switch (event) {
      case IkeEvent.IkeSaUp(var snapshot) -> SadCodec.write(out, snapshot);
      case IkeEvent.IkeSaHalfOpen(var snapshot, var proven) -> {
        SadCodec.write(out, snapshot);
        out.bool(proven);
      }
      case IkeEvent.IkeSaRekeyed(var sa, var fresh) -> {
        SadValues.put(out, sa);
        SadCodec.write(out, fresh);
      }
      case IkeEvent.IkeSaMoved(var sa, var local, var peer, var udpEncap) -> {
        SadValues.put(out, sa);
        SadValues.put(out, local);
        SadValues.put(out, peer);
        out.bool(udpEncap);
      }
      case IkeEvent.IkeSaLimited(var sa, var reauthNs) -> {
        SadValues.put(out, sa);
        out.u64(reauthNs);
      }
      case IkeEvent.IkeSaDown(var sa, var why) -> {
        SadValues.put(out, sa);
        out.u8(number(why));
      }
      case IkeEvent.ChildSaUp(var sa, var child) -> {
        SadValues.put(out, sa);
        SadCodec.write(out, child);
      }
      case IkeEvent.ChildSaRekeyed(var sa, var old, var fresh) -> {
        SadValues.put(out, sa);
        SadValues.put(out, old);
        SadCodec.write(out, fresh);
      }
      case IkeEvent.ChildSaSwitched(var sa, var old, var inbound) -> {
        SadValues.put(out, sa);
        SadValues.put(out, old);
        SadValues.put(out, inbound);
      }
      case IkeEvent.ChildSaDown(var sa, var inbound, var why) -> {
        SadValues.put(out, sa);
        SadValues.put(out, inbound);
        out.u8(number(why));
      }
      case IkeEvent.ExchangeStarted(var sa, var id, var datagrams, var continuation) -> {
        SadValues.put(out, sa);
        SadValues.put(out, id);
        out.list(datagrams, SadValues::put);
        SadCodec.write(out, continuation);
      }
      case IkeEvent.ExchangeFinished(var sa, var id) -> {
        SadValues.put(out, sa);
        SadValues.put(out, id);
      }
      case IkeEvent.WindowMoved(var sa, var own, var peer) -> {
        SadValues.put(out, sa);
        SadValues.put(out, own);
        SadValues.put(out, peer);
      }
      case IkeEvent.ExchangeAnswered(var sa, var id, var datagrams) -> {
        SadValues.put(out, sa);
        SadValues.put(out, id);
        out.list(datagrams, SadValues::put);
      }
      case IkeEvent.ReplayAdvanced(var sa, var inbound, var state) -> {
        SadValues.put(out, sa);
        SadValues.put(out, inbound);
        SadValues.put(out, state);
      }
    }
    out.close(record);
  }

  private static int typeOf(IkeEvent event) {
    return switch (event) {
      case IkeEvent.IkeSaUp _ -> IKE_SA_UP;
      case IkeEvent.IkeSaRekeyed _ -> IKE_SA_REKEYED;
      case IkeEvent.IkeSaMoved _ -> IKE_SA_MOVED;
      case IkeEvent.IkeSaDown _ -> IKE_SA_DOWN;
      case IkeEvent.ChildSaUp _ -> CHILD_SA_UP;
      case IkeEvent.ChildSaRekeyed _ -> CHILD_SA_REKEYED;
      case IkeEvent.ChildSaSwitched _ -> CHILD_SA_SWITCHED;
      case IkeEvent.ChildSaDown _ -> CHILD_SA_DOWN;
      case IkeEvent.ExchangeStarted _ -> EXCHANGE_STARTED;
      case IkeEvent.ExchangeFinished _ -> EXCHANGE_FINISHED;
      case IkeEvent.ExchangeAnswered _ -> EXCHANGE_ANSWERED;
      case IkeEvent.ReplayAdvanced _ -> REPLAY_ADVANCED;
      case IkeEvent.WindowMoved _ -> WINDOW_MOVED;
      case IkeEvent.IkeSaHalfOpen _ -> IKE_SA_HALF_OPEN;
      case IkeEvent.IkeSaLimited _ -> IKE_SA_LIMITED;
    };
  }

  private static Optional<IkeEvent> read(int type, FrameReader in) throws MalformedFrame {
    if (type == IKE_SA_UP) {
      return Optional.of(new IkeEvent.IkeSaUp(SadCodec.ikeSa(in)));
    }
    if (type == IKE_SA_HALF_OPEN) {
      return Optional.of(new IkeEvent.IkeSaHalfOpen(SadCodec.ikeSa(in), in.bool("proven")));
    }
    if (type < IKE_SA_UP || type > IKE_SA_LIMITED) {
      return Optional.empty();
    }
    IkeSpis sa = SadValues.spis(in);
    return Optional.of(
        switch (type) {
          case IKE_SA_REKEYED -> new IkeEvent.IkeSaRekeyed(sa, SadCodec.ikeSa(in));
          case IKE_SA_MOVED ->
              new IkeEvent.IkeSaMoved(
                  sa, SadValues.endpoint(in), SadValues.endpoint(in), in.bool("UDP encapsulation"));
          case IKE_SA_LIMITED -> new IkeEvent.IkeSaLimited(sa, in.u64("reauthentication"));
          case IKE_SA_DOWN -> new IkeEvent.IkeSaDown(sa, reason(in));
          case CHILD_SA_UP -> new IkeEvent.ChildSaUp(sa, SadCodec.child(in));
          case CHILD_SA_REKEYED ->
              new IkeEvent.ChildSaRekeyed(sa, SadValues.espSpi(in), SadCodec.child(in));
          case CHILD_SA_SWITCHED ->
              new IkeEvent.ChildSaSwitched(sa, SadValues.espSpi(in), SadValues.espSpi(in));
          case CHILD_SA_DOWN -> new IkeEvent.ChildSaDown(sa, SadValues.espSpi(in), reason(in));
          case EXCHANGE_STARTED ->
              new IkeEvent.ExchangeStarted(
                  sa,
                  SadValues.messageId(in),
                  in.list("datagrams", SadValues::octets),
                  SadCodec.continuation(in));
          case EXCHANGE_FINISHED -> new IkeEvent.ExchangeFinished(sa, SadValues.messageId(in));
          case WINDOW_MOVED ->
              new IkeEvent.WindowMoved(sa, SadValues.messageId(in), SadValues.messageId(in));
          case EXCHANGE_ANSWERED ->
              new IkeEvent.ExchangeAnswered(
                  sa, SadValues.messageId(in), in.list("datagrams", SadValues::octets));
          case REPLAY_ADVANCED ->
              new IkeEvent.ReplayAdvanced(sa, SadValues.espSpi(in), SadValues.replay(in));
          default -> throw new IllegalStateException("event type " + type + " has no reader");
        });
  }

  private static int number(DeleteReason why) {
    return switch (why) {
      case PEER_DELETED -> 1;
      case ADMIN -> 2;
      case REKEYED -> 3;
      case EXPIRED -> 4;
      case PEER_SILENT -> 5;
      case REPLACED -> 6;
      case FAILED -> 7;
    };
  }

  /** A reason is only told, never acted upon: one that a newer version added reads as FAILED. */
  private static DeleteReason reason(FrameReader in) throws MalformedFrame {
    int number = in.u8("reason");
    for (DeleteReason why : DeleteReason.values()) {
      if (number(why) == number) {
        return why;
      }
    }
    return DeleteReason.FAILED;
  }
}
