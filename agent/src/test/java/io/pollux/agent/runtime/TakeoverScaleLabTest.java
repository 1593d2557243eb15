package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.config.NetworkConfig;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.agent.kernel.NetTable;
import io.pollux.agent.kernel.SaTable;
import io.pollux.agent.kernel.Tunnels;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.gate.GateRule;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ha.vrrp.Announcement;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ike.policy.ConnectionPolicy;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The time from the decision to the announced address does not grow with the number of tunnels that
 * stand armed in the kernel: what the role machine lets be done, with a generator in the place of
 * the peers.
 */
@Tag("lab")
@Tag("long")
class TakeoverScaleLabTest {
  private static final InetAddress VIP = ScaleFixture.VIP;
  private static final List<Vip> VIPS = List.of(Vip.host("plxwan", VIP));
  private static final List<GateRule> GATE = GateRule.of(List.of(VIP));
  private static final int RUNS = 9;
  private final Map<Integer, Long> policy = new LinkedHashMap<>();

  @Test
  void flatFromTenToTenThousand() throws Exception {
    Assumptions.assumeTrue(System.getenv("POLLUX_LAB") != null, "needs the kernel lab: ./dev test");
    run("ip", "link", "add", "plxwan", "type", "dummy");
    run("ip", "link", "set", "plxwan", "up");
    try {
      for (int n : new int[] {10, 100, 1_000, 10_000}) {
        policy.put(n, takeover(n, NetworkConfig.Device.NONE));
      }
      Map<Integer, Long> vti = new LinkedHashMap<>();
      for (int n : new int[] {10, 100, 1_000}) {
        vti.put(n, takeover(n, NetworkConfig.Device.VTI));
      }
      Map<Integer, Long> xfrm = new LinkedHashMap<>();
      for (int n : new int[] {10, 100, 1_000}) {
        xfrm.put(n, takeover(n, NetworkConfig.Device.OWN));
      }
      System.out.println("      decision to announcement, median of " + RUNS + ", in us");
      System.out.println("      policy tunnels: " + policy);
      System.out.println("      VTI:            " + vti);
      System.out.println("      XFRM interface: " + xfrm);
      // Generous: work for each tunnel would make it a thousand times as long.
      assertThat(policy.get(10_000)).isLessThan(20 * policy.get(10) + 5_000);
      assertThat(vti.get(1_000)).isLessThan(20 * vti.get(10) + 5_000);
      assertThat(xfrm.get(1_000)).isLessThan(20 * xfrm.get(10) + 5_000);
    } finally {
      run("ip", "link", "del", "plxwan");
    }
  }

  private static void run(String... words) throws Exception {
    new ProcessBuilder(words).inheritIO().start().waitFor();
  }

  /** Median in microseconds. */
  private static long takeover(int tunnels, NetworkConfig.Device device) throws Exception {
    List<ConnectionPolicy> connections = new ArrayList<>();
    Map<String, NetworkConfig.Tunnel> devices = new LinkedHashMap<>();
    for (int i = 0; i < tunnels; i++) {
      connections.add(ScaleFixture.connection(i));
      devices.put("c" + i, new NetworkConfig.Tunnel(device, List.of()));
    }
    try (KernelThread kernel = new KernelThread()) {
      kernel.start();
      SaTable table =
          new SaTable(
              kernel, new Tunnels(new NetworkConfig(NetworkConfig.Routes.DEFAULT, devices)));
      NetTable net = new NetTable(kernel, List.of("plxwan"));
      outcome(reply -> net.closeGate(GATE, Runnable::run, reply));
      TakeoverScaleLabTest.<Optional<String>>get(
          reply -> table.reset(connections, Set.of(VIP), Runnable::run, reply));
      StandbyKernel standby =
          new StandbyKernel(table, Runnable::run, new JumpPolicy.Auto(), InboundTop.LENIENT);
      Shadow shadow = new Shadow();
      if (shadow.replace(ScaleFixture.snapshot(tunnels), System.nanoTime())
          instanceof ShadowOutcome.Applied(var changes)) {
        standby.apply(changes, System.nanoTime());
      }
      assertThat(standby.size()).isEqualTo(tunnels);
      TakeoverScaleLabTest.<Boolean>get(
          reply -> kernel.submit(KernelThread.SWEEP, _ -> true, Runnable::run, reply));
      assertThat(standby.shut()).isZero();
      long[] took = new long[RUNS];
      for (int i = 0; i < RUNS; i++) {
        long decided = System.nanoTime();
        outcome(
            reply ->
                new Succession(standby, RekeyAfterTakeover.SPREAD)
                    .prepare(shadow, System.nanoTime(), reply));
        outcome(reply -> net.addVips(VIPS, Runnable::run, reply));
        outcome(reply -> net.openGate(GATE, Runnable::run, reply));
        outcome(
            reply -> net.announce(List.of(new Announcement("plxwan", VIP)), Runnable::run, reply));
        took[i] = (System.nanoTime() - decided) / 1000;
        outcome(reply -> net.closeGate(GATE, Runnable::run, reply));
        outcome(reply -> net.removeVips(VIPS, Runnable::run, reply));
      }
      TakeoverScaleLabTest.<Optional<String>>get(
          reply -> table.reset(List.of(), Set.of(VIP), Runnable::run, reply));
      outcome(reply -> net.openGate(GATE, Runnable::run, reply));
      Arrays.sort(took);
      return took[RUNS / 2];
    }
  }

  private static void outcome(Consumer<Consumer<NetTable.Outcome>> starter) throws Exception {
    NetTable.Outcome outcome = get(starter);
    assertThat(outcome.ok()).as(outcome.detail()).isTrue();
  }

  private static <T> T get(Consumer<Consumer<T>> starter) throws Exception {
    CompletableFuture<T> answer = new CompletableFuture<>();
    starter.accept(answer::complete);
    return answer.get(120, TimeUnit.SECONDS);
  }
}
