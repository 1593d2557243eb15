package io.pollux.agent.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** What runs beside a drill: the daemon's events as they come, and a capture if asked for. */
final class Recording implements AutoCloseable {
  private static final Duration AGAIN = Duration.ofMillis(300);
  private static final long END_SECONDS = 5;

  private final ControlClient client;
  private final Writer file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Thread thread;
  private final Optional<Process> tcpdump;

  Recording(ControlClient client, Path directory, boolean capture) throws IOException {
    this.client = client;
    this.file = Files.newBufferedWriter(directory.resolve("events.log"));
    this.tcpdump = capture ? Optional.of(tcpdump(directory)) : Optional.empty();
    this.thread = Thread.ofPlatform().name("events").daemon().start(this::listen);
  }

  private static Process tcpdump(Path directory) throws IOException {
    List<String> words =
        List.of(
            "tcpdump",
            "-Z",
            "root", // else it drops to a user that may not write there
            "-i",
            "any",
            "-n",
            "-U",
            "-s",
            "128",
            "-w",
            directory.resolve("capture.pcap").toString(),
            "esp or udp port 500 or udp port 4500 or ip proto 112 or ip6 proto 112 or icmp or icmp6");
    try {
      return new ProcessBuilder(words)
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve("tcpdump.log").toFile())
          .start();
    } catch (IOException e) {
      throw new IOException("--capture needs tcpdump: " + e.getMessage(), e);
    }
  }

  /** Again after the daemon was gone, for as long as the drill lasts. */
  private void listen() {
    try {
      while (!Thread.interrupted()) {
        try {
          client.run(List.of("events"), this::events, this::events);
        } catch (IOException gone) {
          note("the daemon does not answer");
        }
        Thread.sleep(AGAIN);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void events(String text) {
    text.lines().forEach(line -> write(line));
  }

  /** A line of the drill's own between those of the daemon. */
  void note(String text) {
    write("drill: " + text);
  }

  private void write(String line) {
    lock.lock();
    try {
      file.write(Instant.now() + " " + line + "\n");
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(END_SECONDS));
      if (tcpdump.isPresent()) {
        tcpdump.get().destroy();
        tcpdump.get().waitFor(END_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    file.close();
  }
}
