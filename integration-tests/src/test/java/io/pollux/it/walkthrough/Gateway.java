package io.pollux.it.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import io.pollux.it.peer.StrongSwan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A machine as the package leaves it: a namespace that sees /etc/pollux, /etc/swanctl, /run/pollux
 * and /var/lib/pollux of its own, so that the pages' files have the paths, and the commands the
 * words, that the pages give. Two things differ: there is no user pollux, and no systemd, whose
 * commands {@link #type} does itself.
 */
final class Gateway implements AutoCloseable {
  /** A start is the hardest work of all, and a build machine may be busy. */
  private static final Duration GENEROUS = Duration.ofSeconds(90);

  private static final Path HOME =
      Path.of(System.getProperty("pollux.home", "packaging/target/pollux"));
  private static final Path SHIPPED =
      Path.of(System.getProperty("pollux.root", ".."), "packaging/dist/etc");

  /** Arguments: the machine's directory, a line of the shell. */
  private static final String INSIDE =
      """
      mkdir -p /etc/pollux /etc/swanctl /run/pollux /var/lib/pollux
      mount --bind "$1/etc" /etc/pollux
      mount --bind "$1/swanctl" /etc/swanctl
      mount --bind "$1/run" /run/pollux
      mount --bind "$1/state" /var/lib/pollux
      PATH=$2:$PATH exec sh -c "$3"
      """;

  private static final String START =
      "exec polluxd --jvm-option -XX:+UseSerialGC --jvm-option -XX:TieredStopAtLevel=1"
          + " --jvm-option -XX:-UsePerfData --jvm-option -Xmx256m";

  /** What asks a reader at a terminal; nobody sits here. */
  private static final Pattern ASKS =
      Pattern.compile(
          "polluxctl (down|restart|reload|ha (switchover|promote|demote|fault|resync))\\b.*");

  private final Namespaces ns;
  private final String name;
  private final Path dir;
  private Process process;
  private StrongSwan strongSwan;

  /**
   * Nothing runs yet.
   *
   * @param name the namespace
   * @param dir for its files, kept after the end
   */
  Gateway(Namespaces ns, String name, Path dir) {
    this.ns = ns;
    this.name = name;
    this.dir = dir;
    try {
      for (String folder : List.of("etc/conf.d", "swanctl", "run", "state")) {
        Files.createDirectories(dir.resolve(folder));
      }
      Files.copy(SHIPPED.resolve("pollux.conf"), dir.resolve("etc/pollux.conf"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file as an editor does: one that is there keeps its mode. */
  void write(String path, String text) {
    Path file = dir.resolve("etc").resolve(Path.of("/etc/pollux").relativize(Path.of(path)));
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Types one line of a page; what is systemd's is done as systemd would. */
  Ran type(String line) {
    if (line.equals("sysctl --system")) {
      applySysctls();
      return new Ran(line, 0, "", "");
    }
    if (line.equals("systemctl disable --now strongswan")) {
      strongSwan.close();
      return new Ran(line, 0, "", "");
    }
    if (line.matches("systemctl .*\\bpollux")) {
      systemctl(line);
      return new Ran(line, 0, "", "");
    }
    return Commands.run(
        words(
            line.replace("-o pollux -g pollux", "").replace("chown pollux:", "chown root:")
                + (ASKS.matcher(line).matches() ? " --yes" : "")),
        "",
        Map.of(),
        GENEROUS);
  }

  /** As systemd does it: what is started already is not started again. */
  private void systemctl(String line) {
    switch (line) {
      case "systemctl enable pollux" -> {} // for the next boot
      case "systemctl enable --now pollux" -> {
        if (process == null || !process.isAlive()) {
          start();
        }
      }
      case "systemctl restart pollux" -> {
        stop();
        start();
      }
      default -> throw new AssertionError("not done here: " + line);
    }
  }

  /**
   * Types what the page about the installation says, up to its first look; the package itself is
   * installed already.
   */
  void install() {
    List<String> lines = new Page("install.md").blocks().getFirst().commands();
    assertThat(lines.getFirst()).startsWith("apt install ");
    assertThat(lines.getLast()).isEqualTo("polluxctl status");
    lines.stream().skip(1).forEach(line -> type(line).orFail());
  }

  private List<String> words(String line) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
    words.addAll(inside(line));
    return words;
  }

  private List<String> inside(String line) {
    return List.of("sh", "-ec", INSIDE, "sh", dir.toString(), HOME.resolve("bin").toString(), line);
  }

  /** Those of the shipped file that a namespace has of its own. */
  private void applySysctls() {
    try {
      String[] settings =
          Files.readAllLines(SHIPPED.resolve("90-pollux.conf")).stream()
              .filter(line -> line.startsWith("net.ipv"))
              .map(line -> line.replace(" ", ""))
              .toArray(String[]::new);
      ns.sysctl(name, settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts what it has been up to now: strongSwan with this configuration. */
  void runStrongSwan(String swanctlConf) {
    try {
      Files.writeString(dir.resolve("swanctl/swanctl.conf"), swanctlConf);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    applySysctls();
    strongSwan = StrongSwan.start(ns, name, dir.resolve("strongswan"), swanctlConf);
  }

  private void start() {
    process = ns.start(name, logFile(), Map.of(), inside(START).toArray(String[]::new));
    Waits.until(
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("polluxd ended in " + name + "\n" + log());
          }
          return Files.exists(dir.resolve("run/pollux.sock")) && type("polluxctl status").ok();
        },
        GENEROUS,
        "polluxd's control socket in " + name);
  }

  private void stop() {
    if (process != null && process.isAlive()) {
      process.destroy();
      Waits.until(() -> !process.isAlive(), GENEROUS, "the stop of polluxd in " + name);
    }
  }

  /** Kills all of it at once. */
  void kill() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    Waits.until(() -> !process.isAlive(), GENEROUS, "the end of polluxd in " + name);
  }

  /** Waits until a command prints what a block shows. */
  void awaitShown(Page.Block block, String command) {
    awaitPrinted(command, block::shows, block.text());
  }

  /** Waits until an order of polluxctl prints a line with these words. */
  void awaitLine(String order, String words) {
    awaitPrinted("polluxctl " + order, out -> out.contains(words), words);
  }

  private void awaitPrinted(String command, Predicate<String> wanted, String text) {
    AtomicReference<String> last = new AtomicReference<>("");
    try {
      Waits.until(
          () -> {
            last.set(type(command).out());
            return wanted.test(last.get());
          },
          GENEROUS,
          command + " prints on " + name + ":\n" + text + "\n");
    } catch (AssertionError late) {
      throw new AssertionError(late.getMessage() + "but this:\n" + last + log(), late);
    }
  }

  /** What it has said so far. */
  String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path logFile() {
    return dir.resolve("polluxd.log");
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      kill();
    }
  }
}
