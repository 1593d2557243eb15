package io.pollux.agent.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.agent.config.ConfigException;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.reload.ReloadPlan;
import io.pollux.ha.induced.InducedRekey;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.vrrp.VrrpRefused;
import io.pollux.ike.engine.ChildDown;
import io.pollux.ike.engine.EngineStatistics;
import io.pollux.ike.engine.Input;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A gateway that answers what the test says. */
public final class FakeGateway implements Gateway {
  private static final String CONFIGURATION =
      """
      node { name = test }
      secrets = [ psk.conf ]
      connections { site {
        local { address = 192.0.2.100, id = gw.example }
        remote { address = 192.0.2.2, id = peer.example }
        children { net { local-ts = ["10.1.0.0/16"], remote-ts = ["10.2.0.0/16"] } }
      } }
      ha {
        link {
          local = 192.0.2.11, peer = 192.0.2.12, identity = a.pem
          peer-fingerprint = "sha256:05e98ace257ecbe84cbfedb248defe7863dd061f5a29b29d879fbe505fe4c3c6"
        }
        vrrp { instances { out {
          interface = eth0, vrid = 7, addresses = ["192.0.2.100/32"], source = 192.0.2.11, peer = 192.0.2.12
        } } }
      }
      """;

  private final PolluxConfig config;
  Optional<String> witnessed = Optional.empty();
  public Optional<Path> exposedKeys = Optional.empty();
  History history = new History(List.of(), List.of());
  List<Counters> counters =
      List.of(
          new Counters(TestChild.of(0xc0001001).snapshot(), Optional.empty(), Optional.empty()));
  public PairView pair;
  public List<IkeSaSnapshot> sas = List.of();
  List<IkeSaSnapshot> overviewSas = List.of();
  final Deque<Observation> looks = new ArrayDeque<>();
  public final Map<String, Long> engine = new TreeMap<>();
  public boolean active = true;
  public List<ChildDown> down = List.of();
  boolean frozen;

  private final Path file;
  Result reload = new Result(true, "done");
  int reloads;
  int restarts;

  /** What was ordered, of SAs and of the role. */
  final List<String> orders = new ArrayList<>();

  private FakeGateway(Path file) throws ConfigException {
    this.file = file;
    this.config = ConfigLoader.load(file);
  }

  /** Writes the configuration anew, with one text replaced by another. */
  void edit(String what, String by) throws IOException {
    String before = Files.readString(file);
    assertThat(before).contains(what);
    Files.writeString(file, before.replace(what, by));
  }

  /** Writes {@code line} behind the configuration. */
  void append(String line) throws IOException {
    Files.writeString(file, Files.readString(file) + line + "\n");
  }

  @Override
  public ReloadPlan planReload() throws ConfigException {
    return ReloadPlan.of(config, ConfigLoader.load(file));
  }

  @Override
  public Result reload(ReloadPlan plan) {
    reloads++;
    return reload;
  }

  /** One whose configuration, already written by {@link #in}, has a text replaced by another. */
  static FakeGateway with(Path folder, String what, String by) throws Exception {
    Path file = folder.resolve("pollux.conf");
    String before = Files.readString(file);
    assertThat(before).contains(what);
    Files.writeString(file, before.replace(what, by));
    return new FakeGateway(file);
  }

  public static FakeGateway in(Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("pollux.conf"), CONFIGURATION);
    Path psk = secret(folder.resolve("psk.conf"));
    secret(folder.resolve("a.pem"));
    Files.writeString(psk, "psk { \"peer.example\" = \"a long word for the test alone\" }");
    return new FakeGateway(file);
  }

  private static Path secret(Path file) throws IOException {
    return Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  @Override
  public PolluxConfig config() {
    return config;
  }

  @Override
  public Optional<Path> exposedKeys() {
    return exposedKeys;
  }

  @Override
  public String state() {
    return "active (no pair)";
  }

  @Override
  public CompletableFuture<Overview> overview() {
    return CompletableFuture.completedFuture(
        new Overview(
            active,
            overviewSas,
            down,
            new EngineStatistics(0, 0, new TreeMap<>(engine)),
            0,
            new Traffic(1, 2, 3, 4),
            new InducedRekey.Totals(0, 5, 0, 0, 0)));
  }

  @Override
  public CompletableFuture<List<IkeSaSnapshot>> sas() {
    return CompletableFuture.completedFuture(sas);
  }

  @Override
  public CompletableFuture<List<Counters>> counters() {
    return CompletableFuture.completedFuture(counters);
  }

  @Override
  public CompletableFuture<Observation> observe(Optional<String> connection) {
    Observation none = new Observation(1, new TreeMap<>(), List.of());
    return CompletableFuture.completedFuture(looks.isEmpty() ? none : looks.removeFirst());
  }

  @Override
  public CompletableFuture<Result> order(
      Input.Verb verb, String connection, Optional<String> child) {
    orders.add(verb + " " + connection);
    return CompletableFuture.completedFuture(new Result(false, "no " + connection));
  }

  @Override
  public Optional<Pair> pair() {
    return Optional.ofNullable(pair).map(p -> new Half(p, witnessed, history, orders));
  }

  @Override
  public AutoCloseable listen(Consumer<String> listener) {
    return () -> {};
  }

  @Override
  public Result restart() {
    restarts++;
    return new Result(true, "the daemon is started again");
  }

  @Override
  public CompletableFuture<?> freezeSync() {
    frozen = true;
    return CompletableFuture.completedFuture(true);
  }

  /** The pair, as the test says it is. */
  private record Half(PairView view, Optional<String> witnessed, History past, List<String> orders)
      implements Pair {
    @Override
    public String name() {
      return "0a1b2c3d4e5f";
    }

    @Override
    public CompletableFuture<PairView> look() {
      return CompletableFuture.completedFuture(view);
    }

    @Override
    public CompletableFuture<Map<VrrpRefused.Reason, Long>> vrrpRefused() {
      return CompletableFuture.completedFuture(Map.of(VrrpRefused.Reason.CHECKSUM, 3L));
    }

    @Override
    public CompletableFuture<History> history() {
      return CompletableFuture.completedFuture(past);
    }

    @Override
    public CompletableFuture<Result> resync() {
      return CompletableFuture.completedFuture(new Result(true, "a snapshot is sent"));
    }

    @Override
    public CompletableFuture<Result> order(RoleInput.Verb verb) {
      orders.add(verb.name());
      return CompletableFuture.completedFuture(new Result(true, verb.name()));
    }
  }
}
