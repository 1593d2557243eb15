package io.pollux.it.interop;

import io.pollux.it.lab.Commands;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An SA as {@code ip -s xfrm state} prints it.
 *
 * @param spi eight hexadecimal digits
 * @param packets that went through it
 * @param drops what its receiver threw away: outside the window, seen before, not authentic
 * @param encap source and destination port of UDP encapsulation, "" without
 */
record KernelSa(
    String source, String destination, String spi, long packets, long drops, String encap) {
  private static final Pattern HEAD = Pattern.compile("^src (\\S+) dst (\\S+)");
  private static final Pattern SPI = Pattern.compile("proto esp spi 0x([0-9a-f]+)");
  private static final Pattern ENCAP = Pattern.compile("sport (\\d+) dport (\\d+)");
  private static final Pattern CURRENT =
      Pattern.compile("lifetime current:\\s+\\d+\\(bytes\\), (\\d+)\\(packets\\)");
  private static final Pattern STATS =
      Pattern.compile("replay-window (\\d+) replay (\\d+) failed (\\d+)");

  /** All of a namespace. */
  static List<KernelSa> in(String namespace) {
    String listing = Commands.run("ip", "-n", namespace, "-s", "xfrm", "state").orFail();
    List<KernelSa> all = new ArrayList<>();
    for (String block : listing.split("(?m)^(?=src )")) {
      Matcher head = HEAD.matcher(block);
      Matcher spi = SPI.matcher(block);
      if (head.find() && spi.find()) {
        all.add(of(block, head, spi.group(1)));
      }
    }
    return all;
  }

  private static KernelSa of(String block, Matcher head, String spi) {
    Matcher current = CURRENT.matcher(block);
    Matcher stats = STATS.matcher(block);
    Matcher encap = ENCAP.matcher(block);
    long drops = 0;
    if (stats.find()) {
      for (int i = 1; i <= 3; i++) {
        drops += Long.parseLong(stats.group(i));
      }
    }
    return new KernelSa(
        head.group(1),
        head.group(2),
        spi,
        current.find() ? Long.parseLong(current.group(1)) : 0,
        drops,
        encap.find() ? encap.group(1) + " " + encap.group(2) : "");
  }
}
