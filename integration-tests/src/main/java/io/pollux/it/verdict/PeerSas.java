package io.pollux.it.verdict;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The IKE SAs and Child SAs in the peer's own listing: {@code swanctl --list-sas --raw}, or {@code
 * polluxctl sas --json}. IKE SAs as "initiator SPI:responder SPI" in 16 hexadecimal digits.
 */
final class PeerSas {
  private static final Pattern SWANCTL =
      Pattern.compile("initiator-spi=([0-9a-f]+)\\s+responder-spi=([0-9a-f]+)");
  private static final Pattern JSON =
      Pattern.compile(
          "\"initiatorSpi\"\\s*:\\s*\"(?:0x)?([0-9a-f]+)\"\\s*,\\s*\"responderSpi\"\\s*:\\s*\"(?:0x)?([0-9a-f]+)\"");

  private static final Pattern SWANCTL_CHILD =
      Pattern.compile("state=([A-Z]+)[^{}]*?spi-in=([0-9a-f]+)\\s+spi-out=([0-9a-f]+)");
  private static final Pattern JSON_CHILD =
      Pattern.compile(
          "\"spiIn\"\\s*:\\s*\"(?:0x)?([0-9a-f]+)\"\\s*,\\s*\"spiOut\"\\s*:\\s*\"(?:0x)?([0-9a-f]+)\"\\s*,\\s*\"sending\"\\s*:\\s*(true|false)");

  /** What charon calls a Child SA that has an heir, or that is being deleted. */
  private static final Set<String> ON_ITS_WAY_OUT = Set.of("REKEYED", "DELETING", "DELETED");

  private PeerSas() {}

  /**
   * The Child SAs that carry traffic, each as "SPI in:SPI out" in 8 hexadecimal digits: neither
   * replaced ones that wait for their end nor new ones that do not send yet.
   */
  static Set<String> liveChildren(String text) {
    Set<String> out = new TreeSet<>();
    Matcher m = SWANCTL_CHILD.matcher(text);
    while (m.find()) {
      if (!ON_ITS_WAY_OUT.contains(m.group(1))) {
        out.add(digits(m.group(2), 8) + ":" + digits(m.group(3), 8));
      }
    }
    m = JSON_CHILD.matcher(text);
    while (m.find()) {
      if (m.group(3).equals("true")) {
        out.add(digits(m.group(1), 8) + ":" + digits(m.group(2), 8));
      }
    }
    return out;
  }

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
    return digits(digits, 16);
  }

  private static String digits(String digits, int count) {
    return "0".repeat(Math.max(0, count - digits.length())) + digits;
  }
}
