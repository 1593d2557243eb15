package io.pollux.agent.runtime;

import io.pollux.agent.kernel.ChildSas;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Volume;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A kernel that does at once what it is told, or when it is let, and remembers. */
final class FakeSas implements ChildSas {
  /** Counters of outbound SAs, by the outbound SPI. */
  final Map<EspSpi, Long> outbound = new LinkedHashMap<>();

  final Map<EspSpi, Long> inbound = new LinkedHashMap<>();
  int policies;
  int mostOutbound;
  final List<String> calls = new ArrayList<>();
  KernelResult installs = new KernelResult.Done();
  boolean refusesWrites;

  /** Runs before an SA is made anew at another address, or its counter written. */
  Runnable toldBefore = () -> {};

  /** Outbound SPIs whose counter is refused, and of those the ones that do not go out either. */
  final Set<EspSpi> refuses = new HashSet<>();

  final Set<EspSpi> sticks = new HashSet<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean busy;

  /** From now on counters and removals wait, each behind the one before. */
  void hold() {
    busy = true;
  }

  /** Does everything that waits. */
  void letGo() {
    busy = false;
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  private void order(Runnable work) {
    if (busy) {
      waiting.add(work);
    } else {
      work.run();
    }
  }

  @Override
  public void install(
      ChildSaSnapshot child,
      ReplayState counters,
      boolean withPolicies,
      Executor where,
      Consumer<KernelResult> reply) {
    calls.add("install " + child.inboundSpi());
    if (installs instanceof KernelResult.Refused refused) {
      where.execute(() -> reply.accept(refused));
      return;
    }
    inbound.put(child.inboundSpi(), counters.seq());
    if (child.outboundActive()) {
      outbound.put(child.outboundSpi(), counters.oseq());
    }
    policies += withPolicies ? 1 : 0;
    reply(where, reply);
  }

  @Override
  public void switchOutbound(
      ChildSaSnapshot old,
      ChildSaSnapshot fresh,
      ReplayState counters,
      Executor where,
      Consumer<KernelResult> reply) {
    calls.add("switch " + old.inboundSpi() + " " + fresh.inboundSpi());
    outbound.putIfAbsent(fresh.outboundSpi(), counters.oseq());
    if (!old.outboundSpi().equals(fresh.outboundSpi())) {
      outbound.remove(old.outboundSpi());
    }
    reply(where, reply);
  }

  @Override
  public void remove(ChildSaSnapshot child, boolean keepPolicies) {
    calls.add("remove " + child.inboundSpi());
    inbound.remove(child.inboundSpi());
    if (child.outboundActive()) {
      outbound.remove(child.outboundSpi());
    }
    policies -= keepPolicies ? 0 : 1;
  }

  @Override
  public void removeOutbound(ChildSaSnapshot child) {
    order(() -> takeOut(child));
  }

  private boolean takeOut(ChildSaSnapshot child) {
    calls.add("remove-outbound " + child.inboundSpi());
    if (sticks.contains(child.outboundSpi())) {
      return false;
    }
    outbound.remove(child.outboundSpi());
    return true;
  }

  @Override
  public void move(
      ChildSaSnapshot before,
      ChildSaSnapshot after,
      ReplayState counters,
      Executor where,
      Consumer<KernelResult> reply) {
    toldBefore.run();
    ReplayState there =
        new ReplayState(
            before.outboundActive() ? outbound.getOrDefault(before.outboundSpi(), 0L) : 0,
            inbound.getOrDefault(before.inboundSpi(), 0L));
    remove(before, true);
    install(after, counters.max(there), false, where, reply);
  }

  @Override
  public void writeOutbound(List<Write> writes, int lane, Executor where, Consumer<Integer> reply) {
    toldBefore.run();
    order(
        () -> {
          if (!refusesWrites) {
            writes.forEach(w -> outbound.replace(w.child().outboundSpi(), w.value()));
          }
          where.execute(() -> reply.accept(refusesWrites ? writes.size() : 0));
        });
  }

  @Override
  public void arm(
      List<Write> writes, List<ChildSaSnapshot> shut, Executor where, Consumer<Armed> reply) {
    order(
        () -> {
          List<ChildSaSnapshot> refused = new ArrayList<>();
          boolean gone = true;
          for (Write w : writes) {
            if (refuses.contains(w.child().outboundSpi())) {
              refused.add(w.child());
              gone &= takeOut(w.child());
            } else {
              outbound.replace(w.child().outboundSpi(), w.value());
            }
          }
          for (ChildSaSnapshot child : shut) {
            gone &= takeOut(child);
          }
          Optional<String> standing = gone ? Optional.empty() : Optional.of("it stands");
          where.execute(() -> reply.accept(new Armed(refused, standing)));
        });
  }

  @Override
  public void writeInbound(List<Write> writes, int lane, Executor where, Consumer<Integer> reply) {
    writes.forEach(w -> inbound.replace(w.child().inboundSpi(), w.value()));
    where.execute(() -> reply.accept(0));
  }

  @Override
  public void writeVolume(ChildSaSnapshot child, Volume carried) {
    calls.add("volume " + child.inboundSpi());
  }

  @Override
  public void read(List<ChildSaSnapshot> children, Executor where, Consumer<List<Reading>> reply) {
    List<Reading> all = new ArrayList<>();
    for (ChildSaSnapshot child : children) {
      if (inbound.containsKey(child.inboundSpi())) {
        all.add(
            new Reading(
                child.inboundSpi(),
                new ReplayState(
                    outbound.getOrDefault(child.outboundSpi(), 0L),
                    inbound.get(child.inboundSpi())),
                1));
      }
    }
    where.execute(() -> reply.accept(all));
  }

  @Override
  public void repair(List<ChildSaSnapshot> children, List<String> extra) {
    calls.add("repair " + children.size() + " " + extra);
  }

  @Override
  public void role(boolean active) {}

  private static void reply(Executor where, Consumer<KernelResult> reply) {
    where.execute(() -> reply.accept(new KernelResult.Done()));
  }
}
