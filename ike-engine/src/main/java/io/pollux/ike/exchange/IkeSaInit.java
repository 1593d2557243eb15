package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.KeyExchangeMethod;
import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.event.DeleteReason;
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
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * IKE_SA_INIT as its initiator, RFC 7296 sections 1.2, 2.6 and 2.23.
 *
 * <pre>
 *   HDR, [N(COOKIE),] SAi1, KEi, Ni, N(NAT_DETECTION_*)  ->
 *   <-  HDR, N(COOKIE) or N(INVALID_KE_PAYLOAD)              again, with what was asked for
 *   <-  HDR, SAr1, KEr, Nr, N(NAT_DETECTION_*)               on to IKE_AUTH, on port 4500 behind a NAT
 * </pre>
 *
 * The responder's part is {@link IkeSaInitAnswer}.
 */
final class IkeSaInit {
  static final MessageId FIRST = new MessageId(0);
  static final int NONCE_OCTETS = 32; // at least half the key size of every PRF that we have

  private static final int MAX_RETRIES = 8; // a responder can ask for a cookie for ever

  private static final int REFUSED_TRIES = 3; // six seconds, by default

  private static final int MAX_COOKIE = 64; // RFC 7296 section 2.6

  private IkeSaInit() {}

  static IkeSa start(Host host, ConnectionPolicy policy) {
    IkeSpis spis = new IkeSpis(host.newIkeSpi(), IkeSpi.NONE);
    int port = host.config().ports().ike();
    Path path =
        new Path(
            new Endpoint(policy.localAddress(), port),
            new Endpoint(policy.remoteAddress().orElseThrow(), port),
            NatDetection.Finding.NONE,
            policy.forceUdpEncap());
    KeyAgreement agreement = agreement(host, groups(policy.proposals()).getFirst());
    Octets ni = Octets.owning(host.entropy().nonce(NONCE_OCTETS));
    Attempt attempt = new Attempt(spis, path, policy, ni, agreement, Optional.empty());
    Octets request = attempt.encode();
    IkeSaState state =
        new IkeSaState.SaInitSent(
            request, ni, agreement, Optional.empty(), List.of(agreement.method().number()), 0);
    IkeSa sa = new IkeSa(host, Role.INITIATOR, spis, policy.name(), path, state);
    host.add(sa);
    Story.info(sa, Exchange.IKE_SA_INIT, FIRST, "initiating to " + path.peer());
    sa.request(List.of(request), new Work.HalfOpen());
    return sa;
  }

