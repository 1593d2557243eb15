package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.sad.Volume;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Supplier;

/** The small values of {@code ike.sad} as octets; {@link SadCodec} builds SAs from them. */
final class SadValues {
  private SadValues() {}

  static void put(FrameWriter out, IkeSpis value) {
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

  static void put(FrameWriter out, EspSpi value) {
    out.fixed32(value.value());
  }

  static EspSpi espSpi(FrameReader in) throws MalformedFrame {
    int value = in.fixed32("ESP SPI");
    return build("ESP SPI", () -> new EspSpi(value));
  }

  static void put(FrameWriter out, MessageId value) {
    out.u64(value.value());
  }

  static MessageId messageId(FrameReader in) throws MalformedFrame {
    long value = in.u64("message ID");
    return build("message ID", () -> new MessageId(value));
  }

  static void put(FrameWriter out, ReplayState value) {
    int record = out.open();
    switch (value) {
      case ReplayState(var oseq, var seq, var jumps, var volume) -> {
        out.u64(oseq);
        out.u64(seq);
        put(out, jumps);
        put(out, volume);
      }
    }
    out.close(record);
  }

  static ReplayState replay(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("replay state");
    return new ReplayState(in.u64("oseq"), in.u64("seq"), jumps(in), volume(in));
  }

  private static void put(FrameWriter out, Jumps value) {
    int record = out.open();
    switch (value) {
      case Jumps(var takeovers, var packets) -> {
        out.u32(takeovers);
        out.u64(packets);
      }
    }
    out.close(record);
  }

  private static Jumps jumps(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("jumps");
    int takeovers = in.u32("takeovers");
    long packets = in.u64("packets");
    if (takeovers < 0 || packets < 0) {
      throw new MalformedFrame("jumps", takeovers + " takeovers, " + packets + " packets");
    }
    return new Jumps(takeovers, packets);
  }

  private static void put(FrameWriter out, Volume value) {
    int record = out.open();
    switch (value) {
      case Volume(var bytesOut, var packetsOut, var bytesIn, var packetsIn) -> {
        out.u64(bytesOut);
        out.u64(packetsOut);
        out.u64(bytesIn);
        out.u64(packetsIn);
      }
    }
    out.close(record);
  }

  private static Volume volume(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("volume");
    return new Volume(
        in.u64("bytes out"), in.u64("packets out"), in.u64("bytes in"), in.u64("packets in"));
  }

  static void put(FrameWriter out, Endpoint value) {
    int record = out.open();
    switch (value) {
      case Endpoint(var address, var port) -> {
        put(out, address);
        out.u32(port);
      }
    }
    out.close(record);
  }

  static Endpoint endpoint(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("endpoint");
    return new Endpoint(address(in), in.u32("port"));
  }

  static void put(FrameWriter out, Octets value) {
    out.octets(value.toArray());
  }

  static Octets octets(FrameReader in) throws MalformedFrame {
    return Octets.owning(in.octets("octets"));
  }

  static void put(FrameWriter out, Identity value) {
    int record = out.open();
    switch (value) {
      case Identity(var type, var data) -> {
        out.u32(type);
        put(out, data);
      }
    }
    out.close(record);
  }

  static Identity identity(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("identity");
    return new Identity(in.u32("ID type"), octets(in));
  }

  static void put(FrameWriter out, IkeAlgorithms value) {
    int record = out.open();
    switch (value) {
      case IkeAlgorithms(
              var encryption,
              var keyBits,
              var prf,
              var integrity,
              var keyExchange,
              var additional) -> {
        out.u32(encryption);
        out.u32(keyBits);
        out.u32(prf);
        out.u32(integrity);
        out.u32(keyExchange);
        out.list(additional, FrameWriter::u32);
      }
    }
    out.close(record);
  }

  static IkeAlgorithms ikeAlgorithms(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("IKE algorithms");
    return new IkeAlgorithms(
        in.u32("encryption"),
        in.u32("key bits"),
        in.u32("PRF"),
        in.u32("integrity"),
        in.u32("key exchange"),
        in.remaining() > 0 // an older node does not say
            ? in.list("additional key exchanges", one -> one.u32("key exchange"))
            : List.of());
  }

  static void put(FrameWriter out, IkeKeys value) {
    int record = out.open();
    switch (value) {
      case IkeKeys(var skD, var skAi, var skAr, var skEi, var skEr, var skPi, var skPr) -> {
        put(out, skD);
        put(out, skAi);
        put(out, skAr);
        put(out, skEi);
        put(out, skEr);
        put(out, skPi);
        put(out, skPr);
      }
    }
    out.close(record);
  }

  static IkeKeys ikeKeys(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("IKE keys");
    return new IkeKeys(
        secret(in), secret(in), secret(in), secret(in), secret(in), secret(in), secret(in));
  }

  static void put(FrameWriter out, EspAlgorithms value) {
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

  static EspAlgorithms espAlgorithms(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("ESP algorithms");
    return new EspAlgorithms(
        in.u32("encryption"), in.u32("key bits"), in.u32("integrity"), in.bool("ESN"));
  }

  static void put(FrameWriter out, EspKeys value) {
    int record = out.open();
    switch (value) {
      case EspKeys(var inEncryption, var inIntegrity, var outEncryption, var outIntegrity) -> {
        put(out, inEncryption);
        put(out, inIntegrity);
        put(out, outEncryption);
        put(out, outIntegrity);
      }
    }
    out.close(record);
  }

  static EspKeys espKeys(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("ESP keys");
    return new EspKeys(secret(in), secret(in), secret(in), secret(in));
  }

  static void put(FrameWriter out, Lifetimes value) {
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

  static Lifetimes lifetimes(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("lifetimes");
    return new Lifetimes(
        in.u64("soft time"),
        in.u64("hard time"),
        in.u64("soft bytes"),
        in.u64("hard bytes"),
        in.u64("soft packets"),
        in.u64("hard packets"));
  }

  static void put(FrameWriter out, TrafficSelector value) {
    int record = out.open();
    switch (value) {
      case TrafficSelector(var from, var to, var protocol, var startPort, var endPort) -> {
        put(out, from);
        put(out, to);
        out.u32(protocol);
        out.u32(startPort);
        out.u32(endPort);
      }
    }
    out.close(record);
  }

  static TrafficSelector selector(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("traffic selector");
    return new TrafficSelector(
        address(in), address(in), in.u32("protocol"), in.u32("start port"), in.u32("end port"));
  }

  static Reqid reqid(FrameReader in) throws MalformedFrame {
    int value = in.fixed32("reqid");
    return build("reqid", () -> new Reqid(value));
  }

  static void put(FrameWriter out, InetAddress value) {
    out.octets(value.getAddress());
  }

  static InetAddress address(FrameReader in) throws MalformedFrame {
    byte[] octets = in.octets("address");
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException _) {
      throw new MalformedFrame("address", octets.length + " octets");
    }
  }

  static void put(FrameWriter out, Secret value) {
    value.use(
        octets -> {
          out.octets(octets);
          return null;
        });
  }

  static Secret secret(FrameReader in) throws MalformedFrame {
    return Secret.owning(in.octets("secret"));
  }

  /** The types of {@code ike.sad} refuse values that cannot be; from a peer that is malformed. */
  static <T> T build(String field, Supplier<T> type) throws MalformedFrame {
    try {
      return type.get();
    } catch (IllegalArgumentException wrong) {
      throw new MalformedFrame(field, wrong.getMessage());
    }
  }
}
