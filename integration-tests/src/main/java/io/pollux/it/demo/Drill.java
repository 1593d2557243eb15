package io.pollux.it.demo;

import io.pollux.it.verdict.Evidence;
import io.pollux.it.verdict.Judge;
import io.pollux.it.verdict.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** Runs one scenario under traffic and records it in a folder; the verdict comes from there. */
final class Drill {
  private static final long WARM_MILLIS = 3000;

  /** From the blow to the end of the traffic: many times what a takeover takes. */
  private static final long AFTER_MILLIS = 6000;

  private static final long ADVERTS_AFTER = 6;

  /** Guests share the processors: what takes a moment may take seconds. */
  private static final long ADVERTS_AFTER_WITH_GUESTS = 12;

  private static final long AFTER_REJOIN_MILLIS = 2000;
  private static final long PAUSE_MILLIS = 5000;
  private static final long FREEZE_MILLIS = 2000;

  private final Options options;
  private final Site site;
  private final Flows flows;
  private final Branch branch;
  private final Progress progress;

  Drill(Options options, Site site, Flows flows, Branch branch, Progress progress) {
    this.options = options;
    this.site = site;
    this.flows = flows;
    this.branch = branch;
    this.progress = progress;
  }

  /**
   * A scenario that was run.
   *
   * @param monoNs CLOCK_MONOTONIC of the blow
   * @param figures what the pair said about itself; {@code before.} and {@code after.} the blow
   */
  record Run(
      Scenario scenario,
      Path dir,
      Verdict verdict,
      Map<String, String> figures,
      Gateway victim,
      long monoNs,
      int attempt) {}

  /** What was done, and to whom. */
  record Blow(long realNs, long monoNs, Gateway old, Gateway successor) {}

  /**
   * @param dead the gateway without power, for {@link Scenario#REJOIN}; null otherwise
   * @param worn whether the SAs have been through takeovers before
   */
  Run run(Scenario scenario, Hub hub, Gateway dead, boolean worn, int attempt) {
    String name = scenario.text() + (attempt > 1 ? "-" + attempt : "");
    Path dir = options.work().resolve("evidence").resolve(name);
    Map<String, String> figures = new LinkedHashMap<>();
    hub.figures().forEach((k, v) -> figures.put("before." + k, v));
    RoleDrill roles = new RoleDrill(options, site, branch, progress);
    Recorded<Blow> recorded =
        Recorded.of(
            options,
            site,
            branch,
            flows,
            dir,
            WARM_MILLIS,
            () -> strike(scenario, hub, dead, roles, dir));
    Blow blow = recorded.done();
    figures.putAll(recorded.figures());
    hub.figures().forEach((k, v) -> figures.put("after." + k, v));
    hub.saveHistory(dir.resolve("history.json"));
    Map<String, String> facts = facts(scenario, blow);
    facts.put(Evidence.REKEYS, Boolean.toString(worn));
    facts.putAll(roles.facts());
    // Who gets no processor for an advertisement interval can keep no time limit either.
    long slowest = Long.parseLong(figures.getOrDefault("slowestAnswerMillis", "0"));
    if (slowest > options.advertMillis()) {
      facts.put(Evidence.DISTURBED, "a guest did not answer for " + slowest + " ms");
    }
    write(dir, facts);
    // Recorded in memory, kept where it was asked for.
    Path kept = options.report().resolve(name);
    Shell.script("rm -rf '%2$s' && cp -r '%1$s' '%2$s' && rm -rf '%1$s'".formatted(dir, kept));
    progress.say("  judging " + scenario.text());
    return new Run(
        scenario, kept, Judge.judge(Evidence.read(kept)), figures, blow.old, blow.monoNs, attempt);
  }

  private Blow strike(Scenario scenario, Hub hub, Gateway dead, RoleDrill roles, Path dir) {
    return switch (scenario) {
      case POWER_LOSS, FAILBACK, IPV6, VTI, XFRM_INTERFACE, KEEPALIVED ->
          powerCut(hub, hub.active());
      case LINK_CUT -> {
        roles.linkCut(hub, dir);
        yield powerCut(hub, hub.active());
      }
      case VRRP_CUT -> roles.vrrpCut(hub, dir);
      case ONE_WAY, SPLIT_BRAIN -> roles.split(scenario, hub, dir);
      case REJOIN -> rejoin(hub, dead);
      case DAEMON_DEATH -> {
        Gateway victim = hub.active();
        Strike s = site.signalJava(victim, Strike.SIGKILL);
        yield settled(s, victim, hub);
      }
      case DAEMON_PAUSE -> {
        Gateway victim = hub.active();
        Strike s = site.signalJava(victim, Strike.SIGSTOP);
        Shell.pause(PAUSE_MILLIS);
        site.signalJava(victim, Strike.SIGCONT);
        yield settled(s, victim, hub);
      }
      case SWITCHOVER -> {
        Gateway victim = hub.active();
        Strike s = Strike.ordered(() -> hub.switchOver());
        yield settled(s, victim, hub);
      }
      case SIGTERM -> {
        Gateway victim = hub.active();
        Strike s = Strike.ordered(() -> hub.stop(victim));
        hub.restart(victim);
        yield settled(s, victim, hub);
      }
      case RESTART_ALONE -> restartAlone(hub);
      case MARATHON -> throw new IllegalStateException("many blows are not one");
      case CONTROL -> {
        Gateway victim = hub.active();
        hub.freezeSync();
        Shell.pause(FREEZE_MILLIS);
        yield powerCut(hub, victim);
      }
    };
  }

