package io.pollux.it.demo;

import io.pollux.it.lab.Machine;
import io.pollux.it.lab.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** strongSwan at the branch, one connection per tunnel, no rekey and no liveness checks. */
final class StrongSwan implements Branch {
  private static final Pattern VERSION = Pattern.compile("strongSwan[^0-9]*([0-9.]+)");

  private final Machine machine;
  private final Path dir;
  private final int tunnels;
  private final Variant variant;
  private io.pollux.it.peer.StrongSwan charon;

  StrongSwan(Machine machine, Path dir, int tunnels) {
    this(machine, dir, tunnels, Variant.PLAIN);
  }

  StrongSwan(Machine machine, Path dir, int tunnels, Variant variant) {
    this.variant = variant;
    this.machine = machine;
    this.dir = dir;
    this.tunnels = tunnels;
  }

  @Override
  public String description() {
    Matcher m = VERSION.matcher(Shell.said(Shell.run(List.of("swanctl", "--version"))));
    return m.find() ? "strongSwan " + m.group(1) : "strongSwan";
  }

  @Override
  public void start() {
    charon =
        io.pollux.it.peer.StrongSwan.start(
            machine, Topology.BRANCH, dir, variant.branch(swanctlConf()), "");
  }

  @Override
  public void connect() {
    for (int i = 0; i < tunnels; i++) {
      for (String child : List.of("gcm", "cbc")) {
        Ran ran = charon.initiate(child + i);
        if (!ran.ok()) {
          throw new DemoFailure(
              "strongSwan could not set up " + child + i + ":\n" + Shell.said(ran));
        }
      }
    }
  }

  @Override
  public void rekey() {
    charon.swanctl("--rekey", "--child", "gcm0").orFail();
  }

  @Override
  public void saveSas(Path file) {
    try {
      Files.writeString(file, charon.swanctl("--list-sas", "--raw").orFail());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path log() {
    return dir.resolve("charon.log");
  }

  @Override
  public void stop() {
    if (charon != null) {
      charon.close();
    }
  }

  String swanctlConf() {
    StringBuilder s = new StringBuilder("connections {\n");
    for (int i = 0; i < tunnels; i++) {
      s.append(connection(i));
    }
    s.append("}\nsecrets {\n");
    for (int i = 0; i < tunnels; i++) {
      s.append(
          "  ike-%d { id-a = %s\n id-b = hub.example.org\n secret = \"%s\" }\n"
              .formatted(i, Names.branchId(i), Names.secret()));
    }
    return s.append("}\n").toString();
  }

  private static String connection(int i) {
    return """
      hub%1$d {
        version = 2
        local_addrs = %2$s
        remote_addrs = %3$s
        mobike = no
        proposals = aes256gcm16-prfsha384-x25519
        dpd_delay = 0
        rekey_time = 0
        reauth_time = 0
        local { auth = psk
                id = %4$s }
        remote { auth = psk
                 id = hub.example.org }
        children {
          gcm%1$d { local_ts = %5$s
                    remote_ts = 10.1.0.0/24
                    esp_proposals = aes256gcm16-esn
                    rekey_time = 0
                    replay_window = 128
                    start_action = none
                    close_action = none }
          cbc%1$d { local_ts = %6$s
                    remote_ts = 10.1.0.0/24
                    esp_proposals = aes256-sha256
                    rekey_time = 0
                    start_action = none
                    close_action = none }
        }
      }
    """
        .formatted(
            i,
            Topology.branchAddress(i),
            Gateway.OUTSIDE_VIP,
            Names.branchId(i),
            Topology.gcmSubnet(i),
            Topology.cbcSubnet(i));
  }
}
