package io.pollux.it.verdict;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The IKE SAs in the peer's own listing: {@code swanctl --list-sas --raw}, or {@code polluxctl sas
 * --json}. Each as "initiator SPI:responder SPI" in 16 hexadecimal digits.
 */
final class PeerSas {
  private static final Pattern SWANCTL =
      Pattern.compile("initiator-spi=([0-9a-f]+)\\s+responder-spi=([0-9a-f]+)");
  private static final Pattern JSON =
      Pattern.compile(
          "\"initiatorSpi\"\\s*:\\s*\"(?:0x)?([0-9a-f]+)\"\\s*,\\s*\"responderSpi\"\\s*:\\s*\"(?:0x)?([0-9a-f]+)\"");

  private PeerSas() {}

  static Set<String> parse(String text) {
    Set<String> out = new TreeSet<>();
    for (Pattern p : new Pattern[] {SWANCTL, JSON}) {
      Matcher m = p.matcher(text);
      while (m.find()) {
        out.add(spi(m.group(1)) + ":" + spi(m.group(2)));
      }
    }
    return out;
  }

  private static String spi(String digits) {
    return "0".repeat(Math.max(0, 16 - digits.length())) + digits;
  }
}
