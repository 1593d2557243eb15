package io.pollux.it.demo;

import io.pollux.it.lab.GuestKernel;
import io.pollux.it.lab.Machine;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Wires;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Each gateway and the peer are a guest kernel of their own, a fourth guest holds the hosts of both
 * LANs; between them a switch, which captures with one clock. Nobody sees another's carrier: who
 * loses its power just falls silent.
 *
 * <pre>
 *   [hosts: lan-hub] -- hub --+-- [gw-a] --+-- wan -- [branch] -- branch -- [hosts: lan-branch]
 *                             |     |      |
 *                             |    link    |
 *                             |     |      |
 *                             +-- [gw-b] --+
 * </pre>
 *
 * <p>In each guest its own network namespace has the machine's name, so that the commands are those
 * of {@link Topology}.
 */
final class GuestSite implements Site {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String HOSTS = "hosts";
  private static final List<String> SEGMENTS = List.of("hub", "wan", "link", "branch");

  /** Named as the files that the verdict reads. */
  private static final List<String> CAPTURED = List.of("hub", "wan", "branch");

  private final Options options;
  private final Topology topology;
  private final Map<String, GuestKernel> guests = new ConcurrentSkipListMap<>();
  private Wires wires;

  GuestSite(Options options, Topology topology) {
    this.options = options;
    this.topology = topology;
  }

  @Override
  public String description() {
    return "guest kernels of their own";
  }

  @Override
  public String kernel() {
    return guests.get(HOSTS).script("uname -r").strip();
  }

  @Override
  public List<Scenario> scenarios() {
    return List.of(
        Scenario.POWER_LOSS,
        Scenario.REJOIN,
        Scenario.FAILBACK,
        Scenario.SWITCHOVER,
        Scenario.SIGTERM,
        Scenario.DAEMON_DEATH,
        Scenario.DAEMON_PAUSE,
        Scenario.CONTROL);
  }

  @Override
  public void build() {
    Path sockets = options.work().resolve("wires");
    Shell.script("rm -rf '%1$s'; mkdir -p '%1$s'".formatted(sockets));
    wires = new Wires(options.launcher(), sockets, SEGMENTS);
    boot(
        HOSTS,
        "384M",
        wires.device("hub", Topology.HUB_HOST_MAC),
        wires.device("branch", Topology.BRANCH_HOST_MAC));
    boot(
        Topology.BRANCH,
        "512M",
        wires.device("wan", Topology.BRANCH_WAN_MAC),
        wires.device("branch", Topology.BRANCH_LAN_MAC));
    boot(Gateway.A);
    boot(Gateway.B);
    guests.values().forEach(GuestKernel::awaitBoot);
    guests.get(HOSTS).script(hosts());
    guests
        .get(Topology.BRANCH)
        .script(
            machine(Topology.BRANCH, "wan0", "lan0")
                + Topology.in(Topology.BRANCH, topology.branch())
                + Topology.sysctls(Topology.BRANCH, true)
                + Topology.warmUp(Topology.BRANCH));
    for (Gateway gw : List.of(Gateway.A, Gateway.B)) {
      guests.get(gw.name()).script(gateway(gw, true));
    }
  }

  private void boot(Gateway gw) {
    boot(
        gw.name(),
        "1G",
        wires.device("hub", gw.lanMac()),
        wires.device("wan", gw.wanMac()),
        wires.device("link", gw.linkMac()));
  }

