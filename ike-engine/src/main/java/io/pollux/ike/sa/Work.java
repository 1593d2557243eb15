package io.pollux.ike.sa;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * What an IKE SA needs to go on when the response to its outstanding request comes; its encoding is
 * the {@link io.pollux.ike.sad.Continuation} that the standby keeps.
 */
public sealed interface Work {
  /** IKE_SA_INIT or IKE_AUTH: the state knows the rest, a standby never hears of it. */
  record HalfOpen() implements Work {}

  /** CREATE_CHILD_SA for a new child. */
  record NewChild(ChildOffer offer) implements Work {}

  /** CREATE_CHILD_SA for the successor of {@code old}, named by our SPI. */
  record RekeyChild(EspSpi old, ChildOffer offer, Optional<Rival> rival) implements Work {
    public RekeyChild(EspSpi old, ChildOffer offer) {
      this(old, offer, Optional.empty());
    }
  }

  /** CREATE_CHILD_SA for the successor of the IKE SA. */
  record RekeyIke(IkeSpi spi, Octets ni, KeyAgreement agreement, Optional<Rival> rival)
      implements Work {
    public RekeyIke(IkeSpi spi, Octets ni, KeyAgreement agreement) {
      this(spi, ni, agreement, Optional.empty());
    }
  }

  /**
   * IKE_FOLLOWUP_KE (RFC 9370 section 2.2.4).
   *
   * @param of what the CREATE_CHILD_SA was for
   * @param response its response, as {@link io.pollux.ike.message.MessageCodec#authenticatedChunk}
   * @param secrets SK(1) | ... so far
   * @param remaining methods, beginning with that of {@code agreement}
   */
  record FollowUpKe(
      Work of, Octets response, Secret secrets, List<Integer> remaining, KeyAgreement agreement)
      implements Work {
    public FollowUpKe {
      remaining = List.copyOf(remaining);
    }
  }

  /** INFORMATIONAL with a Delete of the Child SA {@code inbound}. */
  record DeleteChild(EspSpi inbound, DeleteReason why) implements Work {}

  /** INFORMATIONAL with a Delete of the IKE SA. */
  record DeleteIke(DeleteReason why) implements Work {}

  /**
   * INFORMATIONAL with IPSEC_REPLAY_COUNTER_SYNC. Only the node that has asked knows from where it
   * counts, so a standby keeps no more than {@link Liveness} of it.
   */
  record SyncReplay(long delta) implements Work {}

  /** An empty INFORMATIONAL. */
  record Liveness() implements Work {}

  /**
   * A Child SA that we have offered.
   *
   * @param child the child's name in the configuration
   * @param spi our SPI
   * @param ni our nonce; in IKE_AUTH that of IKE_SA_INIT
   * @param agreement present with PFS
   */
  record ChildOffer(
      String child, EspSpi spi, Reqid reqid, Octets ni, Optional<KeyAgreement> agreement) {}

  /**
   * The peer's rekey of the same SA, which we answered while ours was out (RFC 7296 section 2.8.1).
   *
   * @param spi what we chose for its new SA: an ESP SPI in the low half, or an IKE SPI; 0 = it is
   *     not complete yet
   */
  record Rival(Octets ni, Octets nr, long spi) {}

  /** Wipes the private values and secrets in it; only of an exchange that does not go on. */
  default void wipe() {
    switch (this) {
      case NewChild(var offer) -> offer.agreement.ifPresent(KeyAgreement::close);
      case RekeyChild(var _, var offer, var _) -> offer.agreement.ifPresent(KeyAgreement::close);
      case RekeyIke(var _, var _, var agreement, var _) -> agreement.close();
      case FollowUpKe(var of, var _, var secrets, var _, var agreement) -> {
        agreement.close();
        secrets.close();
        of.wipe();
      }
      case HalfOpen _, DeleteChild _, DeleteIke _, SyncReplay _, Liveness _ -> {}
    }
  }

  /** For log lines and {@link io.pollux.ike.sad.Continuation#exchange}. */
  default String title() {
    return switch (this) {
      case HalfOpen _ -> "half open";
      case NewChild _ -> "new child";
      case RekeyChild _ -> "rekey child";
      case RekeyIke _ -> "rekey ike";
      case FollowUpKe followUp -> followUp.of.title() + ", more key exchanges";
      case DeleteChild _ -> "delete child";
      case DeleteIke _ -> "delete ike";
      case SyncReplay _ -> "replay sync";
      case Liveness _ -> "liveness";
    };
  }
}
