package io.pollux.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The SA on which strongSwan sends, taken away and put back with something else in it. */
record PeerSa(String spi, String key) {

  /** The same SA once more, from number 0. */
  static void setBack(Lab lab, Tunnel tunnel, boolean esn) {
    replace(lab, tunnel, esn, sa -> sa);
  }

  /** Only its first octet differs: as after a restore of an old copy. */
  static void otherKey(Lab lab, Tunnel tunnel) {
    replace(lab, tunnel, false, sa -> new PeerSa(sa.spi, turned(sa.key)));
  }

  /** The same key under an SPI that nobody has agreed upon: the peer has missed a rekey. */
  static void otherSpi(Lab lab, Tunnel tunnel) {
    replace(lab, tunnel, false, sa -> new PeerSa(turned(sa.spi), sa.key));
  }

  private static String turned(String hex) {
    int first = Character.digit(hex.charAt(2), 16);
    return "0x" + Integer.toHexString(first ^ 1).toLowerCase(Locale.ROOT) + hex.substring(3);
  }

  private static void replace(Lab lab, Tunnel tunnel, boolean esn, UnaryOperator<PeerSa> change) {
    String listing = lab.ns.run("swan", "ip", "xfrm", "state").orFail();
    Matcher found =
        Pattern.compile(
                "src %s dst %s\\s+proto esp spi (0x[0-9a-f]+) reqid (\\d+).*?aead (\\S+) (0x[0-9a-f]+) 128"
                    .formatted(Pattern.quote(tunnel.swanAddress()), Pattern.quote(Tunnel.POLLUX)),
                Pattern.DOTALL)
            .matcher(listing);
    assertThat(found.find()).as(listing).isTrue();
    PeerSa sa = change.apply(new PeerSa(found.group(1), found.group(4)));
    String ends = "src %s dst %s proto esp spi ".formatted(tunnel.swanAddress(), Tunnel.POLLUX);
    lab.ns.ip(
        "swan",
        "xfrm state delete " + ends + found.group(1),
        "xfrm state add %s reqid %s mode tunnel replay-window 32 flag af-unspec %s aead %s %s 128"
            .formatted(
                ends + sa.spi, found.group(2), esn ? "flag esn" : "", found.group(3), sa.key));
  }

  /** Pings of the peer; the answer does not matter. */
  static void send(Lab lab, Tunnel tunnel, int count) {
    lab.ns.run(
        "swan",
        "ping",
        "-q",
        "-f",
        "-W",
        "1",
        "-c",
        Integer.toString(count),
        "-I",
        tunnel.swanHost(),
        tunnel.polluxHost());
  }

  /** Of the SA on which Pollux receives. */
  static KernelSa inbound(Lab lab, Tunnel tunnel) {
    return lab.both(tunnel).stream()
        .filter(sa -> sa.destination().equals(Tunnel.POLLUX))
        .findFirst()
        .orElseThrow();
  }
}
