package io.pollux.ike.exchange;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Work;
import java.util.List;

/**
 * After a failover, as the member: the peer is asked to step its sequence numbers over those that
 * the dead node may have received (RFC 6311 sections 5.2 and 6.4). An exchange of its own, unless
 * the question for message IDs is due at the same time, which takes it along (section 5, case 3).
 *
 * <pre>
 *   member   HDR(next ID), SK { N(REPLAY_COUNTER_SYNC: delta) }  ->  <-  HDR, SK {}   peer
 * </pre>
 */
final class ReplaySync {
  private static final long LAST_32 = (1L << 32) - 1;

  private ReplaySync() {}

  static void due(IkeSa sa, long delta) {
    if (delta <= 0 || delta > LAST_32) {
      throw new IllegalArgumentException("delta " + delta);
    }
    boolean can =
        sa.peerSupports().contains(CounterSync.REPLAY_COUNTERS)
            && sa.state() instanceof IkeSaState.Established;
    if (can) {
      sa.tasks().add(new Task.SyncReplay(delta));
    }
  }

  static void ask(IkeSa sa, Task.SyncReplay task) {
    if (isPossible(sa)) {
      Story.info(
          sa,
          Exchange.INFORMATIONAL,
          sa.window().nextOwn(),
          "failed over: the peer's sequence numbers shall go forward by " + task.delta());
      Messages.request(
          sa,
          Exchange.INFORMATIONAL,
          List.of(notifyPayload(sa, task)),
          new Work.SyncReplay(task.delta()));
    }
  }

  /** Not where no child is left, or where one size does not fit all of them (section 6.4). */
  static boolean isPossible(IkeSa sa) {
    return sa.children().all().stream().map(ReplaySync::isEsn).distinct().count() == 1;
  }

  static NotifyPayload notifyPayload(IkeSa sa, Task.SyncReplay task) {
    sa.host().count("replay_syncs_asked");
    return CounterSync.stepBy(task.delta(), isEsn(sa.children().all().iterator().next()));
  }

  private static boolean isEsn(ChildSa child) {
    return child.value().algorithms().esn();
  }

  static void onResponse(IkeSa sa, Work.SyncReplay work, IkeMessage response) {
    sa.finish();
    if (response.error().isEmpty()) {
      stepped(sa, work.delta());
    }
  }

  static void stepped(IkeSa sa, long delta) {
    sa.host().count("replay_syncs_done");
    for (ChildSa child : sa.children().all()) {
      sa.host().emit(new Effect.PeerStepped(child.snapshot(sa.host().nowNs()), delta));
    }
  }
}
