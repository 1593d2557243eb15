package io.pollux.agent.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads {@code pollux.conf} and the files of {@code conf.d} beside it into a {@link PolluxConfig}.
 */
public final class ConfigLoader {
  private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace");
  private static final Set<String> FORMATS = Set.of("auto", "text", "journald", "json");
  private static final String TEMPLATES = "templates";
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  private static final long MOST_OCTETS = 64L << 20; // a hundred thousand connections

  private final List<ConfigProblem> problems = new ArrayList<>();
  private final Path directory;
  private final FileRights rights;

  private ConfigLoader(Path directory, FileRights rights) {
    this.directory = directory;
    this.rights = rights;
  }

  /** The configuration in {@code file}, or every problem that it has. */
  public static PolluxConfig load(Path file) throws ConfigException {
    return load(file, FileRights.OWN);
  }

  /**
   * The same for somebody who asks whether the daemon could use it: what root may read, the
   * packaged daemon's user may not.
   */
  public static PolluxConfig check(Path file) throws ConfigException {
    return load(file, FileRights.ofDaemon());
  }

  static PolluxConfig load(Path file, FileRights rights) throws ConfigException {
    Path absolute = file.toAbsolutePath().normalize();
    ConfigLoader loader = new ConfigLoader(absolute.getParent(), rights);
    Config merged = loader.parseAll(absolute);
    if (!loader.problems.isEmpty()) {
      throw new ConfigException(loader.problems);
    }
    PolluxConfig config =
        loader.read(
            new Section(merged.root(), "", loader.problems, rights),
            keys(merged.withoutPath(TEMPLATES)));
    if (!loader.problems.isEmpty()) {
      throw new ConfigException(loader.problems);
    }
    return config;
  }

  private Config parseAll(Path file) {
    Config merged = parse(file);
    for (Path extra : dropIns()) {
      merged = parse(extra).withFallback(merged);
    }
    try {
      return merged.resolve();
    } catch (com.typesafe.config.ConfigException unresolved) {
      problems.add(new ConfigProblem(file.toString(), "", unresolved.getMessage()));
      return ConfigFactory.empty();
    }
  }

