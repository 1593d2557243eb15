package io.pollux.it.demo;

import io.pollux.it.verdict.Evidence;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The scenarios that cut what the two nodes know of each other. */
final class RoleDrill {
  private static final long LIMIT_MILLIS = 120_000;
  private static final long POLL_MILLIS = 200;

  /**
   * How long a cut lasts at least, and the traffic behind it: several advertisements of a second.
   */
  private static final long CUT_MILLIS = 4000;

  private static final long AFTER_MILLIS = 3000;

  private final Options options;
  private final Site site;
  private final Branch branch;
  private final Progress progress;
  private final Map<String, String> facts = new LinkedHashMap<>();

  RoleDrill(Options options, Site site, Branch branch, Progress progress) {
    this.options = options;
    this.site = site;
    this.branch = branch;
    this.progress = progress;
  }

  /**
   * Who must be active when the scenario begins, so that it shows what it is for: in the one way
   * case the better claim, which is not heard and has to give up; in the split the other one, which
   * loses when they meet. Null where it does not matter.
   */
  static Gateway first(Scenario scenario) {
    return switch (scenario) {
      case ONE_WAY -> Gateway.B;
      case SPLIT_BRAIN -> Gateway.A;
      case POWER_LOSS,
          REJOIN,
          FAILBACK,
          SWITCHOVER,
          SIGTERM,
          DAEMON_DEATH,
          DAEMON_PAUSE,
          RESTART_ALONE,
          CONTROL,
          MARATHON,
          LINK_CUT,
          VRRP_CUT,
          IPV6,
          VTI,
          XFRM_INTERFACE,
          KEEPALIVED ->
          null;
    };
  }

  /**
   * The hub asks nobody whether it lives: two active nodes would both ask with the same message
   * IDs, and charon 5.9.8 ends an IKE SA with AEAD when it is asked for them (RFC 6311) afterwards.
   */
  static String withoutLiveness(String conf) {
    return conf.replace("  local  { address", "  liveness = 0s\n    local  { address");
  }

  /** What the verdict has to know of the cut. */
  Map<String, String> facts() {
    return facts;
  }

  /** Cuts the link under traffic, lets SAs change, heals it; the power loss is the caller's. */
  void linkCut(Hub hub, Path dir) {
    PolluxHub pair = pair(hub);
    Gateway standby = hub.active().other();
    site.snapshot(dir, "early");
    int sas = peersSas();
    progress.say("  the link is cut");
    facts.put(Evidence.CUT_NS, Long.toString(System.currentTimeMillis() * 1_000_000));
    Cuts.link(true);
    until(() -> pair.state(standby).equals("stale"), "a stale copy at " + standby.name());
    branch.rekey();
    Shell.pause(cutMillis());
    until(() -> peersSas() == sas, "the end of the SAs that were replaced");
    Cuts.link(false);
    progress.say("  the link is whole");
    hub.awaitReady();
    facts.put(Evidence.RESYNCED, standby.name());
    site.snapshot(dir, "before");
    branch.saveSas(dir.resolve("peer-sas-before.txt"));
  }

  private static int peersSas() {
    String list = Shell.script("ip -n " + Topology.BRANCH + " xfrm state list nokeys");
    return list.split("proto esp", -1).length - 1;
  }

  /** Cuts VRRP in both directions: nothing may happen. */
  Drill.Blow vrrpCut(Hub hub, Path dir) {
    List<Gateway> both = List.of(Gateway.A, Gateway.B);
    Gateway active = hub.active();
    Strike s = Strike.ordered(() -> Cuts.vrrp(both));
    facts.put(Evidence.CUT_NS, Long.toString(s.realNs()));
    Shell.pause(2 * cutMillis());
    heal(both, dir);
    hub.awaitReady();
    Shell.pause(AFTER_MILLIS);
    return new Drill.Blow(s.realNs(), s.monoNs(), active, active);
  }

  /** Cuts the link, and VRRP towards some; heals both when two nodes have been active, or one. */
  Drill.Blow split(Scenario scenario, Hub hub, Path dir) {
    PolluxHub pair = pair(hub);
    Gateway old = hub.active();
    Gateway rival = old.other();
    boolean oneWay = scenario == Scenario.ONE_WAY;
    List<Gateway> deaf = oneWay ? List.of(rival) : List.of(Gateway.A, Gateway.B);
    Strike s =
        Strike.ordered(
            () -> {
              Cuts.link(true);
              Cuts.vrrp(deaf);
            });
    until(() -> pair.isActive(rival), rival.name() + " to take over");
    if (oneWay) {
      until(() -> !pair.isActive(old), old.name() + " to give up");
    }
    Shell.pause(cutMillis());
    if (!oneWay && !pair.isActive(old)) {
      throw new DemoFailure(old.name() + " gave up although it could not hear " + rival.name());
    }
    heal(deaf, dir);
    Cuts.link(false);
    progress.say("  healed");
    facts.put(Evidence.MET, Boolean.toString(!oneWay));
    until(() -> !pair.isActive(old), old.name() + " to give up");
    hub.awaitReady();
    Shell.pause(Math.max(AFTER_MILLIS, 4L * options.advertMillis()));
    return new Drill.Blow(s.realNs(), s.monoNs(), old, rival);
  }

  private void heal(List<Gateway> towards, Path dir) {
    facts.put(Evidence.FILTERS, String.join(",", Cuts.healVrrp(towards, dir)));
  }

  private long cutMillis() {
    return Math.max(CUT_MILLIS, 6L * options.advertMillis());
  }

  private static PolluxHub pair(Hub hub) {
    if (hub instanceof PolluxHub pair) {
      return pair;
    }
    throw new DemoFailure("cuts need --hub pollux");
  }

  private static void until(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + LIMIT_MILLIS * 1_000_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new DemoFailure("waited in vain for " + what);
      }
      Shell.pause(POLL_MILLIS);
    }
  }
}
