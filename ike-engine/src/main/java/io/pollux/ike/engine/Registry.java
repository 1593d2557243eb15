package io.pollux.ike.engine;

import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.PeerProof;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.SaId;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Every IKE SA of an engine by the names under which it is looked for: our SPI, its connection, its
 * two identities, the SPIs of its children; and the half-open ones by where they come from.
 */
final class Registry {
  private static final int MAX_REPETITIONS = 8; // more than a peer that lives has tries

  private Map<IkeSpi, Slot> bySpi = new LinkedHashMap<>();
  private Map<String, Set<IkeSpi>> byConnection = new LinkedHashMap<>();
  private Map<Peers, Set<IkeSpi>> byPeers = new LinkedHashMap<>();
  private Map<IkeSpi, Peers> peersOf = new LinkedHashMap<>();
  private Map<EspSpi, IkeSpi> byInbound = new LinkedHashMap<>();
  private Map<SaId, EspSpi> byKernel = new LinkedHashMap<>();
  private final Map<Stranger, IkeSa> halfOpen = new LinkedHashMap<>();
  private final Map<IkeSpi, Stranger> strangers = new LinkedHashMap<>();
  private final Map<IkeSpi, Integer> repeated = new LinkedHashMap<>();
  private final Map<Network, Integer> halfOpenOf = new LinkedHashMap<>();

  /** An IKE SA, or what becomes one when somebody asks for it. */
  sealed interface Slot {
    /** Up, or on the way there because we want it. */
    default boolean isAlive() {
      return switch (this) {
        case Live(IkeSa sa) ->
            switch (sa.state()) {
              case IkeSaState.SaInitSent _,
                  IkeSaState.IntermediateSent _,
                  IkeSaState.AuthSent _,
                  IkeSaState.Established _ ->
                  true;
              case IkeSaState.SaInitAnswered _, // anybody can make us have one
                  IkeSaState.Superseded _,
                  IkeSaState.Deleting _,
                  IkeSaState.Closed _ ->
                  false;
            };
        case Dormant dormant -> !dormant.superseded;
      };
    }

    /** Begun by somebody who has not proven who he is. */
    default boolean isStranger() {
      return this instanceof Live(IkeSa sa) && sa.state() instanceof IkeSaState.SaInitAnswered;
    }

    /** Up, and nobody has asked for its end. */
    default boolean isUp() {
      return switch (this) {
        case Live(IkeSa sa) -> sa.isUp() && !(sa.state() instanceof IkeSaState.Deleting);
        case Dormant _ -> true;
      };
    }

    /** Where its peer is. */
    default InetAddress peer() {
      return switch (this) {
        case Live(IkeSa sa) -> sa.path().peer().address();
        case Dormant dormant -> dormant.snapshot.peer().address();
      };
    }

    /** Who it has proven to be. */
    default Optional<Identity> peerId() {
      return switch (this) {
        case Live(IkeSa sa) -> sa.state().proven().map(PeerProof::peer);
        case Dormant dormant -> Optional.of(dormant.snapshot.peerId());
      };
    }

    /** Its children as of {@code nowNs}. */
    default List<ChildSaSnapshot> children(long nowNs) {
      return switch (this) {
        case Live(IkeSa sa) -> sa.children().all().stream().map(c -> c.snapshot(nowNs)).toList();
        case Dormant dormant -> dormant.snapshot.children();
      };
    }

    record Live(IkeSa sa) implements Slot {}

    /**
     * Taken over and not needed yet.
     *
     * @param livenessNs when the peer is asked whether it lives; 0 = never
     * @param complete whether its message IDs are known to be the last ones
     */
    record Dormant(
        IkeSaSnapshot snapshot, long takenNs, long livenessNs, boolean superseded, boolean complete)
        implements Slot {
      Dormant incomplete() {
        return new Dormant(snapshot, takenNs, livenessNs, superseded, false);
      }
    }
  }

  private record Peers(Identity local, Identity peer) {}

  private record Stranger(Endpoint peer, IkeSpi initiator) {}

  /** So many IKE SAs come now; empty until then, it is big enough for them at once. */
  void expect(int sas) {
    if (!bySpi.isEmpty() || !byInbound.isEmpty()) {
      return;
    }
    bySpi = LinkedHashMap.newLinkedHashMap(sas);
    byConnection = LinkedHashMap.newLinkedHashMap(sas);
    byPeers = LinkedHashMap.newLinkedHashMap(sas);
    peersOf = LinkedHashMap.newLinkedHashMap(sas);
    byInbound = LinkedHashMap.newLinkedHashMap(sas);
    byKernel = LinkedHashMap.newLinkedHashMap(2 * sas);
  }

  Optional<Slot> find(IkeSpi own) {
    return Optional.ofNullable(bySpi.get(own));
  }

  boolean knows(IkeSpi own) {
    return bySpi.containsKey(own);
  }

  boolean knows(EspSpi inbound) {
    return byInbound.containsKey(inbound);
  }

  List<IkeSpi> all() {
    return List.copyOf(bySpi.keySet());
  }

  /** Our SPIs of a connection's IKE SAs, oldest first. */
  List<IkeSpi> ofConnection(String name) {
    return List.copyOf(byConnection.getOrDefault(name, Set.of()));
  }

