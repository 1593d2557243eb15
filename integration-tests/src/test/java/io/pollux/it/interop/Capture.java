package io.pollux.it.interop;

import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code tcpdump} on the WAN, one line a packet. */
final class Capture implements AutoCloseable {
  private final Process tcpdump;
  private final Path log;

  private Capture(Process tcpdump, Path log) {
    this.tcpdump = tcpdump;
    this.log = log;
  }

  static Capture start(Namespaces namespaces, String namespace, String device, Path log) {
    Process tcpdump =
        namespaces.start(
            namespace,
            log,
            Map.of(),
            "tcpdump", "-l", "-n", "--immediate-mode", "-Z", "root", "-i", device);
    Capture capture = new Capture(tcpdump, log);
    Waits.until(
        () -> capture.text().contains("listening on"), Duration.ofSeconds(30), "tcpdump listens");
    return capture;
  }

  /** The packets so far that contain WORD in tcpdump's words. */
  List<String> with(String word) {
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
  }
}
