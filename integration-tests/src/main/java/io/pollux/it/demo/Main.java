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

/**
 * {@code java -cp ... io.pollux.it.demo.Main OPTION...}: runs inside the lab's guest, or as root on
 * a host with ESP. Exits with 0 only when everything required holds, 1 when something does not, 2
 * when the demo itself could not go on.
 */
public final class Main {
  private final Options options;
  private final Tools tools;
  private final Progress progress = new Progress();
  private final Site site;
  private final Flows flows;
  private final List<Drill.Run> runs = new ArrayList<>();
  private Hub hub;
  private Branch branch;
  private Gateway dead;
  private Variant variant = Variant.PLAIN;
  private Scenario madeFor = Scenario.POWER_LOSS; // what the pair of the moment is configured for
  private boolean worn; // the SAs have been through a takeover

  private Main(Options options) {
    this.options = options;
    this.tools = new Tools(options.labflow(), options.pollux());
    Topology topology = new Topology(options.tunnels());
    this.site =
        options.guests()
            ? new GuestSite(options, topology)
            : new NamespaceSite(topology, options.labflow());
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
      status = run(args) ? 0 : 1;
    } catch (DemoFailure | EvidenceException | UncheckedIOException | AssertionError e) {
      new Progress().print("demo: " + e.getMessage() + "\n");
    }
    System.exit(status);
  }

  /** True when everything required holds. */
  static boolean run(String... args) {
    return new Main(Options.parse(args)).run();
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
      site.destroy();
      site.build();
      canary();
      if (options.scenarios().getFirst() != Scenario.CONTROL) {
        bringUp(options.scenarios().getFirst());
      }
      if (options.scenarios().getFirst() == Scenario.MARATHON) {
        return new Marathon(options, site, flows, progress).run(hub, branch, this::keepLogs);
      }
      for (Scenario s : options.scenarios()) {
        if (!site.scenarios().contains(s)) {
          progress.say(s.text() + ": not among " + site.description());
          continue;
        }
        drill(s);
      }
      return new Report(options, site, branch.description(), runs).write(progress);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      keepLogs();
      if (!options.keep()) {
        cleanUp();
      }
    }
  }

  /** Sends LAN packets through a gateway without any policy: they must be seen in the clear. */
  private void canary() throws IOException {
    Path dir = options.report().resolve("canary");
    Files.createDirectories(dir);
    try (Site.Recording captures = site.record(dir);
        LabFlow bait =
            site.flow(
                Topology.LAN_HUB, options.labflow(), Flows.bait(Flows.CANARY, Gateway.A, 100))) {
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

  /** The control scenario's pair lacks the margin that protects a takeover. */
  private void bringUp(Scenario scenario) {
    boolean unsafe = scenario == Scenario.CONTROL;
    variant = scenario.variant();
    madeFor = scenario;
    if (variant == Variant.KEEPALIVED && !Tools.has("keepalived")) {
      throw new DemoFailure("not installed: keepalived");
    }
    String network = variant.network(options.tunnels());
    if (!network.isEmpty()) {
      Shell.script(network);
    }
    branch = newBranch();
    progress.say("starting the branch: " + branch.description());
    branch.start();
    progress.say("starting the pair" + (unsafe ? " with jump 0 (lab.unsafe = true)" : ""));
    hub = newHub(unsafe ? "fixed 0" : options.jump(), unsafe);
    hub.start();
    progress.say("connecting " + options.tunnels() + " tunnel(s), two Child SAs each");
    branch.connect();
    hub.awaitReady();
    dead = null;
    worn = false;
  }

  private Hub newHub(String jump, boolean unsafe) {
    if (options.hub().equals("manual")) {
      return new ManualHub(options.tunnels(), unsafe ? 0 : 1_000_000);
    }
    return new PolluxHub(
        options.work(),
        tools,
        site,
        new PolluxConfig(options.tunnels(), options.advertMillis(), jump, unsafe, variant),
        this::adjusted);
  }

  /** Where the machine may be busy for long, the link is as patient as VRRP. */
  private String adjusted(String conf) {
    boolean role = madeFor.ofRoles();
    boolean patient = madeFor == Scenario.MARATHON || role && options.advertMillis() >= 1000;
    String paced = patient ? Marathon.atItsPace(conf, options.advertMillis()) : conf;
    return role ? RoleDrill.withoutLiveness(paced) : paced;
  }

  private Branch newBranch() {
    return switch (options.peer()) {
      case "strongswan" ->
          new StrongSwan(
              site.on(Topology.BRANCH),
              options.work().resolve("branch"),
              options.tunnels(),
              variant);
      case "pollux" ->
          new PolluxBranch(
              options.work().resolve("branch"),
              tools,
              site.on(Topology.BRANCH),
              new PolluxConfig(
                  options.tunnels(), options.advertMillis(), options.jump(), false, variant));
      default -> new ManualBranch(options.work().resolve("branch.log"), options.tunnels());
    };
  }

  private void drill(Scenario scenario) {
    boolean unsafe = madeFor == Scenario.CONTROL || scenario == Scenario.CONTROL;
    if (unsafe || scenario.variant() != variant || scenario.ofRoles() != madeFor.ofRoles()) {
      startAfresh(scenario);
    } else if (scenario != Scenario.REJOIN) {
      recover();
    }
    if (scenario == Scenario.RESTART_ALONE) {
      leaveAlone();
    }
    handOverFor(scenario);
    progress.say(scenario.text());
    Drill drill = new Drill(options, site, flows, branch, progress);
    for (int attempt = 1; attempt <= 2; attempt++) {
      Drill.Run run = drill.run(scenario, hub, dead, worn, attempt);
      runs.add(run);
      worn |= scenario != Scenario.REJOIN && scenario != Scenario.VRRP_CUT;
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
      case CONTROL, IPV6, VTI, XFRM_INTERFACE, KEEPALIVED -> startAfresh(scenario);
      case ONE_WAY, SPLIT_BRAIN -> {
        startAfresh(scenario);
        handOverFor(scenario);
      }
      case REJOIN -> {
        Gateway victim = hub.active().other();
        site.powerCut(victim);
        dead = victim;
      }
      case RESTART_ALONE -> {
        recover();
        leaveAlone();
      }
      case POWER_LOSS,
          FAILBACK,
          SWITCHOVER,
          SIGTERM,
          DAEMON_DEATH,
          DAEMON_PAUSE,
          MARATHON,
          LINK_CUT,
          VRRP_CUT ->
          recover();
    }
  }

  private void remember(Drill.Run run) {
    dead =
        switch (run.scenario()) {
          case POWER_LOSS, FAILBACK, CONTROL, LINK_CUT, IPV6, VTI, XFRM_INTERFACE, KEEPALIVED ->
              run.victim();
          case RESTART_ALONE -> run.victim().other();
          case REJOIN,
              SWITCHOVER,
              SIGTERM,
              DAEMON_DEATH,
              DAEMON_PAUSE,
              MARATHON,
              ONE_WAY,
              SPLIT_BRAIN,
              VRRP_CUT ->
              null;
        };
  }

  /** The standby loses its power, and the active node knows it. */
  private void leaveAlone() {
    dead = hub.active().other();
    progress.say("power off: " + dead.name() + ", so that " + dead.other().name() + " is alone");
    site.powerCut(dead);
    hub.awaitAlone();
  }

  /** Both nodes up and ready, whatever the scenario before has left. */
  private void recover() {
    if (dead != null) {
      progress.say("power on: " + dead.name());
      Drill.powerOn(site, hub, dead);
      dead = null;
    } else {
      hub.restart(Gateway.A);
      hub.restart(Gateway.B);
    }
    hub.awaitReady();
  }

  /** Some scenarios begin with a certain node active. */
  private void handOverFor(Scenario scenario) {
    Gateway first = RoleDrill.first(scenario);
    if (first != null && !hub.active().equals(first)) {
      hub.switchOver();
      hub.awaitReady();
      worn = true;
    }
  }

  /** A new pair, set up as the scenario wants it, and a new tunnel. */
  private void startAfresh(Scenario scenario) {
    cleanUp();
    site.build();
    bringUp(scenario);
  }

  /** Beside the captures: the peer's log, and the pair's own; above all when it could not go on. */
  private void keepLogs() {
    Map<String, Path> logs = new LinkedHashMap<>(hub == null ? Map.of() : hub.logs());
    if (branch != null) {
      logs.put("peer.log", branch.log());
    }
    try {
      site.flush();
      copy(logs);
    } catch (IOException | AssertionError e) {
      progress.say("the logs could not be kept: " + e.getMessage());
    }
  }

  private void copy(Map<String, Path> logs) throws IOException {
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
    site.destroy();
  }
}
