package io.pollux.ike.sa;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * Where an IKE SA stands; each state holds what its next message needs, and no more.
 *
 * <pre>
 *   initiator   SaInitSent [-> IntermediateSent] -> AuthSent ---.
 *                                                                >-> Established -> Superseded -> Closed
 *   responder   SaInitAnswered ---------------------------------'        '-> Deleting ------------'
 * </pre>
 */
public sealed interface IkeSaState {
  /**
   * Our IKE_SA_INIT request is out.
   *
   * @param request as it was last sent: our part of what AUTH covers
   * @param cookie what the responder asked for
   * @param groups key exchange methods that we have sent a public value of
   * @param retries how often the responder has asked for another request
   */
  record SaInitSent(
      Octets request,
      Octets ni,
      KeyAgreement agreement,
      Optional<Octets> cookie,
      List<Integer> groups,
      int retries)
      implements IkeSaState {
    public SaInitSent {
      groups = List.copyOf(groups);
    }
  }

  /**
   * We have answered IKE_SA_INIT.
   *
   * @param candidates the connections that the addresses and proposals leave, by name
   */
  record SaInitAnswered(Secured secured, InitMessages init, List<String> candidates)
      implements IkeSaState {
    public SaInitAnswered {
      candidates = List.copyOf(candidates);
    }
  }

  /**
   * Our IKE_INTERMEDIATE request is out.
   *
   * @param intAuthI with this request in it
   */
  record IntermediateSent(
      Secured secured, InitMessages init, KeyAgreement agreement, Octets intAuthI)
      implements IkeSaState {}

  /** Our IKE_AUTH request is out, with the offer of the first child. */
  record AuthSent(Secured secured, InitMessages init, Optional<Work.ChildOffer> child)
      implements IkeSaState {}

  /** Both have proven who they are. */
  record Established(Secured secured, PeerProof proof) implements IkeSaState {}

  /** Another IKE SA has taken its place and its children; it waits for its Delete. */
  record Superseded(Secured secured, PeerProof proof) implements IkeSaState {}

  /** Our Delete is out. */
  record Deleting(Secured secured, PeerProof proof, DeleteReason why) implements IkeSaState {}

  /** Over. */
  record Closed(DeleteReason why) implements IkeSaState {}

  /**
   * What AUTH covers of IKE_SA_INIT (RFC 7296 section 2.15).
   *
   * @param own our message with its header
   * @param peer the peer's
   * @param intermediate the exchanges between IKE_SA_INIT and IKE_AUTH
   */
  record InitMessages(Octets own, Octets peer, Octets ni, Octets nr, Intermediate intermediate) {
    public InitMessages with(Intermediate next) {
      return new InitMessages(own, peer, ni, nr, next);
    }

    /** The end of the signed octets (RFC 9242 section 3.3.2). */
    public Octets intAuth() {
      return intermediate.intAuth();
    }
  }

  /** How the next message is protected; empty before keys and after the end. */
  default Optional<Secured> secure() {
    return switch (this) {
      case SaInitSent _, Closed _ -> Optional.empty();
      case SaInitAnswered s -> Optional.of(s.secured);
      case IntermediateSent s -> Optional.of(s.secured);
      case AuthSent s -> Optional.of(s.secured);
      case Established s -> Optional.of(s.secured);
      case Superseded s -> Optional.of(s.secured);
      case Deleting s -> Optional.of(s.secured);
    };
  }

  /** Whom we talk to; empty before the proof and after the end. */
  default Optional<PeerProof> proven() {
    return switch (this) {
      case SaInitSent _, SaInitAnswered _, IntermediateSent _, AuthSent _, Closed _ ->
          Optional.empty();
      case Established s -> Optional.of(s.proof);
      case Superseded s -> Optional.of(s.proof);
      case Deleting s -> Optional.of(s.proof);
    };
  }

  /** Forgets keys and private values. */
  default void wipe() {
    secure().ifPresent(Secured::wipe);
    if (this instanceof SaInitSent sent) {
      sent.agreement.close();
    }
    if (this instanceof IntermediateSent sent) {
      sent.agreement.close();
    }
  }
}
