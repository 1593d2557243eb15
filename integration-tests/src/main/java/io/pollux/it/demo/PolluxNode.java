package io.pollux.it.demo;

import io.pollux.it.lab.Machine;
import io.pollux.it.lab.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One polluxd on one machine, and its control socket. */
final class PolluxNode {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String netns;
  private final Path dir;
  private final Tools tools;
  private final Machine machine;
  private Process process;

  /**
   * @param dir its configuration, identity, state, run files and log; short, because a socket's
   *     path is
   */
  PolluxNode(String netns, Path dir, Tools tools, Machine machine) {
    this.netns = netns;
    this.dir = dir;
    this.tools = tools;
    this.machine = machine;
    try {
      Files.createDirectories(dir.resolve("state"));
      Files.createDirectories(dir.resolve("run"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path log() {
    return dir.resolve("polluxd.log");
  }

  Path dir() {
    return dir;
  }

  Path socket() {
    return dir.resolve("pollux.sock");
  }

  /** Makes the node's key and certificate; returns the fingerprint that the other node pins. */
  String makeIdentity() {
    Path pem = dir.resolve("node.pem");
    Ran ran =
        Shell.run(
            List.of(
                tools.polluxd(),
                "tool",
                "pki",
                "node-identity",
                "--out",
                pem.toString(),
                "--name",
                netns));
    int at = ran.out().indexOf("sha256:");
    if (!ran.ok() || at < 0) {
      throw new DemoFailure("no node identity for " + netns + ": " + Shell.said(ran));
    }
    return ran.out().substring(at).split("\\s")[0];
  }

  void configure(String conf, String secrets) {
    try {
      Files.writeString(dir.resolve("pollux.conf"), conf);
      Path file = dir.resolve("secrets.conf");
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, secrets);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Forgets what an earlier life has left, its log excepted. */
  void wipe() {
    script("cd '" + dir + "' && rm -rf state run node.pem && mkdir state run");
  }

  /**
   * Starts polluxd; the memory of the run directory does not survive a power cut, the state
   * directory does.
   */
  void start() {
    script("rm -rf '" + dir + "/run' '" + dir + "/pollux.sock'; mkdir -p '" + dir + "/run'");
    List<String> command =
        new ArrayList<>(
            List.of(
                tools.polluxd(),
                "--config",
                dir.resolve("pollux.conf").toString(),
                "--run-dir",
                dir.resolve("run").toString()));
    // What a slow guest with one processor starts fastest with.
    for (String o :
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xmx256m")) {
      command.addAll(List.of("--jvm-option", o));
    }
    process = machine.background(command, Map.of(), log());
  }

  private void script(String script) {
    machine.run(List.of("sh", "-e", "-c", script), Map.of(), LIMIT).orFail();
  }

  /** It was started and is gone. */
  boolean ended() {
    return process != null && !process.isAlive();
  }

  boolean alive() {
    return process != null && process.isAlive();
  }

  /**
   * The answer to a command as JSON; null when the daemon does not answer (yet). The exit status
   * says whether the answer is good news, not whether there is one.
   */
  Object ask(String... command) {
    String out = control(command).out();
    return out.isBlank() ? null : Json.parse(out);
  }

  /** Runs a command that must succeed; returns what it printed. */
  String command(String... command) {
    Ran ran = control(command);
    if (!ran.ok()) {
      throw new DemoFailure(
          netns + ": polluxctl " + String.join(" ", command) + ": " + Shell.said(ran));
    }
    return ran.out();
  }

  private Ran control(String... command) {
    List<String> words = new ArrayList<>(List.of(tools.polluxctl(), "-s", socket().toString()));
    words.addAll(List.of(command));
    return machine.run(words, Map.of(), LIMIT);
  }

  /** Ends the guard as the service manager would; by force when that takes too long. */
  void stop() {
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      throw Shell.interrupted(e);
    }
  }

  /** The last lines of its log, for a message that says why nothing goes on. */
  String tail() {
    try {
      List<String> lines = Files.readAllLines(log());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }
}
