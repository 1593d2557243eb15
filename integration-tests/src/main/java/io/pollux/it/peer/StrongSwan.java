package io.pollux.it.peer;

import io.pollux.it.lab.Machine;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * strongSwan's {@code charon-systemd} in one namespace, driven by {@code swanctl}. Several may run
 * beside each other: each has a directory of its own with configuration, control socket and log,
 * and needs no mount namespace.
 */
public final class StrongSwan implements AutoCloseable {
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  /** A start is the hardest work of all, and a build machine may be busy. */
  private static final Duration START = Duration.ofSeconds(240);

  /**
   * All that IKEv2 with pre-shared keys or certificates and the kernel's ESP need, and rare
   * ciphers; fewer plugins start faster.
   */
  private static final String PLUGINS =
      "random nonce openssl kernel-netlink socket-default vici kdf pem pkcs1 pkcs8 x509 revocation"
          + " constraints pubkey updown ccm ctr xcbc cmac";

  private final Machine machine;
  private final String name;
  private final Path directory;
  private final Process charon;

  private StrongSwan(Machine machine, String name, Path directory, Process charon) {
    this.machine = machine;
    this.name = name;
    this.directory = directory;
    this.charon = charon;
  }

  /**
   * Starts a daemon and loads its connections.
   *
   * @param directory a new directory for its files, kept after the end
   * @param swanctlConf the text of {@code swanctl.conf}, {@code connections} and {@code secrets}
   * @throws AssertionError with its log when it does not start, or refuses the configuration
   */
  public static StrongSwan start(
      Namespaces namespaces, String namespace, Path directory, String swanctlConf) {
    return start(namespaces, namespace, directory, swanctlConf, "");
  }

  /**
   * As {@link #start(Namespaces, String, Path, String)}, with more lines for the {@code charon}
   * section.
   */
  public static StrongSwan start(
      Namespaces namespaces,
      String namespace,
      Path directory,
      String swanctlConf,
      String settings) {
    return start(new Here(namespaces, namespace), namespace, directory, swanctlConf, settings);
  }

  /**
   * As {@link #start(Namespaces, String, Path, String, String)}, on any machine.
   *
   * @param name of the machine, for messages
   */
  public static StrongSwan start(
      Machine machine, String name, Path directory, String swanctlConf, String settings) {
    try {
      Files.createDirectories(directory.resolve("swanctl"));
      Files.writeString(directory.resolve("swanctl/swanctl.conf"), swanctlConf);
      Files.writeString(directory.resolve("strongswan.conf"), strongswanConf(directory, settings));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Process charon =
        machine.background(
            List.of("/usr/sbin/charon-systemd"),
            environment(directory),
            directory.resolve("charon.out"));
    StrongSwan peer = new StrongSwan(machine, name, directory, charon);
    peer.awaitReady();
    peer.swanctl("--load-all", "--noprompt").orFail();
    return peer;
  }

  /** The daemon runs in a namespace; its control socket is reached from anywhere. */
  private record Here(Namespaces namespaces, String namespace) implements Machine {
    @Override
    public Process open(List<String> command, Map<String, String> environment) {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      try {
        return builder.start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Process background(List<String> command, Map<String, String> environment, Path log) {
      return namespaces.start(namespace, log, environment, command.toArray(String[]::new));
    }
  }

  /** Runs {@code swanctl} with these arguments against this daemon. */
  public Ran swanctl(String... arguments) {
    List<String> words = new ArrayList<>(List.of("swanctl"));
    words.addAll(Arrays.asList(arguments));
    words.addAll(List.of("--uri", socket(directory)));
    return machine.run(words, environment(directory), GENEROUS);
  }

  /** Brings a Child SA up and waits for the outcome. */
  public Ran initiate(String child) {
    return swanctl("--initiate", "--child", child, "--timeout", "50");
  }

  /** The IKE SAs by the daemon's own report: one section each, with {@code child-sas} below. */
  public List<RawReport> sas() {
    return RawReport.parse(swanctl("--list-sas", "--raw").orFail(), "list-sa");
  }

  /**
   * The Child SAs of all IKE SAs, {@code state}, {@code spi-in}, {@code spi-out} … among their
   * values.
   */
  public List<RawReport> childSas() {
    return sas().stream().flatMap(event -> event.below("child-sas")).toList();
  }

  /** Its log so far. */
  public String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where its log is. */
  public Path logFile() {
    return directory.resolve("charon.log");
  }

  /** Its process id. */
  public long pid() {
    return charon.pid();
  }

  /** Ends it without a word to anybody. */
  public void kill() {
    charon.destroyForcibly();
    awaitEnd();
  }

  /** Ends it orderly: it deletes its SAs and says so to its peers. */
  @Override
  public void close() {
    charon.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    Waits.until(() -> !charon.isAlive(), GENEROUS, "the end of charon in " + name);
  }

  private void awaitReady() {
    Waits.until(
        () -> {
          if (!charon.isAlive()) {
            throw new AssertionError("charon ended in " + name + "\n" + log() + output());
          }
          return Files.exists(directory.resolve("vici")) && swanctl("--stats").ok();
        },
        START,
        "charon's control socket in " + name);
  }

  private String output() {
    try {
      return Files.readString(directory.resolve("charon.out"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static Map<String, String> environment(Path directory) {
    return Map.of(
        "STRONGSWAN_CONF", directory.resolve("strongswan.conf").toString(),
        "SWANCTL_DIR", directory.resolve("swanctl").toString());
  }

  private static String socket(Path directory) {
    return "unix://" + directory.resolve("vici");
  }

  private static String strongswanConf(Path directory, String settings) {
    return """
        charon-systemd {
          load = %s
          plugins {
            vici {
              socket = %s
            }
          }
          filelog {
            log {
              path = %s
              default = 1
              ike = 2
              chd = 2
              ike_name = yes
              time_format = %%b %%e %%T
              time_add_ms = yes
              flush_line = yes
            }
          }
          %s
        }
        swanctl {
          load = pem pkcs1 pkcs8 x509 openssl random
        }
        """
        .formatted(
            PLUGINS,
            socket(directory),
            directory.resolve("charon.log"),
            settings.indent(2).strip());
  }
}
