package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.KeyExchangeMethod;
import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.extension.NatDetection;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.Accepted;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.IkeProposal;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.sa.Host;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Intermediate;
import io.pollux.ike.sa.Path;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Timers;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * IKE_SA_INIT as its responder, RFC 7296 sections 1.2 and 2.6. Until a request is acceptable in
 * every respect, nothing of its sender is kept.
 */
final class IkeSaInitAnswer {
  /**
   * An answer that is longer than so many requests needs a cookie: until the sender has shown that
   * it is where it says it is, we may be shouting at somebody else.
   */
  private static final int AMPLIFICATION = 3;

  private final Host host;
  private final Endpoint local;
  private final Endpoint peer;
  private final IkeMessage request;
  private final Octets octets;

  private IkeSaInitAnswer(
      Host host, Endpoint local, Endpoint peer, IkeMessage request, Octets octets) {
    this.host = host;
    this.local = local;
    this.peer = peer;
    this.request = request;
    this.octets = octets;
  }

  static void onRequest(
      Host host, Endpoint local, Endpoint peer, IkeMessage request, Octets octets) {
    new IkeSaInitAnswer(host, local, peer, request, octets).answer();
  }

  private void answer() {
    Optional<Octets> cookie = host.demandCookie(request, peer, false);
    if (cookie.isPresent()) {
      demand(cookie.get());
      return;
    }
    List<ConnectionPolicy> candidates = host.connections().between(local.address(), peer.address());
    if (candidates.isEmpty()) {
      refuse("no connection for these addresses");
      return;
    }
    List<IkeProposal> ours = candidates.stream().flatMap(c -> c.proposals().stream()).toList();
    boolean intermediate = request.has(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED);
    SaPayload all = request.first(SaPayload.class).orElseThrow();
    SaPayload offer = intermediate ? all : ProposalChoice.withoutAdditional(all);
    switch (ProposalChoice.chooseIke(offer, ours)) {
      case ProposalChoice.None(var reason) -> refuse(reason);
      case ProposalChoice.Chosen chosen -> {
        KePayload ke = request.first(KePayload.class).orElseThrow();
        int group = chosen.ikeAlgorithms().keyExchange();
        if (ke.method() == group) {
          accept(candidates, chosen, ke);
        } else {
          host.count("sent_" + NotifyType.INVALID_KE_PAYLOAD);
          Octets wanted = new WireWriter().u16(group).toOctets();
          tell(
              Effect.Level.INFO,
              "asked "
                  + peer
                  + " at "
                  + local
                  + " for key exchange "
                  + Accepted.keyExchange(group)
                  + " with INVALID_KE_PAYLOAD, it sent "
                  + Accepted.keyExchange(ke.method()));
          refuse(NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, wanted));
        }
      }
    }
  }

  private void demand(Octets cookie) {
    host.count("cookies_sent");
    refuse(NotifyPayload.of(NotifyType.COOKIE, cookie));
  }

  private void accept(
      List<ConnectionPolicy> candidates, ProposalChoice.Chosen chosen, KePayload ke) {
    Octets blank = Octets.owning(new byte[KeyExchangeMethod.require(ke.method()).publicLength()]);
    Octets draft =
        response(
            candidates,
            chosen,
            new IkeSpis(request.spis().initiator(), IkeSpi.NONE),
            new Path(local, peer, NatDetection.Finding.NONE, candidates.getFirst().forceUdpEncap()),
            new KePayload(ke.method(), blank),
            Octets.owning(new byte[IkeSaInit.NONCE_OCTETS]));
    if (draft.length() > AMPLIFICATION * octets.length()) {
      Optional<Octets> cookie = host.demandCookie(request, peer, true);
      if (cookie.isPresent()) {
        demand(cookie.get());
        return;
      }
    }
    IkeSpis spis = new IkeSpis(request.spis().initiator(), host.newIkeSpi());
    Octets ni = request.first(NoncePayload.class).orElseThrow().nonce();
    Octets nr = Octets.owning(host.entropy().nonce(IkeSaInit.NONCE_OCTETS));
    IkeAlgorithms algorithms = chosen.ikeAlgorithms();
    // The hashes were made before the responder's SPI was known.
    NatDetection.Finding nat = NatDetection.look(request.notifies(), request.spis(), local, peer);
    Path path = new Path(local, peer, nat, candidates.getFirst().forceUdpEncap());
    try {
      KeyAgreement.Answer keyAnswer = IkeSaInit.answer(host, ke);
      Secret shared = keyAnswer.shared();
      IkeKeys keys = KeySchedule.initial(host.crypto(), algorithms, shared, ni, nr, spis);
      shared.close();
      KePayload answer = new KePayload(ke.method(), keyAnswer.publicValue());
      Octets response = response(candidates, chosen, spis, path, answer, nr);
      IkeSaState state =
          new IkeSaState.SaInitAnswered(
              Secured.of(host, algorithms, keys, Role.RESPONDER),
              new IkeSaState.InitMessages(
                  response, octets, ni, nr, Intermediate.toCome(chosen.additional())),
              candidates.stream().map(ConnectionPolicy::name).toList());
      String name = candidates.getFirst().name();
      IkeSa sa = new IkeSa(host, Role.RESPONDER, spis, name, path, state);
      sa.setPeerSupports(IkeSaInit.supported(request));
      sa.timers().set(Timers.Kind.HALF_OPEN, host.nowNs() + host.config().halfOpen().timeoutNs());
      sa.window().begun();
      host.addHalfOpen(sa);
      Story.debug(sa, Exchange.IKE_SA_INIT, IkeSaInit.FIRST, "answered " + peer);
      sa.respond(List.of(response));
    } catch (Malformed e) {
      NotifyType error = new NotifyType(e.answer());
      tell(
          Effect.Level.WARN,
          "refused " + peer + " at " + local + " with " + error + ": " + e.getMessage());
      refuse(NotifyPayload.of(error, e.data()));
    }
  }

  private Octets response(
      List<ConnectionPolicy> candidates,
      ProposalChoice.Chosen chosen,
      IkeSpis spis,
      Path path,
      KePayload ke,
      Octets nr) {
    List<Payload> payloads = new ArrayList<>();
    payloads.add(chosen.answer(Octets.EMPTY));
    payloads.add(ke);
    payloads.add(new NoncePayload(nr));
    payloads.addAll(IkeSaInit.extras(spis, path));
    if (!chosen.additional().isEmpty()) {
      payloads.add(NotifyPayload.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
    }
    payloads.addAll(AuthMethods.responderOffers(host, candidates));
    payloads.addAll(Ppk.answer(request, candidates));
    payloads.add(Childless.SUPPORTED);
    return encode(spis, payloads);
  }

  private void refuse(String reason) {
    host.count("sent_" + NotifyType.NO_PROPOSAL_CHOSEN);
    tell(Effect.Level.WARN, "refused " + peer + " at " + local + ": " + reason);
    refuse(NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN));
  }

  /** Strangers can cause it at will: a few lines per second. */
  private void tell(Effect.Level level, String story) {
    if (host.allow("report_" + Exchange.IKE_SA_INIT)) {
      String line = "ike=" + request.spis() + " mid=0 IKE_SA_INIT: " + story;
      host.emit(new Effect.Report(level, line));
    } else {
      host.count("reports_suppressed");
    }
  }

  private void refuse(NotifyPayload notify) {
    IkeSpis spis = new IkeSpis(request.spis().initiator(), IkeSpi.NONE);
    host.emit(new Effect.Transmit(Optional.empty(), local, peer, encode(spis, List.of(notify))));
  }

  private static Octets encode(IkeSpis spis, List<Payload> payloads) {
    return MessageCodec.encode(
        IkeMessage.clear(
            spis,
            Exchange.IKE_SA_INIT,
            Role.RESPONDER,
            Direction.RESPONSE,
            IkeSaInit.FIRST,
            payloads));
  }
}
