package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pollux.agent.TestChild;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.CommandRegistry;
import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What all commands have in common. */
class CommonToCommandsTest {
  @TempDir Path folder;
  private FakeGateway gateway;
  private int status;

  @BeforeEach
  void configure() throws Exception {
    gateway = FakeGateway.in(folder);
  }

  private String run(CommandRegistry registry, String words) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(all, true, StandardCharsets.UTF_8);
    status =
        registry.runOffline(List.of(words.split(" ")), new Console(both, both, Terminal.plain()));
    return all.toString(StandardCharsets.UTF_8);
  }

  private String run(String words) {
    return run(Commands.online(gateway), words);
  }

  @Test
  void helpIsTheSameWithAndWithoutADaemon() {
    for (Command command : Commands.online(gateway).commands()) {
      String help = run("help " + command.name());
      assertThat(run(Commands.offline(), "help " + command.name())).isEqualTo(help);
      assertThat(run(Commands.offline(), command.name() + " --help")).isEqualTo(help);
      assertThat(status).isZero();
    }
    assertThat(run(Commands.offline(), "help")).isEqualTo(run("help"));
  }

  @Test
  void whatADaemonAnswersIsNotAnsweredWithoutOne() {
    for (String words : List.of("status", "up site", "drill facts", "ha status --json")) {
      assertThat(run(Commands.offline(), words)).contains("is answered by a daemon that runs");
      assertThat(status).isEqualTo(69);
    }
  }

  @Test
  void aConnectionThatDoesNotExistIsSaid() {
    assertThat(run("sas siet")).isEqualTo("polluxctl: there is no connection siet\n");
    assertThat(status).isEqualTo(1);
    assertThat(run("sas site")).doesNotContain("polluxctl:");
    assertThat(status).isZero();
    // A reload may have taken it away while its SAs are still there.
    gateway.sas = List.of(TestChild.ikeSa("gone", List.of(TestChild.of(0xc0001007).snapshot())));
    assertThat(run("sas gone")).contains("gone");
    assertThat(status).isZero();
  }

  @Test
  void ordersAnswerProgramsToo() throws Exception {
    assertThat(run("log level info --json")).contains("\"ok\" : true", "log level is info");
    assertThat(run("log level info")).isEqualTo("log level is info\n");
    gateway = FakeGateway.with(folder, "node { name", "lab { unsafe = true }\nnode { name");
    assertThat(run("lab freeze-sync --json")).contains("\"ok\" : true", "\"message\"");
    assertThat(gateway.frozen).isTrue();
  }

  @Test
  void aThreadThatDoesNotAnswerIsASentence() throws Exception {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> Commands.get(new CompletableFuture<>(), 0))
        .withMessage(
            "a thread of polluxd has not answered for 0 seconds; what it was asked may still"
                + " happen")
        .satisfies(e -> assertThat(e.status()).isEqualTo(69));
    assertThat(Commands.get(CompletableFuture.completedFuture("x"))).isEqualTo("x");
  }
}
