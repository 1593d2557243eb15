package io.pollux.it.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * tcpdump on both switches and at the branch's host. A bridge in promiscuous mode hands up each
 * frame once, where it came in, so every packet stands in a capture once and its source MAC says
 * who sent it.
 */
final class Captures implements Site.Recording {
  static final String HUB = "hub.pcap";
  static final String WAN = "wan.pcap";
  static final String BRANCH = "branch.pcap";

  /** Longer than tcpdump takes to empty its ring when nothing more comes. */
  private static final long SETTLE_MILLIS = 1300;

  private static final long START_SECONDS = 15;

  private final List<Process> running = new ArrayList<>();

  Captures(Path dir) {
    start(dir, Topology.HUB_SWITCH, "br0", HUB);
    start(dir, Topology.WAN, "br0", WAN);
    start(dir, Topology.LAN_BRANCH, "eth0", BRANCH);
    awaitListening(dir.resolve(log(HUB)));
    awaitListening(dir.resolve(log(WAN)));
    awaitListening(dir.resolve(log(BRANCH)));
  }

  private static String log(String file) {
    return file.replace(".pcap", ".tcpdump.txt");
  }

  private void start(Path dir, String netns, String dev, String file) {
    List<String> command =
        List.of(
            "tcpdump",
            "-i",
            dev,
            "-n",
            "-s",
            "128",
            "-B",
            "16384",
            "-w",
            dir.resolve(file).toString());
    running.add(Shell.background(Shell.in(netns, command), dir.resolve(log(file))));
  }

  private static void awaitListening(Path log) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try {
      while (!Files.exists(log) || !Files.readString(log).contains("listening on")) {
        if (System.nanoTime() > end) {
          throw new DemoFailure("tcpdump did not start: " + Files.readString(log));
        }
        Shell.pause(20);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Call when the traffic has ended: waits for the last packets, then ends the captures. */
  @Override
  public void stop() {
    Shell.pause(SETTLE_MILLIS);
    running.forEach(Process::destroy);
    try {
      for (Process p : running) {
        if (!p.waitFor(10, TimeUnit.SECONDS)) {
          throw new DemoFailure("tcpdump did not end");
        }
      }
    } catch (InterruptedException e) {
      throw Shell.interrupted(e);
    }
  }

  @Override
  public void close() {
    running.forEach(Process::destroyForcibly);
  }
}