  /** Our SPIs of the other IKE SAs between the same two identities, oldest first. */
  List<IkeSpi> siblings(IkeSpi own) {
    Peers peers = peersOf.get(own);
    return peers == null
        ? List.of()
        : byPeers.get(peers).stream().filter(other -> !other.equals(own)).toList();
  }

  /** Our SPIs of the IKE SAs between these two identities, oldest first. */
  List<IkeSpi> between(Identity local, Identity peer) {
    return List.copyOf(byPeers.getOrDefault(new Peers(local, peer), Set.of()));
  }

  Optional<IkeSpi> ofInbound(EspSpi inbound) {
    return Optional.ofNullable(byInbound.get(inbound));
  }

  /** The child's inbound SPI, from either of its kernel SAs. */
  Optional<EspSpi> ofKernel(SaId id) {
    return Optional.ofNullable(byKernel.get(id));
  }

  void add(IkeSpi own, Slot slot, String connection) {
    bySpi.put(own, slot);
    put(byConnection, connection, own);
  }

  /** {@code own} belongs to another connection than it seemed. */
  void regroup(IkeSpi own, String from, String to) {
    take(byConnection, from, own);
    put(byConnection, to, own);
  }

  void wake(IkeSpi own, IkeSa sa) {
    replace(own, new Slot.Live(sa));
  }

  void replace(IkeSpi own, Slot slot) {
    bySpi.put(own, slot);
  }

  void proven(IkeSpi own, Identity local, Identity peer) {
    Peers peers = new Peers(local, peer);
    peersOf.put(own, peers);
    put(byPeers, peers, own);
  }

  void remove(IkeSa sa) {
    IkeSpi own = sa.ownSpi();
    bySpi.remove(own);
    take(byConnection, sa.connection(), own);
    Peers peers = peersOf.remove(own);
    if (peers != null) {
      take(byPeers, peers, own);
    }
  }

  /** Most sets have one element for ever: it costs a promotion less to make them so. */
  private static <K> void put(Map<K, Set<IkeSpi>> map, K key, IkeSpi own) {
    map.merge(
        key,
        Set.of(own),
        (set, one) -> {
          Set<IkeSpi> several = set.size() > 1 ? set : new LinkedHashSet<>(set);
          several.addAll(one);
          return several;
        });
  }

  private static <K> void take(Map<K, Set<IkeSpi>> map, K key, IkeSpi own) {
    Set<IkeSpi> set = map.get(key);
    if (set == null || !set.contains(own)) {
      return;
    }
    if (set.size() == 1) {
      map.remove(key);
      return;
    }
    set.remove(own);
    if (set.size() == 1) {
      map.put(key, Set.copyOf(set)); // an only element is never changed
    }
  }

  void addChild(IkeSpi own, ChildSaSnapshot child) {
    byInbound.put(child.inboundSpi(), own);
    byKernel.put(child.inbound(), child.inboundSpi());
    byKernel.put(child.outbound(), child.inboundSpi());
  }

  void removeChild(ChildSa child) {
    byInbound.remove(child.inbound());
    byKernel.remove(child.value().inbound());
    byKernel.remove(child.value().outbound());
  }

  /** Whether an IKE SA with a peer there is up. */
  boolean isUp(Network network) {
    return bySpi.values().stream()
        .filter(Slot::isUp)
        .anyMatch(slot -> Network.of(slot.peer()).equals(network));
  }

  /** Whether the answer to the first message of {@code sa} may go out once more. */
  boolean mayRepeat(IkeSa sa) {
    return repeated.merge(sa.ownSpi(), 1, Integer::sum) <= MAX_REPETITIONS;
  }

  /** The half-open IKE SA that the same sender has begun with the same SPI. */
  Optional<IkeSa> halfOpen(Endpoint peer, IkeSpi initiator) {
    return Optional.ofNullable(halfOpen.get(new Stranger(peer, initiator)));
  }

  void addHalfOpen(Endpoint peer, IkeSa sa) {
    Stranger stranger = new Stranger(peer, sa.spis().initiator());
    halfOpen.put(stranger, sa);
    strangers.put(sa.ownSpi(), stranger);
    halfOpenOf.merge(Network.of(peer.address()), 1, Integer::sum);
  }

  /** Whether it was one that a stranger had begun, and not up yet. */
  boolean removeHalfOpen(IkeSa sa) {
    Stranger stranger = strangers.remove(sa.ownSpi());
    repeated.remove(sa.ownSpi());
    if (stranger != null) {
      halfOpen.remove(stranger);
      halfOpenOf.computeIfPresent(
          Network.of(stranger.peer.address()), (_, n) -> n > 1 ? n - 1 : null);
    }
    return stranger != null;
  }

  int halfOpen() {
    return halfOpen.size();
  }

  /** Those of the address, or of its network. */
  int halfOpen(InetAddress peer) {
    return halfOpenOf.getOrDefault(Network.of(peer), 0);
  }

  void clear() {
    bySpi.clear();
    byConnection.clear();
    byPeers.clear();
    peersOf.clear();
    byInbound.clear();
    byKernel.clear();
    halfOpen.clear();
    strangers.clear();
    repeated.clear();
    halfOpenOf.clear();
  }
}
