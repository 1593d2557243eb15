package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.Optional;

/** The IKE SA that a rekey makes: its SPI in an SA payload, its keys, its place (section 2.18). */
final class IkeSuccessor {
  private IkeSuccessor() {}

  static Octets octets(IkeSpi spi) {
    return new WireWriter().u64(spi.value()).toOctets();
  }

  /** Empty for what cannot be the SPI of an IKE SA. */
  static Optional<IkeSpi> spi(Octets octets) {
    return octets.length() == 8 && octets.asBuffer().getLong() != 0
        ? Optional.of(new IkeSpi(octets.asBuffer().getLong()))
        : Optional.empty();
  }

  /** What the new IKE SA's keys are made of; {@code more} are those of RFC 9370. */
  record Keys(
      IkeAlgorithms algorithms, Secret shared, Octets ni, Octets nr, Secret more, IkeSpis spis) {}

  /** With keys of its own and the proofs of {@code old}. */
  static IkeSa of(IkeSa old, Role us, Keys keys) {
    Secured before = old.state().secure().orElseThrow();
    IkeKeys derived =
        KeySchedule.rekey(
            old.host().crypto(),
            before.algorithms(),
            before.keys().skD(),
            keys.algorithms,
            keys.shared,
            keys.ni,
            keys.nr,
            keys.more,
            keys.spis);
    IkeSaState state =
        new IkeSaState.Established(
            Secured.of(old.host(), keys.algorithms, derived, us),
            old.state().proven().orElseThrow());
    return new IkeSa(old.host(), us, keys.spis, old.connection(), old.path(), state);
  }

  /** {@code fresh} has the children from now on. */
  static void supersede(IkeSa old, IkeSa fresh) {
    old.supersede(fresh);
    old.become(
        new IkeSaState.Superseded(
            old.state().secure().orElseThrow(), old.state().proven().orElseThrow()));
  }

  /** Both have crossed: {@code fresh} waits without children for what becomes of it. */
  static void beside(IkeSa sa, IkeSa fresh) {
    sa.standBeside(fresh);
    fresh.become(
        new IkeSaState.Superseded(
            fresh.state().secure().orElseThrow(), fresh.state().proven().orElseThrow()));
  }
}
