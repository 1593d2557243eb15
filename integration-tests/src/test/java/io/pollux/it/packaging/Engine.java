package io.pollux.it.packaging;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Ran;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A Docker engine of the test's own, in the lab: its data on a tmpfs, no packet filter of its own,
 * one bridge network.
 */
final class Engine implements AutoCloseable {
  static final String WAN = "wan";

  /** The network's bridge on the host, where the host is 203.0.113.254. */
  static final String BRIDGE = "br-wan";

  static final List<Capability> ALL =
      List.of(Capability.NET_ADMIN, Capability.NET_RAW, Capability.NET_BIND_SERVICE);
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Process daemon;
  private final DockerClient client;
  private final Path directory;
  private final String image;

  private Engine(Process daemon, DockerClient client, Path directory, String image) {
    this.daemon = daemon;
    this.client = client;
    this.directory = directory;
    this.image = image;
  }

  /** Starts the engine and gives it the image and a network 203.0.113.0/24. */
  static Engine start(Path directory, Path image) throws IOException {
    Commands.run(
            "sh", "-c", "mkdir -p /run/engine && mount -t tmpfs -o size=70% engine /run/engine")
        .orFail();
    Path log = directory.resolve("dockerd.log");
    Process daemon =
        new ProcessBuilder(
                "dockerd",
                "--host=unix:///run/engine/docker.sock",
                "--data-root=/run/engine/data",
                "--exec-root=/run/engine/exec",
                "--pidfile=/run/engine/docker.pid",
                "--iptables=false",
                "--ip6tables=false",
                "--bridge=none",
                "--storage-driver=overlay2")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    URI socket = URI.create("unix:///run/engine/docker.sock");
    DockerClient client =
        DockerClientImpl.getInstance(
            DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(socket.toString())
                .build(),
            new ZerodepDockerHttpClient.Builder().dockerHost(socket).build());
    Waits.until(
        () -> {
          if (!daemon.isAlive()) {
            throw new AssertionError("dockerd has ended\n" + read(log));
          }
          return Files.exists(Path.of("/run/engine/docker.sock")) && pings(client);
        },
        LIMIT,
        "dockerd");
    try (InputStream tar = Files.newInputStream(image)) {
      client.loadImageCmd(tar).exec();
    }
    client
        .createNetworkCmd()
        .withName(WAN)
        .withOptions(Map.of("com.docker.network.bridge.name", BRIDGE))
        .withIpam(
            new Network.Ipam()
                .withConfig(
                    new Network.Ipam.Config()
                        .withSubnet("203.0.113.0/24")
                        .withGateway("203.0.113.254")))
        .exec();
    String tag = client.listImagesCmd().exec().getFirst().getRepoTags()[0];
    return new Engine(daemon, client, directory, tag);
  }

