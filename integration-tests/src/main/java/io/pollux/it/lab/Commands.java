package io.pollux.it.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a command to its end and keeps what it said. */
public final class Commands {
  /** A command that takes longer than this hangs: no test asserts on time, this only ends it. */
  static final Duration GENEROUS = Duration.ofSeconds(120);

  private Commands() {}

  /** Runs COMMAND with nothing on its stdin. */
  public static Ran run(String... command) {
    return run(List.of(command), "", Map.of(), GENEROUS);
  }

  /**
   * Runs COMMAND with INPUT on its stdin and ENVIRONMENT added to ours.
   *
   * @throws AssertionError when it has not ended after LIMIT; it is killed then
   * @throws UncheckedIOException when it cannot be started
   */
  public static Ran run(
      List<String> command, String input, Map<String, String> environment, Duration limit) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    try {
      return finish(builder.start(), String.join(" ", command), input, limit);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives a process its input and waits for its end. */
  static Ran finish(Process process, String command, String input, Duration limit) {
    CompletableFuture<String> out = collect(process.getInputStream());
    CompletableFuture<String> err = collect(process.getErrorStream());
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException _) {
      // It did not want to read: its exit status says whether that was right.
    }
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + ": still running after " + limit);
      }
      return new Ran(command, process.exitValue(), out.join(), err.join());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(command + ": interrupted", e);
    }
  }

  private static CompletableFuture<String> collect(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.complete("(" + e.getMessage() + ")");
              }
            });
    return text;
  }
}
