package io.pollux.agent.runtime;

import io.pollux.agent.hooks.ConnectionHook;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.Input;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The beginning of a reign, as late as it may be. The engine gets all SAs at once, so that the
 * first peer that asks is answered; their counters, the connection hook's list and the plan of the
 * rekeys follow in slices on the same thread, with datagrams served in between. Whatever depends on
 * one of them waits for no slice: it is made whole first. So nothing sees half of it. Owned by the
 * SAs' thread.
 */
final class Promotion {
  /** IKE SAs whose children are followed in one slice: about a quarter of a millisecond. */
  static final int SLICE = 256;

  private final Replication replication;
  private final Succession succession;
  private final ActiveCounters counters;
  private final Rekeying rekeying;
  private final ConnectionHook hook;
  private final Executor loop;
  private List<IkeSaSnapshot> sas = List.of();
  private int followed;
  private final Set<EspSpi> ended = new LinkedHashSet<>(); // before they were followed
  private long begunNs;
  private Object reign = new Object(); // what an earlier one has still queued is nobody's any more
  private boolean running;

  Promotion(
      Replication replication,
      Succession succession,
      ActiveCounters counters,
      Rekeying rekeying,
      ConnectionHook hook,
      Executor loop) {
    this.replication = replication;
    this.succession = succession;
    this.counters = counters;
    this.rekeying = rekeying;
    this.hook = hook;
    this.loop = loop;
  }

  /**
   * This node's reign begins.
   *
   * @param decidedNs when this node was to take over: the copy is as good as it was then
   * @return what the engine is promoted with; its keys are lent by the shadow
   */
  Input.Promote begin(long epoch, long decidedNs, long nowNs) {
    end();
    boolean complete = succession.isAdopted() || replication.isComplete(decidedNs);
    succession.tell(replication.shadow()); // whoever takes a snapshot needs to know that
    replication.lead(epoch, nowNs);
    counters.clear();
    hook.begin();
    sas = replication.shadow().lent(nowNs).sas();
    rekeying.await(succession.plan(epoch, sas, nowNs), nowNs);
    begunNs = nowNs;
    running = true;
    return new Input.Promote(epoch, sas, complete);
  }

  /**
   * The engine is promoted: the rest comes a slice at a time, each behind what waits by then.
   *
   * @param whole runs after the last slice; not if the reign ends before
   */
  void goOn(Runnable whole) {
    Object mine = reign;
    loop.execute(
        () -> {
          if (reign == mine && slice()) {
            goOn(whole);
          } else if (reign == mine) {
            end();
            whole.run();
          }
        });
  }

  /** One bounded piece; false when there was nothing left to do. */
  private boolean slice() {
    if (followed < sas.size()) {
      follow(Math.min(followed + SLICE, sas.size()));
      return true;
    }
    return rekeying.work();
  }

  private void follow(int to) {
    for (IkeSaSnapshot sa : sas.subList(followed, to)) {
      for (ChildSaSnapshot child : sa.children()) {
        if (!ended.contains(child.inboundSpi())) {
          counters.add(sa.spis(), child, begunNs);
          if (child.outboundActive()) {
            counters.sends(child.inboundSpi());
          }
          hook.stands(child);
        }
      }
    }
    followed = to;
  }

  /** Whether slices are still to come. */
  boolean isRunning() {
    return running;
  }

  /** The counters and the hook know every SA from now on. */
  void followAll() {
    follow(sas.size());
  }

  /** Before {@code effect} runs: what it adds, moves or takes away is not alone in the world. */
  void before(Effect effect) {
    if (followed == sas.size()) {
      return;
    }
    switch (effect) {
      case Effect.Replicate(IkeEvent event) -> before(event);
      case Effect.RemoveChild(var child, var _) -> ends(child.inboundSpi());
      case Effect.MoveChild _,
          Effect.SwitchOutbound _,
          Effect.StepOutbound _,
          Effect.PeerStepped _ ->
          followAll();
      case Effect.Transmit _,
          Effect.InstallChild _,
          Effect.Sign _,
          Effect.ValidateChain _,
          Effect.Report _,
          Effect.CommandDone _ -> {}
    }
  }

  private void before(IkeEvent event) {
    switch (event) {
      case IkeEvent.ChildSaDown(var _, var inbound, var _) -> ends(inbound);
      case IkeEvent.IkeSaRekeyed _,
          IkeEvent.ChildSaUp _,
          IkeEvent.ChildSaRekeyed _,
          IkeEvent.ChildSaSwitched _ ->
          followAll();
      case IkeEvent.IkeSaUp _,
          IkeEvent.IkeSaMoved _, // their children have effects of their own
          IkeEvent.IkeSaDown _,
          IkeEvent.IkeSaLimited _,
          IkeEvent.ExchangeStarted _,
          IkeEvent.ExchangeFinished _,
          IkeEvent.ExchangeAnswered _,
          IkeEvent.WindowMoved _,
          IkeEvent.IkeSaHalfOpen _,
          IkeEvent.ReplayAdvanced _ -> {}
    }
  }

  /** One that is not followed yet never will be; a hook has to know what else stands. */
  private void ends(EspSpi child) {
    if (hook.isUsed()) {
      followAll();
    } else {
      ended.add(child);
    }
  }

  /** The reign is over, or another one begins: no slice comes any more. */
  void end() {
    reign = new Object();
    running = false;
    sas = List.of();
    followed = 0;
    ended.clear();
  }
}
