package io.pollux.it.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import io.pollux.it.vrrp.Lan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What moves the priority, what is a fault, and who is told. */
@LabTest
class HealthTest {
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  @TempDir Path dir;

  /**
   * A check that fails lowers pa's priority and pb preempts; one that never ends does not hold up
   * anything; an interface with a weight counts; the hook hears of every change.
   */
  @Test
  void aFailingCheckMovesTheRoleAndTheHookHearsIt() throws IOException {
    Path well = Files.writeString(dir.resolve("well"), "");
    Path heard = dir.resolve("heard");
    Path hook =
        Files.writeString(
            dir.resolve("hook"),
            """
            #!/bin/sh
            echo "$POLLUX_NODE $1 $POLLUX_FROM $POLLUX_CHANGED" >>%s
            [ "$POLLUX_CHANGED" = role ] || sleep 1000
            """
                .formatted(heard));
    assertThat(hook.toFile().setExecutable(true)).isTrue();
    String vrrp =
        """
        preempt = true
        checks {
          file { command = ["/usr/bin/test", "-e", "%s.%%1$d"], interval = 500ms, timeout = 400ms, weight = -50, rise = 2, fall = 2 }
          endless { command = ["/bin/sleep", "1000"], interval = 2s, timeout = 500ms, weight = -1 }
        }
        track-engine = -5, track-interfaces { link0 = -20 }
        """
            .formatted(well);
    Path wellA = Files.writeString(Path.of(well + ".11"), "");
    Files.writeString(Path.of(well + ".12"), "");
    try (Pair pair = new Pair(dir, vrrp, "hooks { role = \"" + hook + "\", timeout = 3s }")) {
      pair.start();
      // Every priority is 99 soon: pb has the better address, which does not preempt.
      int mark = pair.tap.mark();
      Waits.until(
          () -> pair.tap.adverts(mark).stream().anyMatch(a -> a.priority() == 99),
          GENEROUS,
          "the endless check to count as down");
      pair.onlyAnnounces(Pair.A, 4);
      Files.delete(wellA);
      pair.awaitActive(pair.b);
      pair.awaitPaired(pair.b, pair.a);
      pair.silenced(pair.a);
      assertThat(pair.tap.adverts(mark)).anyMatch(a -> a.from(Pair.A) && a.priority() == 49);
      pair.answers(Pair.B);
      assertThat(pair.a.log()).contains("check=file DOWN", "check=endless DOWN: not ended within");

      // The link's device is gone for both: nothing to choose, and VRRP is heard.
      pair.lan.plugged(Lan.LINK, "pb", false);
      int down = pair.tap.mark();
      Waits.until(
          () -> pair.tap.adverts(down).stream().anyMatch(a -> a.priority() == 79),
          GENEROUS,
          "the weight of the interface");
      pair.lan.plugged(Lan.LINK, "pb", true);
      pair.awaitPaired(pair.b, pair.a);
      pair.await(
          () -> {
            String all = text(heard);
            return all.contains("pa active standby role")
                && all.contains("pb active standby role")
                && all.contains("pa standby active role");
          },
          "the hook to hear of all");
      assertThat(pair.a.log()).contains("role hook for", "not ended within 3000 ms, killed");
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An interface that is a fault: pulled out, its node hands over by saying so over the link. */
  @Test
  void aDeadInterfaceIsAFaultAndEndsWhenItIsBack() {
    try (Pair pair = new Pair(dir, "start-hold = 1s", "")) {
      pair.start();
      int mark = pair.tap.mark();
      pair.lan.plugged(Lan.SEGMENT, "pa", false);
      pair.awaitActive(pair.b);
      pair.a.awaitRole("fault");
      pair.silenced(pair.a);
      pair.tap.awaitAdverts(Pair.B, mark, 4);
      pair.answers(Pair.B);
      pair.lan.plugged(Lan.SEGMENT, "pa", true);
      pair.awaitPaired(pair.b, pair.a);
      pair.onlyAnnounces(Pair.B, 4);
    }
  }
}