  /** What the request is made of. */
  private record Attempt(
      IkeSpis spis,
      Path path,
      ConnectionPolicy policy,
      Octets ni,
      KeyAgreement agreement,
      Optional<Octets> cookie) {
    Octets encode() {
      List<Payload> payloads = new ArrayList<>();
      cookie.ifPresent(c -> payloads.add(NotifyPayload.of(NotifyType.COOKIE, c)));
      payloads.add(ProposalChoice.offerIke(policy.proposals(), Octets.EMPTY));
      payloads.add(new KePayload(agreement.method().number(), agreement.publicValue()));
      payloads.add(new NoncePayload(ni));
      payloads.addAll(extras(spis, path));
      if (offersAdditional(policy)) {
        payloads.add(NotifyPayload.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
      }
      payloads.addAll(AuthMethods.initiatorHashes(policy));
      payloads.addAll(Ppk.wish(policy));
      return MessageCodec.encode(
          IkeMessage.clear(
              spis, Exchange.IKE_SA_INIT, Role.INITIATOR, Direction.REQUEST, FIRST, payloads));
    }
  }

  private static boolean offersAdditional(ConnectionPolicy policy) {
    return ProposalChoice.hasAdditional(ProposalChoice.offerIke(policy.proposals(), Octets.EMPTY));
  }

  /** The notifies that both sides send. */
  static List<NotifyPayload> extras(IkeSpis spis, Path path) {
    List<NotifyPayload> extras =
        new ArrayList<>(NatDetection.notifies(spis, path.local(), path.peer(), path.forced()));
    extras.add(NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    return extras;
  }

  static KeyAgreement agreement(Host host, int group) {
    return host.crypto().keyAgreement(KeyExchangeMethod.require(group), host.entropy().keys());
  }

  /** The responder's answer to the initiator's KE payload. */
  static KeyAgreement.Answer answer(Host host, KePayload ke) throws Malformed {
    return host.crypto()
        .answer(KeyExchangeMethod.require(ke.method()), ke.data(), host.entropy().keys());
  }

  /** The key exchange methods of a list of proposals, in order of preference. */
  static List<Integer> groups(List<IkeProposal> proposals) {
    return proposals.stream()
        .flatMap(p -> p.transforms().stream())
        .filter(t -> t.type() == TransformType.KE.number())
        .map(Transform::id)
        .filter(id -> KeyExchangeMethod.of(id).isPresent())
        .distinct()
        .toList();
  }

  /** Nothing in an answer is authentic: what does not fit is dropped, the real one may follow. */
  static void onResponse(
      IkeSa sa, IkeSaState.SaInitSent sent, IkeMessage response, Octets octets, Path seen) {
    Optional<ConnectionPolicy> policy = sa.policy();
    if (policy.isEmpty()) {
      sa.close(DeleteReason.ADMIN, "connection removed");
      return;
    }
    Optional<NotifyPayload> cookie = response.first(NotifyType.COOKIE);
    Optional<NotifyPayload> otherKe = response.first(NotifyType.INVALID_KE_PAYLOAD);
    if (sent.retries() >= MAX_RETRIES && (cookie.isPresent() || otherKe.isPresent())) {
      sa.host().count("init_retries_exceeded");
    } else if (cookie.isPresent()) {
      int length = cookie.get().data().length();
      if (length < 1 || length > MAX_COOKIE) { // section 2.6: it would come back from us
        sa.host().count("init_unusable_cookie");
        return;
      }
      retry(sa, sent, policy.get(), cookie.get().data(), sent.agreement());
    } else if (otherKe.isPresent()) {
      retryWithGroup(sa, sent, policy.get(), otherKe.get());
    } else if (response.error().isPresent()) {
      refused(sa, policy.get(), response.error().get().type());
    } else if (response.first(SaPayload.class).isPresent()) {
      accept(sa, sent, policy.get(), response, octets, seen);
    }
  }

  /** Anybody may have sent it: the request goes out a few times more (section 2.21.1). */
  private static void refused(IkeSa sa, ConnectionPolicy policy, NotifyType error) {
    sa.host().count("received_" + error);
    String what = error + offered(policy, error);
    int tries = Math.min(REFUSED_TRIES, sa.host().config().retransmission().tries());
    if (sa.window().transmissions() < tries) {
      String story = "peer refused: " + what + ", unless somebody else says so: asking again";
      Story.peerCaused(sa, Exchange.IKE_SA_INIT, FIRST, story);
      return;
    }
    Story.warn(sa, Exchange.IKE_SA_INIT, FIRST, "peer refused: " + what);
    sa.close(DeleteReason.FAILED, "peer refused IKE_SA_INIT: " + error);
  }

  /** What a log line about a refusal says besides. */
  static String offered(ConnectionPolicy policy, NotifyType error) {
    return error.equals(NotifyType.NO_PROPOSAL_CHOSEN)
        ? ", offered " + policy.proposals().stream().map(IkeProposal::keyword).toList()
        : "";
  }

  private static void retryWithGroup(
      IkeSa sa, IkeSaState.SaInitSent sent, ConnectionPolicy policy, NotifyPayload wanted) {
    Optional<Integer> group = wantedGroup(wanted);
    boolean usable =
        group.isPresent()
            && groups(policy.proposals()).contains(group.get())
            && !sent.groups().contains(group.get());
    if (!usable) {
      // A forged one must not end the attempt; if it is genuine, retransmission will.
      sa.host().count("init_unusable_group");
      return;
    }
    Story.info(
        sa,
        Exchange.IKE_SA_INIT,
        FIRST,
        "peer wants key exchange "
            + Accepted.keyExchange(group.get())
            + ", not "
            + Accepted.keyExchange(sent.agreement().method().number()));
    sent.agreement().close();
    KeyAgreement agreement = agreement(sa.host(), group.get());
    retry(sa, sent, policy, sent.cookie().orElse(Octets.EMPTY), agreement);
  }

  /** The method that an INVALID_KE_PAYLOAD asks for. */
  static Optional<Integer> wantedGroup(NotifyPayload notify) {
    return notify.data().length() == 2
        ? Optional.of(notify.data().at(0) << 8 | notify.data().at(1))
        : Optional.empty();
  }

  private static void retry(
      IkeSa sa,
      IkeSaState.SaInitSent sent,
      ConnectionPolicy policy,
      Octets cookie,
      KeyAgreement agreement) {
    Optional<Octets> brought = Optional.of(cookie).filter(c -> !c.isEmpty());
    Octets request =
        new Attempt(sa.spis(), sa.path(), policy, sent.ni(), agreement, brought).encode();
    List<Integer> groups = new ArrayList<>(sent.groups());
    groups.add(agreement.method().number());
    sa.become(
        new IkeSaState.SaInitSent(
            request,
            sent.ni(),
            agreement,
            brought,
            groups.stream().distinct().toList(),
            sent.retries() + 1));
    sa.requestInstead(List.of(request));
  }

  private static void accept(
      IkeSa sa,
      IkeSaState.SaInitSent sent,
      ConnectionPolicy policy,
      IkeMessage response,
      Octets octets,
      Path seen) {
    SaPayload offer = ProposalChoice.offerIke(policy.proposals(), Octets.EMPTY);
    SaPayload answer = response.first(SaPayload.class).orElseThrow();
    KePayload ke = response.first(KePayload.class).orElseThrow();
    Octets nr = response.first(NoncePayload.class).orElseThrow().nonce();
    switch (ProposalChoice.verify(offer, answer)) {
      case ProposalChoice.None(var reason) ->
          Story.peerCaused(sa, Exchange.IKE_SA_INIT, FIRST, "unusable response: " + reason);
      case ProposalChoice.Chosen chosen -> {
        boolean fits =
            chosen.ikeAlgorithms().keyExchange() == ke.method()
                && (chosen.additional().isEmpty()
                    || response.has(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED))
                && ke.method() == sent.agreement().method().number()
                && !response.spis().responder().equals(IkeSpi.NONE);
        if (!fits) {
          Story.peerCaused(sa, Exchange.IKE_SA_INIT, FIRST, "response does not fit the request");
          return;
        }
        try (Secret shared = sent.agreement().agree(ke.data())) {
          sa.learn(response.spis().responder());
          sa.finishSilently();
          toPeer(sa, response, seen);
          IkeKeys keys =
              KeySchedule.initial(
                  sa.host().crypto(), chosen.ikeAlgorithms(), shared, sent.ni(), nr, sa.spis());
          Secured secured = Secured.of(sa.host(), chosen.ikeAlgorithms(), keys, Role.INITIATOR);
          sent.agreement().close();
          IkeIntermediate.goOn(
              sa,
              secured,
              new IkeSaState.InitMessages(
                  sent.request(), octets, sent.ni(), nr, Intermediate.toCome(chosen.additional())));
        } catch (Malformed e) {
          Story.peerCaused(sa, Exchange.IKE_SA_INIT, FIRST, "unusable response: " + e.getMessage());
        }
      }
    }
  }

  /** What NAT detection found, and the port that follows from it (RFC 7296 section 2.23). */
  private static void toPeer(IkeSa sa, IkeMessage response, Path seen) {
    NatDetection.Finding nat =
        NatDetection.look(response.notifies(), response.spis(), seen.local(), seen.peer());
    Path path = sa.path().withNat(nat, sa.path().forced());
    if (path.udpEncap()) {
      int port = sa.host().config().ports().natTraversal();
      path =
          path.withEndpoints(
              new Endpoint(path.local().address(), port),
              new Endpoint(path.peer().address(), port));
    }
    sa.setPath(path);
    sa.setPeerSupports(supported(response));
    if (nat.localBehindNat()) {
      sa.timers()
          .set(Timers.Kind.NAT_KEEPALIVE, sa.host().nowNs() + sa.host().config().natKeepaliveNs());
    }
  }

  /** What the peer says that it can do, by name; both sides only use what both can. */
  static List<String> supported(IkeMessage message) {
    return message.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED)
        ? List.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED.toString())
        : List.of();
  }
}
