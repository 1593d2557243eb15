package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillCommandsTest {
  @TempDir Path folder;
  private int status;

  private String offline(String... words) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    status = Commands.offline().runOffline(List.of(words), new Console(out, out, Terminal.plain()));
    return text.toString(StandardCharsets.UTF_8);
  }

  @Test
  void factsAreOfAPairAlone() throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    status =
        Commands.online(FakeGateway.in(folder))
            .runOffline(List.of("drill", "facts"), new Console(out, out, Terminal.plain()));
    assertThat(text.toString(StandardCharsets.UTF_8)).contains("not half of a pair");
    assertThat(status).isEqualTo(1);
  }

  @Test
  void aReportNeedsEvidence() {
    assertThat(offline("drill", "report", folder.toString())).contains("no evidence of a drill");
    assertThat(status).isEqualTo(65);
    assertThat(offline("drill", "report")).contains("missing DIRECTORY");
    assertThat(status).isEqualTo(64);
  }

  @Test
  void theHelpWarns() {
    assertThat(offline("help", "drill", "run"))
        .contains("DISRUPTIVE", "--via COMMAND", "--yes", "Exit status 0 if every criterion holds");
    assertThat(status).isZero();
  }
}
