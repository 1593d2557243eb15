package io.pollux.agent.runtime;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pollux.agent.commands.Commands;
import io.pollux.agent.commands.Gateway;
import io.pollux.agent.config.ConfigException;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.HaConfig;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.control.Access;
import io.pollux.agent.control.ControlServer;
import io.pollux.agent.guard.GuardPage;
import io.pollux.agent.guard.InstalledGuard;
import io.pollux.agent.hooks.ConnectionHook;
import io.pollux.agent.hooks.IkeKeysFile;
import io.pollux.agent.io.IkeSockets;
import io.pollux.agent.io.VrrpSockets;
import io.pollux.agent.kernel.Audit;
import io.pollux.agent.kernel.KernelEvents;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.agent.kernel.NetTable;
import io.pollux.agent.kernel.SaTable;
import io.pollux.agent.kernel.Tunnels;
import io.pollux.agent.log.LogRing;
import io.pollux.agent.metrics.MetricsServer;
import io.pollux.agent.selftest.Requirements;
import io.pollux.agent.selftest.WarmUp;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ha.link.LinkCodec;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.NodeIdentity;
import io.pollux.ha.role.RoleConfig;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.wire.Octets;
import io.pollux.linux.LinuxProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the daemon together, in the order in which it becomes safe: gate closed, everything blocked,
 * then the rest.
 */
