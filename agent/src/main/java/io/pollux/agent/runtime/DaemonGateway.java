package io.pollux.agent.runtime;

import io.pollux.agent.commands.Gateway;
import io.pollux.agent.config.ConfigException;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.hooks.IkeKeysFile;
import io.pollux.agent.io.IkeSockets;
import io.pollux.agent.log.LogRing;
import io.pollux.agent.reload.ReloadPlan;
import io.pollux.ha.link.SessionStatus;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.role.RoleMachine;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.vrrp.VrrpRefused;
import io.pollux.ike.engine.Input;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The daemon as commands see it: every question goes to the thread that owns the answer. */
record DaemonGateway(
    Running running,
    Reloader reloader,
    Observer observer,
    Supplier<String> stateText,
    SaThread sasThread,
    IkeSockets ike,
    LogRing log,
    IkeKeysFile keys,
    Supplier<Result> restarter,
    Optional<Pair> pair)
    implements Gateway {

  @Override
  public PolluxConfig config() {
    return running.config();
  }

  @Override
  public ReloadPlan planReload() throws ConfigException {
    return reloader.plan();
  }

  @Override
  public Result reload(ReloadPlan plan) {
    return reloader.apply(plan);
  }

  @Override
  public Optional<Path> exposedKeys() {
    return keys.exposed();
  }

  @Override
  public String state() {
    return stateText.get();
  }

  @Override
  public CompletableFuture<Overview> overview() {
    return sasThread.look(
        v ->
            new Overview(
                v.active(),
                v.sas(System.nanoTime()),
                v.engine().down(),
                v.engine().statistics(),
                v.replication().heldBack(),
                new Traffic(
                    ike.receivedCount.sum(),
                    ike.sent.sum(),
                    sasThread.flooded.sum(),
                    log.droppedLines()),
                v.induced()));
  }

  @Override
  public CompletableFuture<List<IkeSaSnapshot>> sas() {
    return sasThread.look(v -> v.sas(System.nanoTime()));
  }

  @Override
  public CompletableFuture<List<Counters>> counters() {
    return sasThread.look(DaemonGateway::counters);
  }

  private static List<Counters> counters(SaView v) {
    long now = System.nanoTime();
    boolean leading = v.replication().leading();
    List<Counters> all = new ArrayList<>();
    for (IkeSaSnapshot sa : v.sas(now)) {
      for (ChildSaSnapshot child : sa.children()) {
        all.add(
            leading
                ? new Counters(
                    child, v.counters().status(child.inboundSpi(), now), Optional.empty())
                : new Counters(
                    child, Optional.empty(), v.standby().margin(child.inboundSpi(), now)));
      }
    }
    return all;
  }

  @Override
  public CompletableFuture<Observation> observe(Optional<String> connection) {
    return sasThread
        .look(
            v ->
                v.counters().children().stream()
                    .filter(c -> connection.isEmpty() || connection.get().equals(c.connection()))
                    .toList())
        .thenCompose(observer::look);
  }

  @Override
  public CompletableFuture<Result> order(
      Input.Verb verb, String connection, Optional<String> child) {
    return sasThread.order(verb, connection, child);
  }

  @Override
  public AutoCloseable listen(Consumer<String> listener) {
    return log.listen(listener);
  }

  @Override
  public Result restart() {
    return restarter.get();
  }

  @Override
  public CompletableFuture<?> freezeSync() {
    return sasThread.look(
        v -> {
          v.counters().freeze();
          return true;
        });
  }

  /** The half of a pair: role machine, SAs and link. */
  record HalfOfPair(RoleThread role, SaThread sas, PairLink link) implements Pair {
    private record Machine(RoleState state, long epoch, boolean gateOpen, boolean maintenance) {}

    @Override
    public String name() {
      return link.pairName();
    }

    @Override
    public CompletableFuture<PairView> look() {
      CompletableFuture<Machine> machine =
          role.look(m -> new Machine(m.state(), m.epoch(), m.gateOpen(), m.maintenance()));
      return machine.thenCompose(m -> sas.look(v -> view(m, v)));
    }

    @Override
    public Optional<String> witnessed() {
      return role.witnessed();
    }

    private PairView view(Machine machine, SaView v) {
      long now = System.nanoTime();
      Optional<SessionStatus> session = v.replication().status(now);
      return new PairView(
          machine.state,
          machine.epoch,
          machine.gateOpen,
          link.isUp(),
          v.replication().syncState(),
          session.map(SessionStatus::ackAgeNs).orElse(-1L),
          session.map(SessionStatus::received).orElse(0L),
          session.map(SessionStatus::armed).orElse(0L),
          v.replication().leading()
              ? Optional.empty()
              : v.standby()
                  .smallestMargin(now)
                  .map(m -> new Smallest(m.packets(), m.child().toString())),
          v.replication().leading() ? 0 : v.standby().shut(),
          v.peer().known() ? Optional.of(other(v.peer(), now)) : Optional.empty(),
          v.replication().shadow().childCount(),
          v.audit(),
          v.rekeying().progress(),
          v.rekeying().shut(),
          machine.maintenance,
          v.config());
    }

    private static Other other(PeerReport report, long nowNs) {
      return new Other(
          nowNs - report.atNs(),
          report.state(),
          report.smallestMargin().map(m -> new Smallest(m, report.marginSpi())),
          report.shut());
    }

    @Override
    public CompletableFuture<Map<VrrpRefused.Reason, Long>> vrrpRefused() {
      return role.look(RoleMachine::refused);
    }

    @Override
    public CompletableFuture<History> history() {
      return role.look(m -> new History(m.history().transitions(), m.history().takeovers()));
    }

    @Override
    public CompletableFuture<Result> resync() {
      return sas.look(v -> v.replication().again(System.nanoTime()));
    }

    @Override
    public CompletableFuture<Result> order(RoleInput.Verb verb) {
      return role.command(verb);
    }
  }
}
