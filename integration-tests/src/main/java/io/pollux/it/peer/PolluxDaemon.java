package io.pollux.it.peer;

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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code polluxd} in one namespace, without a pair, driven by {@code polluxctl}. Several may run
 * beside each other: each has a directory of its own with configuration, secrets, control socket,
 * state and log.
 *
 * <p>The runnable directory is the one that the system property {@code pollux.home} names.
 */
public final class PolluxDaemon implements AutoCloseable {
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  /** A start is the hardest work of all, and a build machine may be busy. */
  private static final Duration START = Duration.ofSeconds(240);

  /** What a guest with one slow processor starts fastest with. */
  private static final List<String> JVM_OPTIONS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xmx256m");

  private final String namespace;
  private final Path directory;
  private final Process guard;

  private PolluxDaemon(String namespace, Path directory, Process guard) {
    this.namespace = namespace;
    this.directory = directory;
    this.guard = guard;
  }

  /**
   * Starts a daemon and returns when it answers.
   *
   * @param directory for its files, kept after the end; short, because a socket's path is. An
   *     earlier daemon's state in it is used.
   * @param settings the {@code ike} and {@code connections} sections of its configuration
   * @param psks identities of peers and the secrets shared with them
   * @throws AssertionError with its log when it does not start
   */
  public static PolluxDaemon start(
      Namespaces namespaces,
      String namespace,
      Path directory,
      String settings,
      Map<String, String> psks) {
    Path home = Path.of(System.getProperty("pollux.home", "packaging/target/pollux"));
    try {
      Files.createDirectories(directory.resolve("state"));
      Files.createDirectories(directory.resolve("run"));
      Files.writeString(directory.resolve("pollux.conf"), node(namespace, directory) + settings);
      writeSecrets(directory.resolve("secrets.conf"), psks);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/polluxd").toString());
    command.addAll(List.of("--config", directory.resolve("pollux.conf").toString()));
    command.addAll(List.of("--run-dir", directory.resolve("run").toString()));
    JVM_OPTIONS.forEach(option -> command.addAll(List.of("--jvm-option", option)));
    Process guard =
        namespaces.start(
            namespace, directory.resolve("polluxd.log"), Map.of(), command.toArray(String[]::new));
    PolluxDaemon daemon = new PolluxDaemon(namespace, directory, guard);
    daemon.awaitReady();
    return daemon;
  }

  /** Runs {@code polluxctl} with these arguments against this daemon. */
  public Ran ctl(String... arguments) {
    Path home = Path.of(System.getProperty("pollux.home", "packaging/target/pollux"));
    List<String> words = new ArrayList<>();
    words.add(home.resolve("bin/polluxctl").toString());
    words.addAll(List.of("-s", socket(directory).toString()));
    words.addAll(Arrays.asList(arguments));
    return Commands.run(words, "", Map.of(), GENEROUS);
  }

  /** What a command that reads prints with {@code --json}. */
  public String json(String... arguments) {
    String[] words = Arrays.copyOf(arguments, arguments.length + 1);
    words[arguments.length] = "--json";
    return ctl(words).orFail();
  }

  /** Its log so far, the guard's lines among it. */
  public String log() {
    try {
      return Files.readString(directory.resolve("polluxd.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns when a line of its log after the first FROM characters contains all of WORDS. */
  public void awaitLog(int from, String... words) {
    Waits.until(
        () ->
            log().substring(from).lines().anyMatch(l -> Arrays.stream(words).allMatch(l::contains)),
        GENEROUS,
        "a line of Pollux's log with " + String.join(", ", words));
  }

  /** Does its guard run? */
  public boolean alive() {
    return guard.isAlive();
  }

  /** Kills the engine alone: its guard starts the next one. Returns when it is dead. */
  public void killEngine() {
    ProcessHandle engine =
        guard
            .children()
            .filter(p -> p.info().command().orElse("").endsWith("java"))
            .findFirst()
            .orElseThrow();
    engine.destroyForcibly();
    Waits.until(() -> !engine.isAlive(), GENEROUS, "the end of the engine in " + namespace);
  }

  /** Ends guard and daemon without a word to anybody: the guard first, as it would act on it. */
  public void kill() {
    List<ProcessHandle> children = guard.descendants().toList();
    guard.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    awaitEnd();
  }

  /** Ends it orderly, as a service manager does. */
  @Override
  public void close() {
    guard.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    Waits.until(() -> !guard.isAlive(), GENEROUS, "the end of polluxd in " + namespace);
  }

  /** Returns when a daemon answers; with its log when the guard has ended. */
  public void awaitReady() {
    Waits.until(
        () -> {
          if (!guard.isAlive()) {
            throw new AssertionError("polluxd ended in " + namespace + "\n" + log());
          }
          return Files.exists(socket(directory)) && ctl("status").ok();
        },
        START,
        "polluxd's control socket in " + namespace);
  }

  private static Path socket(Path directory) {
    return directory.resolve("pollux.sock");
  }

  private static String node(String name, Path directory) {
    return """
        node { name = %1$s, state-dir = "%2$s/state", run-dir = "%2$s/run" }
        control { socket = "%3$s" }
        log { level = debug }
        secrets = ["%2$s/secrets.conf"]
        """
        .formatted(name, directory, socket(directory));
  }

  private static void writeSecrets(Path file, Map<String, String> psks) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        file,
        psks.entrySet().stream()
            .map(entry -> "  \"" + entry.getKey() + "\" = \"" + entry.getValue() + "\"\n")
            .collect(Collectors.joining("", "psk {\n", "}\n")));
  }
}
