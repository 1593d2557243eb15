package io.pollux.it.vrrp;

import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real keepalived in one namespace. */
public final class Keepalived implements AutoCloseable {
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  private final Path dir;
  private final Process process;

  private Keepalived(Path dir, Process process) {
    this.dir = dir;
    this.process = process;
  }

  /**
   * Starts one.
   *
   * @param dir for its files; kept
   * @param instances {@code vrrp_instance} blocks and what belongs to them
   */
  public static Keepalived start(Namespaces ns, String netns, Path dir, String instances) {
    try {
      Files.createDirectories(dir);
      Path conf = dir.resolve("keepalived.conf");
      Files.writeString(
          conf,
          """
          global_defs {
            router_id %s
            vrrp_version 3
            script_user root
            enable_script_security
          }
          """
                  .formatted(netns)
              + instances);
      for (String left : List.of("log", "pid", "vrrp.pid")) {
        Files.deleteIfExists(dir.resolve(left)); // a killed one's number may be somebody else's
      }
      Process process =
          ns.start(
              netns,
              dir.resolve("log"),
              Map.of(),
              "keepalived",
              "--vrrp",
              "--dont-fork",
              "--log-console",
              "--log-detail",
              "--use-file=" + conf,
              "--pid=" + dir.resolve("pid"),
              "--vrrp_pid=" + dir.resolve("vrrp.pid"));
      Keepalived started = new Keepalived(dir, process);
      started.await("Entering BACKUP STATE");
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line of its log that contains these words. */
  public void await(String words) {
    Waits.until(
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("keepalived ended: " + log());
          }
          return log().contains(words);
        },
        GENEROUS,
        "keepalived: " + words + "\n" + log());
  }

  /** What it has said so far. */
  public String log() {
    try {
      Path file = dir.resolve("log");
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it without a goodbye: the child that speaks VRRP first, or it would say one. */
  public void kill() {
    List<ProcessHandle> children = process.descendants().toList();
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    awaitEnd();
  }

  /** SIGTERM: it says goodbye with priority 0. */
  public void stop() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    Waits.until(() -> !process.isAlive(), GENEROUS, "the end of keepalived");
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
