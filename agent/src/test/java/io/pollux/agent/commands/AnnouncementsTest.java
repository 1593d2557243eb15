package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.agent.commands.Gateway.Other;
import io.pollux.agent.commands.Gateway.PairView;
import io.pollux.agent.commands.Gateway.Smallest;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import io.pollux.agent.reload.ConfigComparison;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.takeover.RekeySchedule;
import io.pollux.ike.sad.ChildSaSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What disruptive commands say, and that they do nothing where nobody can be asked. */
class AnnouncementsTest {
  private static final List<String> DISRUPTIVE =
      List.of(
          "down",
          "restart",
          "reload",
          "drill run",
          "ha switchover",
          "ha promote",
          "ha demote",
          "ha fault",
          "ha resync");
  @TempDir Path folder;
  private FakeGateway gateway;
  private int status;

  @BeforeEach
  void configure() throws Exception {
    gateway = FakeGateway.in(folder);
    gateway.sas = List.of(TestChild.ikeSa("site", List.of(child(1), child(2))));
  }

  private static ChildSaSnapshot child(int spi) {
    return TestChild.of(0xc0001000 + spi).snapshot();
  }

  private static PairView pair(RoleState role, String other, boolean link) {
    return new PairView(
        role,
        6,
        role instanceof RoleState.Active,
        link,
        SyncState.PAIRED,
        3_000_000,
        41,
        40,
        Optional.of(new Smallest(9, "c0000001")),
        0,
        Optional.of(new Other(1_000_000, other, Optional.of(new Smallest(9, "c0000001")), 0)),
        2,
        new AuditStatus(4, 1, 12, 0, List.of(), 0, 0),
        new RekeySchedule.Progress(0, 0, 0, 0, OptionalLong.empty()),
        0,
        false,
        ConfigComparison.Status.UNKNOWN);
  }

  private static PairView active() {
    return pair(new RoleState.Active(RoleState.Pairing.PAIRED), "standby (in sync)", true);
  }

  /** Off a terminal: the facts, and nothing happens. */
  private String refused(String line) {
    String said = run(line);
    assertThat(status).as(line).isEqualTo(64);
    assertThat(said)
        .endsWith("polluxctl: nothing was done; where nobody can be asked this needs --yes\n");
    assertThat(gateway.orders).as(line).isEmpty();
    assertThat(gateway.restarts).isZero();
    assertThat(gateway.reloads).isZero();
    return said;
  }

  @Test
  void everyDisruptiveCommandTakesYesAndNoOther() {
    List<String> taking =
        Commands.online(gateway).commands().stream()
            .filter(c -> c.flags().stream().anyMatch(f -> f.name().equals("yes")))
            .map(Command::name)
            .toList();
    assertThat(taking).containsExactlyInAnyOrderElementsOf(DISRUPTIVE);
  }

  @Test
  void downNamesTunnelsAndNode() {
    assertThat(refused("down site"))
        .startsWith("down deletes 2 tunnels of site on test and tells the peer; nothing passes");
    assertThat(refused("down site net")).startsWith("down deletes 2 tunnels of site/net on test");
    gateway.sas = List.of();
    assertThat(refused("down site --json")).startsWith("down deletes 0 tunnels of site on test");
    assertThat(run("down site --yes")).contains("no site");
    assertThat(gateway.orders).containsExactly("DOWN site");
  }

  /** Nothing can be lost, and the order's own answer says why. */
  @Test
  void whatDoesNotExistIsNotAskedAbout() {
    assertThat(run("down nowhere")).isEqualTo("polluxctl: no nowhere\n");
    assertThat(run("down site nochild")).isEqualTo("polluxctl: no site\n");
    assertThat(run("down")).contains("missing CONNECTION");
    assertThat(status).isEqualTo(64);
    for (String order : List.of("switchover", "promote", "demote", "fault", "resync")) {
      assertThat(run("ha " + order)).contains("not half of a pair");
      assertThat(status).isEqualTo(1);
    }
  }

