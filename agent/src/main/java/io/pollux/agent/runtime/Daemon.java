package io.pollux.agent.runtime;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.pollux.agent.config.ConfigException;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.HaConfig;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.control.Access;
import io.pollux.agent.control.ControlServer;
import io.pollux.agent.guard.GuardPage;
import io.pollux.agent.io.IkeSockets;
import io.pollux.agent.io.VrrpSockets;
import io.pollux.agent.kernel.KernelEvents;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.agent.kernel.NetTable;
import io.pollux.agent.kernel.SaTable;
import io.pollux.agent.kernel.Tunnels;
import io.pollux.agent.log.LogRing;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ha.gate.GateRule;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.NodeIdentity;
import io.pollux.ha.role.RoleConfig;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.engine.EngineConfig;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.IkeEngines;
import io.pollux.ike.engine.Input;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.wire.Octets;
import io.pollux.netlink.route.RtLink;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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
  private static final long STOP_MS = 3000;
  private static final int LINK_VERSION = 1;

  private final PolluxConfig config;
  private final LogRing log;
  private final InParallel warmUp;
  private final KernelThread kernel = new KernelThread();
  private final SaTable table;
  private final EventLoopGroup sockets =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("io", true), EpollIoHandler.newFactory());
  private Set<Integer> linkInterfaces = Set.of(); // ifindexes
  private Optional<PairLink> link = Optional.empty();
  private Optional<RoleThread> role = Optional.empty();
  private volatile String state = "starting";
  private SaThread sas;
  private IkeSockets ike;
  private KernelEvents events;
  private ControlServer control;

  private Daemon(PolluxConfig config, LogRing log, InParallel warmUp) {
    this.warmUp = warmUp;
    this.config = config;
    this.log = log;
    this.table = new SaTable(kernel, new Tunnels(config.network()));
  }

  /** Runs until it is told to stop; returns the exit status. */
  public static int run(Path file) {
    long began = System.nanoTime();
    InParallel warmUp = new InParallel();
    PolluxConfig config;
    try {
      config = ConfigLoader.load(file);
    } catch (ConfigException wrong) {
      wrong.problems().forEach(p -> System.err.println("polluxd: " + p));
      return EX_CONFIG;
    }
    LogRing log = LogRing.install(config.logLevel());
    Daemon daemon = new Daemon(config, log, warmUp);
    try {
      daemon.start(began);
    } catch (IllegalArgumentException wrong) {
      LOG.error("{}: {}", file, wrong.getMessage());
      log.close();
      return EX_CONFIG;
    } catch (IOException | RuntimeException failed) {
      LOG.error("cannot start: {}", failed.getMessage(), failed);
      log.close();
      return EX_OSERR;
    }
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(daemon::stop));
    try {
      Thread.currentThread().join(); // the threads work; a signal ends us
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private void start(long began) throws IOException {
    if (config.labUnsafe()) {
      LOG.warn(
          "lab.unsafe = true: this daemon may be told to endanger traffic; never use it outside experiments");
    }
    kernel.start();
    Optional<Pair> pair =
        config.ha().isPresent() ? Optional.of(preparePair(config.ha().get())) : Optional.empty();
    Daemon.<Integer>await(
        reply -> table.reset(config.connections(), locals(), Runnable::run, reply),
        "reading the kernel's SAs");
    Path bootFence = config.node().stateDir().resolve(BootFence.FILE);
    Daemon.<List<String>>await(
        reply ->
            table.bootFence(
                Runnable::run,
                lines -> {
                  BootFence.write(bootFence, pair.map(p -> p.role.vips()).orElse(List.of()), lines);
                  reply.accept(lines);
                }),
        "writing the boot fence");
    ike =
        new IkeSockets(
            sockets,
            config.ike().natPort(),
            (local, peer, octets) -> sas.received(local, peer, octets));
    int node = pair.map(p -> p.role.node()).orElse(0);
    sas = new SaThread(engine(node), parts(pair));
    sas.start();
    ike.open(locals(), config.ike().port());
    events = new KernelEvents(new Events());
    events.start();
    control =
        ControlServer.start(config.controlSocket(), Access.ofThisMachine(), Commands.online(this));
    warmUp.finish();
    if (pair.isPresent()) {
      startPair(pair.get());
    } else {
      startAlone();
    }
    LOG.info(
        "{} listens: {} connections, {} ms after the start",
        config.node().name(),
        config.connections().size(),
        (System.nanoTime() - began) / 1_000_000);
  }

  /**
   * The self-test beside everything else that a start does, because both wait for classes: it must
   * be done before the role machine can want anything, for no takeover may wait for a class.
   */
  private static final class InParallel {
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    InParallel() {
      Thread.ofPlatform().name("self-test").daemon().start(this::run);
    }

    private void run() {
      try {
        WarmUp.run();
        done.complete(null);
      } catch (Throwable failed) {
        done.completeExceptionally(failed);
      }
    }

    void finish() throws IOException {
      try {
        done.get();
      } catch (ExecutionException failed) {
        throw new IllegalStateException(
            "self-test: " + failed.getCause().getMessage(), failed.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  /** What a pair has beyond a single gateway. */
  private record Pair(HaConfig ha, NodeIdentity identity, RoleConfig role, NetTable net) {}

  /**
   * The first thing of all: nothing leaves from a virtual address before the role machine says so.
   */
  private Pair preparePair(HaConfig ha) throws IOException {
    NodeIdentity identity = NodeIdentity.read(ha.link().identity());
    int node = identity.nodeNumber(HaWiring.link(ha, identity).peer());
    NetTable net = new NetTable(kernel, HaWiring.interfaces(ha));
    linkInterfaces = HaWiring.linkInterfaces(ha);
    RoleConfig role = HaWiring.role(ha, node);
    List<GateRule> rules = GateRule.of(role.vips().stream().map(Vip::address).toList());
    Daemon.<NetTable.Outcome>await(
        reply -> net.closeGate(rules, Runnable::run, reply), "closing the gate");
    Daemon.<NetTable.Outcome>await(
        reply -> net.removeVips(role.vips(), Runnable::run, reply), "removing virtual addresses");
    return new Pair(ha, identity, role, net);
  }

  private void startPair(Pair pair) throws IOException {
    PairLink pairLink = link.orElseThrow();
    RoleThread thread =
        new RoleThread(
            pair.role,
            new VrrpSockets(pair.role.vrrp().instances()),
            pair.net,
            sas,
            GuardPage.fromEnvironment(System.getenv()),
            new EpochFile(config.node().stateDir()));
    thread.onTransition(t -> state = t.to().text());
    RoleSources sources = new RoleSources(config, pair.ha, pair.net, thread, sas);
    sources.prepare();
    role = Optional.of(thread);
    thread.start();
    sources.start();
    pairLink.start(sas);
  }

  private void startAlone() throws IOException {
    EpochFile epochs = new EpochFile(config.node().stateDir());
    long epoch = epochs.load() + 2;
    epochs.store(epoch);
    state = "active (no pair)";
    Daemon.<NetTable.Outcome>await(reply -> sas.promote(epoch, reply), "starting the engine");
  }

  private IkeEngine engine(int node) {
    PolluxConfig.Ike ike = config.ike();
    EngineConfig standard = EngineConfig.defaults(node);
    EngineConfig engine =
        new EngineConfig(
            node,
            new EngineConfig.Ports(ike.port(), ike.natPort()),
            new EngineConfig.Retransmission(
                ike.retransmitFirstNs(),
                200,
                standard.retransmission().maxNs(),
                ike.retransmitTries() + 1),
            new EngineConfig.HalfOpenLimits(
                ike.cookieThreshold(),
                ike.halfOpenMax(),
                ike.halfOpenPerAddress(),
                standard.halfOpen().timeoutNs()),
            standard.restart(),
            standard.natKeepaliveNs(),
            standard.busyRetryNs(),
            standard.closeNs(),
            standard.maxChildren());
    return IkeEngines.create(
        engine,
        config.connections(),
        (_, local, peer) -> config.secrets().psk(local, peer),
        IkeCrypto.standard(),
        new SystemEntropy());
  }

  private SaParts parts(Optional<Pair> pair) {
    link = pair.map(p -> new PairLink(HaWiring.link(p.ha, p.identity)));
    Replication.Wire wire = link.map(l -> (Replication.Wire) l).orElse(new NoWire());
    return new SaParts(
        kernel,
        table,
        ike,
        wire,
        this::hello,
        pair.map(p -> p.ha.barrierBoundNs()).orElse(1L),
        pair.map(p -> HaWiring.poll(p.ha)).orElse(PollPolicy.DEFAULT),
        pair.map(p -> HaWiring.jump(p.ha)).orElse(new JumpPolicy.Auto()),
        pair.map(p -> HaWiring.inbound(p.ha)).orElse(InboundTop.LENIENT),
        pair.map(p -> HaWiring.rekey(p.ha)).orElse(RekeyAfterTakeover.OFF),
        pair.isPresent(),
        config.connections().stream().map(ConnectionPolicy::name).toList(),
        input -> role.ifPresent(r -> r.post(input)),
        () -> state,
        reason -> link.ifPresent(l -> l.giveUp(reason)));
  }

  private LinkMessage.Hello hello(Replication replication) {
    return new LinkMessage.Hello(
        LINK_VERSION,
        LINK_VERSION,
        config.node().name(),
        replication.shadow().epoch(),
        replication.shadow().index(),
        Octets.EMPTY);
  }

  private Set<InetAddress> locals() {
    Set<InetAddress> all = new LinkedHashSet<>();
    config.connections().forEach(c -> all.add(c.localAddress()));
    return all;
  }

  /** Work that answers. */
  private interface Starter<T> {
    void start(Consumer<T> reply);
  }

  /** Starts something and waits until it has answered. */
  private static <T> T await(Starter<T> starter, String what) throws IOException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    starter.start(answer::complete);
    try {
      T value = answer.get(10, TimeUnit.SECONDS);
      if (value instanceof NetTable.Outcome outcome && !outcome.ok()) {
        throw new IOException(what + ": " + outcome.detail());
      }
      return value;
    } catch (ExecutionException | TimeoutException late) {
      throw new IOException(what + ": no answer", late);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(what + ": interrupted", e);
    }
  }

  /** SIGTERM: hand over if there is a standby, close the gate, leave. */
  private void stop() {
    LOG.info("stopping");
    role.ifPresent(
        r -> {
          try {
            var result = r.command(RoleInput.Verb.STOP).get(STOP_MS, TimeUnit.MILLISECONDS);
            LOG.info("stopped: {}", result.message());
          } catch (ExecutionException | TimeoutException late) {
            LOG.warn("the role machine did not stop in {} ms", STOP_MS);
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
          r.stop();
        });
    List<AutoCloseable> parts = new ArrayList<>();
    Optional.ofNullable(control).ifPresent(parts::add);
    link.ifPresent(parts::add);
    Optional.ofNullable(ike).ifPresent(parts::add);
    Optional.ofNullable(events).ifPresent(parts::add);
    parts.add(kernel);
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("stopping: {}", e.toString());
      }
    }
    sas.stop();
    log.close();
    Runtime.getRuntime().halt(0); // orderly: else the status would be the signal's, 143
  }

  // --- for commands
  // -----------------------------------------------------------------------------------------------------

  PolluxConfig config() {
    return config;
  }

  SaThread sas() {
    return sas;
  }

  Optional<RoleThread> role() {
    return role;
  }

  Optional<PairLink> link() {
    return link;
  }

  IkeSockets ike() {
    return ike;
  }

  LogRing log() {
    return log;
  }

  String state() {
    return state;
  }

  /** A gateway on its own has nobody to talk to. */
  private static final class NoWire implements Replication.Wire {
    @Override
    public boolean send(LinkMessage message) {
      return false;
    }

    @Override
    public boolean isWritable() {
      return false;
    }
  }

  /** The kernel's news, passed on to whoever they concern. */
  private final class Events implements KernelEvents.Listener {
    @Override
    public void counters(EspSpi spi, ReplayState seen, long atNs) {
      sas.counterEvent(spi, seen, atNs);
    }

    @Override
    public void expired(SaId sa, boolean hard) {
      sas.input(new Input.ChildExpired(sa, hard));
    }

    @Override
    public void link(RtLink device, boolean gone) {
      boolean up = !gone && RoleSources.usable(device);
      role.ifPresent(r -> r.post(new RoleInput.InterfaceState(device.name(), up)));
      if (!up && linkInterfaces.contains(device.ifindex())) {
        link.ifPresent(PairLink::carrierLost);
      }
    }

    @Override
    public void overrun() {
      sas.readAllCounters();
    }
  }
}
