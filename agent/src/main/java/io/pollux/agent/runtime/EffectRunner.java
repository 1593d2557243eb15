package io.pollux.agent.runtime;

import io.pollux.agent.kernel.ChildSas;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.Inherited;
import io.pollux.ha.role.RoleInput;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Volume;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final Map<EspSpi, ReplayState> begun = new LinkedHashMap<>(); // not told yet
  private boolean established;
  private long reigns = 1; // since the copy that this one began with
  private long unheardNs;

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

  /** A reign begins: before anything of it is replicated. */
  void begin(long epoch, long nowNs) {
    reigns = epoch - replication.shadow().epoch();
    unheardNs = replication.unheardNs(nowNs);
    established = false;
    begun.clear();
  }

  void run(List<Effect> effects, long nowNs) {
    long events = effects.stream().filter(Effect.Replicate.class::isInstance).count();
    for (Effect effect : effects) {
      promotion.before(effect);
      switch (effect) {
        case Effect.Replicate(IkeEvent event) -> {
          var start = start(event);
          replication.replicate(event, --events > 0 || start.isPresent(), nowNs);
          follow(event, nowNs);
          parts.hook().follow(event);
          parts.keys().follow(event);
          rekeying.follow(event);
          if (start.isPresent()) {
            begun.remove(start.get().inbound());
            tell(start.get(), events > 0, nowNs);
          }
        }
        case Effect.Transmit transmit -> replication.submit(transmit, nowNs);
        case Effect.InstallChild install -> install(install);
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
            switchOutbound(old, fresh, events > 0, nowNs);
        case Effect.RemoveChild(var child, boolean keepPolicies) -> {
          counters.remove(child.inboundSpi());
          rekeying.gone(child.inboundSpi());
          parts.hook().gone(child.inboundSpi());
          parts.table().remove(child, keepPolicies);
        }
        case Effect.MoveChild(var before, var after) -> move(before, after, events > 0, nowNs);
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
      case IkeEvent.ChildSaUp(var sa, var child) -> counters.add(sa, started(child), nowNs);
      case IkeEvent.ChildSaRekeyed(var sa, var old, var fresh) -> {
        counters.add(sa, started(fresh), nowNs);
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
   * What an earlier reign may have made of the same exchange starts where that one cannot have come
   * to: it has no reading, and may be as old as the last message that the peer has answered.
   */
  private void install(Effect.InstallChild install) {
    ChildSaSnapshot child = install.child();
    EspSpi spi = child.inboundSpi();
    ReplayState start = ReplayState.NEW;
    if (install.inherited()) {
      long ahead = Inherited.start(child.algorithms().esn(), reigns, unheardNs);
      start = new ReplayState(ahead, 0, new Jumps(1, ahead), Volume.NONE);
      begun.put(spi, start);
    }
    if (child.outboundActive()) {
      counters.sends(spi);
    }
    parts
        .table()
        .install(
            child,
            start,
            install.replaces().isEmpty(),
            loop,
            result -> {
              if (result instanceof KernelResult.Refused) {
                begun.remove(spi);
                if (!counters.follows(spi)) {
                  counters.remove(spi);
                }
              }
              engine.accept(new Input.KernelReply(install.id(), result));
            });
  }

  /** From where the child of this event has started, if not from the beginning. */
  private Optional<IkeEvent.ReplayAdvanced> start(IkeEvent event) {
    Optional<EspSpi> child =
        switch (event) {
          case IkeEvent.ChildSaUp(var _, var up) -> Optional.of(up.inboundSpi());
          case IkeEvent.ChildSaRekeyed(var _, var _, var fresh) -> Optional.of(fresh.inboundSpi());
          case IkeEvent.ChildSaSwitched _,
              IkeEvent.ChildSaDown _,
              IkeEvent.IkeSaUp _,
              IkeEvent.IkeSaRekeyed _,
              IkeEvent.IkeSaMoved _,
              IkeEvent.IkeSaLimited _,
              IkeEvent.IkeSaDown _,
              IkeEvent.ExchangeStarted _,
              IkeEvent.ExchangeFinished _,
              IkeEvent.ExchangeAnswered _,
              IkeEvent.WindowMoved _,
              IkeEvent.IkeSaHalfOpen _,
              IkeEvent.ReplayAdvanced _ ->
              Optional.empty();
        };
    return child
        .filter(begun::containsKey)
        .map(spi -> new IkeEvent.ReplayAdvanced(event.sa(), spi, begun.get(spi)));
  }

  private ChildSaSnapshot started(ChildSaSnapshot child) {
    ReplayState start = begun.get(child.inboundSpi());
    return start == null ? child : child.withAge(child.ageNs(), start);
  }

  /**
   * From where the child is known to stand: after a takeover the dead node may have sent on it, and
   * nobody was told. One that has sent in this reign already goes on beyond that.
   */
  private void switchOutbound(
      ChildSaSnapshot old, ChildSaSnapshot fresh, boolean more, long nowNs) {
    EspSpi spi = fresh.inboundSpi();
    boolean may =
        !rekeying.isShut(fresh)
            && (counters.sends(spi)
                || goOn(spi, counters.aheadAgain(spi, nowNs), more, nowNs).isPresent());
    if (!may) { // it is rekeyed first, and nothing is sent until then
      parts.table().removeOutbound(old);
      return;
    }
    parts
        .table()
        .switchOutbound(
            old, fresh, counters.lastRead(spi), loop, result -> logRefusal(fresh, result));
  }

  /** New SAs start ahead of what the old ones can have sent; where only ports differ they stay. */
  private void move(ChildSaSnapshot before, ChildSaSnapshot after, boolean more, long nowNs) {
    EspSpi spi = after.inboundSpi();
    boolean fresh =
        !before.local().address().equals(after.local().address())
            || !before.peer().address().equals(after.peer().address());
    boolean sends = after.outboundActive() && !rekeying.isShut(after);
    if (sends && fresh) {
      sends = goOn(spi, counters.ahead(spi, nowNs), more, nowNs).isPresent();
    }
    ChildSaSnapshot there = sends ? after : after.withOutboundActive(false);
    counters.moved(there);
    parts
        .table()
        .move(before, there, counters.lastRead(spi), loop, result -> logRefusal(after, result));
  }

  /**
   * The outbound SA goes on from {@code to}: the standby is told before the kernel, by its old
   * reading it would be behind. Empty where the numbers do not allow that: then it is rekeyed.
   */
  private Optional<Arming.At> goOn(EspSpi child, Arming to, boolean more, long nowNs) {
    return switch (to) {
      case Arming.At at -> {
        counters
            .stepped(child, at.oseq(), at.jump(), nowNs)
            .ifPresent(event -> tell(event, more, nowNs));
        yield Optional.of(at);
      }
      case Arming.RekeyFirst _ -> {
        rekeyDue(child);
        yield Optional.empty();
      }
    };
  }

  private void tell(IkeEvent.ReplayAdvanced event, boolean more, long nowNs) {
    long index = replication.replicate(event, more, nowNs);
    counters.told(parts.paired() ? index : 0, event);
    replication.pump(nowNs);
  }

  /** Not within this step: the standby takes each step as a whole. */
  private void rekeyDue(EspSpi child) {
    loop.execute(() -> engine.accept(new Input.RekeyDue(child)));
  }

  /** Forward from what the kernel says, and by more than can be sent meanwhile. */
  private void step(ChildSaSnapshot child, long delta) {
    if (rekeying.isShut(child)) {
      return;
    }
    if (delta < 0 || delta >= Arming.ESN_LIMIT - RACE) {
      rekeyDue(child.inboundSpi());
      return;
    }
    parts
        .table()
        .read(
            List.of(child),
            loop,
            readings -> readings.forEach(r -> step(child, r.state().oseq(), delta + RACE)));
  }

  private void step(ChildSaSnapshot child, long oseq, long packets) {
    EspSpi spi = child.inboundSpi();
    if (!counters.follows(spi)) {
      return; // it or the reign has ended
    }
    long debt = counters.lastRead(spi).jumps().packets();
    Arming to = Arming.arm(oseq, packets, child.algorithms().esn(), debt);
    goOn(spi, to, false, System.nanoTime())
        .ifPresent(
            at ->
                parts
                    .table()
                    .writeOutbound(
                        List.of(new ChildSas.Write(child, at.oseq())),
                        KernelThread.SA,
                        loop,
                        refused -> {
                          if (refused > 0) { // the peer counts on it
                            rekeyDue(spi);
                          }
                        }));
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
