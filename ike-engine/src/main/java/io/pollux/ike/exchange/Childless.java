package io.pollux.ike.exchange;

import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.ProtocolId;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.wire.Octets;

/**
 * IKE SAs without a Child SA, RFC 6023: a responder always says that it makes them.
 *
 * <pre>
 *   HDR, SAi1, KEi, Ni  ->
 *   <-  HDR, SAr1, KEr, Nr, N(CHILDLESS_IKEV2_SUPPORTED)
 *   HDR, SK { IDi, AUTH, ... }  ->                              neither SA nor TSi and TSr
 *   <-  HDR, SK { IDr, AUTH, ... }
 * </pre>
 */
final class Childless {
  /** Section 4 asks for Protocol ID 1, although there is no SPI. */
  static final NotifyPayload SUPPORTED =
      new NotifyPayload(
          ProtocolId.IKE.number(),
          Octets.EMPTY,
          NotifyType.CHILDLESS_IKEV2_SUPPORTED,
          Octets.EMPTY);

  private Childless() {}

  /** Whether the responder has said so, of its initiator. */
  static boolean isPossible(IkeSaState.InitMessages init) {
    return AuthMethods.message(init.peer())
        .filter(m -> m.has(NotifyType.CHILDLESS_IKEV2_SUPPORTED))
        .isPresent();
  }
}