public final class Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
  private static final int EX_CONFIG = 78; // sysexits.h: the guard does not start us again
  private static final int EX_OSERR = 71;
  private static final int EX_TEMPFAIL = 75;
  private static final long ANSWER_MS = 100; // so that the operator's answer is out before the end
  private static final String STARTING = "starting";

  private final Path file;
  private final PolluxConfig config; // as at the start
  private final Running running;
  private final IkeKeysFile keys = new IkeKeysFile();
  private final LogRing log;
  private final CompletableFuture<List<String>> selfTest;
  private final KernelThread kernel = new KernelThread();
  private final SaTable table;
  private final EventLoopGroup sockets =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("io", true), EpollIoHandler.newFactory());
  private Set<Integer> linkInterfaces = Set.of(); // ifindexes
  private volatile Optional<PairLink> link = Optional.empty();
  private volatile Optional<Pair> prepared = Optional.empty();
  private volatile Optional<RoleThread> role = Optional.empty();
  private volatile String state = STARTING;
  private volatile SaThread sas;
  private volatile IkeSockets ike;
  private volatile KernelEvents events;
  private volatile ControlServer control;
  private volatile MetricsServer metrics;

  private Daemon(
      Path file, PolluxConfig config, LogRing log, CompletableFuture<List<String>> selfTest) {
    this.file = file;
    this.running = new Running(config);
    this.selfTest = selfTest;
    this.config = config;
    this.log = log;
    this.table = new SaTable(kernel, new Tunnels(config.network()));
  }

  /** Runs until it is told to stop; returns the exit status. */
  public static int run(Path file) {
    long began = System.nanoTime();
    CompletableFuture<List<String>> selfTest = selfTest();
    PolluxConfig config;
    try {
      config = ConfigLoader.load(file);
    } catch (ConfigException wrong) {
      wrong.problems().forEach(p -> LogRing.refuse(p.toString()));
      return EX_CONFIG;
    }
    List<String> missing = Requirements.missing(config);
    if (!missing.isEmpty()) {
      missing.forEach(LogRing::refuse);
      return EX_CONFIG;
    }
    LogRing log = LogRing.install(config.logLevel(), config.logFormat());
    Daemon daemon = new Daemon(file, config, log, selfTest);
    Thread stop = Thread.ofPlatform().name("stop").unstarted(daemon::stop);
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      daemon.start(began);
    } catch (IllegalArgumentException wrong) {
      LOG.error("{}: {}", file, wrong.getMessage());
      return daemon.giveUp(stop, EX_CONFIG);
    } catch (IOException | RuntimeException failed) {
      LOG.error("cannot start: {}", failed.getMessage(), failed);
      return daemon.giveUp(stop, EX_OSERR);
    }
    try {
      Thread.currentThread().join(); // the threads work; a signal ends us
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  /** A start that failed is no orderly stop: its status must reach the guard. */
  private int giveUp(Thread stop, int status) {
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException _) {
      // told to stop at the same time: the hook is on its way
    }
    log.close();
    return status;
  }

  private void start(long began) throws IOException {
    if (config.labUnsafe()) {
      LOG.warn(
          "lab.unsafe = true: this daemon may be told to endanger traffic; never use it outside experiments");
    }
    keys.use(config.ikeKeysFile());
    GuardPage guard = GuardPage.fromEnvironment(System.getenv());
    Legacy legacy = Legacy.fromEnvironment(System.getenv(), guard);
    Beginning beginning = new Beginning(config, table, legacy);
    LinuxProcess
        .hideMemory(); // after the guard's page, whose name in /proc would be root's from here on
    kernel.start();
    Optional<Pair> pair =
        config.ha().isPresent() ? Optional.of(preparePair(config.ha().get())) : Optional.empty();
    if (pair.isPresent()) { // before all: nothing leaves from a virtual address without a role
      prepared = pair;
      beginning.gate(pair.get().net, pair.get().role);
    }
    beginning.kernel(jump(pair));
    List<Vip> vips = pair.map(p -> p.role.vips()).orElse(List.of());
    writeBootFence(vips);
    ike =
        new IkeSockets(
            sockets,
            config.ike().natPort(),
            (local, peer, octets) -> sas.received(local, peer, octets));
    int node = pair.map(p -> p.role.node()).orElse(0);
    sas = new SaThread(EngineWiring.engine(running, node), parts(pair, legacy));
    sas.start();
    beginning.hand(sas);
    ike.open(locals(), config.ike().port());
    events =
        new KernelEvents(
            new KernelNews(
                sas,
                table.traps(),
                input -> role.ifPresent(r -> r.post(input)),
                linkInterfaces,
                () -> link.ifPresent(PairLink::carrierLost)),
            config.hasTraps());
    events.start();
    Answers.await(selfTest, "self-test");
    if (pair.isPresent()) {
      startPair(pair.get(), guard, beginning);
    } else {
      startAlone(beginning);
    }
    Reloader reloader = new Reloader(file, running, ike, table, sas, () -> reloaded(vips));
    Observer observer = new Observer(kernel, table);
    Gateway gateway =
        new DaemonGateway(
            running, reloader, observer, () -> state, sas, ike, log, keys, this::restart, half());
    control =
        ControlServer.start(
            config.controlSocket(), Access.ofThisMachine(), Commands.online(gateway));
    startMetrics(gateway);
    tell(guard);
    LOG.info(
        "{} listens: {} connections, {} ms after the start",
        config.node().name(),
        config.connections().size(),
        (System.nanoTime() - began) / 1_000_000);
  }

  /** Ready: the control socket answers, and the gate is as the role machine wants it. */
  private void tell(GuardPage guard) {
    new GuardNews(
            guard::notice,
            guard::beat,
            () -> sas.look(_ -> true),
            () -> state.equals(STARTING) ? "" : state)
        .start();
  }

  /** No tunnel is down for want of a scrape. */
  private void startMetrics(Gateway gateway) {
    if (config.metrics().isPresent()) {
      try {
        metrics = MetricsServer.start(sockets, config.metrics().get(), gateway);
      } catch (IOException taken) {
        LOG.error("{}; there are no metrics", taken.getMessage());
      }
    }
  }

  private void writeBootFence(List<Vip> vips) throws IOException {
    Path state = config.node().stateDir();
    Answers.<List<String>>await(
        reply ->
            table.bootFence(
                Runnable::run,
                lines -> {
                  BootFence.write(state, vips, lines);
                  reply.accept(lines);
                }),
        "writing the boot fence");
  }

  private void reloaded(List<Vip> vips) {
    if (keys.use(running.config().ikeKeysFile())) {
      sas.look(v -> keys.stand(v.active() ? v.sas(System.nanoTime()) : List.of()));
    }
    try {
      writeBootFence(vips);
    } catch (IOException late) {
      LOG.warn("{}", late.getMessage());
    }
  }

  /**
   * The self-test beside everything else that a start does, because both wait for classes: it must
   * be done before the role machine can want anything, for no takeover may wait for a class.
   */
  private static CompletableFuture<List<String>> selfTest() {
    CompletableFuture<List<String>> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("self-test")
        .daemon()
        .start(
            () -> {
              try {
                done.complete(WarmUp.run());
              } catch (Throwable failed) {
                done.completeExceptionally(failed);
              }
            });
    return done;
  }

  /** What a pair has beyond a single gateway. */
  private record Pair(HaConfig ha, NodeIdentity identity, RoleConfig role, NetTable net) {}

  private Pair preparePair(HaConfig ha) throws IOException {
    NodeIdentity identity = NodeIdentity.read(ha.link().identity());
    int node = identity.nodeNumber(HaWiring.link(ha, identity).peer());
    NetTable net = new NetTable(kernel, HaWiring.interfaces(ha));
    linkInterfaces = HaWiring.linkInterfaces(ha);
    RoleConfig role = HaWiring.role(ha, node);
    return new Pair(ha, identity, role, net);
  }

  private static JumpPolicy jump(Optional<Pair> pair) {
    return pair.map(p -> HaWiring.jump(p.ha)).orElse(new JumpPolicy.Auto());
  }

  private void startPair(Pair pair, GuardPage guard, Beginning beginning) throws IOException {
    PairLink pairLink = link.orElseThrow();
    RoleThread thread =
        new RoleThread(
            pair.role,
            new VrrpSockets(pair.role.vrrp().instances()),
            pair.net,
            sas,
            guard,
            new EpochFile(config.node().stateDir()),
            beginning.resumes());
    thread.onTransition(t -> state = t.to().text());
    RoleSources sources = new RoleSources(config, pair.ha, pair.net, thread, sas);
    sources.prepare();
    role = Optional.of(thread);
    thread.start();
    sources.start();
    pairLink.start(sas);
  }

  private void startAlone(Beginning beginning) throws IOException {
    EpochFile epochs = new EpochFile(config.node().stateDir());
    long epoch = Math.max(epochs.load(), beginning.epoch()) + 2;
    epochs.store(epoch);
    state = "active (no pair)";
    Answers.<NetTable.Outcome>await(reply -> sas.promote(epoch, reply), "starting the engine");
  }

  private SaParts parts(Optional<Pair> pair, Legacy legacy) {
    link = pair.map(p -> new PairLink(HaWiring.link(p.ha, p.identity)));
    return new SaParts(
        kernel,
        table,
        Prover.of(running),
        config
            .connectionHook()
            .map(h -> new ConnectionHook(config.node().name(), List.of(h.program()), h.timeoutNs()))
            .orElse(ConnectionHook.NONE),
        keys,
        new Audit(this::locals),
        ike,
        this::hello,
        pair.map(p -> p.ha.barrierBoundNs()).orElse(1L),
        legacy,
        pair.map(p -> HaWiring.poll(p.ha)).orElse(PollPolicy.DEFAULT),
        jump(pair),
        pair.map(p -> HaWiring.inbound(p.ha)).orElse(InboundTop.LENIENT),
        pair.map(p -> HaWiring.rekey(p.ha)).orElse(RekeyAfterTakeover.OFF),
        pair.isPresent(),
        running,
        input -> role.ifPresent(r -> r.post(input)),
        this::said,
        reason -> link.ifPresent(l -> l.giveUp(reason)));
  }

  /** This node's role as the other node is told it. */
  private String said() {
    boolean maintenance = role.map(RoleThread::inMaintenance).orElse(false);
    return maintenance ? state + Gateway.IN_MAINTENANCE : state;
  }

  private LinkMessage.Hello hello(Replication replication) {
    return new LinkMessage.Hello(
        LinkCodec.VERSION,
        LinkCodec.VERSION,
        config.node().name(),
        replication.shadow().epoch(),
        replication.shadow().index(),
        Octets.EMPTY);
  }

  private Set<InetAddress> locals() {
    return Reloader.locals(running.config());
  }

  /**
   * SIGTERM, whenever it comes: no new orders, hand over if there is a standby, leave. What the
   * role machine closed stays closed (the gate's rules and the blocking policies), so that nothing
   * leaks while no daemon runs.
   */
  private void stop() {
    LOG.info("stopping");
    int status = 0; // else it would be the signal's, 143
    try {
      Optional.ofNullable(control).ifPresent(this::close);
      if (sas != null) {
        leaving().forGood();
      }
      if (role.isEmpty() && prepared.isPresent()) { // told to stop before there was a role
        Beginning.silence(prepared.get().net, prepared.get().role);
      }
      Optional.ofNullable(metrics).ifPresent(this::close);
      link.ifPresent(this::close);
      Optional.ofNullable(ike).ifPresent(this::close);
      Optional.ofNullable(events).ifPresent(this::close);
      close(kernel);
      Optional.ofNullable(sas).ifPresent(SaThread::stop);
      LOG.info("stopped");
    } catch (Throwable mistake) {
      LOG.error("stopping failed", mistake);
      status = Fatal.EX_SOFTWARE;
    } finally {
      log.close();
      Runtime.getRuntime().halt(status);
    }
  }

  private Leaving leaving() {
    List<String> names =
        running.config().connections().stream().map(ConnectionPolicy::name).toList();
    return new Leaving(role, sas, table, names);
  }

  /** Ends without a word to the peers; the guard starts the next daemon, which goes on. */
  private Gateway.Result restart() {
    if (System.getenv(JournalMemory.DESCRIPTOR_VARIABLE) == null) {
      return new Gateway.Result(
          false, "no guard started this daemon, so none would start it again");
    }
    Optional<String> misfit = InstalledGuard.misfit();
    if (misfit.isPresent()) {
      return new Gateway.Result(
          false, misfit.get() + ": systemctl restart pollux renews both; nothing was done");
    }
    Thread.ofPlatform()
        .name("restart")
        .start(
            () -> {
              try {
                Thread.sleep(ANSWER_MS);
                leaving().forTheNext();
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
              LOG.info("ending, to be started again");
              log.close();
              Runtime.getRuntime().halt(EX_TEMPFAIL);
            });
    return new Gateway.Result(true, "the daemon is started again");
  }

  private void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("stopping: {}", e.toString());
    }
  }

  private Optional<Gateway.Pair> half() {
    return role.map(r -> new DaemonGateway.HalfOfPair(r, sas, link.orElseThrow()));
  }
}
