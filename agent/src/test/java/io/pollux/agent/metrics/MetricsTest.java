package io.pollux.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.pollux.agent.commands.FakeGateway;
import io.pollux.agent.commands.Gateway;
import io.pollux.agent.reload.ConfigComparison;
import io.pollux.ha.audit.AuditStatus;
import io.pollux.ha.link.SyncState;
import io.pollux.ha.role.RoleState;
import io.pollux.ha.takeover.RekeySchedule;
import io.pollux.ike.engine.ChildDown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  private static final Path SHIPPED = Path.of("../packaging/dist/examples/metrics");
  @TempDir Path folder;
  private FakeGateway gateway;

  @BeforeEach
  void configure() throws Exception {
    gateway = FakeGateway.in(folder);
  }

  private String collect() throws Exception {
    return new Collector(gateway, () -> Map.of("XfrmInNoStates", 5L)).collect();
  }

  private static Gateway.PairView pair() {
    return new Gateway.PairView(
        new RoleState.Active(RoleState.Pairing.PAIRED),
        6,
        true,
        true,
        SyncState.PAIRED,
        250_000_000,
        41,
        40,
        Optional.empty(),
        0,
        Optional.of(
            new Gateway.Other(
                1, "standby (in sync)", Optional.of(new Gateway.Smallest(9, "c0000001")), 0)),
        1,
        new AuditStatus(4, 1, 12, 0, List.of(), 0, 3),
        new RekeySchedule.Progress(0, 0, 0, 0, OptionalLong.empty()),
        0,
        false,
        ConfigComparison.Status.UNKNOWN);
  }

  @Test
  void aConfiguredChildThatIsDownDoesNotVanish() throws Exception {
    gateway.down =
        List.of(
            new ChildDown(
                "site",
                "net",
                ChildDown.State.WAITING,
                Optional.empty(),
                0,
                4,
                OptionalLong.empty()));
    assertThat(collect())
        .contains("\npollux_child_up{connection=\"site\",child=\"net\"} 0\n")
        .contains("\npollux_child_failures{connection=\"site\",child=\"net\"} 4\n")
        .contains("\npollux_ike_sas{connection=\"site\"} 0\n");
  }

  @Test
  void whatTheEngineCountsIsSortedByWhatItIs() throws Exception {
    gateway.engine.put("received_no_proposal_chosen", 3L);
    gateway.engine.put("sent_authentication_failed", 2L);
    gateway.engine.put("retransmissions", 17L);
    gateway.engine.put("established", 8L);
    assertThat(collect())
        .contains("pollux_ike_notifies_received_total{type=\"NO_PROPOSAL_CHOSEN\"} 3\n")
        .contains("pollux_ike_notifies_sent_total{type=\"AUTHENTICATION_FAILED\"} 2\n")
        .contains("\npollux_ike_retransmissions_total 17\n")
        .contains("pollux_ike_events_total{event=\"established\"} 8\n")
        .doesNotContain("event=\"retransmissions\"")
        .contains("pollux_xfrm_errors_total{reason=\"XfrmInNoStates\"} 5\n");
  }

  @Test
  void aPairIsJudgedAsByHaStatus() throws Exception {
    assertThat(collect()).doesNotContain("pollux_ha_ready");
    gateway.pair = pair();
    assertThat(collect())
        .contains("pollux_ha_role{role=\"active\",pair=\"0a1b2c3d4e5f\"} 1\n")
        .contains("pollux_ha_role{role=\"standby\",pair=\"0a1b2c3d4e5f\"} 0\n")
        .contains("\npollux_ha_gate_open{pair=\"0a1b2c3d4e5f\"} 1\n")
        .contains("\npollux_ha_ready 1\n")
        .contains("\npollux_ha_standby_age_seconds 0.25\n")
        .contains("\npollux_ha_smallest_margin_packets 9\n")
        .contains("\npollux_vrrp_refused_total{reason=\"checksum\"} 3\n")
        .contains("\npollux_ha_audit_repaired_total 3\n");
  }

  /** One HELP and one TYPE before the samples of each family, values that are numbers. */
  @Test
  void theTextIsInTheExpositionFormat() throws Exception {
    gateway.pair = pair();
    Pattern sample =
        Pattern.compile(
            "(pollux_[a-z0-9_]+)(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? -?[0-9.E-]+");
    String family = "";
    for (String line : collect().split("\n")) {
      if (line.startsWith("# ")) {
        family = line.split(" ")[2];
        continue;
      }
      Matcher matcher = sample.matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      assertThat(matcher.group(1)).isEqualTo(family);
    }
  }

  @Test
  void exposedKeysAreToBeSeen() throws Exception {
    assertThat(collect()).contains("\npollux_ike_keys_exposed 0\n");
    gateway.exposedKeys = Optional.of(folder);
    assertThat(collect()).contains("\npollux_ike_keys_exposed 1\n");
  }

  @Test
  void namesAndValuesAreEscaped() {
    Exposition e = new Exposition().gauge("pollux_x", "a\nb");
    e.sample(0.5, "connection", "a\"b\\c\nd");
    assertThat(e.toString())
        .isEqualTo(
            "# HELP pollux_x a\\nb\n# TYPE pollux_x gauge\n"
                + "pollux_x{connection=\"a\\\"b\\\\c\\nd\"} 0.5\n");
    assertThatIllegalArgumentException().isThrownBy(() -> e.gauge("pollux_x", ""));
    assertThatIllegalArgumentException().isThrownBy(() -> e.counter("pollux_y", ""));
  }

  @Test
  void itIsServedOverHttpAndNothingElseIs() throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (MetricsServer server = MetricsServer.start(group, any, gateway)) {
      assertThat(ask(server, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"))
          .startsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4")
          .contains("\r\n\r\n# HELP pollux_node_info")
          .contains("pollux_ike_datagrams_received_total 1\n");
      assertThat(ask(server, "HEAD /metrics HTTP/1.1\r\n\r\n"))
          .startsWith("HTTP/1.1 200 OK")
          .doesNotContain("pollux_");
      assertThat(ask(server, "GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 404");
      assertThat(ask(server, "POST /metrics HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 405");
      assertThat(ask(server, "hello\r\n\r\n")).startsWith("HTTP/1.1 400");
      assertThat(ask(server, "GET /metrics HTTP/1.1\r\n" + "a: b\r\n".repeat(100)))
          .startsWith("HTTP/1.1 431");
      assertThat(ask(server, "GET /" + "x".repeat(9000))).isEmpty(); // closed
    } finally {
      group.shutdownGracefully();
    }
  }

  private static String ask(MetricsServer server, String request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(server.address());
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (java.net.SocketException reset) {
      return ""; // closed before all of it was read
    }
  }

  /** The dashboard and the alerts ask only for what there is. */
  @Test
  void whatIsShippedAsksForMetricsThatExist() throws Exception {
    gateway.pair = pair();
    String text = collect();
    for (String file : List.of("pollux-alerts.yml", "pollux-dashboard.json")) {
      Matcher names =
          Pattern.compile("pollux_[a-z0-9_]+").matcher(Files.readString(SHIPPED.resolve(file)));
      assertThat(names.find()).isTrue();
      do {
        assertThat(text).as(file).contains("# TYPE " + names.group() + " ");
      } while (names.find());
    }
  }

  /** Debian's package prometheus has it. */
  @Test
  void promtoolFindsNothingWrong() throws Exception {
    assumeThat(promtool()).as("promtool is not installed").isPresent();
    gateway.pair = pair();
    String tool = promtool().orElseThrow().toString();
    Path text = Files.writeString(folder.resolve("metrics.txt"), collect());
    Process metrics =
        new ProcessBuilder(tool, "check", "metrics")
            .redirectInput(text.toFile())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(metrics.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEmpty();
    Process rules =
        new ProcessBuilder(tool, "check", "rules", SHIPPED.resolve("pollux-alerts.yml").toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(rules.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("SUCCESS");
    assertThat(rules.waitFor()).isZero();
  }

  private static Optional<Path> promtool() {
    return List.of(System.getenv("PATH").split(":")).stream()
        .map(d -> Path.of(d, "promtool"))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
