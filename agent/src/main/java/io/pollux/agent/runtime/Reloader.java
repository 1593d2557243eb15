package io.pollux.agent.runtime;

import io.pollux.agent.commands.Gateway.Result;
import io.pollux.agent.config.ConfigException;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.HaConfig;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.config.Prefix;
import io.pollux.agent.io.IkeSockets;
import io.pollux.agent.kernel.SaTable;
import io.pollux.agent.log.LogRing;
import io.pollux.agent.reload.ConnectionDiff;
import io.pollux.agent.reload.ReloadPlan;
import io.pollux.ike.engine.Input;
import io.pollux.ike.policy.ConnectionPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes another configuration over while tunnels stand. In an order in which a refusal changes
 * nothing: sockets, the kernel's devices and blocks, and only then what the engine knows.
 */
final class Reloader {
  private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

  private final Path file;
  private final Running running;
  private final IkeSockets sockets;
  private final SaTable table;
  private final SaThread sas;
  private final Runnable afterwards;
  private final ReentrantLock one = new ReentrantLock();

  /**
   * @param afterwards what else depends on the connections
   */
  Reloader(
      Path file,
      Running running,
      IkeSockets sockets,
      SaTable table,
      SaThread sas,
      Runnable afterwards) {
    this.file = file;
    this.running = running;
    this.sockets = sockets;
    this.table = table;
    this.sas = sas;
    this.afterwards = afterwards;
  }

  /** Reads the file again and compares. */
  ReloadPlan plan() throws ConfigException {
    return ReloadPlan.of(running.config(), ConfigLoader.load(file));
  }

  /** Does what {@code plan} says; a result that is not ok has changed nothing. */
  Result apply(ReloadPlan plan) {
    one.lock();
    try {
      return applyNow(plan);
    } catch (IOException refused) {
      return new Result(false, refused.getMessage() + "; nothing was changed");
    } finally {
      one.unlock();
    }
  }

  private Result applyNow(ReloadPlan plan) throws IOException {
    PolluxConfig next = plan.next();
    Optional<String> stranger = stranger(next);
    if (stranger.isPresent()) {
      return new Result(false, stranger.get());
    }
    sockets.open(locals(next), next.ike().port());
    Optional<String> refused =
        Answers.await(
            reply -> table.reconfigure(next.network(), next.connections(), Runnable::run, reply),
            "kernel");
    if (refused.isPresent()) {
      return new Result(false, refused.get() + "; nothing was changed");
    }
    running.set(next);
    Set<String> devices = new LinkedHashSet<>();
    plan.diff().connections().stream()
        .filter(ConnectionDiff::device)
        .forEach(c -> devices.add(c.name()));
    if (!devices.isEmpty()) { // of these the engine sees no difference: it forgets them first
      sas.input(
          new Input.Reconfigured(
              next.connections().stream().filter(c -> !devices.contains(c.name())).toList()));
    }
    sas.input(new Input.Reconfigured(next.connections()));
    LogRing.setLevel(next.logLevel());
    afterwards.run();
    LOG.info(
        "configuration reloaded: {} connections touched, {} not",
        plan.diff().connections().size(),
        plan.diff().untouched());
    return new Result(true, "done");
  }

  /** A connection of a virtual address that this daemon does not have before it is restarted. */
  private static Optional<String> stranger(PolluxConfig next) {
    if (next.ha().isEmpty()) {
      return Optional.empty();
    }
    HaConfig ha = next.ha().get();
    List<InetAddress> vips = ha.vips().stream().map(Prefix::address).toList();
    return next.connections().stream()
        .filter(c -> !vips.contains(c.localAddress()))
        .findFirst()
        .map(
            c ->
                "connection "
                    + c.name()
                    + " uses "
                    + c.localAddress().getHostAddress()
                    + ", which is no virtual address before a restart; nothing was changed");
  }

  static Set<InetAddress> locals(PolluxConfig config) {
    Set<InetAddress> all = new LinkedHashSet<>();
    config.connections().stream().map(ConnectionPolicy::localAddress).forEach(all::add);
    return all;
  }
}
