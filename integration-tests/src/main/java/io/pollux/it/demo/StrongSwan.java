package io.pollux.it.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** strongSwan (charon-systemd) in the branch's namespace, with its own configuration, socket and log. */
final class StrongSwan implements Branch {
  private static final long START_SECONDS = 20;
  private static final long CONNECT_SECONDS = 30;

  private final Path dir;
  private final int tunnels;
  private Process charon;

  StrongSwan(Path dir, int tunnels) {
    this.dir = dir;
    this.tunnels = tunnels;
  }

  @Override
  public String description() {
    String version = Shell.run(List.of("swanctl", "--version")).text();
    Matcher m = Pattern.compile("strongSwan[^0-9]*([0-9.]+)").matcher(version);
    return m.find() ? "strongSwan " + m.group(1) : "strongSwan";
  }

  @Override
  public void start() {
    try {
      Path swanctl = dir.resolve("swanctl");
      for (String sub : List.of("conf.d", "x509", "x509ca", "private", "pubkey", "rsa", "ecdsa", "pkcs8", "pkcs12")) {
        Files.createDirectories(swanctl.resolve(sub));
      }
      Files.writeString(dir.resolve("strongswan.conf"), strongswanConf());
      Files.writeString(swanctl.resolve("swanctl.conf"), swanctlConf());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    charon = Shell.background(Shell.in(Topology.BRANCH, environment("charon-systemd")), dir.resolve("charon.out"));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    Shell.Output loaded = swanctl("--load-all", "--noprompt");
    while (!loaded.ok()) {
      if (System.nanoTime() > end || !charon.isAlive()) {
        throw new DemoFailure("strongSwan did not start: " + loaded.text().strip());
      }
      Shell.pause(200);
      loaded = swanctl("--load-all", "--noprompt");
    }
  }

  private List<String> environment(String... command) {
    List<String> out =
        new ArrayList<>(
            List.of(
                "env",
                "STRONGSWAN_CONF=" + dir.resolve("strongswan.conf"),
                "SWANCTL_DIR=" + dir.resolve("swanctl")));
    out.addAll(List.of(command));
    return out;
  }

  private Shell.Output swanctl(String... arguments) {
    List<String> command = new ArrayList<>(environment("swanctl"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--uri", "unix://" + dir.resolve("vici")));
    return Shell.run(command, CONNECT_SECONDS + 10);
  }

  @Override
  public void connect() {
    for (int i = 0; i < tunnels; i++) {
      for (String child : List.of("gcm", "cbc")) {
        Shell.Output out = swanctl("--initiate", "--child", child + i, "--timeout", Long.toString(CONNECT_SECONDS));
        if (!out.ok()) {
          throw new DemoFailure("strongSwan could not set up " + child + i + ":\n" + out.text().strip());
        }
      }
    }
  }

  @Override
  public void saveSas(Path file) {
    try {
      Files.writeString(file, swanctl("--list-sas", "--raw").text());
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
      charon.destroy();
    }
  }

  private String strongswanConf() {
    return """
        charon-systemd {
          load = random nonce openssl kernel-netlink socket-default vici kdf pem pkcs1 pkcs8 x509 revocation constraints pubkey updown
          plugins { vici { socket = unix://%s } }
          retransmit_tries = 3
          filelog {
            log { path = %s
                  time_format = %%T
                  time_add_ms = yes
                  flush_line = yes
                  default = 1
                  ike = 2
                  knl = 1 }
          }
          journal { default = -1 }
        }
        swanctl { load = random openssl pem pkcs1 x509 }
        """
        .formatted(dir.resolve("vici"), log());
  }

  String swanctlConf() {
    StringBuilder s = new StringBuilder("connections {\n");
    for (int i = 0; i < tunnels; i++) {
      s.append(connection(i));
    }
    s.append("}\nsecrets {\n");
    for (int i = 0; i < tunnels; i++) {
      s.append("  ike-%d { id-a = %s\n id-b = hub.example.org\n secret = \"%s\" }\n".formatted(i, Names.branchId(i), Names.secret()));
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
