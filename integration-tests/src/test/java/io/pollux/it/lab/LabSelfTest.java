package io.pollux.it.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab does what the other tests rely on. */
@LabTest
class LabSelfTest {
  private static final String KEY = "0x" + "0123456789abcdef".repeat(2) + "01020304";

  @Test
  void kernelTakesAnEspSa() {
    try (Namespaces ns = Namespaces.of("a")) {
      ns.ip("a", sa("192.0.2.1", "192.0.2.2", "0x1001"));

      assertThat(ns.run("a", "ip", "xfrm", "state").orFail())
          .contains("esp spi 0x00001001")
          .contains("rfc4106(gcm(aes))");
    }
  }

  @Test
  void twoLansPingThroughEspWithExtendedSequenceNumbers(@TempDir Path directory) {
    try (Namespaces ns = TwoGateways.create();
        Capture wire = Capture.start(ns, "wan", "br0", directory.resolve("wan.txt"))) {
      tunnel(ns, "gw-a", TwoGateways.A, TwoGateways.B, TwoGateways.LAN_A, TwoGateways.LAN_B);
      tunnel(ns, "gw-b", TwoGateways.B, TwoGateways.A, TwoGateways.LAN_B, TwoGateways.LAN_A);

      ns.run("lan-a", "ping", "-c", "3", "-i", "0.2", TwoGateways.HOST_B).orFail();

      Waits.until(
          () -> wire.with("ESP(").size() >= 6,
          Duration.ofSeconds(30),
          "six ESP packets on the WAN");
      assertThat(wire.with("ICMP echo")).isEmpty();
    }
  }

  /** A check for clear text that never finds any proves nothing. */
  @Test
  void clearTextIsSeenWhereThereIsNoPolicy(@TempDir Path directory) {
    try (Namespaces ns = TwoGateways.create();
        Capture wire = Capture.start(ns, "wan", "br0", directory.resolve("wan.txt"))) {
      ns.run("lan-a", "ping", "-c", "1", TwoGateways.HOST_B).orFail();

      Waits.until(
          () -> wire.with("ICMP echo").size() == 2,
          Duration.ofSeconds(30),
          "the ping in the clear");
    }
  }

  @Test
  @LabTest(xfrmInterface = true)
  void kernelHasXfrmInterfaces() {
    try (Namespaces ns = Namespaces.of("a")) {
      ns.ip("a", "link add x0 type xfrm dev lo if_id 7");

      assertThat(ns.run("a", "ip", "-d", "link", "show", "x0").orFail()).contains("if_id 0x7");
    }
  }

  @Test
  void closingNamespacesEndsWhatRunsInThem(@TempDir Path directory) {
    Process sleeper;
    try (Namespaces ns = Namespaces.of("a")) {
      sleeper = ns.start("a", directory.resolve("log"), Map.of(), "sleep", "1000");
    }

    Waits.until(() -> !sleeper.isAlive(), Duration.ofSeconds(30), "the end of the sleeper");
    assertThat(Commands.run("ip", "netns", "list").orFail()).isEmpty();
  }

  /** {@code --host} on a machine whose kernel has ESP, which the guest is. */
  @Test
  void namespacesStandInForAGuestWhereTheKernelHasEsp() {
    String script = "ip -br link | wc -l; ip netns add inner; echo err >&2; sleep 1000 & exit 6";

    Ran ran = Commands.run("./dev", "lab", "--host", "sh", "-c", script);

    assertThat(ran).extracting(Ran::status, Ran::out, Ran::err).containsExactly(6, "1\n", "err\n");
    assertThat(Commands.run("ip", "netns", "list").orFail()).doesNotContain("inner");
    assertThat(Commands.run("./dev", "lab", "--host", "--timeout", "1", "sleep", "100").status())
        .isEqualTo(124);
  }

  private static void tunnel(
      Namespaces ns, String gateway, String own, String other, String lan, String far) {
    String template = " tmpl src %s dst %s proto esp reqid 1 mode tunnel";
    String outbound = template.formatted(own, other);
    String inbound = template.formatted(other, own);
    String from = own.equals(TwoGateways.A) ? "0x1001" : "0x1002";
    String to = own.equals(TwoGateways.A) ? "0x1002" : "0x1001";
    ns.ip(
        gateway,
        sa(own, other, from),
        sa(other, own, to),
        "xfrm policy add src " + lan + " dst " + far + " dir out" + outbound,
        "xfrm policy add src " + far + " dst " + lan + " dir in" + inbound,
        "xfrm policy add src " + far + " dst " + lan + " dir fwd" + inbound);
  }

  private static String sa(String from, String to, String spi) {
    return "xfrm state add src %s dst %s proto esp spi %s reqid 1 mode tunnel replay-window 128 flag esn"
            .formatted(from, to, spi)
        + " aead rfc4106(gcm(aes)) "
        + KEY
        + " 128";
  }
}
