package io.pollux.ike.message;

import static io.pollux.ike.payload.PayloadType.AUTH;
import static io.pollux.ike.payload.PayloadType.CERT;
import static io.pollux.ike.payload.PayloadType.CERTREQ;
import static io.pollux.ike.payload.PayloadType.CP;
import static io.pollux.ike.payload.PayloadType.DELETE;
import static io.pollux.ike.payload.PayloadType.EAP;
import static io.pollux.ike.payload.PayloadType.IDI;
import static io.pollux.ike.payload.PayloadType.IDR;
import static io.pollux.ike.payload.PayloadType.KE;
import static io.pollux.ike.payload.PayloadType.NONCE;
import static io.pollux.ike.payload.PayloadType.NOTIFY;
import static io.pollux.ike.payload.PayloadType.SA;
import static io.pollux.ike.payload.PayloadType.TSI;
import static io.pollux.ike.payload.PayloadType.TSR;
import static io.pollux.ike.payload.PayloadType.VENDOR_ID;

import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.wire.Malformed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a message may carry (RFC 7296 sections 1 and 2 and appendix C; RFC 5723, 9242, 9370): one
 * row per exchange and direction. Decoding checks it, encoding takes its order from it, and it says
 * whether a message is complete.
 *
 * <p>A payload that we know and that the row does not name is ignored, like one that we do not know
 * (section 2.5). The order of what is received does not matter (section 2.5).
 *
 * @param clear what may stand outside SK
 * @param inner what may stand inside SK; empty Optional = the message has none
 */
