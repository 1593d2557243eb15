package io.pollux.it.demo;

import io.pollux.it.verdict.ClearText;
import io.pollux.it.verdict.EvidenceException;
import io.pollux.it.verdict.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * {@code java -cp ... io.pollux.it.demo.Main OPTION...}: runs inside the lab's guest, or as root on
 * a host with ESP. Exits with 0 only when everything required holds, 1 when something does not, 2
 * when the demo itself could not go on.
 */
public final class Main {
  private final Options options;
  private final Tools tools;
  private final Progress progress = new Progress();
  private final Topology topology;
  private final Flows flows;
  private final List<Drill.Run> runs = new ArrayList<>();
  private Hub hub;
  private Branch branch;
  private Gateway dead;

  private Main(Options options) {
    this.options = options;
    this.tools = new Tools(options.labflow(), options.pollux());
    this.topology = new Topology(options.tunnels());
    this.flows = new Flows(options.tunnels(), options.packetsPerSecond());
  }

  /** See {@link Options#USAGE}. */
  public static void main(String[] args) {
    if (List.of(args).contains("--help")) {
      new Progress().print(Options.USAGE);
      return;
    }
    int status = 2;
    try {
      status = new Main(Options.parse(args)).run() ? 0 : 1;
    } catch (DemoFailure | EvidenceException | UncheckedIOException | AssertionError e) {
      new Progress().print("demo: " + e.getMessage() + "\n");
    }
    System.exit(status);
  }

  private boolean run() {
    List<String> missing = Tools.missing(options.peer().equals("strongswan"));
    if (!missing.isEmpty()) {
      throw new DemoFailure("not installed: " + String.join(", ", missing));
    }
    try {
      Files.createDirectories(options.report());
      Files.createDirectories(options.work());
      progress.say("building the network");
      Topology.destroy();
      topology.build();
      canary();
      if (options.scenarios().getFirst() != Scenario.CONTROL) {
        bringUp(options.jump(), false);
      }
      if (options.scenarios().getFirst() == Scenario.MARATHON) {
        boolean good = new Marathon(options, flows, progress).run(hub, branch);
        keepLogs();
        return good;
      }
      for (Scenario s : options.scenarios()) {
        drill(s);
      }
      keepLogs();
      return new Report(options, branch.description(), runs).write(progress);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!options.keep()) {
        cleanUp();
      }
    }
  }

  /** Sends LAN packets through a gateway without any policy: they must be seen in the clear. */
  private void canary() throws IOException {
    Path dir = options.report().resolve("canary");
    Files.createDirectories(dir);
    try (Captures captures = new Captures(dir);
        LabFlow bait =
            new LabFlow(
                options.labflow(), Topology.LAN_HUB, Flows.bait(Flows.CANARY, Gateway.A, 100))) {
      bait.start();
      Shell.pause(300);
      bait.stop(dir.resolve("flows-hub.txt"));
      captures.stop();
    }
    long seen = ClearText.count(dir.resolve(Captures.WAN), Topology.INNER);
    if (seen == 0) {
      throw new DemoFailure(
          "the clear-text check saw nothing where packets were sent in the clear");
    }
    progress.say("the clear-text check works: " + seen + " packets seen before there was a tunnel");
  }

  private void bringUp(String jump, boolean unsafe) {
    branch = newBranch();
    progress.say("starting the branch: " + branch.description());
    branch.start();
    progress.say("starting the pair" + (unsafe ? " with jump 0 (lab.unsafe = true)" : ""));
    hub = newHub(jump, unsafe);
    hub.start();
    progress.say("connecting " + options.tunnels() + " tunnel(s), two Child SAs each");
    branch.connect();
    hub.awaitReady();
    dead = null;
  }

  private Hub newHub(String jump, boolean unsafe) {
    if (options.hub().equals("manual")) {
      return new ManualHub(options.tunnels(), unsafe ? 0 : 1_000_000);
    }
    return new PolluxHub(
        options.work(),
        tools,
        new PolluxConfig(options.tunnels(), options.advertMillis(), jump, unsafe),
        options.scenarios().getFirst() == Scenario.MARATHON
            ? conf -> Marathon.atItsPace(conf, options.advertMillis())
            : UnaryOperator.identity());
  }

  private Branch newBranch() {
    return switch (options.peer()) {
      case "strongswan" -> new StrongSwan(options.work().resolve("branch"), options.tunnels());
      case "pollux" ->
          new PolluxBranch(
              options.work().resolve("branch"),
              tools,
              new PolluxConfig(options.tunnels(), options.advertMillis(), options.jump(), false));
      default -> new ManualBranch(options.work().resolve("branch.log"), options.tunnels());
    };
  }

  private void drill(Scenario scenario) {
    if (scenario == Scenario.CONTROL) {
      startAfresh();
    } else if (scenario != Scenario.REJOIN) {
      recover();
    }
    progress.say(scenario.text());
    Drill drill = new Drill(options, topology, flows, branch, progress);
    for (int attempt = 1; attempt <= 2; attempt++) {
      Drill.Run run = drill.run(scenario, hub, dead, attempt);
      runs.add(run);
      remember(run);
      Verdict v = run.verdict();
      progress.say(
          "  "
              + scenario.text()
              + ": "
              + v.outcome().text()
              + (v.reasons().isEmpty() ? "" : " (" + String.join("; ", v.reasons()) + ")"));
      if (v.outcome() != Verdict.Outcome.INVALID || attempt == 2) {
        return;
      }
      prepareAgain(scenario);
    }
  }

  /** A scenario that the machine disturbed is tried once more, from where it began. */
  private void prepareAgain(Scenario scenario) {
    progress.say("  once more: the machine disturbed it");
    switch (scenario) {
      case CONTROL -> startAfresh();
      case REJOIN -> {
        Gateway victim = hub.active().other();
        Strike.powerCut(options.labflow(), victim);
        dead = victim;
      }
      case POWER_LOSS, FAILBACK, DAEMON_DEATH, DAEMON_PAUSE, MARATHON -> recover();
    }
  }

  private void remember(Drill.Run run) {
    dead =
        switch (run.scenario()) {
          case POWER_LOSS, FAILBACK, CONTROL -> run.victim();
          case REJOIN, DAEMON_DEATH, DAEMON_PAUSE, MARATHON -> null;
        };
  }

  /** Both nodes up and ready, whatever the scenario before has left. */
  private void recover() {
    if (dead != null) {
      progress.say("power on: " + dead.name());
      Drill.powerOn(topology, hub, dead);
      dead = null;
    } else {
      hub.restart(Gateway.A);
      hub.restart(Gateway.B);
    }
    hub.awaitReady();
  }

  /** A new pair without the margin that protects a takeover, and a new tunnel. */
  private void startAfresh() {
    cleanUp();
    topology.build();
    bringUp("fixed 0", true);
  }

  /** Beside the captures: the peer's log, and the pair's own. */
  private void keepLogs() throws IOException {
    Map<String, Path> logs = new LinkedHashMap<>(hub.logs());
    logs.put("peer.log", branch.log());
    for (Map.Entry<String, Path> log : logs.entrySet()) {
      if (Files.exists(log.getValue())) {
        Files.copy(
            log.getValue(),
            options.report().resolve(log.getKey()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private void cleanUp() {
    if (hub != null) {
      hub.stop();
    }
    if (branch != null) {
      branch.stop();
    }
    Topology.destroy();
  }
}
