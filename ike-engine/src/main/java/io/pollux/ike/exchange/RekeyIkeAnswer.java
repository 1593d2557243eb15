package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Input;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.Accepted;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Timers;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/** The responder's part of {@link RekeyIke}. */
final class RekeyIkeAnswer {
  private RekeyIkeAnswer() {}

  static void onRequest(IkeSa sa, IkeMessage request) {
    MessageId id = request.messageId();
    Optional<ConnectionPolicy> policy = sa.policy();
    Optional<KePayload> ke = request.first(KePayload.class);
    if (isBusy(sa)) {
      refuse(sa, id, NotifyPayload.of(NotifyType.TEMPORARY_FAILURE), "an exchange is under way");
    } else if (policy.isEmpty() || ke.isEmpty()) {
      refuse(sa, id, NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN), "no KE, or no connection");
    } else {
      choose(sa, request, policy.get(), ke.get());
    }
  }

  /** RFC 7296 section 2.25.2. */
  private static boolean isBusy(IkeSa sa) {
    boolean deleting =
        sa.children().all().stream().anyMatch(c -> c.phase() == ChildSa.Phase.DELETING);
    return deleting
        || sa.work()
            .filter(
                work ->
                    switch (work) {
                      case Work.HalfOpen _,
                          Work.NewChild _,
                          Work.RekeyChild _,
                          Work.FollowUpKe _,
                          Work.DeleteChild _,
                          Work.DeleteIke _ ->
                          true;
                      case Work.RekeyIke rekey -> rekey.rival().isPresent();
                      case Work.SyncReplay _, Work.Liveness _ -> false;
                    })
            .isPresent();
  }

  private static void choose(IkeSa sa, IkeMessage request, ConnectionPolicy policy, KePayload ke) {
    MessageId id = request.messageId();
    SaPayload offer = request.first(SaPayload.class).orElseThrow();
    switch (ProposalChoice.chooseIke(offer, policy.proposals())) {
      case ProposalChoice.None(var reason) ->
          refuse(sa, id, NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN), reason);
      case ProposalChoice.Chosen chosen -> {
        int group = chosen.ikeAlgorithms().keyExchange();
        Optional<IkeSpi> peer = IkeSuccessor.spi(chosen.spi());
        if (peer.isEmpty()) {
          refuse(sa, id, NotifyPayload.of(NotifyType.INVALID_SYNTAX), "SPI of the offer");
        } else if (ke.method() != group) {
          Octets wanted = new WireWriter().u16(group).toOctets();
          refuse(
              sa,
              id,
              NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, wanted),
              "key exchange " + group + " is needed");
        } else {
          answer(sa, request, chosen, peer.get(), ke);
        }
      }
    }
  }

  private static void answer(
      IkeSa sa, IkeMessage request, ProposalChoice.Chosen chosen, IkeSpi peer, KePayload ke) {
    MessageId id = request.messageId();
    Octets ni = request.first(NoncePayload.class).orElseThrow().nonce();
    Octets nr = Octets.owning(sa.host().entropy().nonce(IkeSaInit.NONCE_OCTETS));
    IkeSpis spis = new IkeSpis(peer, sa.host().newIkeSpi());
    try {
      KeyAgreement.Answer answer = IkeSaInit.answer(sa.host(), ke);
      Secret shared = answer.shared();
      List<Payload> payloads =
          List.of(
              chosen.answer(IkeSuccessor.octets(spis.responder())),
              new NoncePayload(nr),
              new KePayload(ke.method(), answer.publicValue()));
      IkeAlgorithms algorithms = chosen.ikeAlgorithms();
      if (chosen.additional().isEmpty()) {
        IkeSuccessor.Keys keys =
            new IkeSuccessor.Keys(algorithms, shared, ni, nr, Secret.EMPTY, spis);
        finish(sa, keys, Exchange.CREATE_CHILD_SA, payloads);
        shared.close();
      } else {
        rework(sa, new Work.Rival(ni, nr, 0));
        FollowUpKe.await(
            sa,
            payloads,
            chosen.additional(),
            shared,
            (more, last) ->
                finish(
                    sa,
                    new IkeSuccessor.Keys(algorithms, shared, ni, nr, more, spis),
                    Exchange.IKE_FOLLOWUP_KE,
                    last));
      }
    } catch (Malformed e) {
      refuse(sa, id, NotifyPayload.of(new NotifyType(e.answer()), e.data()), e.getMessage());
    }
  }

  /** Ours and the peer's cross: the nonces will decide when our response comes. */
  private static void rework(IkeSa sa, Work.Rival rival) {
    if (sa.work().orElse(null) instanceof Work.RekeyIke ours) {
      sa.host().count("rekeys_crossed");
      sa.rework(new Work.RekeyIke(ours.spi(), ours.ni(), ours.agreement(), Optional.of(rival)));
    }
  }

  /** The responder has all keys: the new IKE SA stands, in the old one's place if none of ours. */
  private static void finish(
      IkeSa sa, IkeSuccessor.Keys keys, Exchange exchange, List<Payload> payloads) {
    MessageId id = sa.window().nextPeer();
    boolean crosses = sa.work().orElse(null) instanceof Work.RekeyIke;
    if (exchange == Exchange.IKE_FOLLOWUP_KE && !crosses && isBusy(sa)) {
      // What we began between its exchanges would be answered on an IKE SA without children.
      NotifyPayload later = NotifyPayload.of(NotifyType.TEMPORARY_FAILURE);
      refuse(sa, exchange, id, later, "an exchange is under way");
      return;
    }
    IkeSa fresh = IkeSuccessor.of(sa, Role.RESPONDER, keys);
    if (crosses) {
      long own = keys.spis().responder().value();
      IkeSuccessor.beside(sa, fresh);
      rework(sa, new Work.Rival(keys.ni(), keys.nr(), own));
      Messages.respond(sa, exchange, payloads);
      return;
    }
    IkeSuccessor.supersede(sa, fresh);
    Messages.respond(sa, exchange, payloads);
    sa.timers().set(Timers.Kind.CLOSE, sa.host().nowNs() + sa.host().config().closeNs());
    Story.info(
        sa,
        exchange,
        id,
        "peer rekeyed the IKE SA -> " + keys.spis() + " " + Accepted.text(keys.algorithms()));
    sa.host()
        .ended(sa, Input.Verb.REKEY_IKE, "", true, "IKE SA rekeyed by peer, now " + keys.spis());
  }

  private static void refuse(IkeSa sa, MessageId id, NotifyPayload notify, String story) {
    refuse(sa, Exchange.CREATE_CHILD_SA, id, notify, story);
  }

  private static void refuse(
      IkeSa sa, Exchange exchange, MessageId id, NotifyPayload notify, String story) {
    Story.peerCaused(
        sa, exchange, id, "rekey of the IKE SA refused with " + notify.type() + ": " + story);
    if (notify.type().equals(NotifyType.INVALID_SYNTAX)) {
      Messages.refuseSyntax(sa, exchange);
    } else {
      Messages.refuse(sa, exchange, notify);
    }
  }
}
