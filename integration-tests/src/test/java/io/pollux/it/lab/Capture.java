package io.pollux.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code tcpdump} on one device, one line a packet, or into a file. Put it on a device between the
 * gateways: on a gateway's own outer device the decrypted inbound packet is seen as well.
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
    return start(namespaces, namespace, log, List.of("-l", "-i", device));
  }

  /**
   * Writes the packets that {@code filter} lets through to a file instead, each at once.
   *
   * @param pcap the file; tcpdump's own words go beside it
   */
  public static Capture toFile(
      Namespaces namespaces, String namespace, String device, Path pcap, String filter) {
    Path log = pcap.resolveSibling(pcap.getFileName() + ".txt");
    return start(
        namespaces, namespace, log, List.of("-U", "-i", device, "-w", pcap.toString(), filter));
  }

  private static Capture start(
      Namespaces namespaces, String namespace, Path log, List<String> words) {
    List<String> all = new ArrayList<>(List.of("tcpdump", "-n", "--immediate-mode", "-Z", "root"));
    all.addAll(words);
    Process tcpdump = namespaces.start(namespace, log, Map.of(), all.toArray(String[]::new));
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
      return Files.exists(log) ? Files.readString(log) : "";
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
