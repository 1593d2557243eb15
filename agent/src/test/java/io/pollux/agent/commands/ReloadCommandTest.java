package io.pollux.agent.commands;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import io.pollux.ha.link.NodeIdentity;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void keyExportIsSwitchedOnAndOff() throws Exception {
    gateway.edit("node {", "log.ike-keys-file = keys\nnode {");
    assertThat(run("reload"))
        .isEqualTo(
            """
            changed: log.ike-keys-file: (not set) -> keys
            untouched: 1 connection
            done
            """);
    assertThat(gateway.reloads).isEqualTo(1);
    FakeGateway exporting = FakeGateway.with(folder, "node {", "node {");
    assertThat(exporting.config().ikeKeysFile()).contains(folder.resolve("keys"));
    gateway = exporting;
    gateway.edit("log.ike-keys-file = keys\n", "");
    assertThat(run("reload")).contains("log.ike-keys-file: keys -> (not set)").endsWith("done\n");
    assertThat(gateway.reloads).isEqualTo(1);
  }

  /** Whatever changed and can be taken over is named, and is taken over. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "log.level = debug",
        "log.ike-keys-file = keys",
        "induced-rekey.packets = 65",
        "induced-rekey.interval = 2s",
        "secrets = [ psk.conf, more.conf ]",
        "connections.site.remote.redundant = true",
        "connections.site.liveness = 10s",
        "connections.site.children.net.life-time = 3h",
      })
  void whatCanChangeAtOnceDoes(String line) throws Exception {
    Files.copy(folder.resolve("psk.conf"), folder.resolve("more.conf"), COPY_ATTRIBUTES);
    gateway.edit("node {", "log.format = text\nnode {"); // beside what cannot
    gateway.append(line);
    String key = line.substring(0, line.indexOf(' '));
    assertThat(run("reload"))
        .contains(key + ": ")
        .contains("at the next start: log.format")
        .endsWith("done\n");
    assertThat(gateway.reloads).isEqualTo(1);
  }

  /** Of these the engine's policy knows nothing. */
  @Test
  void revocationListsAreTakenOver() throws Exception {
    NodeIdentity.generate("ca", new SecureRandom()).write(folder.resolve("ca.pem"));
    gateway.append("connections.site.remote { auth = cert, ca = ca.pem }");
    gateway = FakeGateway.with(folder, "node {", "node {");
    gateway.append("connections.site.remote.crl = [ \"http://192.0.2.9/ca.crl\" ]");
    gateway.append("connections.site.remote.ocsp = [ \"http://192.0.2.9/ocsp\" ]");
    assertThat(run("reload"))
        .isEqualTo(
            """
            changed: connections.site.remote.crl: (not set) -> [http://192.0.2.9/ca.crl]
            changed: connections.site.remote.ocsp: (not set) -> [http://192.0.2.9/ocsp]
            untouched: 1 connection
            done
            """);
    assertThat(gateway.reloads).isEqualTo(1);
  }

  @Test
  void aPostQuantumKeyIsTakenOverAndNotShown() throws Exception {
    Path key = Files.copy(folder.resolve("psk.conf"), folder.resolve("ppk"), COPY_ATTRIBUTES);
    Files.writeString(key, "the first word that is long enough for it");
    gateway.append("connections.site.ppk { id = quantum, secret-file = ppk }");
    gateway = FakeGateway.with(folder, "node {", "node {");
    Files.writeString(key, "the second word that is long enough for it");
    assertThat(run("reload --json --dry-run")).contains("\"ppks\" : [\n    \"site\"\n  ]");
    assertThat(run("reload"))
        .isEqualTo(
            """
            changed: post-quantum key of connection site: from its next authentication
            untouched: 1 connection
            done
            """);
    assertThat(gateway.reloads).isEqualTo(1);
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
