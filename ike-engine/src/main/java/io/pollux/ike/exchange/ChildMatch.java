package io.pollux.ike.exchange;

import io.pollux.ike.exchange.TransportAddresses.Selectors;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.Narrowing;
import io.pollux.ike.policy.SelectorPairs;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sad.TrafficSelector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A child of ours that a request may mean, and what both allow (RFC 7296 section 2.9).
 *
 * @param exact whether the request offers all that is configured
 * @param cut whether it was narrowed to one pair of addresses
 */
record ChildMatch(
    ChildPolicy policy,
    List<TrafficSelector> local,
    List<TrafficSelector> remote,
    boolean exact,
    boolean cut) {

  /** What a request is answered with. */
  sealed interface Found {
    /** Best first, not empty. */
    record Some(List<ChildMatch> matches) implements Found {}

    record None(NotifyType error, String story) implements Found {}
  }

  /** What of {@code connection} the request may mean; {@code rekeyed} is the generation before. */
  static Found find(
      IkeSa sa, ConnectionPolicy connection, IkeMessage request, Optional<ChildSa> rekeyed) {
    List<TrafficSelector> remote = selectors(request, PayloadType.TSI);
    List<TrafficSelector> local = selectors(request, PayloadType.TSR);
    boolean transport = request.has(NotifyType.USE_TRANSPORT_MODE);
    Optional<Selectors> seen = seen(sa, request);
    List<ChildPolicy> possible =
        connection.children().stream()
            .filter(c -> rekeyed.map(old -> old.name().equals(c.name())).orElse(true))
            .toList();
    List<ChildMatch> overlapping = overlapping(sa, possible, request);
    if (overlapping.isEmpty()) {
      return new Found.None(NotifyType.TS_UNACCEPTABLE, unacceptable(local, remote, possible));
    }
    List<ChildMatch> expressible =
        overlapping.stream()
            .filter(m -> m.policy.singlePair() || SelectorPairs.fit(m.local, m.remote))
            .toList();
    if (expressible.isEmpty()) {
      ChildMatch first = overlapping.getFirst();
      return new Found.None(
          NotifyType.TS_UNACCEPTABLE,
          first.policy.name() + ": " + SelectorPairs.story(first.local, first.remote));
    }
    List<ChildMatch> fitting =
        expressible.stream()
            .filter(m -> !m.policy.transport() || seen.isPresent())
            .sorted(
                Comparator.comparing((ChildMatch m) -> m.policy.transport() != transport)
                    .thenComparing(m -> !m.exact))
            .toList();
    if (fitting.isEmpty()) {
      return transport
          ? new Found.None(
              NotifyType.TS_UNACCEPTABLE,
              "transport mode is between one address of each side, those of the IKE SA, not "
                  + local
                  + " <-> "
                  + remote)
          : new Found.None(
              NotifyType.NO_PROPOSAL_CHOSEN,
              "the peer asks for tunnel mode, and " + names(overlapping) + " is transport mode");
    }
    List<ChildMatch> pairs =
        fitting.stream()
            .map(
                m ->
                    m.policy.transport()
                        ? m.paired(seen.get().local(), seen.get().remote())
                        : m.paired(local, remote))
            .flatMap(Optional::stream)
            .toList();
    return pairs.isEmpty()
        ? new Found.None(
            NotifyType.SINGLE_PAIR_REQUIRED,
            names(fitting) + " takes one pair of addresses, not " + local + " <-> " + remote)
        : new Found.Some(pairs);
  }

  /** Whether {@code connection} has a child for any traffic of the request. */
  static boolean isPossible(IkeSa sa, ConnectionPolicy connection, IkeMessage request) {
    return !overlapping(sa, connection.children(), request).isEmpty();
  }

  private static List<ChildMatch> overlapping(
      IkeSa sa, List<ChildPolicy> possible, IkeMessage request) {
    List<TrafficSelector> remote = selectors(request, PayloadType.TSI);
    List<TrafficSelector> local = selectors(request, PayloadType.TSR);
    Optional<Selectors> seen = seen(sa, request);
    return possible.stream()
        .map(
            c ->
                c.transport() && seen.isPresent()
                    ? of(c, seen.get().local(), seen.get().remote())
                    : of(c, local, remote))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The selectors of transport mode without what a NAT has done to them. */
  private static Optional<Selectors> seen(IkeSa sa, IkeMessage request) {
    return request.has(NotifyType.USE_TRANSPORT_MODE)
        ? TransportAddresses.seen(
            sa,
            new Selectors(selectors(request, PayloadType.TSR), selectors(request, PayloadType.TSI)))
        : Optional.empty();
  }

  private static List<TrafficSelector> selectors(IkeMessage request, PayloadType type) {
    return request
        .first(TsPayload.class, type.number())
        .map(TsPayload::selectors)
        .orElse(List.of());
  }

  private static Optional<ChildMatch> of(
      ChildPolicy policy, List<TrafficSelector> local, List<TrafficSelector> remote) {
    List<TrafficSelector> l = Narrowing.narrow(local, policy.localTs());
    List<TrafficSelector> r = Narrowing.narrow(remote, policy.remoteTs());
    boolean exact = local.containsAll(policy.localTs()) && remote.containsAll(policy.remoteTs());
    return l.isEmpty() || r.isEmpty()
        ? Optional.empty()
        : Optional.of(new ChildMatch(policy, l, r, exact, false));
  }

  /** The pair that the first selectors name, where the policy wants one; else as it is. */
  private Optional<ChildMatch> paired(List<TrafficSelector> offered, List<TrafficSelector> peers) {
    if (!policy.singlePair()) {
      return Optional.of(this);
    }
    List<TrafficSelector> l = cut(offered.getFirst(), local);
    List<TrafficSelector> r = cut(peers.getFirst(), remote);
    if (l.isEmpty() || r.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new ChildMatch(policy, l, r, exact, !l.equals(local) || !r.equals(remote)));
  }

  private static List<TrafficSelector> cut(TrafficSelector first, List<TrafficSelector> allowed) {
    if (!first.from().equals(first.to())) {
      return List.of();
    }
    return Narrowing.narrow(
        allowed, List.of(new TrafficSelector(first.from(), first.to(), 0, 0, 65_535)));
  }

  /** Whether {@code others} would take more of the request, in another Child SA. */
  boolean leavesMore(List<ChildMatch> others) {
    return cut
        || others.stream()
            .anyMatch(
                o -> !Narrowing.isSubset(o.local, local) || !Narrowing.isSubset(o.remote, remote));
  }

  private static String unacceptable(
      List<TrafficSelector> local, List<TrafficSelector> remote, List<ChildPolicy> possible) {
    List<String> accepted = new ArrayList<>();
    possible.forEach(c -> accepted.add(c.name() + " " + c.localTs() + " <-> " + c.remoteTs()));
    return "no child for "
        + local
        + " <-> "
        + remote
        + "; accepted would be "
        + String.join(", ", accepted);
  }

  private static String names(List<ChildMatch> matches) {
    return matches.stream().map(m -> m.policy.name()).collect(Collectors.joining(", "));
  }
}