  @Test
  void restartSaysWhatBecomesOfTheTunnels() {
    assertThat(refused("restart"))
        .startsWith(
            "restart ends the engine of test and starts it again: 2 tunnels stay in the kernel");
    gateway.pair = active();
    assertThat(refused("restart"))
        .contains("it gives up 2 tunnels first. The other node is standby (in sync).");
    gateway.pair = pair(new RoleState.Standby(RoleState.Sync.IN_SYNC), "active (paired)", true);
    assertThat(refused("restart")).contains("it is not active, so no traffic is touched");
    gateway.pair = pair(new RoleState.Active(RoleState.Pairing.ALONE), "unknown", false);
    assertThat(refused("restart")).contains("2 tunnels stay in the kernel");
    assertThat(run("restart --yes")).isEqualTo("the daemon is started again\n");
  }

  @Test
  void ordersAboutTheRoleNameBothNodes() {
    gateway.pair = active();
    assertThat(refused("ha switchover"))
        .startsWith(
            "ha switchover exchanges the roles of test, which is active (paired), and of the other"
                + " node, with 2 tunnels.\nThe other node is standby (in sync). The pair is ready");
    assertThat(refused("ha demote")).contains("makes test, which is active (paired), standby");
    assertThat(refused("ha resync")).contains("a whole snapshot (2 tunnels)");
    gateway.pair = pair(new RoleState.Standby(RoleState.Sync.STALE), "active (alone)", false);
    assertThat(refused("ha promote"))
        .contains("ha promote makes test, which is standby (stale), active, with 2 tunnels.")
        .contains("The other node is active (alone), link DOWN. The pair is NOT ready");
    assertThat(refused("ha fault")).contains("takes test, which is standby (stale), out of");
    for (String order : List.of("SWITCHOVER", "PROMOTE", "DEMOTE", "FAULT")) {
      assertThat(run("ha " + order.toLowerCase(java.util.Locale.ROOT) + " --yes"))
          .isEqualTo(order + "\n");
    }
    assertThat(gateway.orders).containsExactly("SWITCHOVER", "PROMOTE", "DEMOTE", "FAULT");
  }

  @Test
  void aReloadThatEndsSasNamesThem() throws Exception {
    gateway.edit("remote-ts = [\"10.2.0.0/16\"]", "remote-ts = [\"10.7.0.0/16\"]");
    assertThat(refused("reload"))
        .startsWith("reload ends SAs of 1 connection with 2 tunnels on test")
        .contains("  site: its IKE SA stays; SAs of net are deleted");
    assertThat(run("reload --dry-run")).endsWith("nothing was changed\n");
    assertThat(gateway.reloads).isZero();
    gateway.edit("connections { site {", "connections { other {");
    assertThat(refused("reload")).contains("  site: its SAs are deleted; its networks are not");
    assertThat(run("reload --yes")).contains("removed: connection site", "done\n");
  }

  @Test
  void aReloadThatEndsNothingDoesNotAsk() throws Exception {
    gateway.edit("node { name", "log { level = debug }\nnode { name");
    assertThat(run("reload")).contains("log.level").endsWith("done\n");
    gateway.edit(
        "secrets = [ psk.conf ]",
        """
        secrets = [ psk.conf ]
        connections { second {
          local { address = 192.0.2.100, id = gw.example }
          remote { address = 192.0.2.3, id = peer.example }
          children { net { local-ts = ["10.1.0.0/16"], remote-ts = ["10.3.0.0/16"] } }
        } }
        """);
    assertThat(run("reload")).contains("added: connection second").endsWith("done\n");
    assertThat(status).isZero();
  }

  private String run(String line) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    Console console = new Console(out, out, Terminal.plain());
    status = Commands.online(gateway).runOffline(List.of(line.split(" ")), console);
    return text.toString(StandardCharsets.UTF_8);
  }
}
