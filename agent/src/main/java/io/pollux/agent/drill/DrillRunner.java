package io.pollux.agent.drill;

import com.typesafe.config.ConfigException;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Does a drill: disturbs the node that it runs on, watches, puts everything back. Started on the
 * active node of a pair that is ready. When it is interrupted it puts back first and reports then.
 */
public final class DrillRunner {
  /** An engine starts, copies all SAs, and both kernels are compared. */
  private static final long READY_SECONDS = 300;

  private static final long READY_WHEN_INTERRUPTED_SECONDS = 60;
  private static final long RESTORE_SECONDS = 150;
  private static final long ORDER_AGAIN_MILLIS = 1000;

  private static final String INTERRUPTED = "interrupted";

  private final ControlClient client;
  private final Settings settings;
  private final Facts facts;
  private final String outside;
  private final String version;
  private final Output out;
  private final DrillPlan plan;
  private final List<Passage> passages = new ArrayList<>();
  private Optional<String> stopped = Optional.empty();
  private Optional<InterfaceDown> down = Optional.empty();
  private Recording recording;

  /**
   * One drill.
   *
   * @param facts of the active node, as the operator has agreed to them
   * @param outside the interface that the data-plane scenario takes down
   */
  public DrillRunner(
      Path socket, Settings settings, Facts facts, String outside, String version, Output out) {
    this.client = new ControlClient(socket);
    this.settings = settings;
    this.facts = facts;
    this.outside = outside;
    this.version = version;
    this.out = out;
    this.plan = DrillPlan.of(facts, settings.intervalMillis());
  }

  /** A scenario cannot go on. */
  private static final class Stop extends Exception {
    Stop(String why) {
      super(why);
    }
  }