  private void boot(String name, String memory, String... devices) {
    Path logs = options.report().resolve("guests");
    Path mount = options.work().resolve("mount");
    try {
      Files.createDirectories(logs);
      Files.createDirectories(mount);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    GuestKernel.Plan plan =
        new GuestKernel.Plan(
            options.launcher(),
            options.kernel(),
            mount,
            memory,
            options.work(),
            logs.resolve(name + ".log"));
    guests.put(name, new GuestKernel(name, plan, List.of(devices)));
  }

  /** The guest's own network namespace gets the machine's name, its devices those of the drills. */
  private static String machine(String name, String... devices) {
    StringBuilder s = new StringBuilder(named(name) + "ip netns attach " + name + " 1\n");
    for (int i = 0; i < devices.length; i++) {
      s.append("ip link set vec%d name %s\n".formatted(i, devices[i]));
    }
    return s.toString();
  }

  private static String named(String name) {
    return "echo " + name + " > /proc/sys/kernel/hostname\n";
  }

  private static String gateway(Gateway gw, boolean forwards) {
    return machine(gw.name(), "lan0", "wan0", "ha0")
        + Topology.sysctls(gw.name(), forwards)
        + Topology.in(gw.name(), Topology.gateway(gw))
        + Topology.warmUp(gw.name());
  }

  private String hosts() {
    StringBuilder s = new StringBuilder(named(HOSTS));
    List<String> names = List.of(Topology.LAN_HUB, Topology.LAN_BRANCH);
    for (int i = 0; i < names.size(); i++) {
      s.append(
          "ip netns add %2$s\nip link set vec%1$d netns %2$s name eth0\n"
              .formatted(i, names.get(i)));
      s.append(Topology.sysctls(names.get(i), false));
    }
    s.append(Topology.in(Topology.LAN_HUB, Topology.hubHost()));
    return s.append(Topology.in(Topology.LAN_BRANCH, topology.branchHost())).toString();
  }

  @Override
  public void destroy() {
    guests.values().forEach(GuestKernel::close);
    guests.clear();
    if (wires != null) {
      wires.close();
      wires = null;
    }
  }

  private GuestKernel guest(String machine) {
    boolean host = machine.equals(Topology.LAN_HUB) || machine.equals(Topology.LAN_BRANCH);
    return guests.get(host ? HOSTS : machine);
  }

  @Override
  public Machine on(String machine) {
    return new Inside(this, machine);
  }

  /**
   * A namespace of a guest, by name: the guest that has it may be another one after a power cut.
   */
  private record Inside(GuestSite site, String name) implements Machine {
    @Override
    public Process open(List<String> command, Map<String, String> environment) {
      return site.guest(name).open(Shell.in(name, command), environment);
    }

    @Override
    public Process background(List<String> command, Map<String, String> environment, Path log) {
      return site.guest(name).background(Shell.in(name, command), environment, log);
    }
  }

  @Override
  public void rebuild(Gateway gw) {
    guests.get(gw.name()).close();
    boot(gw);
    guests.get(gw.name()).awaitBoot();
    guests.get(gw.name()).script(gateway(gw, false));
  }

  @Override
  public void forward(Gateway gw) {
    guests.get(gw.name()).script("echo 1 > /proc/sys/net/ipv4/ip_forward");
  }

  @Override
  public Recording record(Path dir) {
    wires.capture(dir, CAPTURED);
    return new GuestRecording(wires, () -> List.copyOf(guests.values()));
  }

  @Override
  public Strike powerCut(Gateway gw) {
    long ahead = guests.get(gw.other().name()).clockAheadNanos();
    long real = realNanos();
    long mono = System.nanoTime();
    int killed = guests.get(gw.name()).powerOff();
    long took = System.nanoTime() - mono;
    guests.get(gw.name()).awaitEnd();
    return new Strike(real, mono + ahead, took / 1000, killed);
  }

  @Override
  public Strike signalJava(Gateway gw, int signal) {
    long aheadThere = guests.get(gw.name()).clockAheadNanos();
    long ahead = guests.get(gw.other().name()).clockAheadNanos();
    Strike there = Strike.signalJava(on(gw.name()), options.labflow(), gw, signal);
    long mono = there.monoNs() - aheadThere;
    long real = realNanos() - (System.nanoTime() - mono);
    return new Strike(real, mono + ahead, there.tookMicros(), there.signalled());
  }

  private static long realNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  @Override
  public void snapshot(Path dir, String when) {
    Map<String, String> names = Map.of(Topology.BRANCH, "peer", "gw-a", "gw-a", "gw-b", "gw-b");
    names.forEach(
        (machine, name) ->
            save(
                dir.resolve(name + "-xfrm-" + when + ".txt"),
                machine,
                List.of("ip", "-s", "xfrm", "state", "list", "nokeys")));
    save(
        dir.resolve("peer-stat-" + when + ".txt"),
        Topology.BRANCH,
        List.of("cat", "/proc/net/xfrm_stat"));
  }

  /** A machine without power says nothing. */
  private void save(Path file, String machine, List<String> command) {
    Ran ran = on(machine).run(command, Map.of(), LIMIT);
    try {
      Files.writeString(file, ran.out());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void flush() {
    guests.values().forEach(guest -> guest.run(List.of("sync"), Map.of(), LIMIT));
  }
}
