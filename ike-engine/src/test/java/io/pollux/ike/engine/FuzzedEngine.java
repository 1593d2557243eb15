package io.pollux.ike.engine;

import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whole gateways for the fuzzer: whatever comes, the laws of {@link Node} hold. */
public final class FuzzedEngine {
  private FuzzedEngine() {}

  /** A datagram of a stranger, for a gateway that has an IKE SA with somebody else. */
  public static void stranger(Octets datagram) {
    TwoEngines world = new TwoEngines(new TwoEngines.Setup());
    world.command(world.left, 1, Input.Verb.UP, "");
    Forger forger = new Forger(world);
    forger.deliver(world.left, datagram);
    forger.deliver(world.right, datagram);
    world.requireTraffic("gcm");
    if (world.left.engine.statistics().established() != 1
        || world.right.engine.statistics().established() != 1) {
      throw new AssertionError("a stranger has changed the IKE SAs");
    }
  }

  /**
   * A message of somebody who has keys and has not proven who it is: instead of IKE_AUTH or
   * IKE_INTERMEDIATE comes {@code chunk}, a message as AUTH covers it, in either direction.
   *
   * @throws Malformed if {@code chunk} is no message
   */
  public static void newcomer(Octets chunk) throws Malformed {
    Optional<IkeMessage> message = sealable(chunk);
    if (message.isEmpty()) {
      return;
    }
    boolean asks = message.get().direction() == Direction.REQUEST;
    boolean between = message.get().exchange() == Exchange.IKE_INTERMEDIATE;
    TwoEngines world = new TwoEngines(between ? hybrid() : Life.setup());
    Forger forger = new Forger(world);
    forger.changeNext(
        asks ? world.left : world.right,
        between ? Exchange.IKE_INTERMEDIATE : Exchange.IKE_AUTH,
        _ -> message.get().inner().orElse(List.of()));
    world.command(world.left, 1, Input.Verb.UP, "");
    world.elapse(TwoEngines.SECOND);
  }

  /** Empty for what is never sealed, or can be read but not written: an unknown attribute. */
  private static Optional<IkeMessage> sealable(Octets chunk) throws Malformed {
    IkeMessage message = MessageCodec.ofChunk(chunk);
    if (message.exchange() == Exchange.IKE_SA_INIT
        || message.exchange() == Exchange.IKE_SESSION_RESUME) {
      return Optional.empty();
    }
    try {
      MessageCodec.authenticatedChunk(message);
      return Optional.of(message);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /**
   * A message of the authenticated peer with any content: {@code chunk} is a message as AUTH covers
   * it, with the content of SK in the clear.
   *
   * @throws Malformed if {@code chunk} is no message
   */
  public static void peer(Octets chunk) throws Malformed {
    Optional<IkeMessage> read = sealable(chunk);
    if (read.isEmpty()) {
      return;
    }
    IkeMessage message = read.get();
    List<Payload> payloads = message.inner().orElse(List.of());
    TwoEngines world = new TwoEngines(new TwoEngines.Setup());
    world.command(world.left, 1, Input.Verb.UP, "");
    Forger forger = new Forger(world);
    if (message.direction() == Direction.REQUEST) {
      forger.ask(world.left, message.exchange(), payloads.toArray(Payload[]::new));
    } else {
      forger.answerNext(world.right, payloads.toArray(Payload[]::new));
      world.command(world.left, 2, Input.Verb.REKEY_CHILD, "");
    }
    world.elapse(TwoEngines.SECOND);
  }

  /** What two gateways say to each other in their lives: datagrams, and messages in the clear. */
  public static List<Octets> conversation(boolean plain) {
    TwoEngines world = new TwoEngines(Life.setup());
    Forger forger = new Forger(world);
    Life.live(world);
    return said(world, forger, plain);
  }

  /** What newcomers say, in the clear: with an additional key exchange, and without. */
  public static List<Octets> firstWords() {
    TwoEngines world = new TwoEngines(hybrid());
    Forger forger = new Forger(world);
    world.command(world.left, 1, Input.Verb.UP, "");
    // Afterwards it has other keys (RFC 9370 section 2.2.2), which the forger does not know.
    world.sent.removeIf(a -> a.octets().at(18) != Exchange.IKE_INTERMEDIATE.number());
    List<Octets> all = said(world, forger, true);
    all.addAll(conversation(true));
    return all;
  }

  private static TwoEngines.Setup hybrid() {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    TwoEngines.Connection left = TwoEngines.connection(true);
    TwoEngines.Connection right = TwoEngines.connection(false);
    left.proposals = "aes256gcm16-prfsha384-x25519-ke1_mlkem512";
    right.proposals = left.proposals;
    setup.left = List.of(left.build());
    setup.right = List.of(right.build());
    return setup;
  }

  private static List<Octets> said(TwoEngines world, Forger forger, boolean plain) {
    List<Octets> all = new ArrayList<>();
    for (TwoEngines.Arrow arrow : world.sent) {
      try {
        all.addAll(plain ? forger.plain(arrow.octets()) : List.of(arrow.octets()));
      } catch (Malformed e) {
        throw new AssertionError(e);
      }
    }
    return all;
  }
}
