package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Supplier;

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
              var children) -> {
        write(out, spis);
        out.bool(originalInitiator);
        out.text(connection);
        write(out, local);
        write(out, peer);
        out.bool(localBehindNat);
        out.bool(peerBehindNat);
        write(out, localId);
        write(out, peerId);
        write(out, algorithms);
        write(out, keys);
        write(out, window);
        out.list(peerSupports, FrameWriter::text);
        write(out, lifetimes);
        out.u64(ageNs);
        out.list(children, SadCodec::write);
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
        in.list("children", SadCodec::child));
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
              var replay) -> {
        out.text(connection);
        out.text(child);
        write(out, inboundSpi);
        write(out, outboundSpi);
        write(out, local);
        write(out, peer);
        out.bool(udpEncap);
        write(out, algorithms);
        write(out, keys);
        out.list(localTs, SadCodec::write);
        out.list(remoteTs, SadCodec::write);
        out.fixed32(reqid.value());
        out.bool(outboundActive);
        out.u32(replayWindow);
        write(out, lifetimes);
        out.u64(ageNs);
        CounterCodec.write(out, replay);
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
        in.list("local selectors", SadCodec::selector),
        in.list("remote selectors", SadCodec::selector),
        reqid(in),
        in.bool("outbound active"),
        in.u32("replay window"),
        lifetimes(in),
        in.u64("age"),
        CounterCodec.replay(in));
  }

  static void write(FrameWriter out, MessageWindow value) {
    int record = out.open();
    switch (value) {
      case MessageWindow(var nextOwn, var outstanding, var nextPeer, var lastResponse) -> {
        write(out, nextOwn);
        out.optional(outstanding, SadCodec::write);
        write(out, nextPeer);
        out.list(lastResponse, SadCodec::write);
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
        in.list("last response", SadCodec::octets));
  }

  private static void write(FrameWriter out, MessageWindow.Outstanding value) {
    int record = out.open();
    switch (value) {
      case MessageWindow.Outstanding(var id, var datagrams, var continuation) -> {
        write(out, id);
        out.list(datagrams, SadCodec::write);
        write(out, continuation);
      }
    }
    out.close(record);
  }

  private static MessageWindow.Outstanding outstanding(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("outstanding request");
    return new MessageWindow.Outstanding(
        messageId(in), in.list("datagrams", SadCodec::octets), continuation(in));
  }

  static void write(FrameWriter out, Continuation value) {
    int record = out.open();
    switch (value) {
      case Continuation(var exchange, var state) -> {
        out.text(exchange);
        write(out, state);
      }
    }
    out.close(record);
  }

  static Continuation continuation(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("continuation");
    return new Continuation(in.text("exchange"), secret(in));
  }

  static void write(FrameWriter out, IkeSpis value) {
    switch (value) { // a name, never extended: no length before it
      case IkeSpis(IkeSpi(var initiator), IkeSpi(var responder)) -> {
        out.fixed64(initiator);
        out.fixed64(responder);
      }
    }
  }

  static IkeSpis spis(FrameReader in) throws MalformedFrame {
    return new IkeSpis(new IkeSpi(in.fixed64("SPIi")), new IkeSpi(in.fixed64("SPIr")));
  }

  static void write(FrameWriter out, EspSpi value) {
    out.fixed32(value.value());
  }

  static EspSpi espSpi(FrameReader in) throws MalformedFrame {
    int value = in.fixed32("ESP SPI");
    return build("ESP SPI", () -> new EspSpi(value));
  }

  static void write(FrameWriter out, MessageId value) {
    out.u64(value.value());
  }

  static MessageId messageId(FrameReader in) throws MalformedFrame {
    long value = in.u64("message ID");
    return build("message ID", () -> new MessageId(value));
  }

  static void write(FrameWriter out, Endpoint value) {
    int record = out.open();
    switch (value) {
      case Endpoint(var address, var port) -> {
        write(out, address);
        out.u32(port);
      }
    }
    out.close(record);
  }

  static Endpoint endpoint(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("endpoint");
    return new Endpoint(address(in), in.u32("port"));
  }

  static void write(FrameWriter out, Octets value) {
    out.octets(value.toArray());
  }

  static Octets octets(FrameReader in) throws MalformedFrame {
    return Octets.owning(in.octets("octets"));
  }

  private static void write(FrameWriter out, Identity value) {
    int record = out.open();
    switch (value) {
      case Identity(var type, var data) -> {
        out.u32(type);
        write(out, data);
      }
    }
    out.close(record);
  }

  private static Identity identity(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("identity");
    return new Identity(in.u32("ID type"), octets(in));
  }

  private static void write(FrameWriter out, IkeAlgorithms value) {
    int record = out.open();
    switch (value) {
      case IkeAlgorithms(var encryption, var keyBits, var prf, var integrity, var keyExchange) -> {
        out.u32(encryption);
        out.u32(keyBits);
        out.u32(prf);
        out.u32(integrity);
        out.u32(keyExchange);
      }
    }
    out.close(record);
  }

  private static IkeAlgorithms ikeAlgorithms(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("IKE algorithms");
    return new IkeAlgorithms(
        in.u32("encryption"),
        in.u32("key bits"),
        in.u32("PRF"),
        in.u32("integrity"),
        in.u32("key exchange"));
  }

  private static void write(FrameWriter out, IkeKeys value) {
    int record = out.open();
    switch (value) {
      case IkeKeys(var skD, var skAi, var skAr, var skEi, var skEr, var skPi, var skPr) -> {
        write(out, skD);
        write(out, skAi);
        write(out, skAr);
        write(out, skEi);
        write(out, skEr);
        write(out, skPi);
        write(out, skPr);
      }
    }
    out.close(record);
  }

  private static IkeKeys ikeKeys(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("IKE keys");
    return new IkeKeys(
        secret(in), secret(in), secret(in), secret(in), secret(in), secret(in), secret(in));
  }

  private static void write(FrameWriter out, EspAlgorithms value) {
    int record = out.open();
    switch (value) {
      case EspAlgorithms(var encryption, var keyBits, var integrity, var esn) -> {
        out.u32(encryption);
        out.u32(keyBits);
        out.u32(integrity);
        out.bool(esn);
      }
    }
    out.close(record);
  }

  private static EspAlgorithms espAlgorithms(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("ESP algorithms");
    return new EspAlgorithms(
        in.u32("encryption"), in.u32("key bits"), in.u32("integrity"), in.bool("ESN"));
  }

  private static void write(FrameWriter out, EspKeys value) {
    int record = out.open();
    switch (value) {
      case EspKeys(var inEncryption, var inIntegrity, var outEncryption, var outIntegrity) -> {
        write(out, inEncryption);
        write(out, inIntegrity);
        write(out, outEncryption);
        write(out, outIntegrity);
      }
    }
    out.close(record);
  }

  private static EspKeys espKeys(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("ESP keys");
    return new EspKeys(secret(in), secret(in), secret(in), secret(in));
  }

  private static void write(FrameWriter out, Lifetimes value) {
    int record = out.open();
    switch (value) {
      case Lifetimes(
              var softNs,
              var hardNs,
              var softBytes,
              var hardBytes,
              var softPackets,
              var hardPackets) -> {
        out.u64(softNs);
        out.u64(hardNs);
        out.u64(softBytes);
        out.u64(hardBytes);
        out.u64(softPackets);
        out.u64(hardPackets);
      }
    }
    out.close(record);
  }

  private static Lifetimes lifetimes(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("lifetimes");
    return new Lifetimes(
        in.u64("soft time"),
        in.u64("hard time"),
        in.u64("soft bytes"),
        in.u64("hard bytes"),
        in.u64("soft packets"),
        in.u64("hard packets"));
  }

  private static void write(FrameWriter out, TrafficSelector value) {
    int record = out.open();
    switch (value) {
      case TrafficSelector(var from, var to, var protocol, var startPort, var endPort) -> {
        write(out, from);
        write(out, to);
        out.u32(protocol);
        out.u32(startPort);
        out.u32(endPort);
      }
    }
    out.close(record);
  }

  private static TrafficSelector selector(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("traffic selector");
    return new TrafficSelector(
        address(in), address(in), in.u32("protocol"), in.u32("start port"), in.u32("end port"));
  }

  private static Reqid reqid(FrameReader in) throws MalformedFrame {
    int value = in.fixed32("reqid");
    return build("reqid", () -> new Reqid(value));
  }

  private static void write(FrameWriter out, InetAddress value) {
    out.octets(value.getAddress());
  }

  private static InetAddress address(FrameReader in) throws MalformedFrame {
    byte[] octets = in.octets("address");
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException _) {
      throw new MalformedFrame("address", octets.length + " octets");
    }
  }

  private static void write(FrameWriter out, Secret value) {
    value.use(
        octets -> {
          out.octets(octets);
          return null;
        });
  }

  private static Secret secret(FrameReader in) throws MalformedFrame {
    return Secret.owning(in.octets("secret"));
  }

  /** The types of {@code ike.sad} refuse values that cannot be; from a peer that is malformed. */
  private static <T> T build(String field, Supplier<T> type) throws MalformedFrame {
    try {
      return type.get();
    } catch (IllegalArgumentException wrong) {
      throw new MalformedFrame(field, wrong.getMessage());
    }
  }
}
