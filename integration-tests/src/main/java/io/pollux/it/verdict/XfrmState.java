package io.pollux.it.verdict;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One SA as {@code ip -s xfrm state} prints it.
 *
 * @param spi the SPI, as an unsigned 32-bit number in an int
 * @param replayWindow packets left of the window
 * @param replay packets seen before
 * @param failed packets whose integrity check failed; with ESN also those far left of the window
 * @param ivLength octets of explicit IV after the ESP header: 8 for AEAD and counter modes, 16 for
 *     CBC
 */
record XfrmState(
    String source,
    String destination,
    int spi,
    long replayWindow,
    long replay,
    long failed,
    int ivLength) {
  private static final Pattern HEAD = Pattern.compile("^src (\\S+) dst (\\S+)");
  private static final Pattern SPI = Pattern.compile("proto esp spi 0x([0-9a-f]+)");
  private static final Pattern STATS =
      Pattern.compile("replay-window (\\d+) replay (\\d+) failed (\\d+)");

  /** What the receiver threw away. */
  long drops() {
    return replayWindow + replay + failed;
  }

  /** All ESP SAs of a listing, by SPI. */
  static Map<Integer, XfrmState> parse(String text) {
    Map<Integer, XfrmState> out = new LinkedHashMap<>();
    for (String block : text.split("(?m)^(?=src )")) {
      Matcher head = HEAD.matcher(block);
      Matcher spi = SPI.matcher(block);
      if (!head.find() || !spi.find()) {
        continue;
      }
      Matcher stats = STATS.matcher(block);
      boolean counted = stats.find();
      int number = Integer.parseUnsignedInt(spi.group(1), 16);
      out.put(
          number,
          new XfrmState(
              head.group(1),
              head.group(2),
              number,
              counted ? Long.parseLong(stats.group(1)) : 0,
              counted ? Long.parseLong(stats.group(2)) : 0,
              counted ? Long.parseLong(stats.group(3)) : 0,
              block.contains("cbc(") ? 16 : 8));
    }
    return out;
  }
}
