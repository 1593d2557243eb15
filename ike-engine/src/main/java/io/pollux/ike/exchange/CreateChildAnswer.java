package io.pollux.ike.exchange;

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
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    if (ike) {
      RekeyIke.onRequest(sa, request);
    } else if (sa.work().filter(w -> w instanceof Work.RekeyIke).isPresent()) {
      Messages.refuse(sa, Exchange.CREATE_CHILD_SA, NotifyPayload.of(NotifyType.TEMPORARY_FAILURE));
    } else if (rekeySa.isPresent()) {
      rekey(sa, request, rekeySa.get());
    } else if (sa.children().size() >= sa.host().config().maxChildren()) {
      Messages.refuse(sa, Exchange.CREATE_CHILD_SA, NotifyPayload.of(NotifyType.NO_ADDITIONAL_SAS));
    } else {
      answer(sa, request, Optional.empty());
    }
  }

  private static void rekey(IkeSa sa, IkeMessage request, NotifyPayload rekeySa) {
    Optional<EspSpi> spi = rekeySa.espSpi();
    Optional<ChildSa> old = spi.flatMap(sa.children()::byOutbound);
    if (old.isEmpty()) {
      NotifyPayload notFound =
          spi.map(s -> NotifyPayload.ofEsp(NotifyType.CHILD_SA_NOT_FOUND, s))
              .orElse(NotifyPayload.of(NotifyType.CHILD_SA_NOT_FOUND));
      Messages.refuse(sa, Exchange.CREATE_CHILD_SA, notFound);
      return;
    }
    boolean free =
        switch (old.get().phase()) {
          case LIVE -> true;
          // Our own request for a successor is out: one of us has to try again (section 2.25).
          case REKEYING, REPLACED, DELETING -> false;
        };
    if (free) {
      answer(sa, request, old);
    } else {
      Messages.refuse(sa, Exchange.CREATE_CHILD_SA, NotifyPayload.of(NotifyType.TEMPORARY_FAILURE));
    }
  }

  private static void answer(IkeSa sa, IkeMessage request, Optional<ChildSa> rekeyed) {
    Octets ni = request.first(NoncePayload.class).orElseThrow().nonce();
    Octets nr = Octets.owning(sa.host().entropy().nonce(IkeSaInit.NONCE_OCTETS));
    ChildNegotiation.Nonces nonces = new ChildNegotiation.Nonces(ni, nr, Role.RESPONDER);
    switch (ChildNegotiation.answer(sa, request, KeyExchangeUse.AS_CONFIGURED, nonces, rekeyed)) {
      case ChildNegotiation.Result.Refused(var notify, var story) ->
          refuse(sa, request.messageId(), notify, story);
      case ChildNegotiation.Result.Agreed agreed ->
          install(sa, request.messageId(), agreed, nr, rekeyed);
    }
  }

  private static void install(
      IkeSa sa,
      MessageId id,
      ChildNegotiation.Result.Agreed agreed,
      Octets nr,
      Optional<ChildSa> rekeyed) {
    Optional<ChildSa> before = rekeyed.or(() -> sa.children().withPoliciesOf(agreed.child()));
    ChildInstall.install(
        sa,
        agreed.child(),
        before,
        true,
        new ChildInstall.Then(
            child -> {
              ChildInstall.up(sa, child, before);
              String what =
                  rekeyed
                      .map(old -> "peer rekeyed child " + old.inbound() + " ->")
                      .orElse("child up");
              ChildInstall.tell(sa, Exchange.CREATE_CHILD_SA, id, what, child);
              List<Payload> payloads = new ArrayList<>();
              payloads.add(new NoncePayload(nr));
              payloads.addAll(
                  new ChildNegotiation.Result.Agreed(child, agreed.chosen(), agreed.ke()).answer());
              Messages.respond(sa, Exchange.CREATE_CHILD_SA, payloads);
            },
            // The kernel may take it later, and the peer may ask again.
            refused ->
                refuse(
                    sa,
                    id,
                    NotifyPayload.of(NotifyType.TEMPORARY_FAILURE),
                    refused.description())));
  }

  private static void refuse(IkeSa sa, MessageId id, NotifyPayload notify, String story) {
    Story.peerCaused(
        sa, Exchange.CREATE_CHILD_SA, id, "child refused with " + notify.type() + ": " + story);
    Messages.refuse(sa, Exchange.CREATE_CHILD_SA, notify);
  }
}
