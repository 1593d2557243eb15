package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.KeyExchangeMethod;
import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.exchange.TransportAddresses.Selectors;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.Narrowing;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalChoice.KeyExchangeUse;
import io.pollux.ike.policy.SelectorPairs;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.Host;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Lifespan;
import io.pollux.ike.sa.Path;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.sad.Role;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What IKE_AUTH and CREATE_CHILD_SA have in common: SA, KE, TSi and TSr of a Child SA (RFC 7296
 * sections 2.7, 2.9, 2.17).
 */
final class ChildNegotiation {
  private static final String MIXED =
      "replay counter sync (RFC 6311) was agreed, and other children have another ESN choice";

  private ChildNegotiation() {}

  /** How a negotiation ended. */
  sealed interface Result {
    /**
     * Both agree; the child is not in the kernel yet.
     *
     * @param chosen for our answer; of an initiator the peer's
     * @param ke for our answer
     * @param shared what {@code withMore} needs; whoever calls it, or never will, closes it
     * @param withMore the child with the secrets of additional key exchanges in its keys
     * @param possible whether other selectors would be taken too, in another Child SA
     */
    record Agreed(
        ChildSaSnapshot child,
        ProposalChoice.Chosen chosen,
        Optional<KePayload> ke,
        Secret shared,
        Function<Secret, ChildSaSnapshot> withMore,
        boolean possible)
        implements Result {
      Agreed(ChildSaSnapshot child, ProposalChoice.Chosen chosen, Optional<KePayload> ke) {
        this(child, chosen, ke, Secret.EMPTY, _ -> child, false);
      }

      /** The same with the child as it stands in the kernel. */
      Agreed with(ChildSaSnapshot installed) {
        return new Agreed(installed, chosen, ke, shared, withMore, possible);
      }

      Agreed with(boolean additionalTsPossible) {
        return new Agreed(child, chosen, ke, shared, withMore, additionalTsPossible);
      }

      /** [N,] SA, [KEr], TSi, TSr of the answer; the nonce is the exchange's. */
      List<Payload> answer() {
        List<Payload> payloads = new ArrayList<>();
        if (child.transport()) {
          payloads.add(NotifyPayload.of(NotifyType.USE_TRANSPORT_MODE));
        }
        if (possible) {
          payloads.add(NotifyPayload.of(NotifyType.ADDITIONAL_TS_POSSIBLE));
        }
        payloads.add(chosen.answer(spi(child.inboundSpi())));
        ke.ifPresent(payloads::add);
        payloads.add(TsPayload.tsi(child.remoteTs()));
        payloads.add(TsPayload.tsr(child.localTs()));
        return payloads;
      }
    }

    /** They do not; {@code error} says so to the peer. */
    record Refused(NotifyPayload error, String story) implements Result {}
  }

  static Octets spi(EspSpi spi) {
    return new WireWriter().i32(spi.value()).toOctets();
  }

  /** The key exchange methods of a child's proposals, in order of preference. */
  static List<Integer> groups(ChildPolicy policy) {
    return policy.proposals().stream()
        .flatMap(p -> p.transforms().stream())
        .filter(t -> t.type() == TransformType.KE.number())
        .map(Transform::id)
        .filter(id -> KeyExchangeMethod.of(id).isPresent())
        .distinct()
        .toList();
  }

  static Optional<ChildPolicy> policy(IkeSa sa, String child) {
    return sa.policy().stream()
        .flatMap(c -> c.children().stream())
        .filter(c -> c.name().equals(child))
        .findFirst();
  }

  /** What the exchange that makes a child has to say about its keys. */
  record Nonces(Octets ni, Octets nr, Role us, Secret more, Optional<Secured> secured) {
    Nonces(Octets ni, Octets nr, Role us) {
      this(ni, nr, us, Secret.EMPTY, Optional.empty());
    }

    Nonces with(Secret secrets) {
      return new Nonces(ni, nr, us, secrets, secured);
    }

    /** With keys that are not those of the IKE SA's state yet. */
    Nonces with(Secured keys) {
      return new Nonces(ni, nr, us, more, Optional.of(keys));
    }
  }

  /** The responder's part; {@code rekeyed} is the generation before, if there is one. */
  static Result answer(
      IkeSa sa, IkeMessage request, KeyExchangeUse use, Nonces nonces, Optional<ChildSa> rekeyed) {
    Optional<SaPayload> offer = request.first(SaPayload.class);
    Optional<TsPayload> tsi = request.first(TsPayload.class, PayloadType.TSI.number());
    Optional<TsPayload> tsr = request.first(TsPayload.class, PayloadType.TSR.number());
    Optional<ConnectionPolicy> connection = sa.policy();
    if (offer.isEmpty() || tsi.isEmpty() || tsr.isEmpty() || connection.isEmpty()) {
      return refused(NotifyType.NO_PROPOSAL_CHOSEN, "no child offered");
    }
    List<ChildMatch> matches;
    switch (ChildMatch.find(sa, connection.get(), request, rekeyed)) {
      case ChildMatch.Found.None(var error, var story) -> {
        return refused(error, story);
      }
      case ChildMatch.Found.Some(var found) -> matches = found;
    }
    String reason = "";
    for (ChildMatch match : matches) {
      switch (ProposalChoice.chooseEsp(offer.get(), match.policy().proposals(), use)) {
        case ProposalChoice.None none -> reason = none.reason();
        case ProposalChoice.Chosen chosen when isMixed(sa, chosen) -> reason = MIXED;
        case ProposalChoice.Chosen chosen -> {
          Result result = agree(sa, match, chosen, request.first(KePayload.class), nonces, rekeyed);
          return result instanceof Result.Agreed agreed && rekeyed.isEmpty()
              ? agreed.with(match.leavesMore(matches))
              : result;
        }
      }
    }
    return refused(NotifyType.NO_PROPOSAL_CHOSEN, reason);
  }

