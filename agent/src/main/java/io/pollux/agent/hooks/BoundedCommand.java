package io.pollux.agent.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a program to its end or to the end of its time; then it and its children are killed. */
final class BoundedCommand {
  private static final int KEPT = 400; // octets of what it says; the rest is read and forgotten
  private static final long READ_MS = 100;

  private BoundedCommand() {}

  /**
   * How it ended.
   *
   * @param detail exit status, signal, time limit or why it did not start, and what it said
   */
  record Outcome(boolean ok, String detail) {}

  /** Runs it in {@code /}, without a shell, with nothing on its standard input. */
  static Outcome run(List<String> words, Map<String, String> environment, long limitNs)
      throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    builder.directory(new java.io.File("/"));
    builder.redirectErrorStream(true).redirectInput(Redirect.from(new java.io.File("/dev/null")));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Outcome(false, e.getMessage());
    }
    CompletableFuture<String> said = collect(process.getInputStream());
    if (!process.waitFor(limitNs, TimeUnit.NANOSECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      return new Outcome(
          false, "not ended within " + limitNs / 1_000_000 + " ms, killed" + words(said));
    }
    int status = process.exitValue();
    return new Outcome(status == 0, "exit status " + status + words(said));
  }

  /** Its first words; a child that it left behind may keep the pipe open, so not for ever. */
  private static String words(CompletableFuture<String> said) throws InterruptedException {
    try {
      String text = said.get(READ_MS, TimeUnit.MILLISECONDS).strip();
      return text.isEmpty() ? "" : ": " + text.replaceAll("\\s+", " ");
    } catch (ExecutionException | TimeoutException _) {
      return "";
    }
  }

  private static CompletableFuture<String> collect(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (stream) {
                text.complete(new String(stream.readNBytes(KEPT), StandardCharsets.UTF_8));
                stream.transferTo(java.io.OutputStream.nullOutputStream());
              } catch (IOException e) {
                text.complete("");
              }
            });
    return text;
  }
}
