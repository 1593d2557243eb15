package io.pollux.agent.control;

import static io.pollux.agent.control.TestCommands.changing;
import static io.pollux.agent.control.TestCommands.reading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CommandRegistryTest {
  private final CommandRegistry registry =
      new CommandRegistry(
          List.of(
              reading(
                  "status", (in, out) -> out.line(in.json() ? "json" : "status " + in.arguments())),
              reading("ha status", (in, out) -> out.line("ha")),
              changing("ha switchover", (in, out) -> out.exit(1)),
              changing(
                  "up",
                  (in, out) ->
                      out.line(
                          "%s %s %s %d",
                          in.require(0, "NAME"),
                          in.has("force"),
                          in.value("spi").orElse("-"),
                          in.number("after", 0, 10).orElse(-1)),
                  Flag.plain("force", "whatever the other side says"),
                  Flag.withValue("spi", "SPI", "only this one"),
                  Flag.withValue("after", "S", "wait before")),
              changing("path", (in, out) -> out.line(in.path(in.require(0, "FILE")).toString())),
              changing(
                  "bad",
                  (in, out) -> {
                    throw new IllegalStateException("line\nbreak \u001b[31m");
                  }),
              changing(
                  "negative",
                  (in, out) -> {
                    throw CommandException.negative("not up");
                  })));

  private final Caller caller = new Caller(1, 1000, Set.of());

  private Recorder run(String... words) {
    return run(Access.Right.ALL, new Recorder(), words);
  }

  private Recorder run(Access.Right right, Recorder recorder, String... words) {
    registry.dispatch(List.of(words), right, caller, recorder);
    return recorder;
  }

  @Test
  void theLongestNameWins() {
    assertThat(run("status", "one").out.toString()).isEqualTo("status [one]\n");
    assertThat(run("ha", "status").out.toString()).isEqualTo("ha\n");
    assertThat(run("ha", "switchover").status).isEqualTo(1);
  }

  @Test
  void flagsAndArgumentsInAnyOrder() {
    assertThat(run("up", "--force", "hub", "--spi=0x1", "--after", "3").out.toString())
        .isEqualTo("hub true 0x1 3\n");
    assertThat(run("up", "--spi", "a", "hub").out.toString()).isEqualTo("hub false a -1\n");
    assertThat(run("up", "--", "--force").out.toString()).isEqualTo("--force false - -1\n");
    assertThat(run("status", "--json").out.toString()).isEqualTo("json\n");
    assertThat(run("--json", "status").out.toString()).isEqualTo("json\n");
  }

  @Test
  void wrongUseIs64AndSaysWhereHelpIs() {
    for (String[] words :
        new String[][] {
          {"up", "--frob"},
          {"up", "-x"},
          {"up", "--force=1"},
          {"up", "--spi"},
          {"up"},
          {"up", "x", "--after", "11"},
          {"up", "x", "--after", "soon"},
          {"status", "a", "b"},
          {"status", "--watch=0"},
          {"up", "--watch"},
        }) {
      Recorder r = run(words);
      assertThat(r.status).as(String.join(" ", words)).isEqualTo(64);
      assertThat(r.err.toString()).startsWith("polluxctl: ").contains("(see: polluxctl help ");
      assertThat(r.out).isEmpty();
    }
  }

  @Test
  void unknownCommandsGetAHint() {
    assertThat(run("statsu").err.toString()).contains("Did you mean status?");
    assertThat(run("ha").err.toString()).contains("ha what? There are: ha status, ha switchover");
    assertThat(run("ha", "frob").err.toString()).contains("unknown command ha frob");
    assertThat(run("completely-else").err.toString()).contains("see: polluxctl help");
    assertThat(run("frob").status).isEqualTo(64);
  }

  @Test
  void failuresBecomeOneLineAndAStatus() {
    Recorder bad = run("bad");
    assertThat(bad.status).isEqualTo(70);
    assertThat(bad.err.toString()).hasLineCount(1).doesNotContain("\u001b");
    assertThat(run("negative").status).isEqualTo(1);
    assertThat(run("negative").err.toString()).isEqualTo("polluxctl: not up\n");
  }

  @Test
  void rightsAreCheckedBeforeTheCommandRuns() {
    assertThat(run(Access.Right.READ, new Recorder(), "status").status).isZero();
    Recorder refused = run(Access.Right.READ, new Recorder(), "ha", "switchover");
    assertThat(refused.status).isEqualTo(77);
    assertThat(refused.err.toString()).contains("be root or in group pollux\n");
    Recorder stranger = run(Access.Right.NONE, new Recorder(), "status");
    assertThat(stranger.status).isEqualTo(77);
    assertThat(stranger.err.toString()).contains("pollux-monitor");
    assertThat(run(Access.Right.NONE, new Recorder(), "help").status).isEqualTo(77);
  }

  @Test
  void helpIsMadeFromTheCommands() {
    assertThat(run().out.toString())
        .contains("Usage: polluxctl", "  ha status [NAME]", "test of status", "77 no permission");
    assertThat(run("help", "up").out.toString())
        .contains("Usage: polluxctl up NAME...", "--spi SPI", "only this one", "--json")
        .contains("Not for members of pollux-monitor");
    assertThat(run("up", "--help").out.toString()).isEqualTo(run("help", "up").out.toString());
    assertThat(run("help", "ha").out.toString()).contains("ha switchover").doesNotContain("  up ");
    assertThat(run("ha", "--help").out.toString()).isEqualTo(run("help", "ha").out.toString());
    assertThat(run("help", "status").out.toString()).contains("--watch[=SECONDS]");
    assertThat(run("help", "frob").status).isEqualTo(64);
    assertThat(run("help", "--json").out.toString()).contains("\"name\" : \"ha status\"");
    assertThat(run("-h").out.toString()).isEqualTo(run("help").out.toString());
  }

  @Test
  void watchRunsUntilNobodyReads() {
    Recorder plain = run(Access.Right.ALL, new Recorder(Terminal.plain(), 3), "status", "--watch");
    assertThat(plain.out.toString()).isEqualTo("status []\n".repeat(3));
    Terminal tty = new Terminal(80, true, true, Path.of("/"));
    Recorder screen = run(Access.Right.ALL, new Recorder(tty, 2), "status", "--watch=9");
    assertThat(screen.out.toString()).isEqualTo("\u001b[H\u001b[2Jstatus []\n".repeat(2));
  }

  @Test
  void watchOutlivesAnAnswerThatDoesNotCome() {
    AtomicInteger asked = new AtomicInteger();
    Command busy =
        reading(
            "busy",
            (in, out) -> {
              out.line("half an answer");
              if (asked.incrementAndGet() == 1) {
                throw new CommandException(69, "no answer");
              }
            });
    Recorder r = new Recorder(Terminal.plain(), 2);
    new CommandRegistry(List.of(busy))
        .dispatch(List.of("busy", "--watch"), Access.Right.ALL, caller, r);
    assertThat(r.err.toString()).isEqualTo("polluxctl: no answer\n");
    assertThat(r.out.toString()).isEqualTo("half an answer\n");
  }

  @Test
  void filesAreThoseOfTheCaller() {
    Terminal terminal = new Terminal(0, false, false, Path.of("/home/alice"));
    assertThat(run(Access.Right.ALL, new Recorder(terminal, 0), "path", "../x").out.toString())
        .isEqualTo("/home/x\n");
    assertThat(new Terminal(-1, false, false, Path.of("relative")).cwd()).isEqualTo(Path.of("/"));
  }

  @Test
  void undeclaredFlagsAreAMistakeOfOurs() {
    CommandRegistry own =
        new CommandRegistry(List.of(changing("x", (in, out) -> in.has("never-declared"))));
    Recorder r = new Recorder();
    own.dispatch(List.of("x"), Access.Right.ALL, caller, r);
    assertThat(r.status).isEqualTo(70);
    assertThatThrownBy(() -> Flag.plain("--x", "")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void twoOfOneNameAreRefused() {
    Command one = reading("same", (in, out) -> {});
    assertThatThrownBy(() -> new CommandRegistry(List.of(one, one)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void offlineWritesToTheConsole() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Terminal.plain());
    assertThat(registry.runOffline(List.of("status"), console)).isZero();
    assertThat(registry.runOffline(List.of("up"), console)).isEqualTo(64);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("status []\n");
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("missing NAME");
  }
}
