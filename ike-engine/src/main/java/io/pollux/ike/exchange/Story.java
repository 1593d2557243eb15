package io.pollux.ike.exchange;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sad.MessageId;

/** Log lines about an IKE SA, IDs first (STYLE R17); never with anything that is secret. */
public final class Story {
  private Story() {}

  /** A transition. */
  public static void info(IkeSa sa, Exchange exchange, MessageId id, String story) {
    tell(sa, Effect.Level.INFO, exchange, id, story);
  }

  /** Something that an operator may have to look at, of his own making or the kernel's. */
  public static void warn(IkeSa sa, Exchange exchange, MessageId id, String story) {
    tell(sa, Effect.Level.WARN, exchange, id, story);
  }

  /** Something that a peer can cause at will: a few lines per second, the rest is counted only. */
  public static void peerCaused(IkeSa sa, Exchange exchange, MessageId id, String story) {
    if (sa.host().allow("report_" + exchange)) {
      tell(sa, Effect.Level.WARN, exchange, id, story);
    } else {
      sa.host().count("reports_suppressed");
    }
  }

  /** A detail. */
  public static void debug(IkeSa sa, Exchange exchange, MessageId id, String story) {
    tell(sa, Effect.Level.DEBUG, exchange, id, story);
  }

  private static void tell(
      IkeSa sa, Effect.Level level, Exchange exchange, MessageId id, String story) {
    sa.host()
        .emit(
            new Effect.Report(
                level,
                "ike="
                    + sa.spis()
                    + " conn="
                    + sa.connection()
                    + " mid="
                    + id
                    + " "
                    + exchange
                    + ": "
                    + story));
  }
}
