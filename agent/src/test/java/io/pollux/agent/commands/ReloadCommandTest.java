package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadCommandTest {
  @TempDir Path folder;
  private FakeGateway gateway;
  private int status;

  @BeforeEach
  void configure() throws Exception {
    gateway = FakeGateway.in(folder);
  }

  @Test
  void theDifferenceIsPrintedAndADryRunDoesNothing() throws Exception {
    gateway.edit("remote-ts = [\"10.2.0.0/16\"]", "remote-ts = [\"10.7.0.0/16\"]");
    assertThat(run("reload --dry-run"))
        .isEqualTo(
            """
            changed: connection site: its IKE SA stays; SAs of net are deleted
              connections.site.children.net.remote-ts: [10.2.0.0/16] -> [10.7.0.0/16]
            untouched: 0 connections
            nothing was changed
            """);
    assertThat(gateway.reloads).isZero();
    assertThat(status).isZero();
    assertThat(run("reload --yes")).endsWith("done\n");
    assertThat(gateway.reloads).isEqualTo(1);
  }

  @Test
  void nothingToDoIsNotDone() {
    assertThat(run("reload")).isEqualTo("untouched: 1 connection\nnothing to do\n");
    assertThat(gateway.reloads).isZero();
  }

  @Test
  void aConfigurationThatIsNotValidIsNotApplied() throws Exception {
    gateway.edit("vrid = 7", "vrid = 700");
    assertThat(run("reload"))
        .contains("ha.vrrp.instances.out.vrid")
        .contains("nothing was changed");
    assertThat(status).isEqualTo(78);
    assertThat(run("reload --json")).contains("\"valid\" : false").contains("700");
    assertThat(gateway.reloads).isZero();
  }

  /** The next engine would end with 78, which the guard takes for its last word. */
  @Test
  void nothingIsRestartedIntoAConfigurationThatIsNotValid() throws Exception {
    gateway.edit("vrid = 7", "vrid = 700");
    assertThat(run("restart")).contains("ha.vrrp.instances.out.vrid").contains("nothing was");
    assertThat(status).isEqualTo(78);
    assertThat(run("restart --json")).contains("\"valid\" : false").contains("700");
    assertThat(gateway.restarts).isZero();
    gateway.edit("vrid = 700", "vrid = 8");
    assertThat(run("restart")).contains("restart ends the engine of test");
    assertThat(gateway.restarts).isZero();
    assertThat(run("restart --yes")).isEqualTo("the daemon is started again\n");
    assertThat(gateway.restarts).isEqualTo(1);
  }

  @Test
  void aRefusalIsTheStatus() throws Exception {
    gateway.edit("id = gw.example", "id = other.example");
    gateway.reload = new Gateway.Result(false, "no such device; nothing was changed");
    assertThat(run("reload --yes")).endsWith("polluxctl: no such device; nothing was changed\n");
    assertThat(status).isEqualTo(1);
  }

  private String run(String words) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(all, true, StandardCharsets.UTF_8);
    Console console = new Console(both, both, Terminal.plain());
    status = Commands.online(gateway).runOffline(List.of(words.split(" ")), console);
    return all.toString(StandardCharsets.UTF_8);
  }
}
