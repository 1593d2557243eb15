package io.pollux.ike.exchange;

import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Path;
import io.pollux.ike.sa.Task;

/**
 * An unprotected INVALID_IKE_SPI, RFC 7296 sections 1.5 and 2.21.4: anybody can send it, and so can
 * a peer that has lost its state. It changes nothing; but it is told, and the peer is asked at once
 * whether it lives, once a minute for each IKE SA at most (section 2.4 wants a bound).
 *
 * <pre>
 *   <-  HDR, N(INVALID_IKE_SPI)
 *   HDR, SK {}  ->                  unless a request is out already, which asks the same
 * </pre>
 */
final class Hint {
  private Hint() {}

  /** What {@code message}, which is not protected, may be a hint of. */
  static void from(IkeSa sa, IkeMessage message, Path seen) {
    boolean hint =
        message.has(NotifyType.INVALID_IKE_SPI)
            && sa.state() instanceof IkeSaState.Established
            && seen.peer().address().equals(sa.path().peer().address());
    if (!hint || !sa.lifespan().hints().take(sa.host().nowNs())) {
      return;
    }
    sa.host().count("invalid_ike_spi_hints");
    boolean asked = sa.window().isBusy();
    Story.warn(
        sa,
        Exchange.INFORMATIONAL,
        message.messageId(),
        "INVALID_IKE_SPI from "
            + seen.peer()
            + ", not protected: the peer has lost this IKE SA, or somebody pretends that; "
            + (asked ? "our request is out and will tell" : "asking whether it lives"));
    if (!asked) {
      sa.tasks().add(new Task.Liveness());
    }
  }
}
