package io.pollux.agent.runtime;

import io.pollux.agent.kernel.ChildSas;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.role.RoleInput;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.ReplayState;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an engine's effects in list order: one request to somebody for each, no decision about the
 * protocol.
 */
final class EffectRunner {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");

  /** What an SA may send between a reading and the write that follows. */
  private static final long RACE = 1 << 20;

  private final SaParts parts;
  private final Executor loop;
  private final Promotion promotion;
  private final Replication replication;
  private final ActiveCounters counters;
  private final Rekeying rekeying;
  private final Consumer<Input> engine;
  private final Consumer<Effect.CommandDone> commandDone;
  private boolean established;

  EffectRunner(
      SaParts parts,
      Executor loop,
      Promotion promotion,
      Replication replication,
      ActiveCounters counters,
      Rekeying rekeying,
      Consumer<Input> engine,
      Consumer<Effect.CommandDone> commandDone) {
    this.parts = parts;
    this.loop = loop;
    this.promotion = promotion;
    this.replication = replication;
    this.counters = counters;
    this.rekeying = rekeying;
    this.engine = engine;
    this.commandDone = commandDone;
  }

  /** A reign begins. */
  void begin() {
    established = false;
  }

  void run(List<Effect> effects, long nowNs) {
    long events = effects.stream().filter(Effect.Replicate.class::isInstance).count();
    for (Effect effect : effects) {
      promotion.before(effect);
      switch (effect) {
        case Effect.Replicate(IkeEvent event) -> {
          replication.replicate(event, --events > 0, nowNs);
          follow(event, nowNs);
          parts.hook().follow(event);
          parts.keys().follow(event);
          rekeying.follow(event);
        }
        case Effect.Transmit transmit -> replication.submit(transmit, nowNs);
        case Effect.InstallChild install ->
            parts
                .table()
                .install(
                    install.child(),
                    ReplayState.NEW,
                    install.replaces().isEmpty(),
                    loop,
                    result -> engine.accept(new Input.KernelReply(install.id(), result)));
        case Effect.Sign sign ->
            parts
                .prover()
                .sign(
                    sign,
                    loop,
                    result -> engine.accept(new Input.Signed(sign.id(), result)),
                    () -> engine.accept(new Input.Postponed(sign.id())));
        case Effect.ValidateChain chain ->
            parts
                .prover()
                .validate(
                    chain,
                    loop,
                    verdict -> engine.accept(new Input.ChainValidated(chain.id(), verdict)),
                    () -> engine.accept(new Input.Postponed(chain.id())));
        case Effect.SwitchOutbound(var old, var fresh) ->
            parts
                .table()
                .switchOutbound(
                    old, fresh, ReplayState.NEW, loop, result -> logRefusal(fresh, result));
        case Effect.RemoveChild(var child, boolean keepPolicies) -> {
          counters.remove(child.inboundSpi());
          rekeying.gone(child.inboundSpi());
          parts.hook().gone(child.inboundSpi());
          parts.table().remove(child, keepPolicies);
        }
        case Effect.MoveChild(var before, var after) -> move(before, after);
        case Effect.StepOutbound(var child, long delta) -> step(child, delta);
        case Effect.PeerStepped(var child, long _) -> rekeying.peerStepped(child);
        case Effect.Report(var level, String line) -> report(level, line);
        case Effect.CommandDone done -> commandDone.accept(done);
      }
    }
  }

  /** The counters follow what stands in the kernel. */
  private void follow(IkeEvent event, long nowNs) {
    switch (event) {
      case IkeEvent.ChildSaUp(var sa, var child) -> counters.add(sa, child, nowNs);
      case IkeEvent.ChildSaRekeyed(var sa, var old, var fresh) -> {
        counters.add(sa, fresh, nowNs);
        if (fresh.outboundActive()) {
          counters.switched(old, false);
        }
      }
      case IkeEvent.ChildSaSwitched(var _, var old, var inbound) -> {
        counters.switched(old, false);
        counters.switched(inbound, true);
      }
      case IkeEvent.ChildSaDown(var _, var inbound, var _) -> counters.remove(inbound);
      case IkeEvent.IkeSaRekeyed(var _, var fresh) ->
          fresh.children().forEach(c -> counters.reparent(fresh.spis(), c, nowNs));
      case IkeEvent.IkeSaUp _ -> {
        if (!established) { // the first one is news to the role machine, not each of thousands
          established = true;
          parts.role().accept(new RoleInput.Established());
        }
      }
      case IkeEvent.IkeSaMoved _,
          IkeEvent.IkeSaLimited _,
          IkeEvent.IkeSaDown _,
          IkeEvent.ExchangeStarted _,
          IkeEvent.ExchangeFinished _,
          IkeEvent.ExchangeAnswered _,
          IkeEvent.WindowMoved _,
          IkeEvent.IkeSaHalfOpen _,
          IkeEvent.ReplayAdvanced _ -> {}
    }
  }

  /**
   * New SAs start ahead of what the old ones can have sent: the takeover's way, not a second one.
   */
  private void move(ChildSaSnapshot before, ChildSaSnapshot after) {
    ReplayState read = counters.lastRead(before.inboundSpi());
    JumpPolicy jump =
        parts.jump() instanceof JumpPolicy.Rekey ? new JumpPolicy.Auto() : parts.jump();
    long ahead = jump.jump(after.algorithms().esn(), 0, parts.poll().inUseNs());
    ChildSaSnapshot there = rekeying.isShut(after) ? after.withOutboundActive(false) : after;
    counters.moved(there);
    parts
        .table()
        .move(
            before,
            there,
            new ReplayState(read.oseq() + ahead, read.seq(), read.jumps(), read.volume()),
            loop,
            r -> logRefusal(after, r));
  }

  /** Forward from what the kernel says, and by more than can be sent meanwhile. */
  private void step(ChildSaSnapshot child, long delta) {
    ReplayState last = counters.lastRead(child.inboundSpi());
    long debt = last.jumps().packets();
    boolean bounded = delta >= 0 && delta < Arming.ESN_LIMIT;
    if (rekeying.isShut(child)) {
      return;
    }
    if (!bounded
        || !(Arming.arm(last.oseq(), delta + RACE, child.algorithms().esn(), debt)
            instanceof Arming.At)) {
      // Not within this step: the standby takes each step as a whole.
      loop.execute(() -> engine.accept(new Input.RekeyDue(child.inboundSpi())));
      return;
    }
    parts
        .table()
        .read(
            List.of(child),
            loop,
            readings ->
                readings.forEach(
                    r ->
                        parts
                            .table()
                            .writeOutbound(
                                List.of(new ChildSas.Write(child, r.state().oseq() + delta + RACE)),
                                KernelThread.SA,
                                loop,
                                _ -> counters.jumped(child.inboundSpi(), delta + RACE))));
  }

  private static void logRefusal(ChildSaSnapshot child, KernelResult result) {
    if (result instanceof KernelResult.Refused(int _, String why)) {
      LOG.error("esp={} child={}: {}", child.inboundSpi(), child.child(), why);
    }
  }

  private static void report(Effect.Level level, String line) {
    switch (level) {
      case DEBUG -> LOG.debug("{}", line);
      case INFO -> LOG.info("{}", line);
      case WARN -> LOG.warn("{}", line);
      case ERROR -> LOG.error("{}", line);
    }
  }
}
