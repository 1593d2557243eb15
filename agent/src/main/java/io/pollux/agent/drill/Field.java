package io.pollux.agent.drill;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.pollux.agent.kernel.XfrmStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A drill's eyes: probers, the daemon, the kernel's counters; and the waiting. */
final class Field implements AutoCloseable {
  private static final long POLL_MILLIS = 100;
  private static final long WINDOW_MILLIS = 4000;
  private static final long SETTLE_MILLIS = 500;
  private static final int ANSWERS = 5;
  private static final int HEADERS_4 = 28; // IPv4 and ICMP
  private static final int HEADERS_6 = 48;
  private static final long MS = 1_000_000L;

  private final ControlClient client;
  private final Settings settings;
  private final List<Prober> probers = new ArrayList<>();

  Field(ControlClient client, Settings settings) {
    this.client = client;
    this.settings = settings;
  }

  interface Condition {
    boolean holds() throws IOException;
  }

  /**
   * Waits; a daemon that does not answer is not there yet.
   *
   * @return milliseconds since {@code fromNs}; -1 = not within the limit
   */
  static long await(long fromNs, long limitSeconds, Condition condition)
      throws InterruptedException {
    long end = System.nanoTime() + limitSeconds * 1000 * MS;
    while (true) {
      try {
        if (condition.holds()) {
          return (System.nanoTime() - fromNs) / MS;
        }
      } catch (IOException | ConfigException notYet) {
        // Asked again below.
      }
      if (System.nanoTime() - end >= 0) {
        return -1;
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Whether the role is where it should be. */
  boolean moved(boolean active) throws IOException {
    Config status = client.json("ha", "status");
    boolean here = status.getString("role").equals("active");
    return active ? here : !here && status.getString("peer").startsWith("active");
  }

  /** Whether the pair could fail over again, this node in this role. */
  boolean ready(boolean active) throws IOException {
    Config status = client.json("ha", "status");
    return status.getBoolean("readyForFailover")
        && status.getString("role").equals(active ? "active" : "standby");
  }

  /** Chooses targets: of several candidates the first that answers. */
  List<Target> choose(List<List<Target>> wanted) throws IOException, InterruptedException {
    List<Target> chosen = new ArrayList<>();
    for (List<Target> candidates : wanted) {
      chosen.add(candidates.size() == 1 ? candidates.getFirst() : firstThatAnswers(candidates));
    }
    return chosen.stream().distinct().toList();
  }

  private Target firstThatAnswers(List<Target> candidates)
      throws IOException, InterruptedException {
    List<Prober> tried = new ArrayList<>();
    try {
      for (Target candidate : candidates) {
        tried.add(Prober.start(candidate, settings, Optional.empty()));
      }
      await(
          System.nanoTime(),
          settings.giveUpSeconds() / 4 + 1,
          () -> tried.stream().anyMatch(p -> p.log().count() > 1));
      for (Prober p : tried) {
        if (p.log().count() > 1) {
          return p.target();
        }
      }
    } finally {
      tried.forEach(Prober::close);
    }
    throw new IOException(
        "nobody answers behind "
            + candidates.getFirst().tunnel()
            + " at "
            + String.join(", ", candidates.stream().map(Target::text).toList())
            + "; name an address there");
  }

  /** Starts the probes and waits until every target has answered some. */
  void probe(List<Target> targets) throws IOException, InterruptedException {
    for (int i = 0; i < targets.size(); i++) {
      Path file = settings.directory().resolve("probes-" + (i + 1) + ".txt");
      Files.writeString(file, "");
      probers.add(Prober.start(targets.get(i), settings, Optional.of(file)));
    }
    await(
        System.nanoTime(),
        settings.giveUpSeconds(),
        () -> probers.stream().allMatch(p -> p.log().count() >= ANSWERS));
    for (Prober p : probers) {
      if (p.log().count() < ANSWERS) {
        throw new IOException(
            "no answers from "
                + p.target().text()
                + " through "
                + p.target().tunnel()
                + (p.lastLine().isEmpty() ? "" : "; the probes say: " + p.lastLine()));
      }
    }
  }

  /** Whether every target has answered some since then. */
  boolean flows(long sinceNs) {
    return probers.stream().allMatch(p -> p.log().since(sinceNs) >= ANSWERS);
  }

  /** What became of the probes between a blow and the end. */
  List<Passage.Probes> losses(long blowNs, long endNs) {
    return probers.stream()
        .map(
            p -> {
              ProbeLog.Loss loss = p.log().loss(blowNs, endNs, settings.intervalMillis());
              return new Passage.Probes(
                  p.target().text(),
                  p.target().tunnel(),
                  loss.sent(),
                  loss.lost(),
                  loss.outside(),
                  loss.gapMillis(),
                  loss.backMillis());
            })
        .toList();
  }

  /** A quiet time. */
  Window window(boolean active) throws IOException, InterruptedException {
    Thread.sleep(SETTLE_MILLIS);
    long began = System.nanoTime();
    Snapshot from = snapshot();
    Thread.sleep(WINDOW_MILLIS);
    long ended = System.nanoTime();
    Snapshot to = snapshot();
    TreeMap<String, Long> answers = new TreeMap<>();
    long octets = 0;
    long due = (ended - began) / MS / settings.intervalMillis();
    for (Prober p : probers) {
      answers.merge(p.target().tunnel(), p.log().between(began, ended), Long::sum);
      octets += due * octets(p.target());
    }
    return new Window(
        active, (ended - began) / MS, answers, due * probers.size(), octets, from, to);
  }

  private long octets(Target target) {
    if (target.port().isPresent()) {
      return 0;
    }
    boolean four = target.address().getAddress().length == 4;
    return settings.size() + (four ? HEADERS_4 : HEADERS_6);
  }

  /** What stands now. */
  Snapshot snapshot() throws IOException {
    Facts facts = client.facts();
    return new Snapshot(
        facts.state(),
        facts.peer(),
        facts.tunnels().stream()
            .map(
                t ->
                    new Snapshot.Sa(
                        t.name(), t.ike(), t.spiIn(), t.spiOut(), t.packetsIn(), t.packetsOut()))
            .toList(),
        XfrmStatistics.read(),
        Snapshot.interfaces(Files.readAllLines(Path.of("/proc/net/dev"))));
  }

  @Override
  public void close() {
    probers.forEach(Prober::close);
  }
}
