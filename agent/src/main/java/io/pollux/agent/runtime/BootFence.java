package io.pollux.agent.runtime;

import io.pollux.ha.gate.GateRule;
import io.pollux.ha.vrrp.Vip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps a machine silent between its boot and its daemon: the gate and the backstop of the
 * last configuration, as a file for {@code ip -force -batch} and one for {@code ip -6 -force
 * -batch}: without {@code -6} a rule is one of IPv4, and the first address of the wrong family ends
 * ip. A unit that runs before the network is there reads them
 * (packaging/dist/systemd/pollux-boot-fence.service).
 */
final class BootFence {
  static final String FILE = "boot-fence.ip";
  static final String FILE6 = "boot-fence.ip6";
  private static final Logger LOG = LoggerFactory.getLogger(BootFence.class);

  private BootFence() {}

  /**
   * Writes both files.
   *
   * @param directory of the state
   * @param backstop lines of ip, of both families
   */
  static void write(Path directory, List<Vip> vips, List<String> backstop) {
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
    for (Vip vip : vips) {
      lines.add(
          "rule add pref %d iif %s to %s/%d blackhole"
              .formatted(
                  GateRule.PREFERENCE,
                  vip.interfaceName(),
                  vip.address().getHostAddress(),
                  vip.address().getAddress().length * 8));
    }
    lines.addAll(backstop);
    var byFamily = lines.stream().collect(Collectors.partitioningBy(line -> line.contains(":")));
    write(directory.resolve(FILE6), byFamily.get(true));
    write(directory.resolve(FILE), byFamily.get(false));
  }

  private static void write(Path file, List<String> lines) {
    try {
      Files.createDirectories(file.getParent());
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.write(fresh, lines);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException refused) {
      LOG.error(
          "{}: {}: the next boot is not fenced before the daemon runs", file, refused.toString());
    }
  }
}
