package io.pollux.it.demo;

import io.pollux.it.lab.Guest;
import io.pollux.it.lab.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All machines are namespaces of the kernel that this program runs on. */
final class NamespaceSite implements Site {
  private final Topology topology;
  private final Path labflow;

  NamespaceSite(Topology topology, Path labflow) {
    this.topology = topology;
    this.labflow = labflow;
  }

  /** A namespace; its files are everybody's. */
  private record Namespace(String name) implements Machine {
    @Override
    public Process open(List<String> command, Map<String, String> environment) {
      ProcessBuilder builder = new ProcessBuilder(inside(command));
      builder.environment().putAll(environment);
      try {
        return builder.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Process background(List<String> command, Map<String, String> environment, Path log) {
      List<String> words = new ArrayList<>(List.of("env"));
      environment.forEach((key, value) -> words.add(key + "=" + value));
      words.addAll(command);
      return Shell.background(inside(environment.isEmpty() ? command : words), log);
    }

    private List<String> inside(List<String> command) {
      return Shell.in(name, command);
    }
  }

  @Override
  public String description() {
    return "namespaces of one kernel";
  }

  @Override
  public String kernel() {
    return Report.kernel();
  }

  @Override
  public List<Scenario> scenarios() {
    return List.of(Scenario.values());
  }

  @Override
  public void build() {
    if (Guest.ownKernel()) {
      // All networks share this kernel's queue, where what a busy machine has held back comes at
      // once, and its one table of neighbours, which hundreds of tunnels' hosts would overflow.
      Shell.script(
          """
          echo 100000 > /proc/sys/net/core/netdev_max_backlog
          cd /proc/sys/net/ipv4/neigh/default
          echo 65536 > gc_thresh3; echo 32768 > gc_thresh2; echo 16384 > gc_thresh1
          """);
    }
    topology.build();
  }

  @Override
  public void destroy() {
    Topology.destroy();
  }

  @Override
  public Machine on(String machine) {
    return new Namespace(machine);
  }

  @Override
  public void rebuild(Gateway gw) {
    topology.rebuild(gw);
  }

  @Override
  public void forward(Gateway gw) {
    topology.forward(gw);
  }

  @Override
  public Recording record(Path dir) {
    return new Captures(dir);
  }

  @Override
  public Strike powerCut(Gateway gw) {
    return Strike.powerCut(labflow, gw);
  }

  @Override
  public Strike signalJava(Gateway gw, int signal) {
    return Strike.signalJava(labflow, gw, signal);
  }

  @Override
  public void snapshot(Path dir, String when) {
    StringBuilder s = new StringBuilder();
    Map<String, String> names = Map.of(Topology.BRANCH, "peer", "gw-a", "gw-a", "gw-b", "gw-b");
    names.forEach(
        (ns, name) ->
            s.append(
                "ip -n %s -s xfrm state list nokeys > '%s/%s-xfrm-%s.txt' 2>&1 || :\n"
                    .formatted(ns, dir, name, when)));
    s.append(
        "nsenter --net=/run/netns/%s cat /proc/net/xfrm_stat > '%s/peer-stat-%s.txt'\n"
            .formatted(Topology.BRANCH, dir, when));
    s.append("cat /proc/net/softnet_stat > '%s/softnet-%s.txt'\n".formatted(dir, when));
    Shell.script(s.toString());
  }

  @Override
  public void flush() {
    // All files are here.
  }
}
