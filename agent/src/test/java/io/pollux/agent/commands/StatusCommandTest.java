package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.commands.Gateway.Other;
import io.pollux.agent.commands.Gateway.PairView;
import io.pollux.agent.commands.Gateway.Smallest;
import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import io.pollux.agent.reload.ConfigComparison;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.takeover.RekeySchedule;
import io.pollux.ike.engine.ChildDown;
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

class StatusCommandTest {
  private static final long SECOND = 1_000_000_000L;
  @TempDir Path folder;
  private FakeGateway gateway;
  private int status;

  @BeforeEach
  void configure() throws Exception {
    gateway = FakeGateway.in(folder);
  }

  private static ChildDown waiting(String reason) {
    long now = System.nanoTime();
    return new ChildDown(
        "site",
        "net",
        ChildDown.State.WAITING,
        Optional.of(reason),
        now - 12 * SECOND - 1,
        3,
        OptionalLong.of(now + 60 * SECOND));
  }

  private static PairView pair(
      RoleState role, int children, ConfigComparison.Status config, long shut) {
    return new PairView(
        role,
        6,
        true,
        true,
        SyncState.PAIRED,
        3_000_000,
        41,
        40,
        Optional.empty(),
        0,
        Optional.of(
            new Other(1, "standby (in sync)", Optional.of(new Smallest(9, "c0000001")), shut)),
        children,
        new AuditStatus(4, 1, 12, 0, List.of(), 0, 0),
        new RekeySchedule.Progress(0, 0, 0, 0, OptionalLong.empty()),
        0,
        false,
        config);
  }

  private static final RoleState PAIRED = new RoleState.Active(RoleState.Pairing.PAIRED);
  private static final RoleState ALONE = new RoleState.Active(RoleState.Pairing.ALONE);

  @Test
  void whatIsDownComesWithItsReasonAndTheNextTry() {
    gateway.down = List.of(waiting("AUTHENTICATION_FAILED"));
    assertThat(run("status"))
        .startsWith("ready for failover: no pair is configured\ntunnels:            0 of 1 up\n")
        .containsPattern(
            "  down: site/net: AUTHENTICATION_FAILED, 12 s ago, 3 failures in a row;"
                + " tried again in (59|60) s\n");
    assertThat(status).isZero();
  }

  @Test
  void aCheckFailsForWhatShallBeUpAlone() {
    gateway.down = List.of(waiting("no answer"));
    run("status --check");
    assertThat(status).isEqualTo(1);
    gateway.down =
        List.of(
            new ChildDown(
                "site", "net", ChildDown.State.HELD, Optional.empty(), 0, 0, OptionalLong.empty()));
    assertThat(run("status --check")).contains("  down: site/net: taken down by an operator\n");
    assertThat(status).isZero();
  }

  /** The shells' completions read the names from the text. */
  @Test
  void namesOfConnectionsStandWhereTheCompletionsLook() {
    assertThat(run("connections --json")).contains("\n      \"name\" : \"site\",\n");
  }

  @Test
  void thresholdsOfInducedRekeysAreShownWhereTheyCount() throws Exception {
    assertThat(run("status")).doesNotContain("induced");
    FakeGateway other =
        FakeGateway.with(folder, "id = peer.example }", "id = peer.example, redundant = true }");
    gateway = other;
    assertThat(run("status"))
        .contains("induced rekeys:     5 done, 0 suspects; not done: 0 in a quiet period")
        .contains("(at 64 packets and 3000 ms, 3 in a row, 60 s apart, 10 a minute)");
    assertThat(run("status --json")).contains("\"connections\" : 1,\n    \"done\" : 5");
  }

  @Test
  void aStandbyNamesWhatItsCopyDoesNotHold() {
    gateway.active = false;
    assertThat(run("status")).contains("  down: site/net: not up on the active node\n");
  }

  @Test
  void aCheckOfAStandbyFailsForWhatShallBeUpAlone() throws Exception {
    gateway.active = false;
    run("status --check");
    assertThat(status).isZero();
    gateway =
        FakeGateway.with(
            folder,
            "remote-ts = [\"10.2.0.0/16\"]",
            "remote-ts = [\"10.2.0.0/16\"], start = start");
    gateway.active = false;
    assertThat(run("status --check --json")).contains("\"shallBeUp\" : true");
    assertThat(status).isEqualTo(1);
    assertThat(run("status")).contains("  down: site/net: not up on the active node\n");
  }

  @Test
  void theCostOfAFailoverIsCounted() {
    gateway.pair = pair(PAIRED, 7, ConfigComparison.Status.UNKNOWN, 2);
    // Active_Down_Interval: 3 x 1 s + (256 - 100) / 256 s, RFC 9568 section 6.1
    assertThat(run("status"))
        .startsWith("ready for failover: NO: 2 SAs would have to be rekeyed first\n")
        .contains(
            "a failover now:     5 tunnels go on, 2 after a rekey; silence: about 3609 ms after a"
                + " power cut, 1804 ms after the daemon's death at most\n");
    run("status --check");
    assertThat(status).isEqualTo(1);
  }

  @Test
  void withoutAStandbyEverythingWouldBeLost() {
    gateway.pair = pair(ALONE, 7, ConfigComparison.Status.UNKNOWN, 0);
    assertThat(run("status")).contains("0 tunnels go on, 7 LOST: no standby has them");
    assertThat(run("status --json"))
        .contains("\"tunnelsLost\" : 7")
        .contains("\"needsAttention\" : true");
  }

  @Test
  void nodesWithDifferentTunnelsAreNotReady() {
    ConfigComparison.Status config =
        new ConfigComparison.Status(true, false, List.of("connections.site.remote.address"));
    gateway.pair = pair(PAIRED, 7, config, 0);
    assertThat(run("status"))
        .startsWith(
            "ready for failover: NO: the nodes are configured with different tunnels:"
                + " connections.site.remote.address\n")
        .contains("configurations:     DIFFER: connections.site.remote.address\n");
  }

  private String run(String words) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    PrintStream both = new PrintStream(all, true, StandardCharsets.UTF_8);
    Console console = new Console(both, both, Terminal.plain());
    status = Commands.online(gateway).runOffline(List.of(words.split(" ")), console);
    return all.toString(StandardCharsets.UTF_8);
  }
}
