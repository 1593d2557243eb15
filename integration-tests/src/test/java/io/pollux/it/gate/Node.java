package io.pollux.it.gate;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One polluxd in one namespace. */
public final class Node {
  private static final Duration LONG = Duration.ofSeconds(300);
  private final Namespaces namespaces;
  private final String name;
  private final Path dir;
  private Process guard;

  Node(Namespaces namespaces, String name, Path dir) {
    this.namespaces = namespaces;
    this.name = name;
    this.dir = dir;
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return name;
  }

  Path dir() {
    return dir;
  }

  private static String program(String which) {
    return System.getProperty("pollux.home") + "/bin/" + which;
  }

  String identity() {
    Ran ran =
        Commands.run(
            program("polluxd"),
            "tool",
            "pki",
            "node-identity",
            "--out",
            dir + "/node.pem",
            "--name",
            name);
    String out = ran.orFail();
    return out.substring(out.indexOf("sha256:")).split("\\s")[0];
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

  /** Starts polluxd. */
  public void start() {
    Commands.run("rm", "-f", dir + "/pollux.sock");
    Commands.run("mkdir", "-p", dir + "/run", dir + "/state");
    List<String> words =
        new ArrayList<>(
            List.of(
                program("polluxd"), "--config", dir + "/pollux.conf", "--run-dir", dir + "/run"));
    for (String o :
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xmx256m")) {
      words.addAll(List.of("--jvm-option", o));
    }
    guard =
        namespaces.start(name, dir.resolve("polluxd.log"), Map.of(), words.toArray(String[]::new));
  }

  /** Waits until {@code polluxctl ha status} holds all of these words. */
  public void await(String... words) {
    Waits.until(
        () -> {
          if (!guard.isAlive()) {
            throw new AssertionError(name + ": polluxd has ended\n" + log());
          }
          String status = ctl("ha", "status").out();
          return List.of(words).stream().allMatch(status::contains);
        },
        LONG,
        name + ": " + List.of(words) + "\n" + ctl("ha", "status").out() + log());
  }

  public boolean is(String role) {
    return guard.isAlive()
        && ctl("ha", "status", "--json").out().matches("(?s).*\"role\" *: *\"" + role + ".*");
  }

  public Ran ctl(String... words) {
    List<String> all = new ArrayList<>(List.of(program("polluxctl"), "-s", dir + "/pollux.sock"));
    all.addAll(List.of(words));
    return Commands.run(all.toArray(String[]::new));
  }

  /** What {@code ExecStopPost} runs. */
  public Ran fence() {
    return namespaces.run(name, program("polluxd"), "fence", "--state", dir + "/run/fence.bin");
  }

  public long guardPid() {
    return guard.pid();
  }

  public long jvmPid() {
    return guard
        .descendants()
        .filter(p -> p.info().command().orElse("").endsWith("java"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no Java in " + name))
        .pid();
  }

  /** One {@code kill} for all of them. */
  public static void signal(String signal, Long... pids) {
    List<String> words = new ArrayList<>(List.of("kill", "-" + signal));
    for (Long pid : pids) {
      words.add(pid.toString());
    }
    Commands.run(words.toArray(String[]::new)).orFail();
  }

  public void awaitEnd() {
    Waits.until(() -> !guard.isAlive(), LONG, "the end of polluxd in " + name);
  }

  public boolean alive() {
    return guard != null && guard.isAlive();
  }

  public String log() {
    try {
      return Files.readString(dir.resolve("polluxd.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
