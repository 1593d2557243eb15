package io.pollux.it.demo;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Ran;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs commands of the system. A guest forks slowly (50 to 90 ms): scripts rather than single
 * commands.
 */
final class Shell {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final File NULL = new File("/dev/null");

  private Shell() {}

  /** Runs a script; throws with its output when it fails. */
  static String script(String script) {
    Ran ran = run(List.of("sh", "-e", "-c", script));
    if (!ran.ok()) {
      throw new DemoFailure("status " + ran.status() + ": " + said(ran) + "\n" + script);
    }
    return ran.out();
  }

  /** Runs a command for at most a minute; a status other than 0 is the caller's to judge. */
  static Ran run(List<String> command) {
    return Commands.run(command, "", Map.of(), LIMIT);
  }

  /** All that a command wrote. */
  static String said(Ran ran) {
    return (ran.out() + ran.err()).strip();
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
