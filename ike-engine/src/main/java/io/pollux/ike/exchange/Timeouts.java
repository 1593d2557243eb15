package io.pollux.ike.exchange;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Timers;
import io.pollux.ike.wire.Octets;
import java.util.Optional;

/** What an IKE SA does when time has passed; most of it becomes a task. */
final class Timeouts {
  /** RFC 3948 section 2.3: one octet, and no non-ESP marker before it. */
  private static final Octets NAT_KEEPALIVE = Octets.of((byte) 0xff);

  private Timeouts() {}

  /** All that is due now. */
  static void on(IkeSa sa) {
    long now = sa.host().nowNs();
    Timers timers = sa.timers();
    if (timers.fired(Timers.Kind.HALF_OPEN, now)) {
      sa.close(DeleteReason.FAILED, "half open for too long");
    }
    if (timers.fired(Timers.Kind.PROOF, now)) {
      sa.close(DeleteReason.FAILED, "no signature or verdict on a certificate in time");
    }
    if (timers.fired(Timers.Kind.RETRANSMIT, now)) {
      retransmit(sa);
    }
    if (timers.fired(Timers.Kind.SYNC, now)) {
      sa.syncing().unanswered();
    }
    if (sa.isClosed()) {
      return;
    }
    if (timers.fired(Timers.Kind.NAT_KEEPALIVE, now)) {
      timers.set(Timers.Kind.NAT_KEEPALIVE, now + sa.host().config().natKeepaliveNs());
      sa.host()
          .emit(
              new Effect.Transmit(
                  Optional.empty(), sa.path().local(), sa.path().peer(), NAT_KEEPALIVE));
    }
    if (timers.fired(Timers.Kind.EXPIRE, now)) {
      sa.tasks().add(new Task.DeleteIke(DeleteReason.EXPIRED));
    }
    if (timers.fired(Timers.Kind.CLOSE, now)) {
      sa.tasks().add(new Task.DeleteIke(DeleteReason.REKEYED));
    }
    if (timers.fired(Timers.Kind.FOLLOW_UP, now)) {
      FollowUpKe.expired(sa);
    }
    if (timers.fired(Timers.Kind.FRAGMENTS, now)) {
      sa.host().count("fragments_expired");
      sa.inbox().clear(); // what did not become a message in time counts as never received
    }
    if (timers.fired(Timers.Kind.REAUTH, now)) {
      Reauth.due(sa);
    }
    if (timers.fired(Timers.Kind.REKEY, now)) {
      sa.tasks().add(new Task.RekeyIke(0));
    }
    if (timers.fired(Timers.Kind.LIVENESS, now)) {
      if (sa.window().isBusy()) { // its retransmission asks the same question
        timers.set(Timers.Kind.LIVENESS, now + sa.host().config().retransmission().maxNs());
      } else {
        sa.tasks().add(new Task.Liveness());
      }
    }
    children(sa, now);
    sa.tasks().release(now);
  }

  private static void retransmit(IkeSa sa) {
    if (!sa.window().isBusy()) {
      return;
    }
    if (sa.state() instanceof IkeSaState.Established && MessageIdSync.isAsked(sa)) {
      return;
    }
    if (sa.window().transmissions() < sa.host().config().retransmission().tries()) {
      sa.host().count("retransmissions");
      sa.retransmit();
      Probing.again(sa);
      return;
    }
    DeleteReason why =
        switch (sa.state()) {
          case IkeSaState.Deleting deleting -> deleting.why();
          case IkeSaState.Superseded _ -> DeleteReason.REKEYED;
          case IkeSaState.SaInitSent _,
              IkeSaState.SaInitAnswered _,
              IkeSaState.IntermediateSent _,
              IkeSaState.AuthSent _,
              IkeSaState.Established _,
              IkeSaState.Closed _ ->
              DeleteReason.PEER_SILENT;
        };
    silent(sa, why);
  }

  private static void silent(IkeSa sa, DeleteReason why) {
    sa.host().count("peers_silent");
    Story.warn(
        sa,
        Exchange.INFORMATIONAL,
        sa.window().nextOwn(),
        "no answer from "
            + sa.path().peer()
            + " after "
            + sa.window().transmissions()
            + " tries"
            + (sa.lifespan().hints().isRecent(sa.host().nowNs())
                ? "; unprotected INVALID_IKE_SPI came: it may have lost its state"
                : ""));
    sa.close(why, "no answer from " + sa.path().peer());
  }

  private static void children(IkeSa sa, long now) {
    for (ChildSa child : sa.children().all()) {
      if (child.isExpired(now)) {
        child.enter(ChildSa.Phase.DELETING);
        sa.tasks().add(new Task.DeleteChild(child.inbound(), DeleteReason.EXPIRED));
      } else if (child.isOverstaying(now)) {
        child.enter(ChildSa.Phase.DELETING);
        sa.tasks().add(new Task.DeleteChild(child.inbound(), DeleteReason.REKEYED));
      } else if (child.rekeyFired(now)) {
        sa.tasks().add(new Task.RekeyChild(child.inbound(), 0));
      }
    }
  }
}
