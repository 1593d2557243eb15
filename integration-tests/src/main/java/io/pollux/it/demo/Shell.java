package io.pollux.it.demo;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands of the system. A guest forks slowly (50 to 90 ms): scripts rather than single commands. */
final class Shell {
  private static final long DEFAULT_SECONDS = 60;

  private Shell() {}

  /** What a finished command left: its exit status and what it wrote on both outputs, mixed. */
  record Output(int status, String text) {
    boolean ok() {
      return status == 0;
    }
  }

  /** Runs a script; throws with its output when it fails. */
  static String script(String script) {
    Output out = run(List.of("sh", "-e", "-c", script), DEFAULT_SECONDS);
    if (!out.ok()) {
      throw new DemoFailure("command failed with status " + out.status + ": " + out.text.strip() + "\n" + script);
    }
    return out.text;
  }

  /** Runs a command for at most a minute; a status other than 0 is the caller's to judge. */
  static Output run(List<String> command) {
    return run(command, DEFAULT_SECONDS);
  }

  static Output run(List<String> command, long seconds) {
    try {
      Process p = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(NULL).start();
      Thread killer = Thread.ofVirtual().start(() -> killAfter(p, seconds));
      String text;
      try (InputStream in = p.getInputStream()) {
        text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      int status = p.waitFor();
      killer.interrupt();
      return new Output(status, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static final File NULL = new File("/dev/null");

  private static void killAfter(Process p, long seconds) {
    try {
      if (!p.waitFor(seconds, TimeUnit.SECONDS)) {
        p.destroyForcibly();
      }
    } catch (InterruptedException _) {
      // The command ended in time.
    }
  }

  /** Starts a process that outlives this call; both outputs are appended to {@code log}. */
  static Process background(List<String> command, Path log) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectInput(NULL)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command, inside a network namespace. */
  static List<String> in(String netns, List<String> command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + netns, "--"));
    all.addAll(command);
    return all;
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  static DemoFailure interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new DemoFailure("interrupted", e);
  }
}