  /**
   * Runs all scenarios and writes the evidence.
   *
   * @param words targets as the operator named them
   * @throws CommandException nothing was disturbed: no target answers, the directory cannot be used
   */
  public DrillRecord run(List<String> words) throws CommandException {
    CountDownLatch ended = new CountDownLatch(1);
    Thread here = Thread.currentThread();
    Thread hook = Thread.ofPlatform().unstarted(() -> interrupt(here, ended));
    Runtime.getRuntime().addShutdownHook(hook);
    try (Field field = new Field(client, settings)) {
      return run(words, field);
    } catch (IOException | ConfigException | IllegalArgumentException e) {
      throw CommandException.negative(e.getMessage());
    } catch (InterruptedException e) {
      throw CommandException.negative("interrupted before anything was disturbed");
    } finally {
      ended.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException interrupted) {
        // The machine ends because of it.
      }
    }
  }

  /** The process was told to end: first everything is put back. */
  private static void interrupt(Thread drill, CountDownLatch ended) {
    drill.interrupt();
    try {
      ended.await(RESTORE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private DrillRecord run(List<String> words, Field field)
      throws IOException, InterruptedException {
    String began = Instant.now().toString();
    List<Target> targets = field.choose(Target.of(words, facts.tunnels()));
    if (targets.isEmpty()) {
      throw new IOException("no tunnel is up");
    }
    Files.createDirectory(settings.directory());
    recording = new Recording(client, settings.directory(), settings.capture());
    Window baseline;
    boolean restored;
    try {
      field.probe(targets);
      say("probing " + String.join(", ", targets.stream().map(Target::text).toList()));
      baseline = field.window(true);
      scenarios(field);
    } finally {
      restored = restore(field);
      recording.close();
    }
    DrillRecord record = record(began, baseline, restored);
    Files.writeString(settings.directory().resolve(Report.EVIDENCE), record.toJson());
    return record;
  }

  private void scenarios(Field field) {
    try {
      for (Scenario scenario : Scenario.values()) {
        pass(scenario, false, field);
        pass(scenario, true, field);
      }
    } catch (Stop stop) {
      stopped = Optional.of(stop.getMessage());
    } catch (InterruptedException e) {
      stopped = Optional.of(INTERRUPTED);
    } catch (IOException | ConfigException e) {
      boolean interrupted = Thread.currentThread().isInterrupted(); // it closed the connection
      stopped = Optional.of(interrupted ? INTERRUPTED : String.valueOf(e.getMessage()));
    }
    stopped.ifPresent(why -> say("stopped: " + why));
  }

  /** One passage of the role, from the blow until the pair is ready again, and a quiet time. */
  private void pass(Scenario s, boolean back, Field field)
      throws Stop, IOException, InterruptedException {
    Snapshot before = field.snapshot();
    String at = Instant.now().toString();
    long blow = System.nanoTime();
    String done = back ? order("promote") : disturb(s);
    say(s.title() + (back ? ", back: " : ", away: ") + done);
    boolean restarts = s == Scenario.CONTROL_PLANE && !back;
    long moved =
        Field.await(
            blow, restarts ? READY_SECONDS : settings.giveUpSeconds(), () -> field.moved(back));
    long since = System.nanoTime();
    boolean flows = Field.await(since, settings.giveUpSeconds(), () -> field.flows(since)) >= 0;
    interfaceUp();
    long ready = moved < 0 ? -1 : Field.await(blow, READY_SECONDS, () -> field.ready(back));
    List<Passage.Probes> losses = field.losses(blow, System.nanoTime());
    Snapshot after = field.snapshot();
    Optional<Window> steady = moved < 0 ? Optional.empty() : Optional.of(field.window(back));
    Passage p = new Passage(s, back, done, at, moved, ready, losses, before, after, steady);
    passages.add(p);
    say(
        String.format(
            Locale.ROOT,
            "  longest silence %d ms, %d probes lost; the role moved: %s; ready again: %s",
            p.gapMillis(),
            p.lost(),
            moved < 0 ? "NO" : "after " + moved + " ms",
            ready < 0 ? "NO" : "after " + ready + " ms"));
    if (moved < 0 || !flows || ready < 0) {
      throw new Stop(
          s.title()
              + (back ? ", back: " : ", away: ")
              + (moved < 0
                  ? "the role has not moved"
                  : flows ? "the pair was not ready again" : "the traffic did not come back"));
    }
  }

  private String disturb(Scenario s) throws Stop, IOException, InterruptedException {
    return switch (s) {
      case CONTROL_PLANE -> killEngine();
      case DATA_PLANE -> {
        down = Optional.of(InterfaceDown.take(outside));
        yield "interface " + outside + " taken down";
      }
      case FAILBACK -> order("switchover");
    };
  }

  /** Only what certainly is the engine. */
  private String killEngine() throws Stop, IOException {
    long pid = client.facts().pid();
    Path commandLine = Path.of("/proc/" + pid + "/cmdline");
    if (!Files.isReadable(commandLine) || !Files.readString(commandLine).contains("io.pollux")) {
      throw new Stop("process " + pid + " is not the engine as seen from here (a container?)");
    }
    Optional<ProcessHandle> engine = ProcessHandle.of(pid);
    if (engine.isEmpty() || !engine.get().destroyForcibly()) {
      throw new Stop("the engine (process " + pid + ") cannot be killed: be root");
    }
    return "engine killed (process " + pid + ", SIGKILL)";
  }

  /**
   * An order about the role. A busy pair may refuse one that it follows a second later (its
   * handshake is bounded by milliseconds), so it is repeated.
   */
  private String order(String verb) throws Stop, IOException, InterruptedException {
    long end = System.nanoTime() + settings.giveUpSeconds() * 1_000_000_000L;
    for (int refused = 0; ; refused++) {
      ControlClient.Answer answer = client.run("ha", verb, "--yes");
      if (answer.status() == ExitStatus.UNAVAILABLE) {
        // No answer in time is no refusal: whether the role moves is seen next.
        return "ha " + verb + " (answered late: " + answer.said() + ")";
      }
      if (answer.status() == ExitStatus.OK) {
        return "ha " + verb + (refused == 0 ? "" : " (refused " + refused + " times before)");
      }
      if (answer.status() != ExitStatus.NEGATIVE || System.nanoTime() - end >= 0) {
        throw new Stop("ha " + verb + " was refused: " + answer.said());
      }
      recording.note("ha " + verb + ": " + answer.said());
      Thread.sleep(ORDER_AGAIN_MILLIS);
    }
  }

  private void interfaceUp() throws IOException {
    if (down.isPresent()) {
      InterfaceDown held = down.get();
      down = Optional.empty();
      held.up().forEach(trouble -> say("  after " + outside + " was down: " + trouble));
    }
  }

  /** The interface is up, the role is here. True if the pair is ready then. */
  private boolean restore(Field field) {
    boolean interrupted = Thread.interrupted();
    long limit =
        interrupted || stopped.equals(Optional.of(INTERRUPTED))
            ? READY_WHEN_INTERRUPTED_SECONDS
            : READY_SECONDS;
    try {
      interfaceUp();
      if (passages.isEmpty() && stopped.isEmpty()) {
        return true; // nothing was disturbed
      }
      long now = System.nanoTime();
      if (Field.await(now, limit, () -> field.ready(true) || field.ready(false)) < 0) {
        return false;
      }
      if (!field.moved(true)) {
        say("the role is handed back: " + order("promote"));
      }
      return Field.await(now, limit, () -> field.ready(true)) >= 0;
    } catch (IOException | Stop | ConfigException e) {
      say("not restored: " + e.getMessage());
      return false;
    } catch (InterruptedException e) {
      say("not restored: interrupted again");
      return false;
    }
  }

  private void say(String line) {
    out.line(line);
    recording.note(line);
  }

  private DrillRecord record(String began, Window baseline, boolean restored) {
    String configuration;
    try {
      configuration = client.facts().config();
    } catch (IOException | ConfigException e) {
      configuration = "unknown";
    }
    return new DrillRecord(
        facts.node(),
        version,
        System.getProperty("os.version"),
        began,
        Instant.now().toString(),
        new DrillRecord.Limits(
            settings.mttrMillis().orElse(plan.limitMillis(settings.intervalMillis())),
            settings.toleranceMillis(),
            0,
            settings.intervalMillis()),
        plan,
        facts.ports().stream().map(Facts.Port::name).distinct().toList(),
        baseline,
        passages,
        stopped,
        restored,
        facts.config(),
        configuration);
  }
}
