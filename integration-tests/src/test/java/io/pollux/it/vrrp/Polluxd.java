package io.pollux.it.vrrp;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One polluxd in one namespace, and its control socket. */
public final class Polluxd implements AutoCloseable {
  private static final Duration GENEROUS = Duration.ofSeconds(60);
  private static final Path HOME = Path.of(System.getProperty("pollux.home", "."));

  private final Namespaces ns;
  private final String netns;
  private final Path dir;
  private Process process;

  /**
   * Nothing runs yet.
   *
   * @param dir for its files; short, because a socket's path is
   */
  public Polluxd(Namespaces ns, String netns, Path dir) {
    this.ns = ns;
    this.netns = netns;
    this.dir = dir;
    try {
      Files.createDirectories(dir.resolve("state"));
      Files.createDirectories(dir.resolve("run"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its files: pollux.conf, node.pem, state/epoch, polluxd.log, pollux.sock. */
  public Path dir() {
    return dir;
  }

  /** Makes its key and certificate; returns the fingerprint that the other node pins. */
  public String identity() {
    String out =
        Commands.run(
                program("polluxd"),
                "tool",
                "pki",
                "node-identity",
                "--out",
                dir.resolve("node.pem").toString(),
                "--name",
                netns)
            .orFail();
    return out.substring(out.indexOf("sha256:")).split("\\s")[0];
  }

  /** The lines that every configuration needs, with {@code more} behind them. */
  public void configure(String more) {
    String text =
        """
        node { name = %1$s, state-dir = "%2$s/state", run-dir = "%2$s/run" }
        control { socket = "%2$s/pollux.sock" }
        """
            .formatted(netns, dir);
    try {
      Files.writeString(dir.resolve("pollux.conf"), text + more);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it and returns when it answers. */
  public void start() {
    launch();
    Waits.until(
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("polluxd ended in " + netns + "\n" + log());
          }
          return !role().isEmpty();
        },
        GENEROUS,
        "an answer of polluxd in " + netns);
  }

  /** Starts it without waiting. */
  public void launch() {
    List<String> words =
        new ArrayList<>(
            List.of(
                program("polluxd"),
                "--config",
                dir.resolve("pollux.conf").toString(),
                "--run-dir",
                dir.resolve("run").toString()));
    for (String option :
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xmx256m")) {
      words.addAll(List.of("--jvm-option", option));
    }
    process = ns.start(netns, logFile(), Map.of(), words.toArray(String[]::new));
  }

  /** Runs polluxctl. */
  public Ran ctl(String... command) {
    List<String> words =
        new ArrayList<>(List.of(program("polluxctl"), "-s", dir.resolve("pollux.sock").toString()));
    words.addAll(List.of(command));
    return Commands.run(words.toArray(String[]::new));
  }

  /** A field of {@code ha status --json}; empty when there is no answer. */
  public String status(String field) {
    Matcher found =
        Pattern.compile("\"" + field + "\" ?: ?\"?([^\",}]*)")
            .matcher(ctl("ha", "status", "--json").out());
    return found.find() ? found.group(1) : "";
  }

  /** active, standby, fault, init; empty when there is no answer. */
  public String role() {
    return status("role");
  }

  /** Waits until it says that it has this role. */
  public void awaitRole(String role) {
    Waits.until(() -> role().equals(role), GENEROUS, netns + " " + role + "; log:\n" + log());
  }

  /** Whether its device holds the address. */
  public boolean holds(String address) {
    return ns.run(netns, "ip", "-o", "addr", "show", "dev", "lan0").out().contains(address + "/");
  }

  /** Whether the rule that silences the address stands in its kernel. */
  public boolean gateClosed(String address) {
    String family = address.contains(":") ? "-6" : "-4";
    return ns.run(netns, "ip", family, "rule").out().contains("from " + address + " blackhole");
  }

  /** What it has said so far. */
  public String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path logFile() {
    return dir.resolve("polluxd.log");
  }

  /** Whether the guard lives. */
  public boolean alive() {
    return process != null && process.isAlive();
  }

  /** Kills guard and JVM together: with the plugs pulled that is a power loss. */
  public void kill() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    awaitEnd();
  }

  /** Sends a signal to the JVM alone. */
  public void signalJvm(String signal) {
    long jvm = process.descendants().findFirst().orElseThrow().pid();
    Commands.run("kill", "-" + signal, String.valueOf(jvm)).orFail();
  }

  /** SIGTERM, as a service manager stops it. */
  public void stop() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    Waits.until(() -> !process.isAlive(), GENEROUS, "the end of polluxd in " + netns);
  }

  @Override
  public void close() {
    if (alive()) {
      kill();
    }
  }

  private static String program(String name) {
    return HOME.resolve("bin").resolve(name).toString();
  }
}
