package io.pollux.it.demo;

import io.pollux.it.lab.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A real keepalived beside a polluxd that leaves the decisions to it, with the notify script that
 * Pollux ships. What it advertises is an address of its own that nobody uses.
 */
final class Keepalived {
  private final Path dir;
  private final Machine machine;
  private final Tools tools;
  private Process process;

  /**
   * @param dir for its files
   */
  Keepalived(Path dir, Machine machine, Tools tools) {
    this.dir = dir;
    this.machine = machine;
    this.tools = tools;
  }

  /**
   * Starts it as a backup that never preempts.
   *
   * @param node the daemon that it drives
   */
  void start(Gateway gw, PolluxNode node, int advertMillis) {
    try {
      Files.createDirectories(dir);
      Path conf = dir.resolve("keepalived.conf");
      Files.writeString(conf, configuration(gw, node, advertMillis));
      process =
          machine.background(
              List.of(
                  "keepalived",
                  "--vrrp",
                  "--dont-fork",
                  "--log-console",
                  "--log-detail",
                  "--use-file=" + conf,
                  "--pid=" + dir.resolve("pid"),
                  "--vrrp_pid=" + dir.resolve("vrrp.pid")),
              Map.of(),
              log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String configuration(Gateway gw, PolluxNode node, int advertMillis) {
    return """
    global_defs {
      router_id %s
      vrrp_version 3
      script_user root
    }
    vrrp_instance outside {
      state BACKUP
      nopreempt
      interface wan0
      virtual_router_id 51
      priority %d
      advert_int %s
      virtual_ipaddress {
        169.254.51.1/32 dev lo
      }
      notify "%s -p %s -s %s"
    }
    """
        .formatted(
            gw.name(),
            gw.equals(Gateway.A) ? 150 : 100,
            String.format(Locale.ROOT, "%.2f", advertMillis / 1000.0),
            tools.notifyScript(),
            tools.polluxctl(),
            node.socket());
  }

  Path log() {
    return dir.resolve("keepalived.log");
  }

  void stop() {
    if (process != null) {
      process.destroy();
    }
  }
}
