package io.pollux.ha.counters;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.SaId;

/** What a takeover does with one outbound SA. */
public sealed interface Verdict {
  /** The child's inbound SPI. */
  EspSpi child();

  /** For {@link CounterTracker#add}: jumps that no delivered packet has followed. */
  long debt();

  /** The armed counter is ahead: nothing is to be done. */
  record Safe(EspSpi child, Margin margin, long debt) implements Verdict {}

  /** XFRM_MSG_NEWAE with this oseq before the gate opens. */
  record NewAe(EspSpi child, SaId outbound, long oseq, Margin margin, long debt)
      implements Verdict {}

  /** Delete the outbound SA before the gate opens; the child is rekeyed first. */
  record Shut(EspSpi child, SaId outbound, Arming.Why why) implements Verdict {
    @Override
    public long debt() {
      return 0;
    }
  }
}
