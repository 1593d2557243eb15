package io.pollux.it.demo;

import io.pollux.it.lab.Machine;
import io.pollux.it.lab.Ran;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A blow against a gateway, dealt by {@code labflow strike}.
 *
 * @param realNs CLOCK_REALTIME when it began, as in the captures
 * @param monoNs CLOCK_MONOTONIC when it began, as in Pollux's own history
 * @param signalled how many processes got the signal
 */
record Strike(long realNs, long monoNs, long tookMicros, int signalled) {
  static final int SIGKILL = 9;
  static final int SIGCONT = 18;
  static final int SIGSTOP = 19;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * The machine loses its power: its processes freeze, its links go dark at both ends (the pair's
   * link is a cable, so the survivor sees its carrier go), its processes die.
   */
  static Strike powerCut(Path labflow, Gateway gw) {
    return deal(
        labflow,
        "--signal",
        gw.name() + "/" + SIGSTOP,
        "--cut",
        Topology.WAN + "/" + gw.name(),
        "--cut",
        Topology.HUB_SWITCH + "/" + gw.name(),
        "--cut",
        Topology.LINK_SWITCH + "/" + gw.name(),
        "--cut",
        Topology.LINK_SWITCH + "/" + gw.other().name(),
        "--signal",
        gw.name() + "/" + SIGKILL);
  }

  /** The Java machine alone gets a signal; the links, the kernel and the guard live. */
  static Strike signalJava(Path labflow, Gateway gw, int signal) {
    return deal(labflow, "--signal", gw.name() + "/" + signal + "/java");
  }

  /** The same, dealt by MACHINE, where alone the gateway's processes are to be seen. */
  static Strike signalJava(Machine machine, Path labflow, Gateway gw, int signal) {
    String whom = gw.name() + "/" + signal + "/java";
    return dealt(
        machine.run(List.of(labflow.toString(), "strike", "--signal", whom), Map.of(), LIMIT));
  }

  /** What an operator orders counts from the moment of the order. */
  static Strike ordered(Runnable order) {
    long realNs = System.currentTimeMillis() * 1_000_000;
    long monoNs = System.nanoTime();
    order.run();
    return new Strike(realNs, monoNs, (System.nanoTime() - monoNs) / 1000, 1);
  }

  private static Strike deal(Path labflow, String... arguments) {
    List<String> command = new ArrayList<>(List.of(labflow.toString(), "strike"));
    command.addAll(List.of(arguments));
    return dealt(Shell.run(command));
  }

  private static Strike dealt(Ran ran) {
    if (!ran.ok()) {
      throw new DemoFailure("the strike failed: " + Shell.said(ran));
    }
    Map<String, String> f = fields(ran.out());
    return new Strike(
        Long.parseLong(f.get("real")),
        Long.parseLong(f.get("mono")),
        Long.parseLong(f.get("took-us")),
        Integer.parseInt(f.get("signalled")));
  }

  private static Map<String, String> fields(String line) {
    Map<String, String> out = new LinkedHashMap<>();
    for (String word : line.strip().split(" ")) {
      int eq = word.indexOf('=');
      if (eq > 0) {
        out.put(word.substring(0, eq), word.substring(eq + 1));
      }
    }
    return out;
  }
}
