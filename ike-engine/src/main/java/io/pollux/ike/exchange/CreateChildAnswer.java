package io.pollux.ike.exchange;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.ProtocolId;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ProposalChoice.KeyExchangeUse;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.Children;
import io.pollux.ike.sa.Collision;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * CREATE_CHILD_SA as its responder, RFC 7296 sections 1.3, 2.8 and 2.25. The new inbound SA goes
 * into the kernel before the response leaves: the peer may send at once. The outbound SA is
 * switched when the peer uses the new one, or deletes the old one.
 */
final class CreateChildAnswer {
  private CreateChildAnswer() {}

  static void onRequest(IkeSa sa, IkeMessage request) {
    SaPayload offer = request.first(SaPayload.class).orElseThrow();
    boolean ike = offer.proposals().getFirst().protocolId() == ProtocolId.IKE.number();
    Optional<NotifyPayload> rekeySa = request.first(NotifyType.REKEY_SA);
    MessageId id = request.messageId();
    if (ike) {
      RekeyIkeAnswer.onRequest(sa, request);
    } else if (sa.work().filter(w -> isRekeyIke(w)).isPresent()) {
      refuse(sa, id, NotifyType.TEMPORARY_FAILURE, "we are rekeying the IKE SA");
    } else if (rekeySa.isPresent()) {
      rekey(sa, request, rekeySa.get());
    } else if (sa.children().size() >= sa.host().config().maxChildren()) {
      refuse(sa, id, NotifyType.NO_ADDITIONAL_SAS, "there are " + sa.children().size());
    } else {
      answer(sa, request, Optional.empty());
    }
  }

  private static boolean isMakingChild(IkeSa sa) {
    return sa.work()
        .map(w -> w instanceof Work.FollowUpKe followUp ? followUp.of() : w)
        .filter(w -> w instanceof Work.NewChild || w instanceof Work.RekeyChild)
        .isPresent();
  }

  private static boolean isRekeyIke(Work work) {
    return work instanceof Work.RekeyIke
        || work instanceof Work.FollowUpKe followUp && followUp.of() instanceof Work.RekeyIke;
  }

  private static void rekey(IkeSa sa, IkeMessage request, NotifyPayload rekeySa) {
    MessageId id = request.messageId();
    Optional<EspSpi> spi = rekeySa.espSpi();
    Optional<ChildSa> old = spi.flatMap(sa.children()::byOutbound);
    if (old.isEmpty() && isMakingChild(sa)) { // perhaps that one: its SPI comes with our response
      refuse(sa, id, NotifyType.TEMPORARY_FAILURE, "we are making a child ourselves");
      return;
    }
    if (old.isEmpty()) {
      NotifyPayload notFound =
          spi.map(s -> NotifyPayload.ofEsp(NotifyType.CHILD_SA_NOT_FOUND, s))
              .orElse(NotifyPayload.of(NotifyType.CHILD_SA_NOT_FOUND));
      String story =
          "there is no child with the SPI " + spi.map(EspSpi::toString).orElse("of 0 octets");
      refuse(sa, Exchange.CREATE_CHILD_SA, id, notFound, story);
      return;
    }
    orphaned(sa, old.get())
        .ifPresent(
            orphan -> {
              sa.host().count("children_orphaned");
              sa.children().down(orphan, DeleteReason.FAILED);
              old.get().enter(ChildSa.Phase.LIVE);
            });
    switch (Collision.answer(Collision.Asked.REKEY_CHILD, doing(sa, old.get()))) {
      case AS_USUAL, AS_USUAL_AND_COMPARE, AS_USUAL_AND_FORGET_OURS -> answer(sa, request, old);
      case TEMPORARY_FAILURE, WITHOUT_DELETE, CHILD_SA_NOT_FOUND ->
          refuse(sa, id, NotifyType.TEMPORARY_FAILURE, "we are closing or rekeying that child");
    }
  }

  /**
   * The successor of {@code old} that the peer asked for and never heard of: our response went
   * astray when one side failed over, else it would not ask again (RFC 6311 section 9).
   */
  private static Optional<ChildSa> orphaned(IkeSa sa, ChildSa old) {
    return old.phase() == ChildSa.Phase.REPLACED
        ? sa.children().unusedSuccessor(old)
        : Optional.empty();
  }

  private static Collision.Doing doing(IkeSa sa, ChildSa old) {
    return switch (old.phase()) {
      case LIVE -> Collision.Doing.NOTHING;
      case REPLACED, DELETING -> Collision.Doing.CLOSE_CHILD;
      case REKEYING -> ours(sa, old).isPresent() ? Collision.Doing.REKEY_CHILD : underWay(sa);
    };
  }

  private static Collision.Doing underWay(IkeSa sa) {
    boolean followUp = sa.work().filter(w -> w instanceof Work.FollowUpKe).isPresent();
    return followUp ? Collision.Doing.FOLLOW_UP_CHILD : Collision.Doing.NOTHING;
  }

  /** Our request to rekey {@code old}, if it is out and has no rival yet. */
  private static Optional<Work.RekeyChild> ours(IkeSa sa, ChildSa old) {
    return sa.work()
        .flatMap(
            w ->
                w instanceof Work.RekeyChild rekey
                        && rekey.old().equals(old.inbound())
                        && rekey.rival().isEmpty()
                    ? Optional.of(rekey)
                    : Optional.empty());
  }

