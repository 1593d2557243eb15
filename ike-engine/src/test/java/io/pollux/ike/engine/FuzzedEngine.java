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
   * A message of the authenticated peer with any content: {@code chunk} is a message as AUTH covers
   * it, with the content of SK in the clear.
   *
   * @throws Malformed if {@code chunk} is no message
   */
  public static void peer(Octets chunk) throws Malformed {
    IkeMessage message = MessageCodec.ofChunk(chunk);
    List<Payload> payloads = new ArrayList<>(message.inner().orElse(List.of()));
    if (message.exchange() == Exchange.IKE_SA_INIT
        || message.exchange() == Exchange.IKE_SESSION_RESUME) {
      return; // these are never sealed
    }
    try {
      MessageCodec.authenticatedChunk(message);
    } catch (IllegalArgumentException _) {
      return; // what can be read but not written: an attribute that nobody knows
    }
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
