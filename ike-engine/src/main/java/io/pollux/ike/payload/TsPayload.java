package io.pollux.ike.payload;

import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * TSi and TSr, RFC 7296 section 3.13. Selectors of a type that we do not know are left out (section
 * 2.9), so the list can be empty.
 *
 * @param end whose side of the traffic it describes
 */
public record TsPayload(End end, List<TrafficSelector> selectors) implements Payload {
  /** The Number of TSs field is one octet wide. */
  public static final int MAX_SELECTORS = 255;

  private static final int TS_IPV4_ADDR_RANGE = 7;
  private static final int TS_IPV6_ADDR_RANGE = 8;
  private static final int HEADER = 8; // of a selector, with its ports

  /** Which of the two payloads. */
  public enum End {
    INITIATOR,
    RESPONDER
  }

  public TsPayload {
    selectors = List.copyOf(selectors);
  }

  public static TsPayload tsi(List<TrafficSelector> selectors) {
    return new TsPayload(End.INITIATOR, selectors);
  }

  public static TsPayload tsr(List<TrafficSelector> selectors) {
    return new TsPayload(End.RESPONDER, selectors);
  }

  static TsPayload read(End end, WireReader in) throws Malformed {
    int count = in.u8("Number of TSs");
    in.skip(3, "TS: RESERVED");
    if (count == 0) {
      throw Malformed.syntax("Number of TSs", "none");
    }
    List<TrafficSelector> selectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      readSelector(in, selectors);
    }
    return new TsPayload(end, selectors);
  }

  private static void readSelector(WireReader in, List<TrafficSelector> into) throws Malformed {
    int type = in.u8("TS Type");
    int protocol = in.u8("IP Protocol ID");
    int length = in.u16("Selector Length");
    WireReader body = in.sub(length - 4, "Traffic Selector");
    if (type != TS_IPV4_ADDR_RANGE && type != TS_IPV6_ADDR_RANGE) {
      return;
    }
    int startPort = body.u16("Start Port");
    int endPort = body.u16("End Port");
    boolean opaque = startPort == 65535 && endPort == 0;
    if (startPort > endPort && !opaque) {
      throw Malformed.syntax("End Port", endPort + " after start port " + startPort);
    }
    int width = type == TS_IPV4_ADDR_RANGE ? 4 : 16;
    InetAddress from = address(body, width, "Starting Address");
    InetAddress to = address(body, width, "Ending Address");
    body.end("Traffic Selector");
    if (Arrays.compareUnsigned(from.getAddress(), to.getAddress()) > 0) {
      throw Malformed.syntax("Ending Address", "before the starting address");
    }
    into.add(new TrafficSelector(from, to, protocol, startPort, endPort));
  }

  private static InetAddress address(WireReader in, int width, String field) throws Malformed {
    byte[] octets = in.octets(width, field).toArray();
    try {
      // InetAddress itself would turn ::ffff:a.b.c.d into an IPv4 address: another selector.
      return width == 4
          ? InetAddress.getByAddress(octets)
          : Inet6Address.getByAddress(null, octets, -1);
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // only the length can be wrong, and it is ours
    }
  }

  @Override
  public int number() {
    return end == End.INITIATOR ? PayloadType.TSI.number() : PayloadType.TSR.number();
  }

  @Override
  public void write(WireWriter out) {
    out.u8(selectors.size()).zeros(3);
    for (TrafficSelector selector : selectors) {
      byte[] from = selector.from().getAddress();
      out.u8(from.length == 4 ? TS_IPV4_ADDR_RANGE : TS_IPV6_ADDR_RANGE);
      out.u8(selector.protocol()).u16(HEADER + 2 * from.length);
      out.u16(selector.startPort()).u16(selector.endPort());
      out.bytes(from).bytes(selector.to().getAddress());
    }
  }
}
