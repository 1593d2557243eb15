package io.pollux.ike.sa;

import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.FragmentAssembler;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Opens what the peer has sealed; keeps fragments until they are a message (RFC 7383). */
public final class Inbox {
  /** How long the fragments of one message may take, from the first on. */
  private static final long PATIENCE_NS = 60_000_000_000L;

  private final Host host;
  private final Timers timers;
  private final Map<Direction, FragmentAssembler> fragments = new EnumMap<>(Direction.class);

  private Optional<Octets> chunk = Optional.empty();

  Inbox(Host host, Timers timers) {
    this.host = host;
    this.timers = timers;
  }

  /** Of the last IKE_INTERMEDIATE message (RFC 9242 section 3.3.2). */
  public Optional<Octets> chunk() {
    return chunk;
  }

  Optional<IkeMessage> open(IkeSaState state, Decoded decoded) throws Malformed {
    SkCipher cipher =
        state.secure().orElseThrow(() -> Malformed.drop("SK", "before there are keys")).cipher();
    return switch (decoded) {
      case Decoded.Clear _ -> throw Malformed.drop("SK", "missing");
      case Decoded.Sealed sealed -> Optional.of(whole(sealed, cipher));
      case Decoded.Fragment fragment -> part(fragment, cipher, limit(state));
    };
  }

  /** Before its proof the peer is a stranger, who shall not fill the memory. */
  private int limit(IkeSaState state) {
    return state instanceof IkeSaState.SaInitAnswered
        ? host.strangerOctets()
        : FragmentAssembler.MAX_OCTETS;
  }

  private void watch() {
    if (fragments.values().stream().noneMatch(f -> f.held() > 0)) {
      timers.clear(Timers.Kind.FRAGMENTS);
    } else if (!timers.isSet(Timers.Kind.FRAGMENTS)) {
      timers.set(Timers.Kind.FRAGMENTS, host.nowNs() + PATIENCE_NS);
    }
  }

  /** Discards the fragments of a message that is not complete. */
  public void clear() {
    fragments.values().forEach(FragmentAssembler::clear);
  }

  private IkeMessage whole(Decoded.Sealed sealed, SkCipher cipher) throws Malformed {
    if (sealed.header().exchangeType() == Exchange.IKE_INTERMEDIATE.number()) {
      chunk = Optional.of(MessageCodec.authenticatedChunk(sealed, cipher));
    }
    return MessageCodec.open(sealed, cipher);
  }

  private Optional<IkeMessage> part(Decoded.Fragment fragment, SkCipher cipher, int limit)
      throws Malformed {
    FragmentAssembler assembler =
        fragments.computeIfAbsent(fragment.header().direction(), _ -> new FragmentAssembler());
    if (!assembler.hasRoom(fragment, limit)) {
      host.count("fragments_over_limit");
      return Optional.empty();
    }
    Optional<IkeMessage> message = assembler.add(fragment, cipher);
    watch();
    if (message.isPresent()
        && fragment.header().exchangeType() == Exchange.IKE_INTERMEDIATE.number()) {
      chunk = assembler.takeChunk();
    }
    return message;
  }
}
