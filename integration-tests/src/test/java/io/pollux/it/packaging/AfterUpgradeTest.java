package io.pollux.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an upgrade does with a running daemon, with programs in place of the real ones. */
final class AfterUpgradeTest {
  private static final Path SCRIPT =
      Path.of(System.getProperty("pollux.root", ".."), "packaging", "dist", "after-upgrade");

  @TempDir private Path folder;

  @BeforeEach
  void programs() throws IOException {
    program("runuser", "shift 3; exec \"$@\""); // -u pollux --
    program("sleep", ":");
    program("systemctl", "echo \"$*\" >>" + folder + "/told");
    program("polluxd", "[ $1 = --version ] && printf 'polluxd 9\\nguard page 2\\n' || echo valid");
    Files.writeString(folder.resolve("guard.page"), "2\n");
  }

  private void program(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Ran upgrade() {
    Ran ran =
        Commands.run(
            List.of("sh", SCRIPT.toString(), folder.toString()),
            "",
            Map.of("PATH", folder + ":" + System.getenv("PATH")),
            Duration.ofSeconds(60));
    assertThat(ran.status()).as(ran.err()).isZero();
    return ran;
  }

  private List<String> told() throws IOException {
    Path told = folder.resolve("told");
    return Files.exists(told) ? Files.readAllLines(told) : List.of();
  }

  @Test
  void aReadyPairHandsOver() throws Exception {
    program("polluxctl", "echo '{ }'");
    assertThat(upgrade().err()).contains("restarting, which hands over first");
    assertThat(told()).containsExactly("restart pollux.service");
  }

  @Test
  void aPairThatIsBusyGetsTime() throws Exception {
    program(
        "polluxctl",
        "echo '{ }'; echo x >>%1$s/asked; [ $(wc -l <%1$s/asked) -gt 6 ]".formatted(folder));
    assertThat(upgrade().err()).contains("restarting, which hands over first");
    assertThat(told()).hasSize(1);
  }

  @Test
  void aPairThatIsNotReadyIsLeftAlone() throws Exception {
    program("polluxctl", "echo '{ }'; exit 1");
    assertThat(upgrade().err()).contains("not ready for a failover").contains("polluxctl restart");
    assertThat(told()).isEmpty();
  }

  @Test
  void aloneItSaysWhichRestartKeepsTheTunnels() throws Exception {
    program("polluxctl", "exit 1");
    assertThat(upgrade().err())
        .containsPattern("polluxctl restart .*keeps the tunnels")
        .containsPattern("systemctl restart pollux .*renews the guard, too, and drops the tunnels");
    assertThat(told()).isEmpty();
  }

  @Test
  void aloneUnderAGuardWithAnotherPageNoRestartKeepsTheTunnelsAndItSaysSo() throws Exception {
    program("polluxctl", "exit 1");
    Files.writeString(folder.resolve("guard.page"), "1\n");
    assertThat(upgrade().err())
        .contains("polluxctl restart is of no use this time")
        .containsPattern(
            "systemctl restart pollux .*renews guard and engine, and drops the tunnels")
        .doesNotContain("keeps the tunnels");
    Files.delete(folder.resolve("guard.page")); // a guard of before it said so
    assertThat(upgrade().err()).contains("of no use").doesNotContain("keeps the tunnels");
    assertThat(told()).isEmpty();
  }

  @Test
  void aPairThatIsNotReadyUnderAGuardWithAnotherPageIsNotToldToKeepIt() throws Exception {
    program("polluxctl", "echo '{ }'; exit 1");
    Files.writeString(folder.resolve("guard.page"), "3\n");
    assertThat(upgrade().err())
        .contains("not ready for a failover")
        .contains("polluxctl restart is of no use this time")
        .containsPattern("systemctl restart pollux .*hands over first if the pair is ready")
        .doesNotContain("and drops the tunnels")
        .doesNotContain("should that take long");
    assertThat(told()).isEmpty();
  }

  @Test
  void aReadyPairHandsOverWhateverTheGuardsPage() throws Exception {
    program("polluxctl", "echo '{ }'");
    Files.writeString(folder.resolve("guard.page"), "1\n");
    assertThat(upgrade().err()).contains("restarting, which hands over first");
    assertThat(told()).containsExactly("restart pollux.service");
  }

  @Test
  void aWrongConfigurationIsSaidAndNothingRestarted() throws Exception {
    program("polluxctl", "echo '{ }'"); // however ready the pair is
    program("polluxd", "echo 'pollux.conf: 3: nodes: unknown' >&2; exit 78");
    assertThat(upgrade().err())
        .contains("cannot be used")
        .contains("pollux:   pollux.conf: 3: nodes: unknown");
    assertThat(told()).isEmpty();
  }
}
