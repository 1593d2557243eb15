package io.pollux.agent.drill;

import io.pollux.agent.control.Access;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandRegistry;
import io.pollux.agent.control.Consent;
import io.pollux.agent.control.ControlServer;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A daemon that says it is half of a pair. Its engine is a process that does nothing; when that
 * dies, the other node is the active one. Probes are answered while the file {@code answers} is
 * there.
 */
final class FakePair implements AutoCloseable {
  final List<String> orders = new CopyOnWriteArrayList<>();
  final AtomicLong packets = new AtomicLong();
  private final Path dir;
  private final ControlServer server;
  private Process engine;
  private volatile boolean active = true;
  volatile int refusals;
  volatile boolean late; // orders are followed, and the answer does not come

  FakePair(Path dir) throws IOException {
    this.dir = dir;
    Files.writeString(dir.resolve("answers"), "");
    startEngine();
    this.server =
        ControlServer.start(
            socket(),
            new Access(uid(), OptionalInt.empty(), OptionalInt.empty()),
            new CommandRegistry(
                List.of(
                    new Order("drill facts", this::facts),
                    new Order("ha status", this::status),
                    new Order("ha switchover", (in, out) -> order("switchover", false, in, out)),
                    new Order("ha promote", (in, out) -> order("promote", true, in, out)),
                    new Order("events", FakePair::events))));
  }

  private interface Body {
    void run(Invocation in, Output out) throws Exception;
  }

  private record Order(String name, Body body) implements Command {
    @Override
    public String synopsis() {
      return "";
    }

    @Override
    public boolean readOnly() {
      return false;
    }

    @Override
    public List<Flag> flags() {
      return name.startsWith("ha ") ? List.of(Consent.FLAG) : List.of();
    }

    @Override
    public void run(Invocation in, Output out) throws Exception {
      body.run(in, out);
    }
  }

  Path socket() {
    return dir.resolve("s");
  }

  /** A program that starts no shell, but answers probes while the file is there. */
  Path via() throws IOException {
    Path via =
        Files.writeString(
            dir.resolve("via"),
            """
            #!/bin/sh
            n=0
            while sleep 0.05; do
              n=$((n + 1))
              [ ! -e %s/answers ] || echo "answer=$n"
            done
            """
                .formatted(dir));
    if (!via.toFile().setExecutable(true)) {
      throw new IOException("not executable: " + via);
    }
    return via;
  }

  /** From the next loss of the role on nobody answers any more. */
  void silence() throws IOException {
    Files.delete(dir.resolve("answers"));
  }

  private static int uid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private void startEngine() throws IOException {
    engine = new ProcessBuilder("sh", "-c", "sleep 600; true", "io.pollux.fake").start();
  }

  private void order(String name, boolean makesActive, Invocation in, Output out) {
    if (!in.has("yes")) {
      throw new IllegalStateException("nobody can be asked here");
    }
    orders.add(name);
    if (orders.size() <= refusals) {
      out.errorLine("the peer did not answer");
      out.exit(1);
      return;
    }
    active = makesActive;
    if (late) {
      out.errorLine("a thread has not answered");
      out.exit(69);
      return;
    }
    out.line("done");
  }

  private static void events(Invocation in, Output out) throws InterruptedException {
    out.line("the first event");
    while (!out.awaitClosed(Duration.ofMillis(50))) {
      // Nothing else happens.
    }
  }

  private void observe() {
    if (!engine.isAlive()) {
      active = false;
      try {
        startEngine();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  private void status(Invocation in, Output out) {
    observe();
    boolean now = active;
    out.json(
        j ->
            j.field("role", now ? "active" : "standby")
                .field("peer", now ? "standby (in sync)" : "active (paired)")
                .field("readyForFailover", true));
  }

  private void facts(Invocation in, Output out) {
    observe();
    boolean now = active;
    // Every answered probe is a packet in both directions, as far as this fake knows.
    long count = packets.addAndGet(1000);
    out.json(
        j ->
            j.field("node", "gw-a")
                .field("pid", engine.pid())
                .field("active", now)
                .field("state", now ? "active (paired)" : "standby (in sync)")
                .field("peer", now ? "standby (in sync)" : "active (paired)")
                .field("ready", true)
                .strings("obstacles", List.of())
                .field("external", false)
                .field("preempt", false)
                .field("advertMillis", 100)
                .field("activeDownMillis", 361)
                .field("leaseMillis", 180)
                .field("missedMillis", 125)
                .nothing("takeoverMicros")
                .field("marginPackets", 5)
                .field("config", "0123")
                .objects(
                    "ports",
                    List.of("eth9"),
                    (o, p) -> o.field("name", p).strings("addresses", List.of("192.0.2.100")))
                .objects(
                    "tunnels",
                    List.of("net"),
                    (o, t) ->
                        o.field("connection", "site")
                            .field("child", t)
                            .field("local", "192.0.2.100")
                            .strings("localTs", List.of("10.1.0.0-10.1.0.255"))
                            .strings("remoteTs", List.of("10.2.0.0-10.2.0.255"))
                            .field("ike", "aa-bb")
                            .field("spiIn", "c1")
                            .field("spiOut", "c2")
                            .field("lag", 0)
                            .field("peakPerSecond", 1.5)
                            .field("packetsIn", now ? count : -1)
                            .field("packetsOut", now ? count : -1)));
  }

  @Override
  public void close() {
    server.close();
    engine.descendants().forEach(ProcessHandle::destroyForcibly);
    engine.destroyForcibly();
  }
}
