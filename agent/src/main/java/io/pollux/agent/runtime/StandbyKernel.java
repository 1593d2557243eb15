package io.pollux.agent.runtime;

import io.pollux.agent.kernel.ChildSas;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.agent.kernel.NetTable.Outcome;
import io.pollux.ha.counters.ArmedCounters;
import io.pollux.ha.counters.Arming;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.Margin;
import io.pollux.ha.counters.Missed;
import io.pollux.ha.counters.Rearm;
import io.pollux.ha.counters.Verdict;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowChange;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.ReplayState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The armed standby: the shadow's children in this node's kernel, outbound counters ahead by the
 * jump. Owned by the SAs' thread; the kernel works its orders off in their order.
 */
final class StandbyKernel {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.standby");

  private final ChildSas table;
  private final Executor loop;
  private final JumpPolicy policy;
  private final InboundTop inbound;
  private ArmedCounters armed;

  /**
   * A takeover has settled the counters: what would be written now would come after the first
   * packets and set them back.
   */
  private boolean settled;

  /**
   * Addresses that changed after that: where it is armed an SA may have sent, and some are shut.
   */
  private final List<ShadowChange.ChildMoved> late = new ArrayList<>();

  StandbyKernel(ChildSas table, Executor loop, JumpPolicy policy, InboundTop inbound) {
    this.table = table;
    this.loop = loop;
    this.policy = policy;
    this.inbound = inbound;
    this.armed = new ArmedCounters(policy, inbound);
  }

  Optional<Margin> smallestMargin(long nowNs) {
    return armed.smallestMargin(nowNs);
  }

  Optional<Margin> margin(EspSpi child, long nowNs) {
    return armed.margin(child, nowNs);
  }

  /** What the dead node may have received after the last reading. */
  List<Missed> missed(long nowNs) {
    return armed.missed(nowNs);
  }

  /** Outbound SAs that are not armed: they would have to be rekeyed after a takeover. */
  long shut() {
    return armed.shut();
  }

  /** Carries out what the shadow says. */
  void apply(List<ShadowChange> changes, long nowNs) {
    for (ShadowChange change : changes) {
      switch (change) {
        case ShadowChange.ChildAdded(var child, var replaces) -> {
          add(child, replaces.isEmpty(), nowNs);
          if (child.outboundActive()) {
            replaces // one outbound SA at any time
                .filter(old -> !old.outbound().equals(child.outbound()))
                .ifPresent(old -> switched(old, child, nowNs));
          }
        }
        case ShadowChange.ChildSwitched(var old, var fresh) -> switched(old, fresh, nowNs);
        case ShadowChange.ChildMoved moved when settled -> late.add(moved);
        case ShadowChange.ChildMoved(var before, var after) -> moved(before, after, nowNs);
        case ShadowChange.ChildRemoved(var child, boolean keepPolicies) -> {
          armed.remove(child.inboundSpi());
          table.remove(child, keepPolicies);
        }
        case ShadowChange.ReplayAdvanced(var child, var state, long ageNs) ->
            advance(child, state, ageNs, nowNs);
      }
    }
  }

  private void add(ChildSaSnapshot child, boolean policies, long nowNs) {
    Arming arming = armed.synced(child, 0, nowNs);
    long top = armed.inboundTop(child.inboundSpi(), nowNs);
    switch (arming) {
      case Arming.At at ->
          table.install(child, from(child, at.oseq(), top), policies, loop, r -> log(child, r));
      case Arming.RekeyFirst no -> {
        LOG.warn(
            "esp={} child={}: not armed: {}", child.inboundSpi(), child.child(), no.why().text());
        table.install(
            child.withOutboundActive(false),
            from(child, 0, top),
            policies,
            loop,
            r -> log(child, r));
      }
    }
  }

  /** What the audit has found wrong: both SAs out, and in again with the counters of now. */
  void reinstall(ChildSaSnapshot child, long nowNs) {
    if (settled) {
      return;
    }
    table.remove(child, true);
    armed
        .margin(child.inboundSpi(), nowNs)
        .ifPresentOrElse(
            margin ->
                table.install(
                    child,
                    from(child, margin.armed(), armed.inboundTop(child.inboundSpi(), nowNs)),
                    true,
                    loop,
                    r -> log(child, r)),
            () -> add(child, true, nowNs));
  }