  private static boolean pings(DockerClient client) {
    try {
      client.pingCmd().exec();
      return true;
    } catch (RuntimeException notYet) {
      return false;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /**
   * Makes and starts a container of the image: read-only root, its configuration from NAME/etc, its
   * run directory (with the control socket) in NAME/run, both in the test's directory.
   */
  String run(String name, String address, List<Capability> capabilities) {
    HostConfig host =
        HostConfig.newHostConfig()
            .withNetworkMode(WAN)
            .withReadonlyRootfs(true)
            .withCapDrop(Capability.ALL)
            .withCapAdd(withGuard(capabilities))
            .withTmpFs(Map.of("/tmp", "noexec,size=16m"))
            .withBinds(
                Bind.parse(own(name, "etc") + ":/etc/pollux:ro"),
                Bind.parse(own(name, "run") + ":/run/pollux"));
    return start(name, address, host);
  }

  /**
   * The same, as one of the shipped examples says, but with folders of the test in place of the
   * host's, and, where an address is given, in the test's network in place of the host's.
   */
  String run(String name, String address, Example example) {
    List<Bind> binds = new ArrayList<>();
    example
        .mounts()
        .forEach(
            (inside, readOnly) ->
                binds.add(
                    Bind.parse(
                        own(name, inside.substring(1).replace("/pollux", ""))
                            + ":"
                            + inside
                            + (readOnly ? ":ro" : ""))));
    HostConfig host =
        HostConfig.newHostConfig()
            .withNetworkMode(address == null ? "host" : WAN)
            .withReadonlyRootfs(example.readOnly())
            .withCapAdd(example.add().toArray(Capability[]::new))
            .withTmpFs(example.tmpfs())
            .withUlimits(
                example.ulimits().entrySet().stream()
                    .map(limit -> new Ulimit(limit.getKey(), limit.getValue(), limit.getValue()))
                    .toList())
            .withBinds(binds);
    if (example.dropAll()) {
      host.withCapDrop(Capability.ALL);
    }
    return start(name, address, host);
  }

  private String start(String name, String address, HostConfig host) {
    CreateContainerCmd create =
        client.createContainerCmd(image).withName("pollux-" + name).withHostConfig(host);
    if (address != null) {
      create.withHostName(name).withIpv4Address(address);
    }
    String id = create.exec().getId();
    client.startContainerCmd(id).exec();
    return id;
  }

  /** What the guard needs to become the engine's user, whatever the engine gets. */
  static Capability[] guard() {
    return new Capability[] {
      Capability.CHOWN,
      Capability.KILL,
      Capability.SETUID,
      Capability.SETGID,
      Capability.SETPCAP,
      Capability.DAC_OVERRIDE
    };
  }

  private static Capability[] withGuard(List<Capability> capabilities) {
    return Stream.concat(capabilities.stream(), Stream.of(guard())).toArray(Capability[]::new);
  }

  /** A folder of a container in the test's directory. */
  private Path own(String name, String folder) {
    return directory.resolve(name).resolve(folder);
  }

  /** Writes its configuration; files with secrets belong to the image's user. */
  void configure(String name, Map<String, String> files) throws IOException {
    Path etc = Files.createDirectories(own(name, "etc"));
    Files.createDirectories(own(name, "run"));
    Path state = Files.createDirectories(own(name, "var/lib"));
    Commands.run("chown", "600:600", state.toString()).orFail();
    for (var file : files.entrySet()) {
      Files.writeString(etc.resolve(file.getKey()), file.getValue());
    }
    Commands.run("sh", "-c", "cd " + etc + " && chown 600:600 * && chmod 600 *").orFail();
  }

  Path etc(String name) {
    return own(name, "etc");
  }

  InspectContainerResponse.ContainerState state(String id) {
    return client.inspectContainerCmd(id).exec().getState();
  }

  String health(String id) {
    return state(id).getHealth().getStatus();
  }

  void kill(String id) {
    client.killContainerCmd(id).exec();
  }

  void stop(String id) {
    client.stopContainerCmd(id).withTimeout(30).exec();
  }

  void startAgain(String id) {
    client.startContainerCmd(id).exec();
  }

  /** polluxctl of the lab, through the volume. */
  Ran ctl(String name, String... words) {
    List<String> all =
        new ArrayList<>(
            List.of(
                System.getProperty("pollux.home") + "/bin/polluxctl",
                "-s",
                own(name, "run") + "/pollux.sock"));
    all.addAll(List.of(words));
    return Commands.run(all.toArray(String[]::new));
  }

  /** A program of the lab in the container's network. */
  Ran inNetwork(String id, String... words) {
    List<String> all =
        new ArrayList<>(
            List.of("nsenter", "-t", Long.toString(state(id).getPidLong()), "-n", "--"));
    all.addAll(List.of(words));
    return Commands.run(all.toArray(String[]::new));
  }

  /** All that it has written so far. */
  String log(String id) {
    StringBuilder text = new StringBuilder();
    try {
      client
          .logContainerCmd(id)
          .withStdOut(true)
          .withStdErr(true)
          .exec(
              new ResultCallback.Adapter<Frame>() {
                @Override
                public void onNext(Frame frame) {
                  text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
                }
              })
          .awaitCompletion();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return text.toString();
  }

  @Override
  public void close() {
    try {
      client.listContainersCmd().exec().forEach(c -> client.killContainerCmd(c.getId()).exec());
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      daemon.destroy();
      Waits.until(() -> !daemon.isAlive(), LIMIT, "the end of dockerd");
    }
  }
}
