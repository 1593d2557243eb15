package io.pollux.it.tunnels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.gate.Node;
import io.pollux.it.gate.Site;
import io.pollux.it.gate.Tunnel;
import io.pollux.it.lab.Capture;
import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whoever has recorded what the peer sent plays it to the node that has taken over. With a strict
 * inbound window none of it is accepted, with a lenient one at most what came after the last
 * reading, and each of those once.
 */
@LabTest
@Tag("long")
class InboundWindowLabTest {
  private static final Tunnel TUNNEL = Tunnel.v4("replay", "none", 0);
  private static final Duration LONG = Duration.ofSeconds(120);

  /** Out of a capture of Ethernet frames, with the sender's address, one after the other. */
  private static final String REPLAY =
      """
      import socket, struct, sys, time
      data = open(sys.argv[1], "rb").read()
      order = "<" if data[:4] in (b"\\xd4\\xc3\\xb2\\xa1", b"\\x4d\\x3c\\xb2\\xa1") else ">"
      out = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
      out.bind((sys.argv[2], 0))
      at = 24
      sent = 0
      while at + 16 <= len(data):
          length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
          frame = data[at + 16:at + 16 + length]
          at += 16 + length
          if len(frame) < length or frame[12:14] != b"\\x08\\x00":
              continue
          packet = frame[14:14 + struct.unpack(">H", frame[16:18])[0]]
          out.sendto(packet[(packet[0] & 15) * 4:], (sys.argv[3], 0))
          sent += 1
          if sent % 20 == 0:
              time.sleep(0.01)
      print(sent)
      """;

  /**
   * The inbound SA of a node.
   *
   * @param top the highest number that it has taken
   * @param packets accepted
   * @param refused thrown away because of their numbers; with ESN one far behind counts as forged
   */
  private record Inbound(String spi, long top, long packets, long refused) {
    long seen() {
      return packets + refused;
    }
  }

  /** The one that is used; where both sides began at once there are two. */
  private static Inbound inbound(Site site, Node node) {
    return all(site, node).stream().max(Comparator.comparingLong(Inbound::top)).orElseThrow();
  }

  private static Inbound inbound(Site site, Node node, String spi) {
    List<Inbound> all = all(site, node);
    return all.stream()
        .filter(sa -> sa.spi.equals(spi))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + spi + " among " + all + "\n" + node.log()));
  }

  private static List<Inbound> all(Site site, Node node) {
    String all = site.net.run(node.name(), "ip", "-s", "xfrm", "state").orFail();
    String from = "src " + TUNNEL.peer() + " dst " + Site.VIP;
    return Pattern.compile("(?m)^(?=src )")
        .splitAsStream(all)
        .filter(s -> s.startsWith(from))
        .map(InboundWindowLabTest::read)
        .toList();
  }

  private static Inbound read(String sa) {
    long high = Long.decode(found(sa, "[ \\t]seq-hi (0x[0-9a-f]+)"));
    long low = Long.decode(found(sa, "seq-hi 0x[0-9a-f]+, seq (0x[0-9a-f]+)"));
    long refused = 0;
    for (String count : List.of("replay-window", "replay", "failed")) {
      refused += Long.parseLong(found(sa, "stats:\\s(?:.*\\s)?" + count + " (\\d+)"));
    }
    return new Inbound(
        found(sa, "spi (0x[0-9a-f]+)"),
        high << 32 | low,
        Long.parseLong(found(sa, "lifetime current:\\s+\\d+\\(bytes\\), (\\d+)\\(packets\\)")),
        refused);
  }

  private static String found(String text, String pattern) {
    Matcher m = Pattern.compile(pattern).matcher(text);
    assertThat(m.find()).as(pattern + " in " + text).isTrue();
    return m.group(1);
  }

  @Test
  void strictTakesNothingASecondTime() {
    try (Site site = new Site(List.of(TUNNEL))) {
      Played played = play(site, "strict");
      assertThat(played.accepted()).as(played.toString()).isZero();
      goesOn(site);
    }
  }

  @Test
  void lenientTakesAtMostWhatCameAfterTheLastReadingAndEachOnce() {
    try (Site site = new Site(List.of(TUNNEL))) {
      Played played = play(site, "lenient");
      long unread = played.numbers.stream().filter(n -> n > played.before.top).count();
      assertThat(played.accepted()).as(played.toString()).isLessThanOrEqualTo(unread);
      assertThat(played.again.packets).isEqualTo(played.after.packets);
      goesOn(site);
    }
  }

  /** Strict costs packets, not the tunnel. */
  private static void goesOn(Site site) {
    site.net.run("hub-lan", "ping", "-q", "-n", "-i", "0.005", "-c", "2000", TUNNEL.host(100));
    site.awaitAnswer(TUNNEL, 100);
  }

  /**
   * What came of it.
   *
   * @param numbers of the recorded packets, in their order
   * @param before the heir's inbound SA when it was active and nothing was played yet
   * @param again after all of it was played for the second time
   */
  private record Played(List<Long> numbers, Inbound before, Inbound after, Inbound again) {
    long accepted() {
      return after.packets - before.packets;
    }
  }

  private static Played play(Site site, String window) {
    site.start("ha { inbound-window = " + window + " }\n");
    site.awaitAnswer(TUNNEL, 100);
    Node old = site.active();
    Node heir = site.other(old);
    String spi = inbound(site, old).spi;
    Path capture = site.dir().resolve("esp.pcap");
    String esp = "ip proto 50 and src host " + TUNNEL.peer();
    Capture tcpdump = Capture.toFile(site.net, "wan", "br0", capture, esp);
    Process pings =
        site.net.start(
            "hub-lan",
            site.dir().resolve("pings"),
            Map.of(),
            "ping",
            "-q",
            "-n",
            "-i",
            "0.005",
            TUNNEL.host(100));
    Waits.until(() -> inbound(site, heir, spi).top > 400, LONG, "the standby hears of the packets");
    Node.signal("KILL", old.jvmPid(), pings.pid()); // whatever came after the last reading
    Waits.until(() -> heir.is("active"), LONG, "the takeover\n" + heir.log());
    Waits.until(() -> !pings.isAlive(), LONG, "the end of the pings");
    tcpdump.close();
    List<Long> numbers = numbers(site, capture, spi);
    assertThat(numbers).hasSizeGreaterThan(400);
    Inbound before = inbound(site, heir, spi);
    Inbound after = replay(site, capture, heir, before, numbers.size());
    Inbound again = replay(site, capture, heir, after, numbers.size());
    return new Played(numbers, before, after, again);
  }

  private static List<Long> numbers(Site site, Path capture, String spi) {
    Pattern esp = Pattern.compile("ESP\\(spi=" + spi + ",seq=(0x[0-9a-f]+)\\)");
    return site.net
        .run("wan", "tcpdump", "-n", "-r", capture.toString())
        .out()
        .lines()
        .map(esp::matcher)
        .filter(Matcher::find)
        .map(m -> Long.decode(m.group(1)))
        .toList();
  }

  /** Returns when the heir has seen each of them. */
  private static Inbound replay(Site site, Path capture, Node heir, Inbound before, int packets) {
    String sent =
        site.net
            .run("branch", "python3", "-c", REPLAY, capture.toString(), TUNNEL.peer(), Site.VIP)
            .orFail();
    assertThat(Integer.parseInt(sent.strip())).isEqualTo(packets);
    Waits.until(
        () -> inbound(site, heir, before.spi).seen() - before.seen() >= packets,
        LONG,
        "the heir sees them");
    return inbound(site, heir, before.spi);
  }
}
