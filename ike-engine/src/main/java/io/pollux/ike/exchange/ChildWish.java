package io.pollux.ike.exchange;

import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.EspProposal;
import io.pollux.ike.policy.Narrowing;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalChoice.KeyExchangeUse;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.TrafficSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What we ask for when we want a Child SA, in IKE_AUTH and CREATE_CHILD_SA. */
final class ChildWish {
  private ChildWish() {}

  /**
   * [N,] SA, [KEi], TSi, TSr of an offer.
   *
   * @param old the generation before; empty for a new child: then the packet that it is for comes
   *     first (RFC 7296 sections 2.9 and 2.9.2)
   */
  static List<Payload> offer(
      IkeSa sa,
      ChildPolicy policy,
      Work.ChildOffer offer,
      KeyExchangeUse use,
      Optional<ChildSa> old) {
    List<Payload> payloads = new ArrayList<>();
    if (policy.transport()) {
      payloads.add(NotifyPayload.of(NotifyType.USE_TRANSPORT_MODE));
    }
    payloads.add(
        ProposalChoice.offerEsp(policy.proposals(), ChildNegotiation.spi(offer.spi()), use));
    offer
        .agreement()
        .ifPresent(a -> payloads.add(new KePayload(a.method().number(), a.publicValue())));
    Optional<ChildSaSnapshot> pair = old.map(ChildSa::value).filter(ChildWish::isPair);
    if (pair.isPresent()) { // as the peer has narrowed it
      payloads.add(TsPayload.tsi(pair.get().localTs()));
      payloads.add(TsPayload.tsr(pair.get().remoteTs()));
      return payloads;
    }
    Optional<Flow> flow = old.isEmpty() ? sa.host().flow(sa, policy.name()) : Optional.empty();
    boolean alone = sa.host().wantsSinglePair(sa, policy.name());
    payloads.add(TsPayload.tsi(offered(local(sa, policy), flow.map(Flow::local), alone)));
    payloads.add(TsPayload.tsr(offered(remote(sa, policy), flow.map(Flow::remote), alone)));
    return payloads;
  }

  private static List<TrafficSelector> local(IkeSa sa, ChildPolicy policy) {
    return policy.transport()
        ? TransportAddresses.offered(policy.localTs(), sa.path().local().address())
        : policy.localTs();
  }

  private static List<TrafficSelector> remote(IkeSa sa, ChildPolicy policy) {
    return policy.transport()
        ? TransportAddresses.offered(policy.remoteTs(), sa.path().peer().address())
        : policy.remoteTs();
  }

  private static boolean isPair(ChildSaSnapshot child) {
    return Stream.concat(child.localTs().stream(), child.remoteTs().stream())
        .allMatch(ts -> ts.from().equals(ts.to()));
  }

  private static List<TrafficSelector> offered(
      List<TrafficSelector> all, Optional<TrafficSelector> packet, boolean alone) {
    Optional<TrafficSelector> ours =
        packet.filter(p -> Narrowing.isSubset(List.of(p), all) && !all.contains(p));
    if (ours.isEmpty()) {
      return all;
    }
    TrafficSelector p = ours.get();
    if (alone) {
      return Narrowing.narrow(all, List.of(new TrafficSelector(p.from(), p.to(), 0, 0, 65_535)));
    }
    List<TrafficSelector> first = new ArrayList<>(List.of(p));
    first.addAll(all);
    return first;
  }

  /** Why {@code policy} cannot be had at all on this IKE SA; mostly empty. */
  static Optional<String> impossible(IkeSa sa, ChildPolicy policy) {
    return local(sa, policy).isEmpty() || remote(sa, policy).isEmpty()
        ? Optional.of(
            "transport mode is between the addresses of the IKE SA, "
                + sa.path().local().address().getHostAddress()
                + " and "
                + sa.path().peer().address().getHostAddress())
        : Optional.empty();
  }

  /** What a log line about a refusal says besides: what the peer was offered. */
  static String text(IkeSa sa, String child, NotifyType error) {
    return ChildNegotiation.policy(sa, child)
        .map(
            policy ->
                error.equals(NotifyType.TS_UNACCEPTABLE)
                    ? ", offered " + policy.localTs() + " <-> " + policy.remoteTs()
                    : error.equals(NotifyType.NO_PROPOSAL_CHOSEN)
                        ? ", offered "
                            + policy.proposals().stream().map(EspProposal::keyword).toList()
                        : "")
        .orElse("");
  }
}
