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
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.wire.Octets;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  private static final Optional<Other> GOOD =
      Optional.of(
          new Other(1_000_000, "standby (in sync)", Optional.of(new Smallest(9, "c0000001")), 0));
  private static final AuditStatus COMPARED = new AuditStatus(4, 1, 12, 0, List.of(), 0, 0);
  private static final RekeySchedule.Progress NO_REKEYS =
      new RekeySchedule.Progress(0, 0, 0, 0, OptionalLong.empty());
  @TempDir Path folder;
  private FakeGateway gateway;
  private int status;

  @BeforeEach
  void configure() throws Exception {
    gateway = FakeGateway.in(folder);
  }

  private static PairView active(RoleState.Pairing pairing, boolean link, Optional<Other> other) {
    return new PairView(
        new RoleState.Active(pairing),
        6,
        true,
        link,
        SyncState.PAIRED,
        3_000_000,
        41,
        40,
        Optional.empty(),
        0,
        other,
        1,
        COMPARED,
        NO_REKEYS,
        0,
        false,
        ConfigComparison.Status.UNKNOWN);
  }

  @Test
  void aPairThatIsReadySaysSo() {
    gateway.pair = active(RoleState.Pairing.PAIRED, true, GOOD);
    assertThat(run("ha status --json"))
        .isEqualTo(
            "{\"node\":\"test\",\"role\":\"active\",\"state\":\"paired\",\"epoch\":6,\"gate\":\"open\","
                + "\"link\":\"up\",\"sync\":\"paired\",\"peer\":\"standby (in sync)\","
                + "\"lastAckAgeMillis\":3,\"receivedIndex\":41,\"armedIndex\":40,"
                + "\"jumpPackets\":1073741824,\"maintenance\":false,\"readyForFailover\":true,\"obstacles\":[],"
                + "\"rekeys\":{\"planned\":0,\"done\":0,\"asked\":0,\"waiting\":0,\"shut\":0},"
                + "\"configurations\":{\"known\":false,\"same\":false,\"differing\":[]},"
                + "\"labUnsafe\":false,\"ikeKeysFile\":null,\"witnesses\":null,\"smallestMargin\":{\"packets\":9,\"spi\":\"c0000001\"},"
                + "\"vrrpRefused\":{\"checksum\":3}}\n");
    assertThat(status).isZero();
    assertThat(run("ha status")).startsWith("ready for failover: yes");
  }

  @Test
  void whatStandsInTheWayIsNamedAndIsTheStatus() {
    gateway.pair = active(RoleState.Pairing.ALONE, false, Optional.empty());
    assertThat(run("ha status"))
        .contains("NO: the link is down; the standby does not follow: active (alone)")
        .contains("no counter is armed");
    assertThat(status).isEqualTo(1);
  }

  /** A reader always finds the same keys. */
  @Test
  void whatIsNotThereIsNull() {
    gateway.pair = active(RoleState.Pairing.PAIRED, true, Optional.empty());
    assertThat(run("ha status --json"))
        .contains("\"witnesses\":null,\"smallestMargin\":null,\"vrrpRefused\"");
  }

  @Test
  void whatWitnessesSaidIsShown() {
    gateway.pair = active(RoleState.Pairing.PAIRED, true, GOOD);
    assertThat(run("ha status")).doesNotContain("witnesses");
    gateway.witnessed = Optional.of("192.0.2.1 answered");
    assertThat(run("ha status")).contains("witnesses:          192.0.2.1 answered");
    assertThat(run("ha status --json")).contains("\"witnesses\":\"192.0.2.1 answered\"");
  }

  @Test
  void exposedKeysAreShownWhereverSomebodyLooks() {
    gateway.pair = active(RoleState.Pairing.PAIRED, true, GOOD);
    assertThat(run("status") + run("ha status")).doesNotContain("EXPOSED");
    gateway.exposedKeys = Optional.of(Path.of("/run/pollux/keys"));
    assertThat(run("status")).contains("IKE KEYS EXPOSED:   they are written to /run/pollux/keys");
    assertThat(run("ha status")).contains("IKE KEYS EXPOSED:   they are written to");
    assertThat(run("status --json")).contains("\"ikeKeysFile\":\"/run/pollux/keys\"");
    assertThat(run("ha status --json")).contains("\"ikeKeysFile\":\"/run/pollux/keys\"");
  }

  @Test
  void refusedVrrpPacketsAreShown() {
    gateway.pair = active(RoleState.Pairing.PAIRED, true, GOOD);
    assertThat(run("ha status")).contains("VRRP refused:       3 checksum");
    assertThat(run("ha status --json")).contains("\"vrrpRefused\":{\"checksum\":3}");
  }

  @Test
  void maintenanceOfEitherNodeStandsInTheWay() {
    gateway.pair =
        active(
            RoleState.Pairing.PAIRED,
            true,
            GOOD.map(
                o ->
                    new Other(
                        o.ageNs(), o.state() + Gateway.IN_MAINTENANCE, o.smallest(), o.shut())));
    assertThat(PairStatus.of(gateway.pair).obstacles())
        .containsExactly("the other node is in maintenance: it takes nothing over");
    assertThat(run("ha maintenance on")).isEqualTo("MAINTENANCE_ON\n");
    assertThat(run("ha maintenance off")).isEqualTo("MAINTENANCE_OFF\n");
    assertThat(run("ha maintenance perhaps")).contains("expected on or off, not perhaps");
    assertThat(status).isNotZero();
  }

  @Test
  void resyncAndRestartSayWhatTheyDo() {
    gateway.pair = active(RoleState.Pairing.PAIRED, true, GOOD);
    assertThat(run("ha resync --yes")).isEqualTo("a snapshot is sent\n");
    assertThat(run("restart --yes")).isEqualTo("the daemon is started again\n");
    gateway.pair = null;
    assertThat(run("ha resync --yes")).contains("not half of a pair");
  }

  @Test
  void anOldReportIsNone() {
    Other old = new Other(4_000_000_000L, "standby (in sync)", Optional.empty(), 0);
    gateway.pair = active(RoleState.Pairing.PAIRED, true, Optional.of(old));
    assertThat(PairStatus.of(gateway.pair).obstacles())
        .containsExactly("the other node is silent about itself", "no counter is armed");
  }

  @Test
  void aStandbyJudgesByItsOwnMarginsAndGate() {
    PairView view =
        new PairView(
            new RoleState.Standby(RoleState.Sync.IN_SYNC),
            6,
            true,
            true,
            SyncState.PAIRED,
            -1,
            0,
            0,
            Optional.of(new Smallest(-4, "c0000002")),
            2,
            Optional.empty(),
            3,
            COMPARED,
            NO_REKEYS,
            0,
            false,
            ConfigComparison.Status.UNKNOWN);
    assertThat(PairStatus.of(view).obstacles())
        .containsExactly(
            "the gate of this standby is open",
            "the margin of c0000002 is -4 packets",
            "2 SAs would have to be rekeyed first");
  }

  @Test
  void kernelsThatDifferOrWereNotComparedStandInTheWay() {
    gateway.pair = audited(AuditStatus.NONE);
    assertThat(PairStatus.of(gateway.pair).obstacles())
        .containsExactly("the two kernels have not been compared yet");
    assertThat(run("ha audit")).contains("not compared yet").contains("never");
    assertThat(status).isEqualTo(1);
    gateway.pair = audited(new AuditStatus(4, 1, 12, 0, List.of("missing sa in 1"), 2, 1));
    assertThat(PairStatus.of(gateway.pair).obstacles())
        .containsExactly("1 differences between the two kernels, first missing sa in 1");
    gateway.pair = audited(COMPARED);
    assertThat(run("ha audit --json")).contains("\"equal\":true,\"round\":4");
    assertThat(status).isZero();
  }

  private static PairView audited(AuditStatus audit) {
    PairView v = active(RoleState.Pairing.PAIRED, true, GOOD);
    return new PairView(
        v.role(),
        v.epoch(),
        v.gateOpen(),
        v.linkUp(),
        v.sync(),
        v.lastAckAgeNs(),
        v.received(),
        v.armed(),
        v.smallest(),
        v.shut(),
        v.other(),
        v.children(),
        audit,
        v.rekeys(),
        v.shutHere(),
        v.maintenance(),
        v.config());
  }

  @Test
  void withoutAPairTheStatusIsNo() {
    assertThat(run("ha history")).contains("not half of a pair");
    assertThat(status).isEqualTo(1);
  }

  @Test
  void historyIsEmptyAtFirst() {
    gateway.pair = active(RoleState.Pairing.PAIRED, true, GOOD);
    assertThat(run("ha history --json")).isEqualTo("{\"takeovers\":[],\"transitions\":[]}\n");
  }

  @Test
  void sasCountersAndConnectionsHaveTheirKeys() {
    assertThat(run("sas --json")).isEqualTo("{\"ikeSas\":[]}\n");
    assertThat(run("counters --json"))
        .isEqualTo(
            "{\"counters\":[{\"connection\":\"site\",\"child\":\"net\",\"spiIn\":\"c0001001\","
                + "\"spiOut\":\"c0002001\",\"esn\":true,\"oseq\":null,\"seq\":null,"
                + "\"confirmedOseq\":null,\"lag\":null,\"peakPerSecond\":null,\"lastRead\":null,"
                + "\"armed\":null,\"margin\":null,\"ageMillis\":null}]}\n");
    assertThat(run("counters")).startsWith("CONNECTION");
    assertThat(run("connections --json")).contains("\"name\":\"site\"", "\"up\":false");
  }

  @Test
  void anIkeSaShowsItsAlgorithmsWithEveryKeyExchange() {
    gateway.sas = List.of(ikeSa(List.of(36, 0, 37), List.of("USE_PPK")));
    String words = "aes256gcm16-prfsha256-x25519-ke1_mlkem768-ke3_mlkem1024";
    assertThat(run("sas")).contains(", " + words + " with a PPK, ");
    assertThat(run("sas --json")).contains("\"algorithms\":\"" + words + "\",\"ppk\":true,");

    gateway.sas = List.of(ikeSa(List.of(), List.of()));
    assertThat(run("sas")).contains(", aes256gcm16-prfsha256-x25519, ");
    assertThat(run("sas --json"))
        .contains("\"algorithms\":\"aes256gcm16-prfsha256-x25519\",\"ppk\":false,");
  }

  private static IkeSaSnapshot ikeSa(List<Integer> additional, List<String> peerSupports) {
    Secret none = Secret.EMPTY;
    Endpoint end = new Endpoint(InetAddress.ofLiteral("192.0.2.1"), 500);
    Identity id = new Identity(2, Octets.EMPTY);
    return new IkeSaSnapshot(
        new IkeSpis(new IkeSpi(1), new IkeSpi(2)),
        true,
        "site",
        end,
        end,
        false,
        false,
        id,
        id,
        new IkeAlgorithms(20, 256, 5, 0, 31, additional),
        new IkeKeys(none, none, none, none, none, none, none),
        new MessageWindow(new MessageId(2), Optional.empty(), new MessageId(0), List.of()),
        peerSupports,
        new Lifetimes(0, 0, 0, 0, 0, 0),
        0,
        List.of());
  }

  @Test
  void theDaemonAtAGlance() {
    assertThat(run("status --json"))
        .contains("\"node\":\"test\",\"state\":\"active (no pair)\",\"ikeSas\":0,\"childSas\":0")
        .contains("\"datagramsReceived\":1,\"datagramsSent\":2,\"datagramsFlooded\":3")
        .contains("\"logLinesDropped\":4");
  }

  @Test
  void anOrderThatFailsHasStatusOne() {
    assertThat(run("up nowhere --json")).isEqualTo("{\"ok\":false,\"message\":\"no nowhere\"}\n");
    assertThat(status).isEqualTo(1);
  }

  /** The daemon's rights are not the caller's: it reads and writes no file for one. */
  @Test
  void noFileOfACallerIsTouchedByTheDaemon() throws Exception {
    for (String line :
        List.of("check /dev/zero", "pki node-identity --out x", "import swanctl x", "self-test")) {
      assertThat(run(line)).contains("does not run inside the daemon");
      assertThat(status).isEqualTo(64);
    }
    assertThat(run("help check")).contains("Usage: polluxctl check [FILE]");
    assertThat(run("version")).startsWith("pollux ");
  }

  @Test
  void experimentsNeedTheirPermission() {
    assertThat(run("lab freeze-sync")).contains("lab.unsafe");
    assertThat(status).isEqualTo(77);
    assertThat(gateway.frozen).isFalse();
  }

  private String run(String line) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    Console console = new Console(out, out, Terminal.plain());
    status = Commands.online(gateway).runOffline(List.of(line.split(" ")), console);
    String said = text.toString(StandardCharsets.UTF_8);
    return line.endsWith("--json") ? compact(said) : said;
  }

  /** Without what is there for the eye. */
  private static String compact(String json) {
    return json.replaceAll("\\n *", "")
            .replace(" : ", ":")
            .replace("[ ]", "[]")
            .replace("}, {", "},{")
            .replace("[ {", "[{")
            .replace("} ]", "}]")
        + "\n";
  }
}
