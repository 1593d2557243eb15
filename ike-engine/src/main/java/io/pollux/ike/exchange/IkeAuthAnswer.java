package io.pollux.ike.exchange;

import io.pollux.ike.crypto.PskAuth;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.IdPayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.ConnectionSelection;
import io.pollux.ike.policy.ProposalChoice.KeyExchangeUse;
import io.pollux.ike.sa.Host;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.PeerProof;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * IKE_AUTH as its responder, RFC 7296 sections 1.2 and 2.15: who the peer is decides which
 * connection it means. A peer that wants EAP or signs with a certificate gets
 * AUTHENTICATION_FAILED.
 */
final class IkeAuthAnswer {
  private IkeAuthAnswer() {}

  static void onRequest(IkeSa sa, IkeSaState.SaInitAnswered state, IkeMessage request) {
    Host host = sa.host();
    Optional<IdPayload> idi = request.first(IdPayload.class, PayloadType.IDI.number());
    Optional<AuthPayload> auth = request.first(AuthPayload.class);
    if (idi.isEmpty() || auth.isEmpty()) {
      fail(sa, request, "the peer does not authenticate with a shared key");
      return;
    }
    Optional<IdPayload> idr = request.first(IdPayload.class, PayloadType.IDR.number());
    List<ConnectionPolicy> candidates =
        state.candidates().stream()
            .map(host::connection)
            .flatMap(Optional::stream)
            .filter(c -> ConnectionSelection.accepts(c.proposals(), state.secured().algorithms()))
            .toList();
    Optional<ConnectionPolicy> policy =
        ConnectionSelection.byIdentity(
            candidates, idi.get().identity(), idr.map(IdPayload::identity));
    if (policy.isEmpty()) {
      fail(
          sa,
          request,
          "no connection for "
              + idi.get().identity()
              + idr.map(i -> " who wants " + i.identity()).orElse(""));
      return;
    }
    host.regroup(sa, policy.get().name());
    Optional<Secret> psk =
        host.psk(policy.get().name(), policy.get().localId(), idi.get().identity());
    if (psk.isEmpty()) {
      fail(sa, request, "no secret for " + idi.get().identity());
      return;
    }
    Optional<PeerProof> proof = verify(sa, state, psk.get(), idi.get(), auth.get(), policy.get());
    if (proof.isEmpty()) {
      fail(sa, request, idi.get().identity() + " could not prove its identity");
      return;
    }
    sa.setPath(sa.path().withNat(sa.path().nat(), policy.get().forceUdpEncap()));
    accept(sa, state, request, psk.get(), proof.get());
  }

  private static Optional<PeerProof> verify(
      IkeSa sa,
      IkeSaState.SaInitAnswered state,
      Secret psk,
      IdPayload idi,
      AuthPayload auth,
      ConnectionPolicy policy) {
    if (auth.method() != AuthPayload.SHARED_KEY_MESSAGE_INTEGRITY_CODE) {
      return Optional.empty();
    }
    Secured secured = state.secured();
    Octets signed =
        PskAuth.signedOctets(
            sa.host().crypto(),
            secured.prf(),
            state.init().peer(),
            state.init().nr(),
            secured.keys().skPi(),
            idi.body());
    return PeerProof.ofPsk(
        sa.host().crypto(),
        secured.prf(),
        psk,
        signed,
        auth.data(),
        policy.localId(),
        idi.identity());
  }

  private static void accept(
      IkeSa sa, IkeSaState.SaInitAnswered state, IkeMessage request, Secret psk, PeerProof proof) {
    sa.host().identified(sa, proof);
    IdPayload idr = IdPayload.idr(proof.local());
    Octets signed =
        PskAuth.signedOctets(
            sa.host().crypto(),
            state.secured().prf(),
            state.init().own(),
            state.init().ni(),
            state.secured().keys().skPr(),
            idr.body());
    List<Payload> payloads = new ArrayList<>();
    payloads.add(idr);
    payloads.add(IkeAuth.auth(sa, state.secured(), psk, signed));
    Optional<ConnectionPolicy> policy = sa.policy();
    policy.ifPresent(p -> payloads.addAll(CounterSync.answer(p, request)));
    if (request.first(SaPayload.class).isEmpty()) { // RFC 6023, though we did not say we can
      established(sa, state, request, proof);
      respond(sa, request, payloads);
      return;
    }
    ChildNegotiation.Nonces nonces =
        new ChildNegotiation.Nonces(state.init().ni(), state.init().nr(), Role.RESPONDER);
    switch (ChildNegotiation.answer(
        sa, request, KeyExchangeUse.LEFT_OUT, nonces, Optional.empty())) {
      case ChildNegotiation.Result.Refused(var notify, var story) -> {
        established(sa, state, request, proof);
        childFailed(sa, request, notify, story);
        payloads.add(notify);
        respond(sa, request, payloads);
      }
      case ChildNegotiation.Result.Agreed agreed ->
          ChildInstall.install(
              sa,
              agreed.child(),
              Optional.empty(),
              true,
              new ChildInstall.Then(
                  child -> {
                    established(sa, state, request, proof);
                    ChildInstall.up(sa, child, Optional.empty());
                    tell(sa, request, child);
                    payloads.addAll(
                        new ChildNegotiation.Result.Agreed(child, agreed.chosen(), agreed.ke())
                            .answer());
                    respond(sa, request, payloads);
                  },
                  refused -> {
                    established(sa, state, request, proof);
                    // One of the errors that leave the IKE SA up in every implementation; others,
                    // TEMPORARY_FAILURE among them, make strongSwan give up altogether.
                    NotifyPayload notify = NotifyPayload.of(NotifyType.NO_ADDITIONAL_SAS);
                    childFailed(sa, request, notify, refused.description());
                    payloads.add(notify);
                    respond(sa, request, payloads);
                  }));
    }
  }

  private static void established(
      IkeSa sa, IkeSaState.SaInitAnswered state, IkeMessage request, PeerProof proof) {
    sa.policy().ifPresent(p -> sa.addPeerSupports(CounterSync.agreed(p, request)));
    sa.establish(state.secured(), proof);
    IkeAuth.tell(sa, request.messageId(), proof);
  }

  private static void respond(IkeSa sa, IkeMessage request, List<Payload> payloads) {
    if (request.has(NotifyType.INITIAL_CONTACT)) {
      sa.host().initialContact(sa);
    }
    Messages.respond(sa, Exchange.IKE_AUTH, payloads);
    sa.host().unique(sa);
  }

  private static void tell(IkeSa sa, IkeMessage request, ChildSaSnapshot child) {
    ChildInstall.tell(sa, Exchange.IKE_AUTH, request.messageId(), "child up", child);
  }

  private static void childFailed(
      IkeSa sa, IkeMessage request, NotifyPayload notify, String story) {
    MessageId id = request.messageId();
    sa.host().count("sent_" + notify.type());
    Story.peerCaused(
        sa, Exchange.IKE_AUTH, id, "child refused with " + notify.type() + ": " + story);
  }

  private static void fail(IkeSa sa, IkeMessage request, String story) {
    sa.host().count("auth_failed");
    Story.peerCaused(
        sa, Exchange.IKE_AUTH, request.messageId(), "refused " + sa.path().peer() + ": " + story);
    Messages.respondAndClose(
        sa,
        Exchange.IKE_AUTH,
        List.of(NotifyPayload.of(NotifyType.AUTHENTICATION_FAILED)),
        DeleteReason.FAILED,
        story);
  }
}
