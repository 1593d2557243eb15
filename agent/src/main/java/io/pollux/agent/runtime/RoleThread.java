package io.pollux.agent.runtime;

import io.pollux.agent.commands.Gateway.Result;
import io.pollux.agent.commands.TakeoverLine;
import io.pollux.agent.guard.FenceMessage;
import io.pollux.agent.guard.GuardPage;
import io.pollux.agent.hooks.WitnessProbe;
import io.pollux.agent.io.VrrpSockets;
import io.pollux.agent.kernel.NetTable;
import io.pollux.agent.kernel.NetTable.Outcome;
import io.pollux.ha.gate.GateRule;
import io.pollux.ha.role.RoleConfig;
import io.pollux.ha.role.RoleEffect;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.role.RoleMachine;
import io.pollux.ha.role.StepId;
import io.pollux.ha.role.Transition;
import io.pollux.ha.vrrp.Vip;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of the role machine: VRRP packets, posted inputs and timers in, effects out, and in
 * every turn the guard's lease is renewed. It reads its sockets itself, so that packets that came
 * during a stall are seen before the timer that the stall let run out.
 */
final class RoleThread {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.role");
  private static final long MS = 1_000_000L;
  private static final long NOBODY = 0; // who ordered what was ordered before the start

  private final RoleConfig config;
  private final RoleMachine machine;
  private final VrrpSockets vrrp;
  private final NetTable net;
  private final SaSide sas;
  private final GuardPage guard;
  private final EpochFile epochs;
  private final boolean resumes;
  private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
  private final Map<Long, CompletableFuture<Result>> commands = new LinkedHashMap<>();
  private final ExecutorService files =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("epoch").daemon().factory());
  private final Thread thread = Thread.ofPlatform().name("role").unstarted(this::run);
  private final List<Consumer<Transition>> listeners = new ArrayList<>();
  private final SuspendWatch clocks = new SuspendWatch();
  private Optional<WitnessProbe> witnesses = Optional.empty();
  private volatile boolean maintenance;
  private boolean armed;
  private long leaseNs;
  private int fencesSeen;
  private long nextCommand = 1;
  private volatile boolean stopping;

  RoleThread(
      RoleConfig config,
      VrrpSockets vrrp,
      NetTable net,
      SaSide sas,
      GuardPage guard,
      EpochFile epochs,
      boolean resumes) {
    this.resumes = resumes;
    this.config = config;
    this.machine = new RoleMachine(config);
    this.vrrp = vrrp;
    this.net = net;
    this.sas = sas;
    this.guard = guard;
    this.epochs = epochs;
  }

  /** Hears every change of role, on the role thread: must not wait. Before {@link #start}. */
  void onTransition(Consumer<Transition> listener) {
    listeners.add(listener);
  }

  /** Who is asked before a takeover on silence. Before {@link #start}. */
  void witnesses(WitnessProbe probe) {
    witnesses = Optional.of(probe);
  }

  /** What witnesses have said last; empty where there are none. */
  Optional<String> witnessed() {
    return witnesses.map(WitnessProbe::last);
  }

  void start() {
    thread.start();
  }

  /** Gives the machine an input. */
  void post(RoleInput input) {
    post(() -> step(input));
  }

  private void post(Runnable work) {
    posted.add(work);
    vrrp.wakeUp();
  }

  /** An operator's order. */
  CompletableFuture<Result> command(RoleInput.Verb verb) {
    CompletableFuture<Result> result = new CompletableFuture<>();
    post(
        () -> {
          long id = nextCommand++;
          commands.put(id, result);
          step(new RoleInput.Command(id, verb));
        });
    return result;
  }

  /** Looks at the machine on its own thread. */
  <T> CompletableFuture<T> look(java.util.function.Function<RoleMachine, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    post(() -> answer.complete(question.apply(machine)));
    return answer;
  }

  void stop() {
    stopping = true;
    vrrp.wakeUp();
  }

  private void run() {
    try {
      guard.setRoleTid(GuardPage.currentTid());
      fencesSeen = 0;
      reportEarlierFence();
      step(new RoleInput.SelfTest(StallTest.measureNs(config.vrrp().advertiseIntervalNs())));
      if (epochs.maintenance() && !resumes) {
        step(new RoleInput.Command(NOBODY, RoleInput.Verb.MAINTENANCE_ON));
      }
      long epoch = epochs.load();
      step(resumes ? new RoleInput.Resume(epoch) : new RoleInput.Start(epoch));
      publishFence();
      while (!stopping) {
        turn();
      }
      guard.arm(false);
    } catch (Throwable mistake) {
      LOG.error("the role thread failed; the daemon ends so that the guard can fence it", mistake);
      Fatal.exit();
    }
  }

  private void turn() {
    long suspendedNs = clocks.suspendedNs();
    if (suspendedNs > 0) {
      step(new RoleInput.Suspended(suspendedNs));
    }
    vrrp.drain(
        (instance, source, ttl, octets) ->
            step(new RoleInput.VrrpReceived(instance, source, ttl, octets)));
    Runnable work;
    while ((work = posted.poll()) != null) {
      work.run();
    }
    long now = System.nanoTime();
    long due = machine.nextTimeoutNs().orElse(Long.MAX_VALUE);
    if (due != Long.MAX_VALUE && now - due >= 0) {
      vrrp.drain(
          (instance, source, ttl, octets) ->
              step(new RoleInput.VrrpReceived(instance, source, ttl, octets)));
      step(new RoleInput.Timeout());
      now = System.nanoTime();
      due = machine.nextTimeoutNs().orElse(Long.MAX_VALUE);
    }
    renew(now);
    if (armed) {
      due = Math.min(due, now + leaseNs / 8);
    }
    if (posted.isEmpty()) {
      vrrp.await(due == Long.MAX_VALUE ? -1 : Math.max(0, (due - now + MS - 1) / MS));
    }
  }

  private void renew(long now) {
    if (armed) {
      guard.renew(now + leaseNs);
      if (guard.lastFence().count() != fencesSeen) {
        fencesSeen = guard.lastFence().count();
        step(new RoleInput.GuardFenced(guard.lastFence().reason().toString(), fencesSeen));
      }
    }
  }

  private void reportEarlierFence() {
    var fence = guard.lastFence();
    fencesSeen = fence.count();
    if (fence.count() > 0) {
      LOG.warn(
          "the guard has fenced this node {} times, last {} ms ago because {}; it took {} us",
          fence.count(),
          (System.nanoTime() - fence.atNs()) / MS,
          fence.reason(),
          fence.tookNs() / 1000);
    }
  }

  private void step(RoleInput input) {
    List<RoleEffect> effects = machine.step(input, System.nanoTime());
    for (RoleEffect effect : effects) {
      run(effect);
    }
  }

  private void run(RoleEffect effect) {
    switch (effect) {
      case RoleEffect.SendVrrp send ->
          vrrp.send(send.instance(), send.source(), send.destination(), send.octets());
      case RoleEffect.PersistEpoch(StepId step, long epoch) -> persist(step, epoch);
      case RoleEffect.RepairMargins(StepId step, long epoch, long reigned) ->
          sas.repairMargins(epoch, reigned, done(step));
      case RoleEffect.AddVips(StepId step, List<Vip> vips) -> net.addVips(vips, here(), done(step));
      case RoleEffect.OpenGate(StepId step, List<GateRule> rules) ->
          net.openGate(rules, here(), done(step));
      case RoleEffect.Announce announce ->
          net.announce(announce.announcements(), here(), done(announce.step()));
      case RoleEffect.AnnounceAgain again -> net.announce(again.announcements(), here(), _ -> {});
      case RoleEffect.PromoteEngine(StepId step, long epoch) -> sas.promote(epoch, done(step));
      case RoleEffect.CloseGate(StepId step, List<GateRule> rules) ->
          net.closeGate(rules, here(), done(step));
      case RoleEffect.RemoveVips(StepId step, List<Vip> vips) ->
          net.removeVips(vips, here(), done(step));
      case RoleEffect.DemoteEngine _ -> sas.demote();
      case RoleEffect.FinalCounters(StepId step) -> sas.finalCounters(done(step));
      case RoleEffect.SendLinkRole(var octets) -> sas.sendLinkRole(octets);
      case RoleEffect.ArmGuard(boolean arm, long lease) -> arm(arm, lease);
      case RoleEffect.Resync(boolean discard) -> sas.resync(discard);
      case RoleEffect.RekeyUsed _ -> sas.rekeyUsed();
      case RoleEffect.AskWitnesses(long question) ->
          witnesses.ifPresent(
              w -> w.ask(reached -> post(new RoleInput.WitnessSaid(question, reached))));
      case RoleEffect.KeepMaintenance(boolean on) -> keepMaintenance(on);
      case RoleEffect.CommandDone(long id, boolean ok, String message) -> {
        if (id != NOBODY) {
          commands.remove(id).complete(new Result(ok, message));
        }
      }
      case RoleEffect.Changed(var transition) -> {
        LOG.info("{}", transition.line());
        listeners.forEach(listener -> listener.accept(transition));
      }
      case RoleEffect.TakeoverEnded(var takeover) -> LOG.info("{}", TakeoverLine.of(takeover));
      case RoleEffect.Alarm(String text) -> LOG.warn("{}", text);
      case RoleEffect.Fence(String text) -> {
        LOG.error("{}", text);
        Fatal.exit();
      }
    }
  }

  /** Whether this node takes nothing over. */
  boolean inMaintenance() {
    return maintenance;
  }

  private void keepMaintenance(boolean on) {
    maintenance = on;
    files.execute(
        () -> {
          try {
            epochs.keepMaintenance(on);
          } catch (IOException refused) {
            LOG.error("maintenance = {} is not known after a restart: {}", on, refused.toString());
          }
        });
  }

  private void persist(StepId step, long epoch) {
    Consumer<Outcome> done = done(step);
    files.execute(
        () -> {
          Outcome outcome;
          try {
            epochs.store(epoch);
            outcome = new Outcome(true, "epoch " + epoch);
          } catch (IOException refused) {
            outcome = new Outcome(false, refused.toString());
          }
          done.accept(outcome);
        });
  }

  private void arm(boolean arm, long lease) {
    leaseNs = lease;
    if (arm) {
      publishFence();
      guard.renew(System.nanoTime() + leaseNs);
    }
    guard.arm(arm);
    armed = arm;
  }

  /** What the guard sends if we cannot: close the gate, drop the addresses, say goodbye. */
  private void publishFence() {
    List<GateRule> rules = GateRule.of(config.vips().stream().map(Vip::address).toList());
    List<FenceMessage> messages = new ArrayList<>(net.fence(rules, config.vips()));
    machine.goodbyePackets().forEach(packet -> messages.add(vrrp.goodbye(packet)));
    guard.publish(messages);
  }

  /** Takes the end of a step from whatever thread and gives it to the machine. */
  private Consumer<Outcome> done(StepId step) {
    return outcome -> {
      RoleInput input = new RoleInput.StepDone(step, outcome.ok(), outcome.detail());
      if (Thread.currentThread() == thread) {
        step(input);
      } else {
        post(input);
      }
    };
  }

  private Executor here() {
    return this::post;
  }
}