public record MessageRule(
    Exchange exchange, Direction direction, List<Occurs> clear, Optional<List<Occurs>> inner) {
  /** A payload type, and how often it stands in a message, in the order in which it is sent. */
  public record Occurs(PayloadType type, int min, int max) {}

  /** Payloads in one message: an honest IKE_AUTH with a chain and notifies has about 30. */
  public static final int MAX_PAYLOADS = 100;

  private static final int MANY = MAX_PAYLOADS;

  private static final List<Occurs> NOTIFIES_ONLY = List.of(any(NOTIFY));

  /** All rows. */
  public static final List<MessageRule> TABLE =
      List.of(
          init(Direction.REQUEST),
          init(Direction.RESPONSE),
          sealed(
              Exchange.IKE_AUTH,
              Direction.REQUEST,
              optional(IDI),
              any(CERT),
              any(CERTREQ),
              optional(IDR),
              optional(AUTH),
              optional(EAP),
              optional(CP),
              any(NOTIFY),
              optional(SA),
              optional(TSI),
              optional(TSR),
              any(VENDOR_ID)),
          sealed(
              Exchange.IKE_AUTH,
              Direction.RESPONSE,
              optional(IDR),
              any(CERT),
              optional(AUTH),
              optional(EAP),
              optional(CP),
              any(NOTIFY),
              optional(SA),
              optional(TSI),
              optional(TSR),
              any(CERTREQ),
              any(VENDOR_ID)),
          child(Direction.REQUEST),
          child(Direction.RESPONSE),
          informational(Direction.REQUEST),
          informational(Direction.RESPONSE),
          resume(Direction.REQUEST),
          resume(Direction.RESPONSE),
          sealed(
              Exchange.IKE_INTERMEDIATE,
              Direction.REQUEST,
              optional(KE),
              any(NOTIFY),
              any(VENDOR_ID)),
          sealed(
              Exchange.IKE_INTERMEDIATE,
              Direction.RESPONSE,
              optional(KE),
              any(NOTIFY),
              any(VENDOR_ID)),
          sealed(Exchange.IKE_FOLLOWUP_KE, Direction.REQUEST, one(KE), any(NOTIFY), any(VENDOR_ID)),
          sealed(
              Exchange.IKE_FOLLOWUP_KE, Direction.RESPONSE, one(KE), any(NOTIFY), any(VENDOR_ID)));

  /** The row of an exchange and direction; every pair has one. */
  public static MessageRule of(Exchange exchange, Direction direction) {
    for (MessageRule rule : TABLE) {
      if (rule.exchange == exchange && rule.direction == direction) {
        return rule;
      }
    }
    throw new IllegalStateException("no row for " + exchange + " " + direction);
  }

  /**
   * Checks received payloads and leaves out what is ignored.
   *
   * @param occurs {@link #clear} or {@link #inner}
   * @throws Malformed INVALID_SYNTAX if a payload occurs more often than it may
   */
  static List<Payload> accept(List<Occurs> occurs, List<Payload> payloads) throws Malformed {
    List<Payload> accepted = new ArrayList<>();
    for (Payload payload : payloads) {
      if (index(occurs, payload.number()) >= 0) {
        accepted.add(payload);
      }
    }
    for (Occurs row : occurs) {
      long count = count(accepted, row.type);
      if (count > row.max) {
        throw Malformed.syntax(row.type.notation(), count + " times instead of " + row.max);
      }
    }
    return accepted;
  }

  /**
   * Requires that nothing is missing. A response that reports an error, or asks for a cookie or
   * another gateway, may lack everything else.
   */
  static void requireComplete(IkeMessage message) throws Malformed {
    MessageRule rule = of(message.exchange(), message.direction());
    boolean excused =
        message.direction() == Direction.RESPONSE
            && (message.error().isPresent()
                || message.has(NotifyType.COOKIE)
                || message.has(NotifyType.REDIRECT)
                || message.has(NotifyType.TICKET_NACK));
    if (excused) {
      return;
    }
    requireMin(rule.clear, message.clear());
    if (rule.inner.isPresent() && message.inner().isPresent()) {
      requireMin(rule.inner.get(), message.inner().get());
    }
  }

  private static void requireMin(List<Occurs> occurs, List<Payload> payloads) throws Malformed {
    for (Occurs row : occurs) {
      if (count(payloads, row.type) < row.min) {
        throw Malformed.syntax(row.type.notation(), "missing");
      }
    }
  }

  private static long count(List<Payload> payloads, PayloadType type) {
    long count = 0;
    for (Payload payload : payloads) {
      count += payload.number() == type.number() ? 1 : 0;
    }
    return count;
  }

  /** Where the type with this number stands in the row, or -1. */
  private static int index(List<Occurs> occurs, int number) {
    for (int i = 0; i < occurs.size(); i++) {
      if (occurs.get(i).type.number() == number) {
        return i;
      }
    }
    return -1;
  }

  /**
   * {@code payloads} in the order of the row, each type's own order kept. A leading COOKIE stays
   * first (section 2.6).
   */
  static List<Payload> inOrder(List<Occurs> occurs, List<Payload> payloads) {
    List<Payload> sorted = new ArrayList<>(payloads);
    sorted.sort(Comparator.comparingInt(payload -> rank(occurs, payload)));
    return sorted;
  }

  private static int rank(List<Occurs> order, Payload payload) {
    if (payload instanceof NotifyPayload notify && notify.type().equals(NotifyType.COOKIE)) {
      return -1;
    }
    int index = index(order, payload.number());
    return index < 0 ? order.size() : index;
  }

  private static MessageRule init(Direction direction) {
    List<Occurs> clear =
        List.of(one(SA), one(KE), one(NONCE), any(CERTREQ), any(NOTIFY), any(VENDOR_ID));
    return new MessageRule(Exchange.IKE_SA_INIT, direction, clear, Optional.empty());
  }

  /** RFC 5723 section 4.3: no SA and no KE, because both come from the ticket. */
  private static MessageRule resume(Direction direction) {
    List<Occurs> clear = List.of(one(NONCE), any(NOTIFY), any(VENDOR_ID));
    return new MessageRule(Exchange.IKE_SESSION_RESUME, direction, clear, Optional.empty());
  }

  private static MessageRule child(Direction direction) {
    return sealed(
        Exchange.CREATE_CHILD_SA,
        direction,
        any(NOTIFY),
        one(SA),
        one(NONCE),
        optional(KE),
        optional(TSI),
        optional(TSR),
        any(VENDOR_ID));
  }

  /** Outside an IKE SA it may come without SK, and then carries notifies alone (section 1.5). */
  private static MessageRule informational(Direction direction) {
    return new MessageRule(
        Exchange.INFORMATIONAL,
        direction,
        NOTIFIES_ONLY,
        Optional.of(List.of(any(NOTIFY), any(DELETE), optional(CP), any(VENDOR_ID))));
  }

  private static MessageRule sealed(Exchange exchange, Direction direction, Occurs... inner) {
    return new MessageRule(exchange, direction, List.of(), Optional.of(List.of(inner)));
  }

  private static Occurs one(PayloadType type) {
    return new Occurs(type, 1, 1);
  }

  private static Occurs optional(PayloadType type) {
    return new Occurs(type, 0, 1);
  }

  private static Occurs any(PayloadType type) {
    return new Occurs(type, 0, MANY);
  }
}
