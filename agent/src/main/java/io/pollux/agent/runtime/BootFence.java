package io.pollux.agent.runtime;

import io.pollux.ha.gate.GateRule;
import io.pollux.ha.vrrp.Vip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps a machine silent between its boot and its daemon: the gate and the backstop of the
 * last configuration, as a file for {@code ip -force -batch}. A unit that runs before the network
 * is there reads it (packaging/dist/systemd/pollux-boot-fence.service).
 */
final class BootFence {
  static final String FILE = "boot-fence.ip";
  private static final Logger LOG = LoggerFactory.getLogger(BootFence.class);

  private BootFence() {}

  static void write(Path file, List<Vip> vips, List<String> backstop) {
    List<String> lines = new ArrayList<>();
    for (GateRule rule : GateRule.of(vips.stream().map(Vip::address).toList())) {
      lines.add(
          "rule add pref "
              + GateRule.PREFERENCE
              + " from "
              + rule.vip().getHostAddress()
              + "/"
              + rule.prefixLength()
              + " blackhole");
    }
    lines.addAll(backstop);
    try {
      Files.createDirectories(file.getParent());
      Path fresh = file.resolveSibling(FILE + ".new");
      Files.write(fresh, lines);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException refused) {
      LOG.error(
          "{}: {}: the next boot is not fenced before the daemon runs", file, refused.toString());
    }
  }
}
