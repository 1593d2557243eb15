package io.pollux.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.it.verdict.Timeline;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The parts of the demo that need no kernel. */
class DemoPartsTest {

  @Test
  void optionsHaveDefaults() {
    Options o = Options.parse(new String[] {});
    assertThat(o.peer()).isEqualTo("strongswan");
    assertThat(o.advertMillis()).isEqualTo(100);
    assertThat(o.packetsPerSecond()).isEqualTo(500);
    assertThat(o.scenarios()).hasSize(9).doesNotHaveDuplicates();
    assertThat(o.keep()).isFalse();
  }

  @Test
  void aScenarioBringsWhatGoesBefore() {
    assertThat(Scenario.with("planned"))
        .containsExactly(Scenario.SWITCHOVER, Scenario.SIGTERM, Scenario.RESTART_ALONE);
    assertThat(Scenario.with("vti")).containsExactly(Scenario.VTI, Scenario.XFRM_INTERFACE);
    Options o =
        Options.parse(new String[] {"--scenario", "failback", "--keep", "--jump", "fixed 10000"});
    assertThat(o.scenarios())
        .containsExactly(Scenario.POWER_LOSS, Scenario.REJOIN, Scenario.FAILBACK);
    assertThat(o.keep()).isTrue();
  }

  @Test
  void theMarathonIsAskedForByName() {
    assertThat(Options.parse(new String[0]).scenarios()).doesNotContain(Scenario.MARATHON);
    Options o = Options.parse(new String[] {"--scenario", "marathon", "--tunnels", "200"});
    assertThat(o.scenarios()).containsExactly(Scenario.MARATHON);
    assertThat(o.takeovers()).isEqualTo(20);
    assertThatThrownBy(() -> Options.parse(new String[] {"--takeovers", "0"}))
        .hasMessageContaining("from 1 to 100");
  }

  @Test
  void everyScenarioIsInAListOrTheMarathon() {
    List<Scenario> listed = new ArrayList<>(Scenario.with("main"));
    assertThat(Scenario.with("roles")).hasSize(8).doesNotContainAnyElementsOf(listed);
    listed.addAll(Scenario.with("roles"));
    assertThat(Scenario.with("all")).containsExactlyElementsOf(listed);
    assertThat(Options.parse(new String[0]).scenarios()).isEqualTo(Scenario.with("main"));
    listed.add(Scenario.MARATHON);
    assertThat(listed).containsExactlyInAnyOrder(Scenario.values());
  }

  @Test
  void variantsChangeTheOutsideTheDeviceOrTheManager() {
    assertThat(variant(Variant.IPV6))
        .contains(
            "local  { address = \"2001:db8:1::1\"",
            "remote { address = \"2001:db8:1::20\"",
            "source = \"fe80::b\", peer = \"fe80::a\"");
    assertThat(Variant.IPV6.branch("local_addrs = 203.0.113.20"))
        .isEqualTo("local_addrs = 2001:db8:1::20");
    assertThat(variant(Variant.VTI)).contains("interface = vti");
    assertThat(variant(Variant.XFRM_INTERFACE)).contains("interface = own");
    assertThat(variant(Variant.KEEPALIVED)).contains("external = true").doesNotContain("vrrp {");
    assertThat(Variant.IPV6.network(2)).contains("addr add 2001:db8:1::21/64 dev wan0 nodad");
    assertThat(Variant.VTI.network(2)).isEmpty();
  }

  private static String variant(Variant variant) {
    return new PolluxConfig(1, 100, "auto", false, variant)
        .gateway(Gateway.B, Path.of("/run/x"), "sha256:00");
  }

  @Test
  void badOptionsAreNamedWithWhatWasExpected() {
    assertThatThrownBy(() -> Options.parse(new String[] {"--tunnels", "0"}))
        .hasMessageContaining("--tunnels 0: expected a number from 1 to 200");
    assertThatThrownBy(() -> Options.parse(new String[] {"--peer", "x"}))
        .hasMessageContaining("strongswan, pollux");
    assertThatThrownBy(() -> Options.parse(new String[] {"--scenario", "x"}))
        .hasMessageContaining("power-loss");
    assertThatThrownBy(() -> Options.parse(new String[] {"--jump", "fixed 0"}))
        .hasMessageContaining("expected auto");
    assertThatThrownBy(() -> Options.parse(new String[] {"--colour", "x"}))
        .hasMessageContaining("unknown option --colour");
    assertThatThrownBy(() -> Options.parse(new String[] {"--pps"}))
        .hasMessageContaining("--pps wants a value");
  }