  private static ReplayState from(ChildSaSnapshot child, long oseq, long seq) {
    return new ReplayState(oseq, seq, child.replay().jumps(), child.replay().volume());
  }

  private static boolean hasVolumeLimit(Lifetimes l) {
    return l.softBytes() != 0 || l.hardBytes() != 0 || l.softPackets() != 0 || l.hardPackets() != 0;
  }

  private void advance(ChildSaSnapshot child, ReplayState state, long ageNs, long nowNs) {
    if (settled) {
      return; // the older reading says more of what may have been sent: the safe side
    }
    if (hasVolumeLimit(child.lifetimes())) {
      table.writeVolume(child, state.volume());
    }
    Optional<Rearm> rearm = armed.advanced(child.inboundSpi(), state, ageNs, nowNs);
    if (rearm.isEmpty()) {
      return;
    }
    if (rearm.get().oseq().isPresent() && child.outboundActive()) {
      write(List.of(new ChildSas.Write(child, rearm.get().oseq().getAsLong())));
    }
    if (rearm.get().seq().isPresent()) {
      table.writeInbound(
          List.of(new ChildSas.Write(child, rearm.get().seq().getAsLong())),
          KernelThread.SA,
          loop,
          _ -> {});
    }
  }

  /**
   * An SA whose counter is refused is out at once, so that no takeover finds it behind; then it is
   * made anew. What was put in stands where {@link #armed} says.
   */
  private void write(List<ChildSas.Write> writes) {
    ArmedCounters now = armed;
    table.arm(
        writes,
        List.of(),
        loop,
        done -> {
          for (ChildSaSnapshot child : done.refused()) {
            LOG.error(
                "esp={} child={}: its counter was refused: it is installed anew",
                child.inboundSpi(),
                child.child());
            if (armed == now && armed.margin(child.inboundSpi(), System.nanoTime()).isPresent()) {
              reinstall(child, System.nanoTime());
            }
          }
        });
  }

  /** What is not armed never sends: then the old SA goes and none takes its place. */
  private void switched(ChildSaSnapshot old, ChildSaSnapshot fresh, long nowNs) {
    Optional<Margin> margin = armed.margin(fresh.inboundSpi(), nowNs);
    if (margin.isPresent()) {
      table.switchOutbound(
          old, fresh, from(fresh, margin.get().armed(), 0), loop, r -> log(fresh, r));
    } else {
      table.removeOutbound(old);
    }
  }

  private void moved(ChildSaSnapshot before, ChildSaSnapshot after, long nowNs) {
    Optional<Margin> margin = armed.margin(after.inboundSpi(), nowNs);
    table.move(
        before,
        margin.isPresent() ? after : after.withOutboundActive(false),
        from(
            after,
            margin.map(Margin::armed).orElse(0L),
            armed.inboundTop(after.inboundSpi(), nowNs)),
        loop,
        r -> log(after, r));
  }

  private static void log(ChildSaSnapshot child, KernelResult result) {
    switch (result) {
      case KernelResult.Done _ -> {}
      case KernelResult.Refused(int _, String why) ->
          LOG.error(
              "esp={} child={}: the standby's kernel refuses: {}",
              child.inboundSpi(),
              child.child(),
              why);
    }
  }

  /** What a takeover at this moment has to do before the gate opens. */
  List<Verdict> urgent(long nowNs) {
    return armed.urgent(nowNs);
  }

  /** The same where another node may have sent on them since. */
  List<Verdict> afterAnother(long sinceNs, long nowNs) {
    return armed.afterAnother(sinceNs, nowNs);
  }

  /** What a takeover has done with each SA, busiest first. */
  List<Verdict> decided(Map<EspSpi, Verdict> urgent, long nowNs) {
    return armed.decided(urgent, nowNs);
  }

  /** From where each SA goes on after it, in any order. */
  void starts(Map<EspSpi, Verdict> urgent, BiConsumer<EspSpi, ReplayState> each) {
    armed.starts(urgent, each);
  }

