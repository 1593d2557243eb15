package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.agent.commands.Gateway.Observation;
import io.pollux.agent.commands.Gateway.Sample;
import io.pollux.agent.control.Console;
import io.pollux.agent.control.Terminal;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.ChildDown;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.MessageWindow;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.wire.Octets;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several tunnels, and counts of the kernel that say nothing about whose packets they are. */
class DiagnoseCommandTest {
  private static final String OTHER =
      """
      connections { branch {
        local { address = 192.0.2.100, id = gw.example }
        remote { address = %any, id = peer.example }
        children { net { local-ts = ["10.1.0.0/16"], remote-ts = ["10.3.0.0/16"] } }
      }
      site {
      """;
  private static final long SECOND = 1_000_000_000L;

  @TempDir Path folder;
  private FakeGateway gateway;
  private final List<Sample> samples = new ArrayList<>();
  private final List<ChildSaSnapshot> children = new ArrayList<>();
  private Map<String, Long> dropped = Map.of();
  private int status;

  @BeforeEach
  void configure() throws Exception {
    FakeGateway.in(folder);
    gateway = FakeGateway.with(folder, "connections { site {", OTHER);
  }

  /** {@code number} tells SPI, reqid and the peer's address. */
  private ChildSaSnapshot up(String connection, int number, long in, long out, long replay) {
    ChildSaSnapshot c = TestChild.of(0xc000_0000 + number).snapshot();
    ChildSaSnapshot sa =
        new ChildSaSnapshot(
            connection,
            "net",
            new EspSpi(0xc000_0000 + number),
            c.outboundSpi(),
            c.local(),
            new Endpoint(InetAddress.ofLiteral("198.51.100." + number), 4500),
            c.udpEncap(),
            c.algorithms(),
            c.keys(),
            c.localTs(),
            c.remoteTs(),
            new Reqid(number),
            true,
            c.replayWindow(),
            c.lifetimes(),
            c.ageNs(),
            c.replay());
    children.add(sa);
    samples.add(new Sample(sa, in, out, 0, replay, 0));
    return sa;
  }

  private static IkeSaSnapshot ikeSa(List<ChildSaSnapshot> children) {
    Secret none = Secret.EMPTY;
    Endpoint end = new Endpoint(InetAddress.ofLiteral("192.0.2.1"), 500);
    Identity id = new Identity(2, Octets.EMPTY);
    return new IkeSaSnapshot(
        TestChild.IKE,
        true,
        "site",
        end,
        end,
        false,
        false,
        id,
        id,
        new IkeAlgorithms(20, 256, 5, 0, 31, List.of()),
        new IkeKeys(none, none, none, none, none, none, none),
        new MessageWindow(new MessageId(2), Optional.empty(), new MessageId(0), List.of()),
        List.of(),
        new Lifetimes(0, 0, 0, 0, 0, 0),
        0,
        children);
  }

  private String diagnose(String... arguments) {
    gateway.overviewSas = List.of(ikeSa(children));
    gateway.looks.clear();
    gateway.looks.add(new Observation(SECOND, new TreeMap<>(), List.of()));
    gateway.looks.add(new Observation(2 * SECOND, new TreeMap<>(dropped), samples));
    List<String> line = new ArrayList<>(List.of("diagnose", "--seconds", "1"));
    line.addAll(List.of(arguments));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    status = Commands.online(gateway).runOffline(line, new Console(out, out, Terminal.plain()));
    return text.toString(StandardCharsets.UTF_8);
  }

  @Test
  void onePeersMistakeAccusesNoIdleTunnel() {
    up("site", 1, 0, 0, 0);
    up("branch", 2, 0, 0, 0);
    dropped = Map.of("XfrmInNoStates", 40L, "XfrmInPolBlock", 1L, "XfrmOutPolBlock", 3L);
    assertThat(diagnose())
        .contains("2 of 2 children are healthy or idle")
        .contains("XfrmInNoStates +40")
        .doesNotContain("STATE DRIFT", "LOCAL");
    assertThat(status).isZero();
  }

  @Test
  void whoIsNamedAloneIsJudgedByTheMachinesCountsToo() {
    up("site", 1, 0, 0, 0);
    up("branch", 2, 0, 0, 0);
    dropped = Map.of("XfrmInNoStates", 40L);
    assertThat(diagnose("site"))
        .contains("site/net: STATE DRIFT: somebody sends to an SPI")
        .contains("only if they differ");
    assertThat(status).isEqualTo(1);
  }

  @Test
  void whoIsTheOnlyOneNeedsNoName() {
    up("site", 1, 0, 0, 0);
    gateway.down =
        List.of(
            new ChildDown(
                "branch",
                "net",
                ChildDown.State.NEGOTIATING,
                Optional.empty(),
                0,
                0,
                OptionalLong.empty()));
    dropped = Map.of("XfrmInNoStates", 40L);
    assertThat(diagnose()).contains("site/net: STATE DRIFT: somebody sends to an SPI");
  }

  @Test
  void eachPeerOfAConnectionWithAnyAddressIsJudged() {
    up("site", 1, 7, 7, 0);
    up("branch", 2, 5, 5, 0);
    up("branch", 3, 0, 9, 60); // it has lost count
    up("branch", 4, 0, 0, 0);
    dropped = Map.of("XfrmInStateSeqError", 60L);
    assertThat(diagnose())
        .contains("branch/net 198.51.100.3:4500: STATE DRIFT: the peer has lost count")
        .contains("an order about it is about all of them")
        .contains("3 of 4 children are healthy or idle");
    assertThat(status).isEqualTo(1);
    assertThat(diagnose("branch", "--json"))
        .contains("\"peer\" : \"198.51.100.2:4500\"", "\"peer\" : \"198.51.100.4:4500\"");
    assertThat(diagnose("site", "--json")).contains("\"peer\" : null");
  }

  @Test
  void onePeersSasThatAreMissingInTheKernelAreSeenAmongTheOthers() {
    up("branch", 2, 5, 5, 0);
    up("branch", 3, 5, 5, 0);
    samples.removeLast();
    assertThat(diagnose("branch"))
        .contains("branch/net 198.51.100.2:4500: HEALTHY")
        .contains("branch/net 198.51.100.3:4500: STATE DRIFT: it is up, and its SAs are not");
  }

  @Test
  void theNewestSaOfAPeerCounts() {
    ChildSaSnapshot old = up("site", 1, 0, 0, 50);
    samples.add(new Sample(old, 4, 4, 0, 0, 0));
    assertThat(diagnose("site")).contains("site/net: HEALTHY");
  }
}
