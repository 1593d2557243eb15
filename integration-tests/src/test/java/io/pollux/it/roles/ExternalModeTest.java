package io.pollux.it.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import io.pollux.it.vrrp.Keepalived;
import io.pollux.it.vrrp.Lan;
import io.pollux.it.vrrp.Polluxd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * External mode: two real keepalived decide, by the shipped notify script on pa and by the shipped
 * FIFO reader on pb. VRRP is theirs alone; the addresses are Pollux's.
 */
@LabTest
class ExternalModeTest {
  private static final Duration GENEROUS = Duration.ofSeconds(60);
  private static final Path EXAMPLES =
      Path.of(System.getProperty("pollux.root", ".")).resolve("packaging/dist/examples/keepalived");
  private static final String SECTION =
      """
      external = true
      addresses { both { interface = lan0, addresses = [192.0.2.100/32, "2001:db8::100/128"] } }
      """;

  @TempDir Path dir;

  @Test
  void keepalivedDrivesTakeoversByScriptAndFifo() throws IOException {
    try (Pair pair = new Pair(dir, SECTION)) {
      pair.a.start();
      pair.b.start();
      Waits.until(() -> pair.b.log().contains("link up"), GENEROUS, "the link\n" + pair.b.log());
      // Nobody decides: nobody is active.
      assertThat(pair.a.role() + " " + pair.b.role()).isEqualTo("standby standby");
      assertThat(pair.a.ctl("ha", "switchover", "--yes").err()).contains("another manager decides");

      try (Keepalived onA = keepalived(pair, pair.a, "pa", 150, script(pair.a));
          Keepalived onB = keepalived(pair, pair.b, "pb", 100, fifo(pair.b))) {
        onA.await("Entering MASTER STATE");
        pair.awaitActive(pair.a);
        pair.awaitPaired(pair.a, pair.b);
        pair.answers(Pair.A);
        pair.silenced(pair.b);

        // Power loss: pb's keepalived notices and decides.
        int mark = pair.tap.mark();
        pair.lan.plugged(Lan.SEGMENT, "pa", false);
        onA.kill();
        pair.powerLoss(pair.a, "pa");
        onB.await("Entering MASTER STATE");
        pair.awaitActive(pair.b);
        assertThat(pair.tap.claims(Lan.VIP4, mark)).contains(Pair.B);
        assertThat(pair.tap.claims(Lan.VIP6, mark)).contains(Pair.B);
        pair.answers(Pair.B);

        // Both are back, and pa's keepalived preempts: a handshake between the daemons.
        pair.powerBack("pa");
        pair.a.start();
        pair.awaitPaired(pair.b, pair.a);
        try (Keepalived _ = keepalived(pair, pair.a, "pa", 150, script(pair.a))) {
          pair.awaitPaired(pair.a, pair.b);
          pair.silenced(pair.b);
          pair.answers(Pair.A);

          // A fault of pa's interface as its keepalived sees it.
          mark = pair.tap.mark();
          pair.lan.plugged(Lan.SEGMENT, "pa", false);
          pair.a.awaitRole("fault");
          pair.awaitActive(pair.b);
          pair.silenced(pair.a);
          pair.answers(Pair.B);
          pair.lan.plugged(Lan.SEGMENT, "pa", true);
          pair.awaitPaired(pair.a, pair.b);
          pair.answers(Pair.A);
        }
      }
    }
  }

  private static String script(Polluxd node) {
    return "notify \"%s -p %s -s %s\"\n"
        .formatted(EXAMPLES.resolve("pollux-notify"), Polluxd.program("polluxctl"), socket(node));
  }

  private static String fifo(Polluxd node) {
    return """
        vrrp_notify_fifo %s
        vrrp_notify_fifo_script "%s %s %s"
        """
        .formatted(
            node.dir().resolve("notify.fifo"),
            EXAMPLES.resolve("pollux-fifo"),
            socket(node),
            Polluxd.program("polluxctl"));
  }

  private static Path socket(Polluxd node) {
    return node.dir().resolve("pollux.sock");
  }

  private Keepalived keepalived(Pair pair, Polluxd node, String netns, int priority, String notify)
      throws IOException {
    boolean global = notify.startsWith("vrrp_notify_fifo");
    Files.createDirectories(node.dir());
    return Keepalived.start(
        pair.lan.namespaces(),
        netns,
        dir.resolve("k-" + netns),
        """
        %s
        vrrp_instance outside {
          state BACKUP
          interface lan0
          virtual_router_id 71
          priority %d
          advert_int 1
          virtual_ipaddress {
            169.254.51.1/32 dev lo
          }
          %s
        }
        """
            .formatted(
                global ? "global_defs {\n" + notify + "}\n" : "", priority, global ? "" : notify));
  }
}
