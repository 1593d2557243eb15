package io.pollux.ike.message;

import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A whole IKE message (RFC 7296 sections 1 and 3.1), authentic if it is {@link #isProtected}.
 *
 * @param sender who sent it, as original initiator or responder of the IKE SA
 * @param clear payloads outside SK; with {@code inner} there are none in today's exchanges
 * @param inner the content of SK, possibly none at all; empty Optional = the message has no SK
 */
public record IkeMessage(
    IkeSpis spis,
    Exchange exchange,
    Role sender,
    Direction direction,
    MessageId messageId,
    List<Payload> clear,
    Optional<List<Payload>> inner) {
  public IkeMessage {
    clear = List.copyOf(clear);
    inner = inner.map(List::copyOf);
  }

  /** A message without SK. */
  public static IkeMessage clear(
      IkeSpis spis,
      Exchange exchange,
      Role sender,
      Direction direction,
      MessageId messageId,
      List<Payload> payloads) {
    return new IkeMessage(spis, exchange, sender, direction, messageId, payloads, Optional.empty());
  }

  /** A message whose payloads are all inside SK. */
  public static IkeMessage sealed(
      IkeSpis spis,
      Exchange exchange,
      Role sender,
      Direction direction,
      MessageId messageId,
      List<Payload> payloads) {
    return new IkeMessage(
        spis, exchange, sender, direction, messageId, List.of(), Optional.of(payloads));
  }

  /** Whether it came, or is to be sent, in SK. */
  public boolean isProtected() {
    return inner.isPresent();
  }

  /** All payloads in order, the clear ones first. */
  public List<Payload> payloads() {
    List<Payload> all = new ArrayList<>(clear);
    inner.ifPresent(all::addAll);
    return all;
  }

  /** All payloads of a type, in order. */
  public <T extends Payload> List<T> all(Class<T> type) {
    List<T> all = new ArrayList<>();
    for (Payload payload : clear) {
      if (type.isInstance(payload)) {
        all.add(type.cast(payload));
      }
    }
    if (inner.isPresent()) {
      for (Payload payload : inner.get()) {
        if (type.isInstance(payload)) {
          all.add(type.cast(payload));
        }
      }
    }
    return all;
  }

  /** The first payload of a type; for the types of which the table allows one, the only one. */
  public <T extends Payload> Optional<T> first(Class<T> type) {
    return find(payload -> type.isInstance(payload)).map(type::cast);
  }

  /** The first payload with this type number: tells TSi from TSr and IDi from IDr. */
  public <T extends Payload> Optional<T> first(Class<T> type, int number) {
    return find(payload -> type.isInstance(payload) && payload.number() == number).map(type::cast);
  }

  /** Without streams: a handshake asks some hundred times. */
  private Optional<Payload> find(Predicate<Payload> wanted) {
    for (Payload payload : clear) {
      if (wanted.test(payload)) {
        return Optional.of(payload);
      }
    }
    if (inner.isPresent()) {
      for (Payload payload : inner.get()) {
        if (wanted.test(payload)) {
          return Optional.of(payload);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<NotifyPayload> findNotify(Predicate<NotifyPayload> wanted) {
    return find(payload -> payload instanceof NotifyPayload notify && wanted.test(notify))
        .map(NotifyPayload.class::cast);
  }

  /** All Notify payloads, in order. */
  public List<NotifyPayload> notifies() {
    return all(NotifyPayload.class);
  }

  /** The first Notify of a type. */
  public Optional<NotifyPayload> first(NotifyType type) {
    return findNotify(notify -> notify.type().equals(type));
  }

  public boolean has(NotifyType type) {
    return first(type).isPresent();
  }

  /** The first Notify that reports an error, known or not. */
  public Optional<NotifyPayload> error() {
    return findNotify(notify -> notify.type().isError());
  }

  /**
   * One line for the log without any payload's content: {@code IKE_AUTH req mid=1 SK { IDi AUTH
   * N(INITIAL_CONTACT) SA TSi TSr }}.
   */
  @Override
  public String toString() {
    String head = exchange + (direction == Direction.REQUEST ? " req mid=" : " res mid=");
    String outside = notation(clear);
    String inside = inner.map(payloads -> " SK {" + notation(payloads) + " }").orElse("");
    return head + messageId + outside + inside;
  }

  private static String notation(List<Payload> payloads) {
    StringBuilder line = new StringBuilder();
    for (Payload payload : payloads) {
      line.append(' ');
      if (payload instanceof NotifyPayload notify) {
        line.append("N(").append(notify.type()).append(')');
      } else {
        line.append(
            PayloadType.of(payload.number())
                .map(PayloadType::notation)
                .orElse("type" + payload.number()));
      }
    }
    return line.toString();
  }
}
