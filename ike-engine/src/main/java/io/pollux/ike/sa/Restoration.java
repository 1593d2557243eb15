package io.pollux.ike.sa;

import io.pollux.ike.extension.NatDetection;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Role;
import java.util.Optional;

/**
 * An IKE SA that another node had, from its snapshot: nothing is sent, nothing is told.
 *
 * @param takenNs when the snapshot came here: its ages count from then
 * @param livenessNs when the peer is asked whether it lives; 0 = never
 * @param spreadNs what is overdue comes within this time
 * @param complete whether the message IDs are those of the last message that the peer has seen
 */
public record Restoration(
    IkeSaSnapshot snapshot, long takenNs, long livenessNs, long spreadNs, boolean complete) {
  /** Makes it. */
  public IkeSa restore(Host host) {
    Role role = snapshot.originalInitiator() ? Role.INITIATOR : Role.RESPONDER;
    boolean forced =
        host.connection(snapshot.connection()).map(ConnectionPolicy::forceUdpEncap).orElse(false);
    Path path =
        new Path(
            snapshot.local(),
            snapshot.peer(),
            new NatDetection.Finding(snapshot.localBehindNat(), snapshot.peerBehindNat()),
            forced);
    // Those of the snapshot are lent; ours are wiped when the IKE SA ends.
    Secured secured = Secured.of(host, snapshot.algorithms(), Secured.copy(snapshot.keys()), role);
    IkeSaState state = new IkeSaState.Established(secured, PeerProof.of(snapshot));
    IkeSa sa = new IkeSa(host, role, snapshot.spis(), snapshot.connection(), path, state);
    sa.setPeerSupports(snapshot.peerSupports());
    sa.lifespan()
        .resume(snapshot.lifetimes(), takenNs - snapshot.ageNs(), snapshot.reauthNs(), spreadNs);
    sa.children().restore(snapshot.children(), takenNs, spreadNs);
    sa.syncing().failedOver(complete);
    if (livenessNs != 0) {
      sa.timers().set(Timers.Kind.LIVENESS, livenessNs);
    }
    if (path.nat().localBehindNat()) {
      sa.timers().set(Timers.Kind.NAT_KEEPALIVE, host.nowNs());
    }
    Window window = new Window(snapshot.window());
    sa.resume(window, window.outstanding().map(o -> resumed(sa, Continuations.work(host, o))));
    return sa;
  }

  /**
   * A half-open IKE SA, to be finished; empty if another version wrote it and we cannot read it. A
   * request that waits for its response is to be repeated by the caller.
   */
  public Optional<IkeSa> restoreHalfOpen(Host host) {
    Role role = snapshot.originalInitiator() ? Role.INITIATOR : Role.RESPONDER;
    boolean forced =
        host.connection(snapshot.connection()).map(ConnectionPolicy::forceUdpEncap).orElse(false);
    Path path =
        new Path(
            snapshot.local(),
            snapshot.peer(),
            new NatDetection.Finding(snapshot.localBehindNat(), snapshot.peerBehindNat()),
            forced);
    Secured secured = Secured.of(host, snapshot.algorithms(), Secured.copy(snapshot.keys()), role);
    return HalfOpenStates.decode(snapshot.halfOpen().orElseThrow(), secured)
        .map(state -> halfOpen(host, role, path, state));
  }

  private IkeSa halfOpen(Host host, Role role, Path path, IkeSaState state) {
    IkeSa sa = new IkeSa(host, role, snapshot.spis(), snapshot.connection(), path, state);
    sa.setPeerSupports(snapshot.peerSupports());
    sa.birth().wasTold();
    if (role == Role.RESPONDER) {
      long timeout = host.config().halfOpen().timeoutNs();
      sa.timers().set(Timers.Kind.HALF_OPEN, host.nowNs() + timeout);
    }
    if (path.nat().localBehindNat()) {
      sa.timers().set(Timers.Kind.NAT_KEEPALIVE, host.nowNs());
    }
    Window window = new Window(snapshot.window());
    sa.resume(window, window.outstanding().map(_ -> new Work.HalfOpen()));
    return sa;
  }

  /** The phases that follow from the exchange that is under way. */
  private static Work resumed(IkeSa sa, Work work) {
    switch (work instanceof Work.FollowUpKe followUp ? followUp.of() : work) {
      case Work.RekeyChild rekey -> enter(sa, rekey.old(), ChildSa.Phase.REKEYING);
      case Work.DeleteChild delete -> enter(sa, delete.inbound(), ChildSa.Phase.DELETING);
      case Work.DeleteIke delete ->
          sa.become(
              new IkeSaState.Deleting(
                  sa.state().secure().orElseThrow(),
                  sa.state().proven().orElseThrow(),
                  delete.why()));
      case Work.HalfOpen _,
          Work.NewChild _,
          Work.RekeyIke _,
          Work.FollowUpKe _,
          Work.SyncReplay _,
          Work.Liveness _ -> {}
    }
    return work;
  }

  private static void enter(IkeSa sa, EspSpi inbound, ChildSa.Phase phase) {
    sa.children().byInbound(inbound).ifPresent(c -> c.enter(phase));
  }
}
