package io.pollux.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Network namespaces that make up one test's network, {@code ip-netns(8)}. Inside the lab only.
 *
 * <p>Closing kills what still runs in them and deletes them. Calls are {@code ip -batch} where that
 * saves a process: a fork costs far more in the guest than what {@code ip} then does.
 */
public final class Namespaces implements AutoCloseable {
  private final List<String> names;

  private Namespaces(List<String> names) {
    this.names = names;
  }

  /**
   * Creates namespaces of these names, each with its loopback device up.
   *
   * @throws IllegalStateException outside the lab
   * @throws AssertionError when one exists or the kernel refuses
   */
  public static Namespaces of(String... names) {
    Guest.require();
    Namespaces made = new Namespaces(List.of(names));
    batch(Stream.of(names).map(name -> "netns add " + name));
    batch(Stream.of(names).map(name -> "netns exec " + name + " ip link set lo up"));
    return made;
  }

  /** Namespaces that stand already, made by other means; {@link #close} would delete them. */
  public static Namespaces existing(String... names) {
    return new Namespaces(List.of(names));
  }

  /** One end of a link: DEVICE in NAMESPACE. */
  public record End(String namespace, String device) {}

  /** A pair of virtual Ethernet devices, up, without addresses. */
  public void veth(End one, End other) {
    require(one.namespace);
    require(other.namespace);
    batch(
        Stream.of(
            "link add %s netns %s type veth peer name %s netns %s"
                .formatted(one.device, one.namespace, other.device, other.namespace)));
    ip(one.namespace, "link set " + one.device + " up");
    ip(other.namespace, "link set " + other.device + " up");
  }

  /**
   * A bridge, up, without ports: {@link #veth} and then {@code ip("wan", "link set p0 master br0")}
   * adds one.
   */
  public void bridge(String namespace, String device) {
    ip(
        namespace,
        "link add " + device + " type bridge forward_delay 0 stp_state 0",
        "link set " + device + " up");
  }

  /**
   * {@code ip} commands (without the word "ip") in one namespace, one process for all of them.
   *
   * @throws AssertionError with the kernel's words when one is refused; the ones before it stand
   */
  public void ip(String namespace, String... commands) {
    require(namespace);
    run(List.of("ip", "-n", namespace, "-batch", "-"), Stream.of(commands)).orFail();
  }

  /** Sets {@code /proc/sys} values in one namespace, {@code "net.ipv4.ip_forward=1"}. */
  public void sysctl(String namespace, String... settings) {
    String script =
        Stream.of(settings)
            .map(setting -> setting.split("=", 2))
            .map(
                pair ->
                    "echo '" + pair[1] + "' >/proc/sys/" + pair[0].replace('.', '/') + " || exit")
            .collect(Collectors.joining("\n"));
    run(namespace, "sh", "-c", script).orFail();
  }

  /** Runs a command in a namespace to its end. */
  public Ran run(String namespace, String... command) {
    return Commands.run(inside(namespace, command), "", Map.of(), Commands.GENEROUS);
  }

  /**
   * Starts a command in a namespace. {@code ip netns exec} becomes the command, so the process id
   * is its own.
   *
   * @param log where its stdout and stderr go
   */
  public Process start(
      String namespace, Path log, Map<String, String> environment, String... command) {
    ProcessBuilder builder = new ProcessBuilder(inside(namespace, command));
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    for (String name : names) {
      Commands.run("ip", "netns", "pids", name)
          .out()
          .lines()
          .map(Long::valueOf)
          .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
    batch(names.stream().map(name -> "netns del " + name));
  }

  private List<String> inside(String namespace, String... command) {
    require(namespace);
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    words.addAll(Arrays.asList(command));
    return words;
  }

  private void require(String namespace) {
    if (!names.contains(namespace)) {
      throw new IllegalArgumentException("no namespace of this test: " + namespace);
    }
  }

  private static void batch(Stream<String> commands) {
    run(List.of("ip", "-batch", "-"), commands).orFail();
  }

  private static Ran run(List<String> ip, Stream<String> commands) {
    String input = commands.map(command -> command + "\n").collect(Collectors.joining());
    return Commands.run(ip, input, Map.of(), Duration.ofSeconds(60));
  }
}