  @Test
  void guestsAreSlowAndNeedTheLab() {
    Options o =
        Options.parse(
            new String[] {"--guests", "--launcher", "/l", "--kernel", "/k", "--pps", "77"});
    assertThat(o.guests()).isTrue();
    assertThat(o.advertMillis()).isEqualTo(1000);
    assertThat(o.packetsPerSecond()).isEqualTo(77);
    assertThatThrownBy(() -> Options.parse(new String[] {"--guests"}))
        .hasMessageContaining("start it by ./dev demo");
    assertThatThrownBy(
            () ->
                Options.parse(
                    new String[] {"--guests", "--keep", "--launcher", "/l", "--kernel", "/k"}))
        .hasMessageContaining("--keep");
  }

  @Test
  void jsonIsReadAndWritten() {
    Map<String, Object> v = new LinkedHashMap<>();
    v.put("a", List.of(1L, "x\"\\\n", true));
    v.put("b", null);
    v.put("c", Map.of("d", -2L));
    v.put("e", List.of());
    assertThat(Json.parse(Json.write(v))).isEqualTo(v);
    assertThat(Json.get(Json.parse("{\"m\":{\"n\":1.5,\"u\":\"\\u0041\"}}"), "m", "n"))
        .isEqualTo(1.5);
    assertThat(Json.get(Json.parse("[]"), "m")).isNull();
  }

  @Test
  void badJsonIsRefusedWithItsPlace() {
    for (String text :
        List.of("", "{", "{\"a\"}", "[1 2]", "\"x", "nul", "{} {}", "-", "\"\\u12")) {
      assertThatThrownBy(() -> Json.parse(text))
          .as(text)
          .isInstanceOf(DemoFailure.class)
          .hasMessageContaining("offset");
    }
  }

  @Test
  void everyTunnelHasItsOwnAddressesAndSubnets() {
    String script = new Topology(3).buildScript();
    assertThat(script)
        .contains("addr add 203.0.113.22/24 dev wan0", "addr add 10.3.2.1/24 dev lan0");
    assertThat(new Flows(3, 500).hubToBranch()).containsExactly(1, 2, 11, 12, 21, 22);
    assertThat(new Flows(3, 500).branchArguments(Path.of("log")))
        .contains("23/10.2.2.100/10.1.0.100/7000/500");
  }

  @Test
  void theGatewaysWouldLeakWithoutPollux() {
    String script = new Topology(1).buildScript();
    assertThat(script)
        .contains("route add default via 203.0.113.20 dev wan0", "echo 1 > ip_forward");
  }

  @Test
  void theTimelineDrawsEveryBin() {
    int[] bins = new int[150];
    bins[3] = 7;
    Timeline t =
        new Timeline(
            -1000,
            bins,
            new int[150],
            List.of(new Timeline.Mark(250, "VRID 51: gw-b <active>")),
            List.of());
    String svg = new Svg(t).draw(List.of(new Timeline.Mark(260, "gate")));
    assertThat(svg)
        .contains("VRID 51: gw-b &lt;active&gt; (250 ms)", "<title>gate</title>", ">7</text>")
        .doesNotContain("NaN");
  }

  @Test
  void configurationsNameWhatTheNodeNeeds() {
    String conf =
        new PolluxConfig(2, 250, "fixed 10000", false)
            .gateway(Gateway.B, Path.of("/run/x"), "sha256:00");
    assertThat(conf)
        .contains(
            "name = gw-b",
            "local = 10.99.0.2, peer = 10.99.0.1",
            "jump = \"fixed 10000\"",
            "advert-interval = 250ms",
            "branch1 {",
            "unsafe = false");
  }
}
