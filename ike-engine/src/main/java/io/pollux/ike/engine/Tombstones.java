package io.pollux.ike.engine;

import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.wire.Octets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The last words of closed IKE SAs: a peer whose Delete was answered, but who has not got the
 * answer, asks again (RFC 7296 section 2.1).
 */
final class Tombstones {
  private static final int MAX = 1024; // the oldest goes; its peer's retransmission just runs out
  private static final int MAX_ANSWERS = 8; // each is one more than was asked for by a stranger

  private final Map<IkeSpi, Stone> stones = new LinkedHashMap<>();

  private record Stone(MessageId id, List<Octets> response, int answers) {}

  void add(IkeSpi own, MessageId id, List<Octets> response) {
    if (stones.size() >= MAX) {
      stones.remove(stones.keySet().iterator().next());
    }
    stones.put(own, new Stone(id, List.copyOf(response), 0));
  }

  /** The response to the peer's request {@code id}, if it was the last one. */
  Optional<List<Octets>> find(IkeSpi own, MessageId id) {
    Stone stone = stones.get(own);
    if (stone == null || !stone.id.equals(id) || stone.answers >= MAX_ANSWERS) {
      return Optional.empty();
    }
    stones.put(own, new Stone(id, stone.response, stone.answers + 1));
    return Optional.of(stone.response);
  }

  void clear() {
    stones.clear();
  }
}
