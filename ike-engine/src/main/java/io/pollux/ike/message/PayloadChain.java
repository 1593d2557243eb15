package io.pollux.ike.message;

import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.payload.SkPayload;
import io.pollux.ike.payload.SkfPayload;
import io.pollux.ike.payload.UnknownPayload;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Payloads in a row, each behind its generic header (RFC 7296 section 3.2).
 *
 * @param payloads in order; SK or SKF, if there is one, is the last
 * @param bodyFrom where the IV of SK or SKF stands in the message; 0 without one
 */
record PayloadChain(List<Payload> payloads, int bodyFrom) {
  private static final int GENERIC_HEADER = 4;
  private static final int CRITICAL = 0x80;

  /** Outside SK, where SK or SKF may end the chain. */
  static PayloadChain readClear(int first, WireReader in) throws Malformed {
    return read(first, in, true);
  }

  /** The content of SK. */
  static List<Payload> readInner(int first, WireReader in) throws Malformed {
    return read(first, in, false).payloads;
  }

  private static PayloadChain read(int first, WireReader in, boolean clear) throws Malformed {
    List<Payload> payloads = new ArrayList<>();
    int type = first;
    while (type != PayloadType.NONE) {
      if (payloads.size() == MessageRule.MAX_PAYLOADS) {
        throw Malformed.syntax("Next Payload", "more than " + MessageRule.MAX_PAYLOADS);
      }
      int next = in.u8("Next Payload");
      boolean critical = (in.u8("C and RESERVED") & CRITICAL) != 0;
      int length = in.u16("Payload Length");
      WireReader body = in.sub(length - GENERIC_HEADER, "payload of type " + type);
      if (clear && (type == PayloadType.SK.number() || type == PayloadType.SKF.number())) {
        in.end("message after SK"); // section 3.14: it MUST be the last payload
        payloads.add(type == PayloadType.SK.number() ? sk(next, body) : skf(next, body));
        return new PayloadChain(payloads, body.position() - bodyLength(payloads.getLast()));
      }
      payloads.add(readOne(type, critical, body));
      type = next;
    }
    in.end(clear ? "message" : "content of SK");
    return new PayloadChain(payloads, 0);
  }

  private static Payload readOne(int type, boolean critical, WireReader body) throws Malformed {
    Optional<PayloadType> known = PayloadType.of(type);
    if (known.isPresent()) {
      return known.get().read(body);
    }
    if (critical) {
      throw new Malformed(
          Malformed.UNSUPPORTED_CRITICAL_PAYLOAD,
          Octets.of((byte) type),
          "Next Payload",
          "critical payload of unknown type " + type);
    }
    return new UnknownPayload(type, false, body.rest());
  }

  private static SkPayload sk(int firstInner, WireReader body) {
    return new SkPayload(firstInner, body.rest());
  }

  private static SkfPayload skf(int firstInner, WireReader body) throws Malformed {
    int number = body.u16("Fragment Number");
    int total = body.u16("Total Fragments");
    if (number == 0 || total == 0 || number > total) {
      throw Malformed.drop("Fragment Number", number + " of " + total); // RFC 7383 section 2.6
    }
    return new SkfPayload(firstInner, number, total, body.rest());
  }

  private static int bodyLength(Payload payload) {
    return payload instanceof SkPayload sk
        ? sk.body().length()
        : ((SkfPayload) payload).body().length();
  }

  /** Appends {@code payloads}; the last one's Next Payload is {@code after}. */
  static void write(WireWriter out, List<Payload> payloads, int after) {
    for (int i = 0; i < payloads.size(); i++) {
      int next = i + 1 < payloads.size() ? payloads.get(i + 1).number() : after;
      int start = out.size();
      boolean critical = payloads.get(i) instanceof UnknownPayload u && u.critical();
      out.u8(next).u8(critical ? CRITICAL : 0).u16(0);
      payloads.get(i).write(out);
      out.patchU16(start + 2, out.size() - start);
    }
  }

  /** The type of the first of {@code payloads}, or {@code otherwise}. */
  static int first(List<Payload> payloads, int otherwise) {
    return payloads.isEmpty() ? otherwise : payloads.getFirst().number();
  }
}
