package io.pollux.ike.engine;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.IvSource;
import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Knows the keys of both sides: reads what went over the wire, and says in the name of one side
 * what an engine never would. Tests of what an authenticated peer may do wrong begin here.
 */
final class Forger {
  private static final int SKF = 53;
  private static final IkeCrypto CRYPTO = IkeCrypto.standard();

  /** The worlds of several tests have the same keys, and the cipher remembers their last IV. */
  private static long reign = 1000;

  private final TwoEngines world;
  private final Map<IkeSpis, IkeSaSnapshot> known = new LinkedHashMap<>();

  Forger(TwoEngines world) {
    this.world = world;
    Runnable before = world.afterStep;
    world.afterStep =
        () -> {
          before.run();
          look();
        };
    look();
  }

  private void look() {
    for (Node node : List.of(world.left, world.right)) {
      for (IkeSaSnapshot sa : node.engine.snapshot(world.now)) {
        known.putIfAbsent(sa.spis(), copy(sa));
      }
    }
  }

  /** The engine wipes its own keys when the IKE SA ends. */
  private static IkeSaSnapshot copy(IkeSaSnapshot sa) {
    return sa.withKeys(Secured.copy(sa.keys()));
  }

  private SkCipher cipher(IkeSpis spis, Role us) {
    IkeSaSnapshot sa = known.get(spis);
    if (sa == null) {
      throw new AssertionError("no keys of " + spis);
    }
    return SkCipher.of(CRYPTO, sa.algorithms(), sa.keys(), us);
  }

