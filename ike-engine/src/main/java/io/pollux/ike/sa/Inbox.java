package io.pollux.ike.sa;

import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.FragmentAssembler;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.wire.Malformed;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Opens what the peer has sealed; keeps fragments until they are a message (RFC 7383). */
final class Inbox {
  private final Map<Direction, FragmentAssembler> fragments = new EnumMap<>(Direction.class);

  Optional<IkeMessage> open(IkeSaState state, Decoded decoded) throws Malformed {
    SkCipher cipher =
        state.secure().orElseThrow(() -> Malformed.drop("SK", "before there are keys")).cipher();
    return switch (decoded) {
      case Decoded.Clear _ -> throw Malformed.drop("SK", "missing");
      case Decoded.Sealed sealed -> Optional.of(MessageCodec.open(sealed, cipher));
      case Decoded.Fragment fragment ->
          fragments
              .computeIfAbsent(fragment.header().direction(), _ -> new FragmentAssembler())
              .add(fragment, cipher);
    };
  }
}
