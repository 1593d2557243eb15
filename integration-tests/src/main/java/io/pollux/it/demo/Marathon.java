package io.pollux.it.demo;

import io.pollux.it.verdict.Evidence;
import io.pollux.it.verdict.MarathonJudge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Takeovers in a row: the active node's Java machine is killed, the other node takes over, the dead
 * one comes back as the standby, and as soon as the pair is ready the next one dies. The traffic
 * never stops, and one recording holds all of it.
 */
final class Marathon {
  private static final long WARM_MILLIS = 3000;

  /** What a node's reign lasts at least, so that every flow is seen to run in it. */
  private static final long REIGN_MILLIS = 1500;

  private static final long LIMIT_MILLIS = 60_000;
  private static final long POLL_MILLIS = 100;
  private static final Duration COUNT_LIMIT = Duration.ofMinutes(2);

  private final Options options;
  private final Site site;
  private final Flows flows;
  private final Progress progress;
  private final List<String> events = new ArrayList<>();

  Marathon(Options options, Site site, Flows flows, Progress progress) {
    this.options = options;
    this.site = site;
    this.flows = flows;
    this.progress = progress;
  }

  /**
   * Runs it, prints and writes the result; whether everything required holds.
   *
   * @param keepLogs puts the daemons' logs into the report: the judge takes its time
   */
  boolean run(Hub hub, Branch branch, Runnable keepLogs) {
    if (!(hub instanceof PolluxHub pair)) {
      throw new DemoFailure("the marathon needs --hub pollux");
    }
    Path dir = options.work().resolve("evidence").resolve("marathon");
    Recorded.of(
        options,
        site,
        branch,
        flows,
        dir,
        WARM_MILLIS,
        () -> {
          for (int i = 1; i <= options.takeovers(); i++) {
            takeover(pair, i);
          }
          pair.awaitReady();
          return events;
        });
    Map<String, String> facts = Drill.where(flows);
    facts.put(Evidence.NAME, Scenario.MARATHON.text());
    facts.put(MarathonJudge.EVENTS, String.join(",", events));
    Drill.write(dir, facts);
    progress.say("  judging " + events.size() + " takeovers");
    keepLogs.run();
    keep(dir); // before the judge: what it stumbles over is to be looked into
    MarathonJudge.Result result = MarathonJudge.judge(Evidence.read(dir));
    tell(result);
    return result.passed();
  }

  /** The recordings go into the report. */
  private void keep(Path dir) {
    Path kept = options.report().resolve("marathon");
    Shell.script("rm -rf '%2$s' && cp -r '%1$s' '%2$s'".formatted(dir, kept));
    progress.say("  the evidence is in " + kept);
  }

  /** The link is as patient as VRRP: with 200 tunnels the machine may be busy for long. */
  static String atItsPace(String conf, int advertMillis) {
    int heartbeat = Math.max(100, advertMillis);
    String more =
        "port = 4510, heartbeat = %dms, timeout = %dms,".formatted(heartbeat, 10 * heartbeat);
    return conf.replace("port = 4510,", more);
  }

  private void takeover(PolluxHub pair, int number) {
    pair.awaitReady();
    Gateway victim = pair.active();
    String sas =
        site.on(victim.name())
            .run(List.of("ip", "xfrm", "state", "count"), Map.of(), COUNT_LIMIT)
            .out()
            .strip();
    Strike strike = site.signalJava(victim, Strike.SIGKILL);
    if (strike.signalled() == 0) {
      throw new DemoFailure("nothing ran in " + victim.name() + " that could be struck");
    }
    events.add(strike.realNs() + ":" + victim.name() + ":" + victim.other().name());
    progress.say("  takeover %d: %s dies (%s)".formatted(number, victim.name(), sas));
    until(() -> pair.isActive(victim.other()), victim.other().name() + " to take over");
    Shell.pause(REIGN_MILLIS); // the guard starts the dead engine again meanwhile
  }

  private static void until(java.util.function.BooleanSupplier condition, String what) {
    long end = System.nanoTime() + LIMIT_MILLIS * 1_000_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new DemoFailure("waited in vain for " + what);
      }
      Shell.pause(POLL_MILLIS);
    }
  }

  private void tell(MarathonJudge.Result result) {
    StringBuilder s = new StringBuilder();
    result.figures().forEach((name, value) -> s.append("%12s  %s%n".formatted(value, name)));
    result.reasons().stream()
        .limit(20)
        .forEach(r -> s.append("  does not hold: ").append(r).append('\n'));
    s.append("marathon: ").append(result.passed() ? "pass" : "fail").append('\n');
    progress.print(s.toString());
    try {
      Files.writeString(options.report().resolve("marathon.txt"), s);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