  /** RFC 6311 section 6.4: once agreed, all children have ESN, or none. */
  private static boolean isMixed(IkeSa sa, ProposalChoice.Chosen chosen) {
    boolean esn = chosen.espAlgorithms().esn();
    return sa.peerSupports().contains(CounterSync.REPLAY_COUNTERS)
        && sa.children().all().stream().anyMatch(c -> c.value().algorithms().esn() != esn);
  }

  private static Result agree(
      IkeSa sa,
      ChildMatch match,
      ProposalChoice.Chosen chosen,
      Optional<KePayload> ke,
      Nonces nonces,
      Optional<ChildSa> rekeyed) {
    int group = chosen.id(TransformType.KE);
    Optional<EspSpi> outbound = espSpi(chosen.spi());
    if (outbound.isEmpty()) {
      return refused(NotifyType.INVALID_SYNTAX, "SPI " + chosen.spi().toHex());
    }
    if (group != 0 && ke.filter(k -> k.method() == group).isEmpty()) {
      Octets wanted = new WireWriter().u16(group).toOctets();
      return new Result.Refused(
          NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, wanted),
          "key exchange " + group + " is needed");
    }
    Host host = sa.host();
    Draft draft =
        new Draft(
            match.policy(),
            host.newEspSpi(),
            outbound.get(),
            match.local(),
            match.remote(),
            rekeyed.map(c -> c.value().reqid()).orElseGet(() -> new Reqid(host.entropy().reqid())));
    if (group == 0) {
      ChildSaSnapshot child = draft.make(sa, chosen.espAlgorithms(), Optional.empty(), nonces);
      return new Result.Agreed(child, chosen, Optional.empty());
    }
    try {
      KeyAgreement.Answer answer = IkeSaInit.answer(host, ke.get());
      Secret shared = answer.shared();
      ChildSaSnapshot child = draft.make(sa, chosen.espAlgorithms(), Optional.of(shared), nonces);
      KePayload own = new KePayload(group, answer.publicValue());
      if (chosen.additional().isEmpty()) {
        shared.close();
        return new Result.Agreed(child, chosen, Optional.of(own));
      }
      return new Result.Agreed(
          child,
          chosen,
          Optional.of(own),
          shared,
          more -> draft.make(sa, chosen.espAlgorithms(), Optional.of(shared), nonces.with(more)),
          false);
    } catch (Malformed e) {
      return refused(new NotifyType(e.answer()), e.getMessage());
    }
  }

  /** The initiator's part: whether {@code response} is an answer to {@code offer}. */
  static Result accept(
      IkeSa sa, Work.ChildOffer offer, IkeMessage response, KeyExchangeUse use, Nonces nonces) {
    Optional<ChildPolicy> policy = policy(sa, offer.child());
    Optional<SaPayload> answer = response.first(SaPayload.class);
    Optional<TsPayload> tsi = response.first(TsPayload.class, PayloadType.TSI.number());
    Optional<TsPayload> tsr = response.first(TsPayload.class, PayloadType.TSR.number());
    if (policy.isEmpty()) {
      return refused(NotifyType.NO_PROPOSAL_CHOSEN, "it is not in the configuration any more");
    }
    if (answer.isEmpty() || tsi.isEmpty() || tsr.isEmpty()) {
      return refused(NotifyType.INVALID_SYNTAX, "the response has no child");
    }
    boolean transport = response.has(NotifyType.USE_TRANSPORT_MODE);
    Selectors said = new Selectors(tsi.get().selectors(), tsr.get().selectors());
    Selectors ts = // RFC 7296 section 2.23.1: before anything else is done with them
        transport && policy.get().transport()
            ? TransportAddresses.seen(sa, said).orElse(Selectors.NONE)
            : said;
    if (ts.isEmpty()
        || !Narrowing.isSubset(ts.local(), policy.get().localTs())
        || !Narrowing.isSubset(ts.remote(), policy.get().remoteTs())) {
      return refused(
          NotifyType.TS_UNACCEPTABLE,
          "the response widens the selectors: " + said.local() + said.remote());
    }
    if (!SelectorPairs.fit(ts.local(), ts.remote())) {
      return refused(NotifyType.TS_UNACCEPTABLE, SelectorPairs.story(ts.local(), ts.remote()));
    }
    if (transport != policy.get().transport()) { // section 1.3.1: then the SA has to go
      return refused(
          NotifyType.NO_PROPOSAL_CHOSEN,
          transport ? "the response says transport mode" : "peer declined transport mode");
    }
    if (response.has(NotifyType.ADDITIONAL_TS_POSSIBLE)) {
      Story.info(
          sa,
          response.exchange(),
          response.messageId(),
          "child "
              + offer.child()
              + ": peer took "
              + ts.local()
              + " <-> "
              + ts.remote()
              + " and would take more in another Child SA");
    }
    SaPayload offered = ProposalChoice.offerEsp(policy.get().proposals(), spi(offer.spi()), use);
    return switch (ProposalChoice.verify(offered, answer.get())) {
      case ProposalChoice.None none -> refused(NotifyType.NO_PROPOSAL_CHOSEN, none.reason());
      case ProposalChoice.Chosen chosen when isMixed(sa, chosen) ->
          refused(NotifyType.NO_PROPOSAL_CHOSEN, MIXED);
      case ProposalChoice.Chosen chosen -> {
        Optional<EspSpi> outbound = espSpi(chosen.spi());
        if (outbound.isEmpty()) {
          yield refused(NotifyType.INVALID_SYNTAX, "SPI " + chosen.spi().toHex());
        }
        Draft draft =
            new Draft(
                policy.get(), offer.spi(), outbound.get(), ts.local(), ts.remote(), offer.reqid());
        yield finish(sa, offer, draft, chosen, response.first(KePayload.class), nonces);
      }
    };
  }

  /** The methods of the additional key exchanges that {@code response} agrees to; often none. */
  static List<Integer> additional(IkeSa sa, Work.ChildOffer offer, IkeMessage response) {
    Optional<ChildPolicy> policy = policy(sa, offer.child());
    Optional<SaPayload> answer = response.first(SaPayload.class);
    if (policy.isEmpty() || answer.isEmpty()) {
      return List.of();
    }
    SaPayload offered =
        ProposalChoice.offerEsp(
            policy.get().proposals(), spi(offer.spi()), KeyExchangeUse.AS_CONFIGURED);
    return ProposalChoice.verify(offered, answer.get()) instanceof ProposalChoice.Chosen chosen
        ? chosen.additional()
        : List.of();
  }

  private static Result finish(
      IkeSa sa,
      Work.ChildOffer offer,
      Draft draft,
      ProposalChoice.Chosen chosen,
      Optional<KePayload> ke,
      Nonces nonces) {
    int group = chosen.id(TransformType.KE);
    EspAlgorithms algorithms = chosen.espAlgorithms();
    if (group == 0) {
      return new Result.Agreed(
          draft.make(sa, algorithms, Optional.empty(), nonces), chosen, Optional.empty());
    }
    boolean fits =
        ke.filter(k -> k.method() == group).isPresent()
            && offer.agreement().filter(a -> a.method().number() == group).isPresent();
    if (!fits) {
      return refused(NotifyType.INVALID_SYNTAX, "the response's KE does not fit");
    }
    try (Secret shared = offer.agreement().orElseThrow().agree(ke.get().data())) {
      return new Result.Agreed(
          draft.make(sa, algorithms, Optional.of(shared), nonces), chosen, Optional.empty());
    } catch (Malformed e) {
      return refused(new NotifyType(e.answer()), e.getMessage());
    }
  }

  /** A child before its keys. */
  private record Draft(
      ChildPolicy policy,
      EspSpi inbound,
      EspSpi outbound,
      List<TrafficSelector> local,
      List<TrafficSelector> remote,
      Reqid reqid) {
    ChildSaSnapshot make(
        IkeSa sa, EspAlgorithms algorithms, Optional<Secret> shared, Nonces nonces) {
      Secured secured = nonces.secured().or(() -> sa.state().secure()).orElseThrow();
      EspKeys keys =
          KeySchedule.child(
              sa.host().crypto(),
              secured.prf(),
              secured.keys().skD(),
              algorithms,
              shared,
              nonces.ni(),
              nonces.nr(),
              nonces.more(),
              nonces.us());
      Path path = sa.path();
      return new ChildSaSnapshot(
          sa.connection(),
          policy.name(),
          inbound,
          outbound,
          path.local(),
          path.peer(),
          path.udpEncap(),
          algorithms,
          keys,
          local,
          remote,
          reqid,
          true,
          policy.replayWindow(),
          Lifespan.lifetimes(policy.rekey(), sa.host()),
          0,
          ReplayState.NEW,
          policy.transport());
    }
  }

  private static Optional<EspSpi> espSpi(Octets spi) {
    if (spi.length() != 4) {
      return Optional.empty();
    }
    int value = spi.asBuffer().getInt();
    return value >= 0 && value < 256 ? Optional.empty() : Optional.of(new EspSpi(value));
  }

  private static Result refused(NotifyType type, String story) {
    return new Result.Refused(NotifyPayload.of(type), story);
  }
}