  /** Children whose counters are followed. */
  int size() {
    return armed.size();
  }

  /**
   * A takeover: what is not safely ahead is written or shut, in one batch, and with a strict
   * inbound window that goes beyond what the dead node may have received by now. The answer comes
   * behind everything that was ordered before, even where nothing is to be done: the gate would
   * overtake it, and an SA that must not send would, or an older counter would come after newer
   * packets. It comes on any thread: it does not wait for what else this one has to do.
   *
   * @param refused gets, on this thread and before the answer, the children that had to be shut
   *     because the kernel did not take their counter
   */
  void repair(
      List<Verdict> urgent,
      Shadow shadow,
      long nowNs,
      Consumer<EspSpi> refused,
      Consumer<Outcome> reply) {
    settled = true;
    List<ChildSas.Write> tops = new ArrayList<>();
    armed
        .inboundTops(nowNs)
        .forEach(
            (spi, top) ->
                shadow.child(spi, nowNs).ifPresent(c -> tops.add(new ChildSas.Write(c, top))));
    if (!tops.isEmpty()) {
      table.writeInbound(tops, KernelThread.SA, loop, _ -> {});
    }
    List<ChildSas.Write> writes = new ArrayList<>();
    List<ChildSaSnapshot> out = new ArrayList<>();
    int shut = 0;
    for (Verdict verdict : urgent) {
      switch (verdict) {
        case Verdict.Safe _ -> {}
        case Verdict.Shut no -> {
          shut++;
          LOG.warn("esp={}: shut until it is rekeyed: {}", no.child(), no.why().text());
          shadow.child(no.child(), nowNs).ifPresent(out::add);
        }
        case Verdict.NewAe write ->
            shadow
                .child(write.child(), nowNs)
                .filter(ChildSaSnapshot::outboundActive)
                .ifPresent(c -> writes.add(new ChildSas.Write(c, write.oseq())));
      }
    }
    String detail = writes.size() + " written, " + shut + " shut";
    table.arm(
        writes,
        out,
        Runnable::run,
        done -> {
          done.refused().forEach(c -> loop.execute(() -> refused.accept(c.inboundSpi())));
          reply.accept(
              new Outcome(
                  done.standing().isEmpty(),
                  (writes.isEmpty() ? detail : detail + ", " + done.refused().size() + " refused")
                      + done.standing().map(why -> "; " + why).orElse("")));
        });
  }

  /** What is left to the reign that follows, which knows from where its SAs go on. */
  List<Effect> lateMoves() {
    List<Effect> moves = new ArrayList<>();
    late.forEach(m -> moves.add(new Effect.MoveChild(m.before(), m.after())));
    late.clear();
    return moves;
  }

  /** No reign came of it: counters are followed again. */
  void follow(long nowNs) {
    settled = false;
    List<ShadowChange> waited = List.copyOf(late);
    late.clear();
    apply(waited, nowNs); // where the kernel has sent it is the kernel's counter that counts
  }

  /** After a reign of our own: every child of the shadow is armed from where it stands. */
  void begin(Shadow shadow, long nowNs) {
    settled = false;
    late.clear();
    armed = new ArmedCounters(policy, inbound);
    Map<EspSpi, ChildSaSnapshot> all = new LinkedHashMap<>();
    for (EspSpi spi : shadow.inboundSpis()) {
      shadow.child(spi, nowNs).ifPresent(child -> all.put(spi, child));
    }
    List<ChildSas.Write> writes = new ArrayList<>();
    for (ChildSaSnapshot child : all.values()) {
      if (armed.synced(child, 0, nowNs) instanceof Arming.At at && child.outboundActive()) {
        writes.add(new ChildSas.Write(child, at.oseq()));
      }
    }
    if (!writes.isEmpty()) {
      write(writes);
    }
  }

  /** Nothing is armed any more; the children of {@code shadow} leave the kernel. */
  void discard(Shadow shadow, long nowNs) {
    settled = false;
    late.clear();
    armed = new ArmedCounters(policy, inbound);
    for (EspSpi spi : shadow.inboundSpis()) {
      shadow.child(spi, nowNs).ifPresent(child -> table.remove(child, false));
    }
  }
}