  private List<Path> dropIns() {
    Path folder = directory.resolve("conf.d");
    Set<Path> sorted = new TreeSet<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.conf")) {
        files.forEach(sorted::add);
      } catch (IOException e) {
        problems.add(new ConfigProblem(folder.toString(), "", "cannot be read: " + e.getMessage()));
      }
    }
    return List.copyOf(sorted);
  }

  private Config parse(Path file) {
    String refused = unusable(file);
    if (!refused.isEmpty()) {
      problems.add(new ConfigProblem(file.toString(), "", refused));
      return ConfigFactory.empty();
    }
    try {
      return ConfigFactory.parseFile(
          file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
    } catch (com.typesafe.config.ConfigException.IO _) {
      problems.add(new ConfigProblem(file.toString(), "", "cannot be read"));
    } catch (com.typesafe.config.ConfigException broken) {
      int line = broken.origin() == null ? -1 : broken.origin().lineNumber();
      String message = broken.getMessage();
      String prefix = broken.origin() == null ? "" : broken.origin().description() + ": ";
      problems.add(
          new ConfigProblem(
              line > 0 ? file + ":" + line : file.toString(),
              "",
              message.startsWith(prefix) ? message.substring(prefix.length()) : message));
    }
    return ConfigFactory.empty();
  }

  /** Why nothing can be parsed there; empty if it can. A device has no end. */
  private String unusable(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        return "is not a regular file";
      }
      return attributes.size() <= MOST_OCTETS
          ? rights.refusal(file)
          : "is larger than " + (MOST_OCTETS >> 20) + " MiB";
    } catch (IOException failed) {
      return SecretFiles.because(failed);
    }
  }

  private static SortedMap<String, String> keys(Config merged) {
    SortedMap<String, String> all = new TreeMap<>();
    merged.entrySet().forEach(e -> all.put(e.getKey(), String.valueOf(e.getValue().unwrapped())));
    return all;
  }

  private PolluxConfig read(Section root, SortedMap<String, String> keys) {
    root.section(TEMPLATES); // by now every ${templates.NAME} has its content in its place
    PolluxConfig.Node node = node(root.section("node"));
    Section control = root.section("control");
    Path socket = path(control, "socket", PolluxConfig.CONTROL_SOCKET);
    control.done();
    Section log = root.section("log");
    String level = log.string("level", "info");
    if (!LEVELS.contains(level)) {
      log.problem("level", "is \"" + level + "\"; expected error, warn, info, debug or trace");
    }
    String form = log.string("format", "auto");
    if (!FORMATS.contains(form)) {
      log.problem("format", "is \"" + form + "\"; expected auto, text, journald or json");
    }
    Optional<Path> ikeKeys =
        log.has("ike-keys-file") ? Optional.of(path(log, "ike-keys-file", "")) : Optional.empty();
    log.done();
    Section lab = root.section("lab");
    boolean unsafe = lab.bool("unsafe", false);
    lab.done();
    PolluxConfig.Ike ike = ike(root.section("ike"));
    Optional<HaConfig> ha = root.optional("ha", s -> new HaReader(directory, unsafe).read(s));
    List<Path> files =
        root.list("secrets", List.of(), "of file names").stream().map(directory::resolve).toList();
    Secrets secrets = SecretFiles.read(root, "secrets", files, problems);
    Optional<HaConfig.RoleHook> hook =
        HaReader.hook(root.section("hooks"), "connection", 10 * SECOND);
    Optional<InetSocketAddress> metrics = root.optional("metrics", NetworkReader::metrics);
    NetworkConfig.Routes routes = NetworkReader.routes(root.section("routes"));
    Map<String, NetworkConfig.Tunnel> tunnels = new LinkedHashMap<>();
    Credentials credentials = new Credentials();
    List<ConnectionPolicy> connections = new ArrayList<>();
    Set<String> redundant = new LinkedHashSet<>();
    root.named("connections")
        .forEach(
            (name, s) -> {
              NetworkReader.tunnel(name, s, tunnels);
              new ConnectionReader(directory, secrets, credentials, redundant)
                  .read(name, s)
                  .ifPresent(c -> connections.add(checked(c, s, ha, tunnels)));
            });
    InducedConfig induced = InducedConfig.read(root.section("induced-rekey"), redundant);
    root.done();
    NetworkConfig network = new NetworkConfig(routes, tunnels);
    return new PolluxConfig(
        node,
        socket,
        level,
        form,
        ikeKeys,
        ike,
        ha,
        connections,
        network,
        induced,
        secrets,
        credentials,
        metrics,
        hook,
        keys,
        unsafe);
  }

  private static ConnectionPolicy checked(
      ConnectionPolicy connection,
      Section section,
      Optional<HaConfig> ha,
      Map<String, NetworkConfig.Tunnel> tunnels) {
    NetworkConfig.Tunnel tunnel = tunnels.get(connection.name());
    if (tunnel != null && tunnel.device() != NetworkConfig.Device.NONE) {
      for (ChildPolicy child : connection.children()) {
        if (child.transport()) {
          section.problem(
              "interface",
              "does not go with child "
                  + child.name()
                  + ", which has mode = transport; expected none");
        }
      }
    }
    if (ha.isPresent()) {
      List<InetAddress> vips = ha.get().vips().stream().map(Prefix::address).toList();
      if (!vips.contains(connection.localAddress())) {
        section.problem(
            "local",
            "address is "
                + connection.localAddress().getHostAddress()
                + "; expected one of the virtual addresses of this pair, "
                + vips.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "))
                + ", because only those move at a takeover");
      }
    }
    return connection;
  }

  private PolluxConfig.Node node(Section s) {
    String name = s.string("name", "pollux");
    Path state = path(s, "state-dir", "/var/lib/pollux");
    Path run = path(s, "run-dir", "/run/pollux");
    s.done();
    return new PolluxConfig.Node(name, state, run);
  }

  private static PolluxConfig.Ike ike(Section s) {
    Section retransmit = s.section("retransmit");
    long first = retransmit.durationNs("first", SECOND, 50 * MS, 60 * SECOND);
    int tries = retransmit.integer("tries", 6, 1, 30);
    retransmit.done();
    Section limits = s.section("limits");
    int halfOpen = limits.integer("half-open", 4000, 1, 1_000_000);
    int perAddress = limits.integer("half-open-per-address", 50, 1, 1_000_000);
    int cookies = limits.integer("cookie-threshold", 100, 0, 1_000_000);
    limits.done();
    int port = s.integer("port", 500, 1, 65535);
    int natPort = s.integer("nat-port", 4500, 1, 65535);
    s.done();
    return new PolluxConfig.Ike(port, natPort, first, tries, halfOpen, perAddress, cookies);
  }

  private Path path(Section s, String key, String absent) {
    String text = s.string(key, absent);
    try {
      return directory.resolve(text);
    } catch (InvalidPathException wrong) {
      s.problem(key, "is not a path: " + wrong.getReason());
      return Path.of(absent);
    }
  }
}
