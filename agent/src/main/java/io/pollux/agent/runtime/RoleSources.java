package io.pollux.agent.runtime;

import io.pollux.agent.config.HaConfig;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.config.Prefix;
import io.pollux.agent.hooks.Check;
import io.pollux.agent.hooks.RoleHook;
import io.pollux.agent.hooks.WitnessProbe;
import io.pollux.agent.kernel.NetTable;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.vrrp.VrrpGroupConfig.Tracked;
import io.pollux.linux.Errno;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.route.LinkQuery;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the role machine hears besides VRRP and the link: interfaces as they are at the start,
 * checks, the own engine; and who hears it: the operator's hook.
 */
final class RoleSources {
  private static final long ENGINE_EVERY_MS = 500;
  private static final long ENGINE_LIMIT_MS = 3000;

  private final PolluxConfig config;
  private final HaConfig ha;
  private final NetTable net;
  private final RoleThread role;
  private final SaThread sas;

  RoleSources(PolluxConfig config, HaConfig ha, NetTable net, RoleThread role, SaThread sas) {
    this.config = config;
    this.ha = ha;
    this.net = net;
    this.role = role;
    this.sas = sas;
  }

  /** Before the role thread starts. */
  void prepare() {
    for (String name : HaWiring.interfaces(ha)) {
      changed(name, KernelNews.usable(net.link(name)));
    }
    List<String> vips = ha.vips().stream().map(Prefix::toString).toList();
    ha.hook()
        .map(h -> new RoleHook(config.node().name(), vips, List.of(h.program()), h.timeoutNs()))
        .ifPresent(hook -> role.onTransition(hook::changed));
    ha.witnesses().ifPresent(w -> role.witnesses(new WitnessProbe(w)));
  }

  /** After it, when the kernel's news reach it. */
  void start() {
    readInterfaces();
    HaConfig.Tracking tracking = ha.vrrp().tracking();
    for (HaConfig.Check check : tracking.checks()) {
      new Check(check, (name, up) -> changed(Tracked.check(name), up)).start();
    }
    if (tracking.engine().isPresent()) {
      Thread.ofPlatform().name("engine-watch").daemon().start(this::watchEngine);
    }
  }

  /** As they are now: what changed before the news were heard, or while news were lost. */
  void readInterfaces() {
    try (NetlinkConnection route = NetlinkConnection.route()) {
      for (String name : HaWiring.interfaces(ha)) {
        var device = route.query(LinkQuery.byName(name));
        changed(name, !device.refusedWith(Errno.ENODEV) && KernelNews.usable(device.orThrow()));
      }
    }
  }

  private void changed(String name, boolean up) {
    role.post(new RoleInput.InterfaceState(name, up));
  }

  /** The SAs' thread is asked whether it lives; slow is not dead, hence the generous limit. */
  private void watchEngine() {
    boolean up = true;
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(ENGINE_EVERY_MS);
        boolean answers = answers(sas.look(_ -> true));
        if (answers != up) {
          up = answers;
          changed(Tracked.ENGINE, up);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean answers(CompletableFuture<Boolean> asked) throws InterruptedException {
    try {
      return asked.get(ENGINE_LIMIT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException _) {
      return false;
    }
  }
}
