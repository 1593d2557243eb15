package io.pollux.ike.exchange;

import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.List;

/** A request that was answered already, RFC 7296 section 2.1 and RFC 7383 section 2.6.1. */
final class Repetition {
  private static final int EXCHANGE_TYPE_AT = 18; // RFC 7296 section 3.1

  private Repetition() {}

  /**
   * The same octets again, but only for who can prove that he asks (no amplifier for strangers).
   */
  static void answer(IkeSa sa, Decoded decoded, List<Octets> response) {
    if (response.getFirst().at(EXCHANGE_TYPE_AT) != decoded.header().exchangeType()) {
      sa.host().count("requests_outside_window"); // an old ID, and no repetition
      return;
    }
    boolean asked =
        switch (decoded) {
          case Decoded.Clear _ -> false;
          case Decoded.Sealed sealed ->
              isIntermediate(sa, sealed.header()) || isAuthentic(sa, sealed);
          case Decoded.Fragment fragment -> // the first one speaks for all: section 2.6.1
              fragment.number() == 1
                  && (isIntermediate(sa, fragment.header()) || isAuthentic(sa, fragment));
        };
    if (asked) {
      sa.host().count("responses_repeated");
      sa.transmit(response);
    }
  }

  /**
   * Its keys are gone with its answer; who repeats it has seen both SPIs, and gets back about what
   * he has sent.
   */
  private static boolean isIntermediate(IkeSa sa, IkeHeader header) {
    return !sa.isUp() && header.exchangeType() == Exchange.IKE_INTERMEDIATE.number();
  }

  private static boolean isAuthentic(IkeSa sa, Decoded.Sealed sealed) {
    try {
      sa.open(sealed);
      return true;
    } catch (Malformed e) {
      return e.answer() != Malformed.DROP;
    }
  }

  /** Beside the assembler, which may be busy with the next message. */
  private static boolean isAuthentic(IkeSa sa, Decoded.Fragment fragment) {
    try {
      Secured secured = sa.state().secure().orElseThrow();
      secured.cipher().open(fragment.datagram().toArray(), fragment.bodyFrom());
      return true;
    } catch (Malformed _) {
      return false;
    }
  }
}
