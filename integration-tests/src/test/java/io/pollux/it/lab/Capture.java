package io.pollux.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * {@code tcpdump} on one device, one line a packet. Put it on a device between the gateways: on a
 * gateway's own outer device the decrypted inbound packet is seen as well.
 */
public final class Capture implements AutoCloseable {
  private final Process tcpdump;
  private final Path log;

  private Capture(Process tcpdump, Path log) {
    this.tcpdump = tcpdump;
    this.log = log;
  }

  /** Starts it and returns when it listens. */
  public static Capture start(Namespaces namespaces, String namespace, String device, Path log) {
    Process tcpdump =
        namespaces.start(
            namespace,
            log,
            Map.of(),
            "tcpdump",
            "-l",
            "-n",
            "--immediate-mode",
            "-Z",
            "root",
            "-i",
            device);
    Capture capture = new Capture(tcpdump, log);
    Waits.until(
        () -> capture.text().contains("listening on"), Duration.ofSeconds(30), "tcpdump listens");
    return capture;
  }

  /** The packets so far that contain WORD in tcpdump's words: {@code "ESP("}, {@code "ICMP"}. */
  public List<String> with(String word) {
    return text().lines().filter(line -> line.contains(word)).toList();
  }

  private String text() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    tcpdump.destroy();
    Waits.until(() -> !tcpdump.isAlive(), Duration.ofSeconds(30), "the end of tcpdump");
  }
}