  /** Ours and the peer's cross: the nonces will decide when our response comes. */
  private static void rival(
      IkeSa sa, Optional<ChildSa> rekeyed, ChildNegotiation.Nonces nonces, long spi) {
    rekeyed
        .flatMap(old -> ours(sa, old))
        .ifPresent(
            work -> {
              sa.host().count("rekeys_crossed");
              Work.Rival rival = new Work.Rival(nonces.ni(), nonces.nr(), spi);
              sa.rework(new Work.RekeyChild(work.old(), work.offer(), Optional.of(rival)));
            });
  }

  private static void answer(IkeSa sa, IkeMessage request, Optional<ChildSa> rekeyed) {
    Octets ni = request.first(NoncePayload.class).orElseThrow().nonce();
    Octets nr = Octets.owning(sa.host().entropy().nonce(IkeSaInit.NONCE_OCTETS));
    ChildNegotiation.Nonces nonces = new ChildNegotiation.Nonces(ni, nr, Role.RESPONDER);
    switch (ChildNegotiation.answer(sa, request, KeyExchangeUse.AS_CONFIGURED, nonces, rekeyed)) {
      case ChildNegotiation.Result.Refused(var notify, var story) ->
          refuse(sa, Exchange.CREATE_CHILD_SA, request.messageId(), notify, story);
      case ChildNegotiation.Result.Agreed agreed ->
          goOn(sa, request.messageId(), agreed, nonces, rekeyed);
    }
  }

  private static void goOn(
      IkeSa sa,
      MessageId id,
      ChildNegotiation.Result.Agreed agreed,
      ChildNegotiation.Nonces nonces,
      Optional<ChildSa> rekeyed) {
    List<Payload> first = new ArrayList<>(List.of(new NoncePayload(nonces.nr())));
    if (agreed.chosen().additional().isEmpty()) {
      Function<ChildSaSnapshot, List<Payload>> payloads =
          child -> {
            first.addAll(agreed.with(child).answer());
            return first;
          };
      install(sa, new Reply(Exchange.CREATE_CHILD_SA, id, payloads, true), agreed, rekeyed, nonces);
      return;
    }
    first.addAll(agreed.answer());
    rival(sa, rekeyed, nonces, 0);
    FollowUpKe.await(
        sa,
        first,
        agreed.chosen().additional(),
        agreed.shared(),
        (more, last) -> {
          ChildSaSnapshot child = agreed.withMore().apply(more);
          MessageId now = sa.window().nextPeer();
          Optional<ChildSa> old = rekeyed.flatMap(c -> sa.children().byInbound(c.inbound()));
          install(
              sa,
              new Reply(Exchange.IKE_FOLLOWUP_KE, now, _ -> last, false),
              agreed.with(child),
              old,
              nonces);
        });
  }

  /**
   * How the child is answered for.
   *
   * @param fresh whether the peer does not know our SPI yet
   */
  private record Reply(
      Exchange exchange,
      MessageId id,
      Function<ChildSaSnapshot, List<Payload>> payloads,
      boolean fresh) {}

  private static void install(
      IkeSa sa,
      Reply reply,
      ChildNegotiation.Result.Agreed agreed,
      Optional<ChildSa> rekeyed,
      ChildNegotiation.Nonces nonces) {
    Optional<ChildSa> alike = rekeyed.filter(c -> Children.samePolicies(c.value(), agreed.child()));
    Optional<ChildSa> before = alike.or(() -> sa.children().withPoliciesOf(agreed.child()));
    // With other selectors it stands beside the old one, until the peer deletes that.
    boolean beside = rekeyed.isPresent() && alike.isEmpty();
    ChildInstall.install(
        sa,
        beside ? ChildInstall.withNewReqid(sa, agreed.child()) : agreed.child(),
        before,
        reply.fresh,
        new ChildInstall.Then(
            child -> {
              ChildInstall.up(sa, child, before);
              String what =
                  rekeyed
                      .map(old -> "peer rekeyed child " + old.inbound() + " ->")
                      .orElse("child up");
              ChildInstall.tell(sa, reply.exchange, reply.id, what, child);
              rival(sa, rekeyed, nonces, Integer.toUnsignedLong(child.inboundSpi().value()));
              Messages.respond(sa, reply.exchange, reply.payloads.apply(child));
            },
            // The kernel may take it later, and the peer may ask again.
            refused ->
                refuse(
                    sa,
                    reply.exchange,
                    reply.id,
                    NotifyPayload.of(NotifyType.TEMPORARY_FAILURE),
                    refused.description())));
  }

  private static void refuse(IkeSa sa, MessageId id, NotifyType type, String story) {
    refuse(sa, Exchange.CREATE_CHILD_SA, id, NotifyPayload.of(type), story);
  }

  private static void refuse(
      IkeSa sa, Exchange exchange, MessageId id, NotifyPayload notify, String story) {
    Story.peerCaused(sa, exchange, id, "child refused with " + notify.type() + ": " + story);
    if (notify.type().equals(NotifyType.INVALID_SYNTAX)) {
      Messages.refuseSyntax(sa, exchange);
    } else {
      Messages.refuse(sa, exchange, notify);
    }
  }
}
