package io.pollux.ha.counters;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.sad.Volume;

/** What a takeover does with one outbound SA. */
public sealed interface Verdict {
  /** The child's inbound SPI. */
  EspSpi child();

  /** What takeovers have done to the SA, this one included. */
  Jumps jumps();

  /** The counters that the reign begins with, as far as they are not those of the last reading. */
  default ReplayState start() {
    return switch (this) {
      case Safe safe -> start(safe.margin.armed(), safe.jumps);
      case NewAe write -> start(write.oseq, write.jumps);
      case Shut no -> start(0, no.jumps);
    };
  }

  /** Of an outbound SA that goes on from {@code oseq}. */
  static ReplayState start(long oseq, Jumps jumps) {
    return new ReplayState(oseq, 0, jumps, Volume.NONE);
  }

  /** The armed counter is ahead: nothing is to be done. */
  record Safe(EspSpi child, Margin margin, Jumps jumps) implements Verdict {}

  /** XFRM_MSG_NEWAE with this oseq before the gate opens. */
  record NewAe(EspSpi child, SaId outbound, long oseq, Margin margin, Jumps jumps)
      implements Verdict {}

  /**
   * Delete the outbound SA before the gate opens; the child is rekeyed first. Its jumps are {@link
   * Arming#SPENT}, so that no later takeover uses the key either.
   */
  record Shut(EspSpi child, SaId outbound, Arming.Why why, Jumps jumps) implements Verdict {}
}