  private Blow powerCut(Hub hub, Gateway victim) {
    progress.say("  power off: " + victim.name());
    return settled(site.powerCut(victim), victim, hub);
  }

  private Blow settled(Strike s, Gateway victim, Hub hub) {
    if (s.signalled() == 0 && !(hub instanceof ManualHub)) {
      throw new DemoFailure("nothing ran in " + victim.name() + " that could be struck");
    }
    hub.afterStrike(victim);
    Shell.pause(
        options.guests()
            ? ADVERTS_AFTER_WITH_GUESTS * options.advertMillis()
            : Math.max(AFTER_MILLIS, ADVERTS_AFTER * options.advertMillis()));
    return new Blow(s.realNs(), s.monoNs(), victim, victim.other());
  }

  /** Boots a dead gateway: network, daemon, forwarding, in this order. */
  static void powerOn(Site site, Hub hub, Gateway gw) {
    site.rebuild(gw);
    hub.restart(gw);
    site.forward(gw);
  }

  /** Nobody takes over; the gateway must come back into its own reign. */
  private Blow restartAlone(Hub hub) {
    Gateway victim = hub.active();
    Strike s = site.signalJava(victim, Strike.SIGKILL);
    hub.awaitNextReign(victim);
    settled(s, victim, hub);
    return new Blow(s.realNs(), s.monoNs(), victim, victim);
  }

  private Blow rejoin(Hub hub, Gateway dead) {
    progress.say("  power on: " + dead.name());
    long real = System.currentTimeMillis() * 1_000_000;
    long mono = System.nanoTime();
    powerOn(site, hub, dead);
    hub.awaitReady();
    Shell.pause(AFTER_REJOIN_MILLIS);
    return new Blow(real, mono, dead.other(), dead.other());
  }

  private Map<String, String> facts(Scenario scenario, Blow blow) {
    Map<String, String> f = where(flows);
    f.put(Evidence.NAME, scenario.text());
    f.put(Evidence.EXPECT, scenario.expectation());
    f.put(Evidence.EVENT_NS, Long.toString(blow.realNs));
    f.put("event.monoNs", Long.toString(blow.monoNs));
    f.put(Evidence.OLD_NODE, blow.old.name());
    f.put(Evidence.NEW_NODE, blow.successor.name());
    f.put("node.standby", blow.old.other().name());
    f.put(Evidence.VRRP, Boolean.toString(options.hub().equals("pollux")));
    return f;
  }

  /** Who is who, and what runs where. */
  static Map<String, String> where(Flows flows) {
    Map<String, String> f = new LinkedHashMap<>();
    for (Gateway gw : List.of(Gateway.A, Gateway.B)) {
      f.put(Evidence.MAC + gw.name() + ".lan", gw.lanMac());
      f.put(Evidence.MAC + gw.name() + ".wan", gw.wanMac());
    }
    f.put(Evidence.MAC + "branch-lan", Topology.BRANCH_LAN_MAC);
    f.put(Evidence.MAC + "branch-wan", Topology.BRANCH_WAN_MAC);
    f.put(Evidence.OUTSIDE_VIP, Gateway.OUTSIDE_VIP);
    f.put(Evidence.INSIDE_VIP, Gateway.INSIDE_VIP);
    f.put(Evidence.INNER, String.join(",", Topology.INNER));
    f.put(Evidence.HUB_TO_BRANCH, join(flows.hubToBranch()));
    f.put(Evidence.BRANCH_TO_HUB, join(flows.branchToHub()));
    f.put(Evidence.BAIT + "gw-a", Integer.toString(Flows.BAIT_A));
    f.put(Evidence.BAIT + "gw-b", Integer.toString(Flows.BAIT_B));
    return f;
  }

  static String join(List<Integer> flows) {
    return flows.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  static void write(Path dir, Map<String, String> facts) {
    Properties p = new Properties();
    p.putAll(facts);
    try (Writer out = Files.newBufferedWriter(dir.resolve("scenario.properties"))) {
      p.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
