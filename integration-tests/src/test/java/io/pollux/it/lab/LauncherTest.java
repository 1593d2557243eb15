package io.pollux.it.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./dev lab} seen from the host: what comes out of it, and that nothing stays behind. Runs
 * where {@code ./dev test} has made sure of a guest kernel.
 */
@EnabledIfEnvironmentVariable(
    named = "POLLUX_LAB_READY",
    matches = ".+",
    disabledReason = "needs the guest kernel that ./dev test provides")
class LauncherTest {
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  @TempDir Path cache;

  @Test
  void passesOnOutputErrorsAndExitStatus() {
    Ran ran = lab("sh", "-c", "printf 'out\\t1\\n\\n'; echo err >&2; exit 7");

    assertThat(ran)
        .extracting(Ran::status, Ran::out, Ran::err)
        .containsExactly(7, "out\t1\n\n", "err\n");
  }

  @Test
  void passesOnEveryOctetOfALongOutput() {
    Ran ran = lab("sh", "-c", "yes 0123456789abcde | head -c 4000000");

    assertThat(ran.orFail())
        .hasSize(4_000_000)
        .startsWith("0123456789abcde\n012")
        .endsWith("abcde\n");
  }

  @Test
  void saysHowACommandFailedToRun() {
    assertThat(lab("no-such-command").status()).isEqualTo(127);
    assertThat(lab("sh", "-c", "kill -TERM $$").status()).isEqualTo(143);
    assertThat(lab("--timeout", "1", "sleep", "100").status()).isEqualTo(124);
    assertThat(lab("--no-such-option").status()).isEqualTo(1);
  }

  @Test
  void runsInTheCallersDirectoryWithTheGivenEnvironment() {
    Ran ran = lab("--env", "COLOUR=green light", "sh", "-c", "pwd; echo $COLOUR; hostname");

    assertThat(ran.orFail().lines())
        .containsExactly(Path.of("").toAbsolutePath().toString(), "green light", "pollux-lab");
  }

  @Test
  void writesReachTheHostOnlyWhereAllowed() throws IOException {
    Path closed = Files.createDirectories(cache.resolve("closed"));
    Path open = Files.createDirectories(cache.resolve("open"));
    Files.writeString(closed.resolve("file"), "before");

    lab(
            "--rw",
            open.toString(),
            "sh",
            "-c",
            "for d; do echo x >" + cache + "/$d/file; done",
            "-",
            "closed",
            "open")
        .orFail();

    assertThat(closed.resolve("file")).hasContent("before");
    assertThat(open.resolve("file")).hasContent("x");
  }

  @Test
  void killedLauncherLeavesNothingBehind() throws IOException {
    Path started = cache.resolve("started");
    Files.createDirectories(started);
    Process launcher =
        builder("--rw", started.toString(), "sh", "-c", "touch " + started + "/yes; sleep 1000")
            .start();
    Waits.until(() -> Files.exists(started.resolve("yes")), GENEROUS, "the guest's command");
    assertThat(processes()).isNotEmpty();

    launcher.destroyForcibly();

    Waits.until(() -> processes().isEmpty(), GENEROUS, "the end of all of the guest's processes");
    try (Stream<Path> left = Files.list(cache.resolve("pollux/lab/mnt"))) {
      assertThat(left).isEmpty();
    }
  }

  private Ran lab(String... words) {
    ProcessBuilder builder = builder(words);
    return Commands.run(
        builder.command(), "", Map.of("XDG_CACHE_HOME", cache.toString()), Duration.ofSeconds(120));
  }

  private ProcessBuilder builder(String... words) {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("dev"))) {
      root = root.getParent();
    }
    List<String> command =
        new ArrayList<>(List.of(root.resolve("dev").toString(), "lab", "--mem", "256M"));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("XDG_CACHE_HOME", cache.toString());
    builder.redirectErrorStream(true).redirectOutput(cache.resolve("launcher.log").toFile());
    return builder;
  }

  /**
   * Everything alive whose command line names this test's own directory, which the guest kernel's
   * does.
   */
  private List<String> processes() {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(entry -> entry.getFileName().toString().matches("[0-9]+"))
          .map(LauncherTest::commandLine)
          .filter(line -> line.contains("uml_dir=" + cache))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"));
    } catch (IOException _) {
      return ""; // it has just ended
    }
  }
}
