package io.pollux.it.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Guests as machines of their own, and the wires between them. Runs on the host. */
@EnabledIfEnvironmentVariable(
    named = "POLLUX_LAB_LAUNCHER",
    matches = ".+",
    disabledReason = "needs the launcher and the guest kernel that ./dev test provides")
class GuestKernelTest {
  private static final Duration GENEROUS = Duration.ofSeconds(120);
  private static final Path LAUNCHER =
      Path.of(System.getenv().getOrDefault("POLLUX_LAB_LAUNCHER", "pollux-lab"));

  @TempDir Path dir;

  private GuestKernel guest(String name, String... devices) throws IOException {
    GuestKernel.Plan plan =
        new GuestKernel.Plan(
            LAUNCHER,
            Path.of(System.getenv("POLLUX_LAB_KERNEL")),
            Files.createDirectories(dir.resolve("mount")),
            "256M",
            Files.createDirectories(dir.resolve("shared")),
            dir.resolve(name + ".log"));
    GuestKernel guest = new GuestKernel(name, plan, List.of(devices));
    guest.awaitBoot();
    return guest;
  }

  private static Ran run(Machine machine, String... command) {
    return machine.run(List.of(command), Map.of(), GENEROUS);
  }

  @Test
  void programsHaveTheirStreamsTheirEnvironmentAndTheirStatus() throws Exception {
    try (GuestKernel guest = guest("solo")) {
      Ran ran = run(guest, "sh", "-c", "echo out; echo err >&2; exit 7");
      assertThat(ran)
          .extracting(Ran::status, Ran::out, Ran::err)
          .containsExactly(7, "out\n", "err\n");
      assertThat(run(guest, "no-such-program").status()).isEqualTo(127);
      assertThat(guest.run(List.of("sh", "-c", "echo $COLOUR"), Map.of("COLOUR", "a b"), GENEROUS))
          .returns("a b\n", Ran::out);

      // Far more than a console holds, in both directions.
      Process cat = guest.open(List.of("cat"), Map.of());
      String much = "0123456789abcdef".repeat(20_000);
      try (OutputStream in = cat.getOutputStream()) {
        in.write(much.getBytes(StandardCharsets.UTF_8));
      }
      assertThat(new String(cat.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(much);
      assertThat(cat.waitFor()).isZero();

      Process sleep = guest.open(List.of("sleep", "1000"), Map.of());
      sleep.destroy();
      assertThat(sleep.waitFor()).isEqualTo(128 + 15);
    }
  }

  @Test
  void whatAGuestWritesIsSharedInOneDirectoryOnly() throws Exception {
    try (GuestKernel guest = guest("solo")) {
      guest.script("echo x > %1$s/shared/file; sync; echo x > %1$s/elsewhere".formatted(dir));
      assertThat(dir.resolve("shared/file")).hasContent("x");
      assertThat(dir.resolve("elsewhere")).doesNotExist();
    }
  }

  @Test
  void aPowerCutSilencesOneGuestAndNobodyElse() throws Exception {
    try (Wires wires = new Wires(LAUNCHER, dir, List.of("lan", "spare"));
        GuestKernel left = guest("left", wires.device("lan", "02:00:00:00:00:0a"))) {
      left.script("ip addr add 10.0.0.1/24 dev vec0; ip link set vec0 up");
      String up = "ip addr add 10.0.0.2/24 dev vec0; ip link set vec0 up";
      wires.capture(dir, List.of("lan"));
      try (GuestKernel right = guest("right", wires.device("lan", "02:00:00:00:00:0b"))) {
        right.script(up);
        assertThat(run(left, "ping", "-c", "3", "-w", "60", "10.0.0.2").status()).isZero();
        Process sleeping = right.open(List.of("sleep", "1000"), Map.of());

        assertThat(right.powerOff()).isEqualTo(1);

        assertThat(sleeping.waitFor(GENEROUS.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(sleeping.exitValue()).isEqualTo(137);
        right.awaitEnd();
        assertThat(run(right, "true").status()).isEqualTo(137);
        assertThatThrownBy(right::clockAheadNanos).hasMessageContaining("right is dead");
        assertThat(run(left, "ping", "-c", "1", "-W", "1", "10.0.0.2").ok()).isFalse();
      }
      try (GuestKernel again = guest("again", wires.device("lan", "02:00:00:00:00:0b"))) {
        again.script(up);
        assertThat(run(left, "ping", "-c", "1", "-w", "60", "10.0.0.2").status()).isZero();
      }
      wires.stopCapture();
      assertThat(dir.resolve("lan.tcpdump.txt")).content().contains("0 packets dropped");
      assertThat(Files.size(dir.resolve("lan.pcap"))).isGreaterThan(24 + 8 * (16 + 98L));
      assertThat(dir.resolve("spare.pcap")).doesNotExist();
    }
  }
}