  /** The content of a datagram; empty if its keys are unknown, or of a fragment. */
  Optional<IkeMessage> read(Octets datagram) {
    try {
      return switch (MessageCodec.decode(datagram)) {
        case Decoded.Clear clear -> Optional.of(clear.message());
        case Decoded.Fragment _ -> Optional.empty();
        case Decoded.Sealed sealed ->
            known.containsKey(sealed.header().spis())
                ? Optional.of(
                    MessageCodec.open(
                        sealed, cipher(sealed.header().spis(), sealed.header().sender().other())))
                : Optional.empty();
      };
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  /** The datagram with the content of SK in the clear, as AUTH covers an IKE_INTERMEDIATE. */
  List<Octets> plain(Octets datagram) throws Malformed {
    if (datagram.length() <= 1) {
      return List.of();
    }
    return switch (MessageCodec.decode(datagram)) {
      case Decoded.Clear _ -> List.of(datagram);
      case Decoded.Fragment _ -> List.of();
      case Decoded.Sealed sealed ->
          known.containsKey(sealed.header().spis())
              ? List.of(
                  MessageCodec.authenticatedChunk(
                      sealed, cipher(sealed.header().spis(), sealed.header().sender().other())))
              : List.of();
    };
  }

  /** Everything that was sent so far and can be read. */
  List<IkeMessage> readAll() {
    List<IkeMessage> all = new ArrayList<>();
    world.sent.stream()
        .filter(a -> a.octets().length() > 1)
        .forEach(a -> read(a.octets()).ifPresent(all::add));
    return all;
  }

  IkeMessage last() {
    return read(world.sent.getLast().octets()).orElseThrow();
  }

  static Role roleOf(Node node) {
    return node.only().originalInitiator() ? Role.INITIATOR : Role.RESPONDER;
  }

  /** A message that {@code from} would send in its only IKE SA. */
  Octets seal(Node from, Exchange exchange, Direction direction, long id, List<Payload> payloads) {
    boolean alone = from.engine.snapshot(world.now).isEmpty(); // or half open and not told yet
    Node of = alone ? other(from) : from;
    Role role = alone ? roleOf(of).other() : roleOf(of);
    IkeSpis spis = of.only().spis();
    IkeMessage message =
        IkeMessage.sealed(spis, exchange, role, direction, new MessageId(id), payloads);
    return seal(message);
  }

  private Octets seal(IkeMessage message) {
    long id = message.messageId().value();
    IvSource ivs = new IvSource(reign++, new SeededEntropy(id).keys());
    return MessageCodec.seal(
            message, cipher(message.spis(), message.sender()), ivs, IkeHeader.MAX_LENGTH)
        .getFirst();
  }

  /** Fragment {@code number} of {@code total}, an authentic one, with {@code octets} inside. */
  Octets fragment(IkeSpis spis, Exchange exchange, long id, int number, int total, int octets) {
    SkCipher cipher = cipher(spis, Role.INITIATOR);
    int skf = 8 + cipher.sealedLength(octets);
    WireWriter head = new WireWriter();
    head.u64(spis.initiator().value()).u64(spis.responder().value());
    head.u8(SKF).u8(0x20).u8(exchange.number()).u8(0x08);
    head.u32(id).u32(IkeHeader.SIZE + skf);
    head.u8(0).u8(0).u16(skf).u16(number).u16(total);
    byte[] iv = new IvSource(reign++, new SeededEntropy(id).keys()).next(cipher.encryption());
    return head.bytes(cipher.seal(head.toArray(), new byte[octets], iv)).toOctets();
  }

  /** {@code from}'s next request, which is not its own; what the other side answers. */
  Optional<IkeMessage> ask(Node from, Exchange exchange, Payload... payloads) {
    long id = other(from).only().window().nextPeer().value();
    return deliver(from, seal(from, exchange, Direction.REQUEST, id, List.of(payloads)));
  }

  /** Delivers {@code octets} as if {@code from} had sent them; the answer does not arrive. */
  Optional<IkeMessage> deliver(Node from, Octets octets) {
    Node to = other(from);
    int before = world.sent.size();
    var fate = world.fate;
    world.fate = _ -> TwoEngines.Fate.DROP;
    to.receive(endpoint(to), endpoint(from), octets);
    while (to.drain()) {
      continue;
    }
    world.fate = fate;
    return world.sent.size() == before ? Optional.empty() : read(world.sent.get(before).octets());
  }

  /** The next datagram of {@code from} is replaced by its forgery. */
  void replaceNext(Node from, java.util.function.UnaryOperator<Octets> forgery) {
    boolean[] done = {false};
    world.nat =
        arrow -> {
          if (done[0] || arrow.from() != from) {
            return arrow;
          }
          done[0] = true;
          return new TwoEngines.Arrow(
              arrow.number(),
              arrow.from(),
              arrow.source(),
              arrow.destination(),
              forgery.apply(arrow.octets()));
        };
  }

  /** The next message of {@code from} in {@code exchange} has other payloads. */
  void changeNext(
      Node from, Exchange exchange, java.util.function.UnaryOperator<List<Payload>> change) {
    change(from, exchange, change, false);
  }

  /** As above, and all that follow. */
  void changeAll(
      Node from, Exchange exchange, java.util.function.UnaryOperator<List<Payload>> change) {
    change(from, exchange, change, true);
  }

  private void change(
      Node from,
      Exchange exchange,
      java.util.function.UnaryOperator<List<Payload>> change,
      boolean all) {
    boolean[] done = {false};
    var before = world.nat;
    world.nat =
        sent -> {
          TwoEngines.Arrow arrow = before.apply(sent);
          if (done[0] || arrow.from() != from || arrow.octets().at(18) != exchange.number()) {
            return arrow;
          }
          done[0] = !all;
          return new TwoEngines.Arrow(
              arrow.number(),
              arrow.from(),
              arrow.source(),
              arrow.destination(),
              changed(arrow.octets(), change));
        };
  }

  private Octets changed(Octets octets, java.util.function.UnaryOperator<List<Payload>> change) {
    IkeMessage message = read(octets).orElseThrow();
    List<Payload> payloads = change.apply(new ArrayList<>(message.payloads()));
    return message.isProtected()
        ? seal(
            IkeMessage.sealed(
                message.spis(),
                message.exchange(),
                message.sender(),
                message.direction(),
                message.messageId(),
                payloads))
        : MessageCodec.encode(
            IkeMessage.clear(
                message.spis(),
                message.exchange(),
                message.sender(),
                message.direction(),
                message.messageId(),
                payloads));
  }

  /** The next response of {@code from} has these payloads instead of its own. */
  void answerNext(Node from, Payload... payloads) {
    replaceNext(
        from,
        octets -> {
          try {
            IkeHeader header = IkeHeader.read(octets);
            return seal(
                from,
                Exchange.of(header.exchangeType()).orElseThrow(),
                Direction.RESPONSE,
                header.messageId().value(),
                List.of(payloads));
          } catch (Malformed e) {
            throw new AssertionError(e);
          }
        });
  }

  Node other(Node node) {
    return node == world.left ? world.right : world.left;
  }

  Endpoint endpoint(Node node) {
    return new Endpoint(node == world.left ? TwoEngines.LEFT : TwoEngines.RIGHT, 500);
  }
}
