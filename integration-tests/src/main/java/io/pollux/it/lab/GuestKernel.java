package io.pollux.it.lab;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A guest kernel as a machine of its own: started by the lab's launcher, driven through the
 * launcher's agent ({@code integration-tests/lab/agent.c}), on the wires of {@link Wires}.
 *
 * <p>Its files are this machine's, read-only with a layer of its own above, but for one directory
 * that both may write. It has a clock of its own: see {@link #clockAheadNanos}.
 */
public final class GuestKernel implements Machine, AutoCloseable {
  private static final int DEAD = 137;
  private static final long START_SECONDS = 180;
  private static final int CLOCK_SAMPLES = 20;

  /** See agent.c: what may be under way, and how much is said at once. */
  private static final int UNREAD = 2048;

  private static final int PIECE = 1024;

  private final String name;
  private final Process launcher;
  private final OutputStream in;
  private final Map<Long, RemoteProcess> running = new ConcurrentHashMap<>();
  private final Map<Long, CompletableFuture<Long>> clocks = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();
  private final CountDownLatch booted = new CountDownLatch(1);
  private final Object turn = new Object();
  private final Object room = new Object();
  private long unread;
  private volatile boolean dead;

  /**
   * What a guest is made of.
   *
   * @param launcher the lab's {@code pollux-lab}; {@code pollux-agent} lies beside it
   * @param mount an empty directory for the launcher to mount on, the same for all guests
   * @param shared the directory that the guest may write; at most one level below an existing one
   * @param log where its kernel's log and its agent's complaints go
   */
  public record Plan(
      Path launcher, Path kernel, Path mount, String memory, Path shared, Path log) {}

  /**
   * Boots a guest; returns at once, see {@link #awaitBoot}. It dies with the thread that calls
   * this, which is to be one that lives as long as the guest shall.
   *
   * @param devices its network devices {@code vec0}, {@code vec1} ...: "SOCKET,MAC", see {@link
   *     Wires#device}
   */
  public GuestKernel(String name, Plan plan, List<String> devices) {
    this.name = name;
    List<String> words = new ArrayList<>();
    words.addAll(List.of(plan.launcher.toString(), "--stdin", "--die-with-parent"));
    words.addAll(List.of("--dir", plan.mount.toString(), "--kernel", plan.kernel.toString()));
    words.addAll(List.of("--mem", plan.memory, "--rw", plan.shared.toString()));
    words.addAll(List.of("--log", plan.log + ".kernel"));
    devices.forEach(device -> words.addAll(List.of("--device", device)));
    words.addAll(List.of("--", plan.launcher.resolveSibling("pollux-agent").toString()));
    try {
      launcher =
          new ProcessBuilder(words)
              .redirectError(ProcessBuilder.Redirect.appendTo(plan.log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    in = launcher.getOutputStream();
    Thread.ofPlatform().daemon().name("guest " + name).start(this::listen);
  }

  /**
   * Waits until it takes orders.
   *
   * @throws AssertionError when it died, or has not come up in three minutes
   */
  public void awaitBoot() {
    try {
      if (!booted.await(START_SECONDS, TimeUnit.SECONDS) || dead) {
        throw new AssertionError("the guest " + name + " did not start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + name + " started", e);
    }
  }

  @Override
  public Process open(List<String> command, Map<String, String> environment) {
    long id = ids.incrementAndGet();
    RemoteProcess process = new RemoteProcess(this, id);
    List<String> words = new ArrayList<>();
    if (!environment.isEmpty()) {
      words.add("env");
      environment.forEach((key, value) -> words.add(key + "=" + value));
    }
    words.addAll(command);
    byte[] octets = (String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8);
    running.put(id, process);
    say("run", id, octets, 0, octets.length);
    if (dead) {
      bury();
    }
    return process;
  }

  @Override
  public Process background(List<String> command, Map<String, String> environment, Path log) {
    List<String> words = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>&1", "sh"));
    words.addAll(command);
    Process process = open(words, environment);
    Thread.ofVirtual().start(() -> keep(process.getInputStream(), log));
    return process;
  }

  private static void keep(InputStream said, Path log) {
    try (OutputStream out =
        Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      said.transferTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How far its CLOCK_MONOTONIC is ahead of {@link System#nanoTime}: right to half the shortest of
   * some round trips.
   */
  public long clockAheadNanos() {
    long best = Long.MAX_VALUE;
    long ahead = 0;
    for (int i = 0; i < CLOCK_SAMPLES; i++) {
      long asked = System.nanoTime();
      long there = clock();
      long took = System.nanoTime() - asked;
      if (took < best) {
        best = took;
        ahead = there - asked - took / 2;
      }
    }
    return ahead;
  }

  /** How long a question to its agent takes now: what its processor has to spare. */
  public long roundTripNanos() {
    long asked = System.nanoTime();
    clock();
    return System.nanoTime() - asked;
  }

  /** Its CLOCK_MONOTONIC. */
  private long clock() {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    long id = ids.incrementAndGet();
    clocks.put(id, answer);
    say("clock", id, 0);
    if (dead) {
      bury();
    }
    return answer.orTimeout(START_SECONDS, TimeUnit.SECONDS).join();
  }

  /**
   * A power cut: SIGKILL to the kernel itself, in the midst of whatever it does. Returns how many
   * processes of this machine were signalled.
   */
  public int powerOff() {
    List<ProcessHandle> kernels =
        launcher
            .children()
            .flatMap(ProcessHandle::children)
            .filter(ProcessHandle::isAlive)
            .toList();
    kernels.forEach(ProcessHandle::destroyForcibly);
    return kernels.size();
  }

  /** Waits until nothing of it is left. */
  public void awaitEnd() {
    try {
      if (!launcher.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
        launcher.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      launcher.destroyForcibly();
    }
  }

  /** Ends it, whatever it does: its agent first, and all of it when that takes long. */
  @Override
  public void close() {
    powerOff();
    launcher.destroy();
    awaitEnd();
  }

  /** Runs a script; its words when it fails. */
  public String script(String script) {
    return run(List.of("sh", "-e", "-c", script), Map.of(), Duration.ofSeconds(120)).orFail();
  }

  // ---- the agent's language ----

  void say(String word, long id, long number) {
    byte[] line = "%s %d %d\n".formatted(word, id, number).getBytes(StandardCharsets.UTF_8);
    synchronized (turn) {
      write(line, 0, line.length);
    }
  }

  void say(String word, long id, byte[] octets, int from, int length) {
    byte[] line = "%s %d %d\n".formatted(word, id, length).getBytes(StandardCharsets.UTF_8);
    synchronized (turn) {
      write(line, 0, line.length);
      write(octets, from, length);
    }
  }

  /** Never more under way than the guest's console can hold. What a dead guest misses is lost. */
  private void write(byte[] octets, int from, int length) {
    try {
      for (int at = 0; at < length && !dead; at += PIECE) {
        int piece = Math.min(PIECE, length - at);
        synchronized (room) {
          while (unread + piece > UNREAD && !dead) {
            room.wait();
          }
          unread += piece;
        }
        in.write(octets, from + at, piece);
        in.flush();
      }
    } catch (IOException _) {
      // Its end is seen by the thread that listens.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while speaking to " + name, e);
    }
  }

  private void listen() {
    try (DataInputStream said =
        new DataInputStream(new BufferedInputStream(launcher.getInputStream()))) {
      for (String[] words = line(said).split(" "); ; words = line(said).split(" ")) {
        hear(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]), said);
      }
    } catch (IOException _) {
      // The end of the guest, orderly or not: whoever waits for its processes sees them end.
    } finally {
      bury();
    }
  }

  private void hear(String word, long id, long number, DataInputStream said) throws IOException {
    RemoteProcess process = running.get(id);
    switch (word) {
      case "hello" -> booted.countDown();
      case "out" -> process.said(said.readNBytes((int) number));
      case "err" -> process.complained(said.readNBytes((int) number));
      case "end" -> process.ended((int) number);
      case "shut" -> running.remove(id).shut();
      case "clock" -> clocks.remove(id).complete(number);
      case "read" -> {
        synchronized (room) {
          unread -= number;
          room.notifyAll();
        }
      }
      default -> throw new IOException(name + " said " + word);
    }
  }

  private static String line(DataInputStream said) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int octet = said.read(); octet != '\n'; octet = said.read()) {
      if (octet < 0) {
        throw new EOFException();
      }
      line.append((char) octet);
    }
    return line.toString();
  }

  private void bury() {
    synchronized (room) {
      dead = true;
      room.notifyAll();
    }
    booted.countDown();
    for (Long id : running.keySet()) { // one by one: somebody may open another one meanwhile
      RemoteProcess process = running.remove(id);
      if (process != null) {
        process.ended(DEAD);
        process.shut();
      }
    }
    clocks.values().forEach(c -> c.completeExceptionally(new AssertionError(name + " is dead")));
  }
}
