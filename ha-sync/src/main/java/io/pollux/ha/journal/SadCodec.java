package io.pollux.ha.journal;

import static io.pollux.ha.journal.SadValues.endpoint;
import static io.pollux.ha.journal.SadValues.espAlgorithms;
import static io.pollux.ha.journal.SadValues.espKeys;
import static io.pollux.ha.journal.SadValues.espSpi;
import static io.pollux.ha.journal.SadValues.identity;
import static io.pollux.ha.journal.SadValues.ikeAlgorithms;
import static io.pollux.ha.journal.SadValues.ikeKeys;
import static io.pollux.ha.journal.SadValues.lifetimes;
import static io.pollux.ha.journal.SadValues.messageId;
import static io.pollux.ha.journal.SadValues.put;
import static io.pollux.ha.journal.SadValues.replay;
import static io.pollux.ha.journal.SadValues.reqid;
import static io.pollux.ha.journal.SadValues.secret;
import static io.pollux.ha.journal.SadValues.spis;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.MessageWindow;

/**
 * The records of {@code ike.sad} as octets. Every write takes its record apart with a pattern and
 * every read calls the canonical constructor: a new component does not compile until both know it.
 * New components go at the end of their record.
 */
final class SadCodec {
  private SadCodec() {}

  static void write(FrameWriter out, IkeSaSnapshot value) {
    int record = out.open();
    switch (value) {
      case IkeSaSnapshot(
              var spis,
              var originalInitiator,
              var connection,
              var local,
              var peer,
              var localBehindNat,
              var peerBehindNat,
              var localId,
              var peerId,
              var algorithms,
              var keys,
              var window,
              var peerSupports,
              var lifetimes,
              var ageNs,
              var children,
              var halfOpen,
              var reauthNs) -> {
        put(out, spis);
        out.bool(originalInitiator);
        out.text(connection);
        put(out, local);
        put(out, peer);
        out.bool(localBehindNat);
        out.bool(peerBehindNat);
        put(out, localId);
        put(out, peerId);
        put(out, algorithms);
        put(out, keys);
        write(out, window);
        out.list(peerSupports, FrameWriter::text);
        put(out, lifetimes);
        out.u64(ageNs);
        out.list(children, SadCodec::write);
        out.optional(halfOpen, SadCodec::write);
        out.u64(reauthNs);
      }
    }
    out.close(record);
  }

  static IkeSaSnapshot ikeSa(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("IKE SA");
    return new IkeSaSnapshot(
        spis(in),
        in.bool("original initiator"),
        in.text("connection"),
        endpoint(in),
        endpoint(in),
        in.bool("local NAT"),
        in.bool("peer NAT"),
        identity(in),
        identity(in),
        ikeAlgorithms(in),
        ikeKeys(in),
        window(in),
        in.list("peer supports", each -> each.text("extension")),
        lifetimes(in),
        in.u64("age"),
        in.list("children", SadCodec::child),
        in.optional("half open", SadCodec::continuation),
        in.remaining() > 0 ? in.u64("reauthentication") : 0); // an older node knows none
  }

  static void write(FrameWriter out, ChildSaSnapshot value) {
    int record = out.open();
    switch (value) {
      case ChildSaSnapshot(
              var connection,
              var child,
              var inboundSpi,
              var outboundSpi,
              var local,
              var peer,
              var udpEncap,
              var algorithms,
              var keys,
              var localTs,
              var remoteTs,
              var reqid,
              var outboundActive,
              var replayWindow,
              var lifetimes,
              var ageNs,
              var replay,
              var transport) -> {
        out.text(connection);
        out.text(child);
        put(out, inboundSpi);
        put(out, outboundSpi);
        put(out, local);
        put(out, peer);
        out.bool(udpEncap);
        put(out, algorithms);
        put(out, keys);
        out.list(localTs, SadValues::put);
        out.list(remoteTs, SadValues::put);
        out.fixed32(reqid.value());
        out.bool(outboundActive);
        out.u32(replayWindow);
        put(out, lifetimes);
        out.u64(ageNs);
        put(out, replay);
        out.bool(transport);
      }
    }
    out.close(record);
  }

  static ChildSaSnapshot child(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("Child SA");
    return new ChildSaSnapshot(
        in.text("connection"),
        in.text("child"),
        espSpi(in),
        espSpi(in),
        endpoint(in),
        endpoint(in),
        in.bool("UDP encapsulation"),
        espAlgorithms(in),
        espKeys(in),
        in.list("local selectors", SadValues::selector),
        in.list("remote selectors", SadValues::selector),
        reqid(in),
        in.bool("outbound active"),
        in.u32("replay window"),
        lifetimes(in),
        in.u64("age"),
        replay(in),
        in.remaining() > 0 && in.bool("transport")); // an older node has tunnels only
  }

  static void write(FrameWriter out, MessageWindow value) {
    int record = out.open();
    switch (value) {
      case MessageWindow(var nextOwn, var outstanding, var nextPeer, var lastResponse) -> {
        put(out, nextOwn);
        out.optional(outstanding, SadCodec::write);
        put(out, nextPeer);
        out.list(lastResponse, SadValues::put);
      }
    }
    out.close(record);
  }

  private static MessageWindow window(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("message window");
    return new MessageWindow(
        messageId(in),
        in.optional("outstanding request", SadCodec::outstanding),
        messageId(in),
        in.list("last response", SadValues::octets));
  }

  private static void write(FrameWriter out, MessageWindow.Outstanding value) {
    int record = out.open();
    switch (value) {
      case MessageWindow.Outstanding(var id, var datagrams, var continuation) -> {
        put(out, id);
        out.list(datagrams, SadValues::put);
        write(out, continuation);
      }
    }
    out.close(record);
  }

  private static MessageWindow.Outstanding outstanding(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("outstanding request");
    return new MessageWindow.Outstanding(
        messageId(in), in.list("datagrams", SadValues::octets), continuation(in));
  }

  static void write(FrameWriter out, Continuation value) {
    int record = out.open();
    switch (value) {
      case Continuation(var exchange, var state) -> {
        out.text(exchange);
        put(out, state);
      }
    }
    out.close(record);
  }

  static Continuation continuation(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("continuation");
    return new Continuation(in.text("exchange"), secret(in));
  }
}
