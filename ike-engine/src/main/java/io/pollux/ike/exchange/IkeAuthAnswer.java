package io.pollux.ike.exchange;

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
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * IKE_AUTH as its responder, RFC 7296 sections 1.2 and 2.15: who the peer is decides which
 * connection it means. A peer that wants EAP gets AUTHENTICATION_FAILED.
 */
final class IkeAuthAnswer {
  private IkeAuthAnswer() {}

  static void onRequest(IkeSa sa, IkeSaState.SaInitAnswered state, IkeMessage request) {
    Host host = sa.host();
    Optional<IdPayload> idi = request.first(IdPayload.class, PayloadType.IDI.number());
    Optional<AuthPayload> auth = request.first(AuthPayload.class);
    if (idi.isEmpty() || auth.isEmpty()) {
      fail(sa, request, "the peer wants EAP, which is not supported");
      return;
    }
    Optional<IdPayload> idr = request.first(IdPayload.class, PayloadType.IDR.number());
    List<ConnectionPolicy> candidates =
        state.candidates().stream()
            .map(host::connection)
            .flatMap(Optional::stream)
            .filter(
                c ->
                    ConnectionSelection.accepts(
                        c.proposals(),
                        state.secured().algorithms(),
                        state.init().intermediate().agreed()))
            .toList();
    Optional<ConnectionPolicy> policy =
        ConnectionSelection.byIdentity(
            ConnectionSelection.byMethod(candidates, auth.get().method()),
            idi.get().identity(),
            idr.map(IdPayload::identity),
            c -> ChildMatch.isPossible(sa, c, request));
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
    String name = idi.get().identity().toString();
    switch (Ppk.ofRequest(sa, policy.get(), state, request)) {
      case Ppk.Way.Refused(var story) -> fail(sa, request, name + ": " + story);
      case Ppk.Way.With way ->
          new Authenticator(sa, policy.get(), way.secured(), state.init())
              .check(
                  idi.get(),
                  way.auth(),
                  request,
                  outcome -> {
                    switch (outcome) {
                      case Authenticator.Peer.Refused(var story) -> {
                        way.refused();
                        fail(sa, request, name + " could not prove its identity: " + story);
                      }
                      case Authenticator.Peer.Proven(var proof) ->
                          prove(new Proven(sa, state, request, way, proof), policy.get());
                    }
                  });
    }
  }

  /** The peer is who it says. */
  private record Proven(
      IkeSa sa,
      IkeSaState.SaInitAnswered state,
      IkeMessage request,
      Ppk.Way.With way,
      PeerProof proof) {}

  private static void prove(Proven peer, ConnectionPolicy policy) {
    IkeSa sa = peer.sa;
    IkeMessage request = peer.request;
    IdPayload idr = IdPayload.idr(policy.localId());
    new Authenticator(sa, policy, peer.way.secured(), peer.state.init())
        .prove(
            idr,
            peer.proof.peer(),
            AuthMethods.announced(request),
            own -> {
              switch (own) {
                case Authenticator.Own.Impossible(var story) -> {
                  peer.way.refused();
                  refuse(sa, request, story);
                }
                case Authenticator.Own.Made(var payloads) -> {
                  sa.setPath(sa.path().withNat(sa.path().nat(), policy.forceUdpEncap()));
                  List<Payload> all = new ArrayList<>(List.of(idr));
                  all.addAll(payloads);
                  all.addAll(CounterSync.answer(policy, request));
                  all.addAll(Reauth.announce(policy));
                  if (peer.way.used()) {
                    all.add(NotifyPayload.of(NotifyType.PPK_IDENTITY));
                  }
                  accept(peer, all);
                }
              }
            });
  }

  private static void accept(Proven peer, List<Payload> payloads) {
    IkeSa sa = peer.sa;
    IkeMessage request = peer.request;
    sa.host().identified(sa, peer.proof);
    if (request.has(NotifyType.INITIAL_CONTACT)) {
      sa.birth().setInitialContact();
    }
    if (request.first(SaPayload.class).isEmpty()) { // RFC 6023
      established(peer);
      respond(sa, request, payloads);
      return;
    }
    ChildNegotiation.Nonces nonces =
        new ChildNegotiation.Nonces(peer.state.init().ni(), peer.state.init().nr(), Role.RESPONDER)
            .with(peer.way.secured());
    switch (ChildNegotiation.answer(
        sa, request, KeyExchangeUse.LEFT_OUT, nonces, Optional.empty())) {
      case ChildNegotiation.Result.Refused(var notify, var story)
          when notify.type().equals(NotifyType.INVALID_SYNTAX) -> {
        peer.way.refused();
        Story.peerCaused(sa, Exchange.IKE_AUTH, request.messageId(), "refused: " + story);
        Messages.refuseSyntax(sa, Exchange.IKE_AUTH);
      }
      case ChildNegotiation.Result.Refused(var notify, var story) -> {
        established(peer);
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
                    established(peer);
                    ChildInstall.up(sa, child, Optional.empty());
                    tell(sa, request, child);
                    payloads.addAll(agreed.with(child).answer());
                    respond(sa, request, payloads);
                  },
                  refused -> {
                    established(peer);
                    // One of the errors that leave the IKE SA up in every implementation; others,
                    // TEMPORARY_FAILURE among them, make strongSwan give up altogether.
                    NotifyPayload notify = NotifyPayload.of(NotifyType.NO_ADDITIONAL_SAS);
                    childFailed(sa, request, notify, refused.description());
                    payloads.add(notify);
                    respond(sa, request, payloads);
                  }));
    }
  }

  private static void established(Proven peer) {
    IkeSa sa = peer.sa;
    sa.policy().ifPresent(p -> sa.addPeerSupports(CounterSync.agreed(p, peer.request)));
    if (peer.way.used()) {
      Ppk.used(sa, peer.state.secured());
    }
    Reauth.begin(sa, peer.request);
    sa.establish(peer.way.secured(), peer.proof);
    IkeAuth.tell(sa, peer.request.messageId(), peer.proof);
  }

  private static void respond(IkeSa sa, IkeMessage request, List<Payload> payloads) {
    if (sa.birth().isInitialContact()) {
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
    sa.host().authFailed(sa);
    refuse(sa, request, story);
  }

  private static void refuse(IkeSa sa, IkeMessage request, String story) {
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
