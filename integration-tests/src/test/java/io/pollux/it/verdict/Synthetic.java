package io.pollux.it.verdict;

import io.pollux.it.verdict.Frames.Captured;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The evidence of a scenario in which all went well: three seconds, a blow, 250 ms to the other
 * node's first advertisement, 300 ms to its first ESP, three more seconds. Tests change one thing
 * and see that the judge sees it.
 */
final class Synthetic {
  static final long MS = 1_000_000;
  static final long BLOW = 1_700_000_000_000_000_000L;
  static final long START = BLOW - 3000 * MS;
  static final long BACK = BLOW + 300 * MS;
  static final long DETECTED = BLOW + 250 * MS;
  static final long END = BLOW + 3000 * MS;
  static final int COUNT = 600;

  static final long HOST = Packet.mac("02:00:00:00:01:01");
  static final long BRANCH_HOST = Packet.mac("02:00:00:00:02:01");
  static final long BRANCH_LAN = Packet.mac("02:00:00:00:20:01");
  static final long BRANCH_WAN = Packet.mac("02:00:00:00:20:02");
  static final long A_LAN = Packet.mac("02:00:00:00:0a:01");
  static final long A_WAN = Packet.mac("02:00:00:00:0a:02");
  static final long B_LAN = Packet.mac("02:00:00:00:0b:01");
  static final long B_WAN = Packet.mac("02:00:00:00:0b:02");

  static final String VIP = "203.0.113.1";
  static final String PEER = "203.0.113.20";
  static final int GCM_SPI = 0x1000;
  static final int CBC_SPI = 0x3000;

  final List<Captured> hub = new ArrayList<>();
  final List<Captured> wan = new ArrayList<>();
  final List<Captured> branch = new ArrayList<>();
  final Properties facts = new Properties();
  final Map<String, String> texts = new LinkedHashMap<>();

  /** A takeover by gw-b after a blow to gw-a. */
  static Synthetic failover() {
    return new Synthetic(true);
  }

  /** The same traffic, and gw-a stays active. */
  static Synthetic quiet() {
    Synthetic s = new Synthetic(false);
    s.facts.setProperty(Evidence.EXPECT, "quiet");
    s.facts.setProperty(Evidence.NEW_NODE, "gw-a");
    return s;
  }

  private Synthetic(boolean moves) {
    writeFacts();
    writeTexts();
    for (int i = 0; i < COUNT; i++) {
      long t = START + i * 10 * MS;
      boolean second = moves && t >= BACK;
      boolean gone = moves && t >= BLOW && !second;
      int sequence = i + 1 + (second ? 1_000_000 : 0);
      toBranch(t, 1, i, GCM_SPI, sequence, second, gone);
      toBranch(t + 1000, 2, i, CBC_SPI, sequence, second, gone);
      toHub(t + 2000, 3, i, GCM_SPI + 0x1000, second, gone);
      toHub(t + 3000, 4, i, CBC_SPI + 0x1000, second, gone);
      bait(t + 4000, i);
      if (i % 10 == 0) {
        adverts(t + 5000, moves);
      }
    }
  }

  private void toBranch(
      long t, int flow, int i, int spi, int sequence, boolean second, boolean gone) {
    byte[] inner = Frames.flow(flow, i);
    hub.add(
        new Captured(
            t, Frames.ipv4(HOST, second ? B_LAN : A_LAN, 17, "10.1.0.100", "10.2.0.100", inner)));
    if (!gone) {
      esp(t + 100, second ? B_WAN : A_WAN, spi, sequence, (long) spi << 32 | sequence);
      branch.add(
          new Captured(
              t + 200,
              Frames.ipv4(BRANCH_LAN, BRANCH_HOST, 17, "10.1.0.100", "10.2.0.100", inner)));
    }
  }

  private void toHub(long t, int flow, int i, int spi, boolean second, boolean gone) {
    byte[] inner = Frames.flow(flow, i);
    branch.add(
        new Captured(
            t, Frames.ipv4(BRANCH_HOST, BRANCH_LAN, 17, "10.2.0.100", "10.1.0.100", inner)));
    wan.add(
        new Captured(
            t + 100,
            Frames.ipv4(
                BRANCH_WAN, A_WAN, 50, PEER, VIP, Frames.esp(spi, i + 1, (long) spi << 32 | i))));
    if (!gone) {
      hub.add(
          new Captured(
              t + 200,
              Frames.ipv4(second ? B_LAN : A_LAN, HOST, 17, "10.2.0.100", "10.1.0.100", inner)));
    }
  }

  private void bait(long t, int i) {
    hub.add(
        new Captured(
            t, Frames.ipv4(HOST, A_LAN, 17, "10.1.0.100", "10.2.0.100", Frames.flow(9001, i))));
    hub.add(
        new Captured(
            t, Frames.ipv4(HOST, B_LAN, 17, "10.1.0.100", "10.2.0.100", Frames.flow(9002, i))));
  }

  private void adverts(long t, boolean moves) {
    if (!moves || t < BLOW) {
      advert(t, A_LAN, A_WAN, 150);
    } else if (t >= DETECTED) {
      advert(t, B_LAN, B_WAN, 150);
    }
  }

  /** The same announcement on both sides. */
  void advert(long t, long lanMac, long wanMac, int priority) {
    hub.add(
        new Captured(
            t,
            Frames.ipv4(
                lanMac,
                0x01005e000012L,
                112,
                "10.1.0.2",
                "224.0.0.18",
                Frames.advert(52, priority))));
    wan.add(
        new Captured(
            t,
            Frames.ipv4(
                wanMac,
                0x01005e000012L,
                112,
                "203.0.113.2",
                "224.0.0.18",
                Frames.advert(51, priority))));
  }

  /** ESP from the pair to the peer. */
  void esp(long t, long fromMac, int spi, int sequence, long iv) {
    wan.add(
        new Captured(
            t, Frames.ipv4(fromMac, BRANCH_WAN, 50, VIP, PEER, Frames.esp(spi, sequence, iv))));
  }

  private void writeFacts() {
    facts.setProperty(Evidence.NAME, "synthetic");
    facts.setProperty(Evidence.EXPECT, "failover");
    facts.setProperty(Evidence.EVENT_NS, Long.toString(BLOW));
    facts.setProperty(Evidence.OLD_NODE, "gw-a");
    facts.setProperty(Evidence.NEW_NODE, "gw-b");
    facts.setProperty("node.standby", "gw-b");
    facts.setProperty("mac.gw-a.lan", "02:00:00:00:0a:01");
    facts.setProperty("mac.gw-a.wan", "02:00:00:00:0a:02");
    facts.setProperty("mac.gw-b.lan", "02:00:00:00:0b:01");
    facts.setProperty("mac.gw-b.wan", "02:00:00:00:0b:02");
    facts.setProperty("mac.branch-lan", "02:00:00:00:20:01");
    facts.setProperty(Evidence.INNER, "10.1.0.0/16,10.2.0.0/16,10.3.0.0/16");
    facts.setProperty(Evidence.HUB_TO_BRANCH, "1,2");
    facts.setProperty(Evidence.BRANCH_TO_HUB, "3,4");
    facts.setProperty("bait.gw-a", "9001");
    facts.setProperty("bait.gw-b", "9002");
  }

  private void writeTexts() {
    texts.put(
        "flows-hub.txt",
        sent(1, COUNT)
            + sent(2, COUNT)
            + "tcp role=send octets=9 survived=1 longest-stall-ms=9 error=none\n");
    texts.put(
        "flows-branch.txt",
        sent(3, COUNT)
            + sent(4, COUNT)
            + "tcp role=serve octets=9 survived=1 longest-stall-ms=9 error=none\n");
    for (String when : List.of("before", "after")) {
      texts.put(
          "peer-xfrm-" + when + ".txt",
          sa(GCM_SPI, "aead rfc4106(gcm(aes))", 0, 0, 0) + sa(CBC_SPI, "enc cbc(aes)", 0, 0, 0));
      texts.put(
          "peer-sas-" + when + ".txt",
          "list-sa event {hub0 {uniqueid=1 initiator-spi=0a0b0c0d0e0f0102 responder-spi=8a0b0c0d0e0f0102 state=ESTABLISHED}}\n");
      texts.put(
          "peer-stat-" + when + ".txt",
          "XfrmInError\t0\nXfrmInStateProtoError   \t0\nXfrmInStateSeqError     \t0\n");
    }
    for (String capture : List.of("hub", "wan", "branch")) {
      texts.put(
          capture + ".tcpdump.txt",
          "9 packets captured\n9 packets received by filter\n0 packets dropped by kernel\n");
    }
  }

  static String sent(int flow, int count) {
    return "sent flow=%d count=%d nominal=%d refused=0 latest-us=9\n".formatted(flow, count, COUNT);
  }

  static String sa(int spi, String algorithm, int window, int replay, int failed) {
    return """
        src 203.0.113.1 dst 203.0.113.20
        \tproto esp spi 0x%08x(%d) reqid 1(0x00000001) mode tunnel
        \treplay-window 32 seq 0x00000000 flag  (0x00000000)
        \t%s <<Keys hidden>> 128
        \tstats:
        \t  replay-window %d replay %d failed %d
        """
        .formatted(spi, spi, algorithm, window, replay, failed);
  }

  /** Writes the folder and judges it. */
  Verdict judge(Path dir) throws IOException {
    return Judge.judge(write(dir));
  }

  /** Writes the folder. */
  Evidence write(Path dir) throws IOException {
    Files.write(dir.resolve("hub.pcap"), Frames.pcap(hub));
    Files.write(dir.resolve("wan.pcap"), Frames.pcap(wan));
    Files.write(dir.resolve("branch.pcap"), Frames.pcap(branch));
    for (Map.Entry<String, String> t : texts.entrySet()) {
      Files.writeString(dir.resolve(t.getKey()), t.getValue());
    }
    try (Writer out = Files.newBufferedWriter(dir.resolve("scenario.properties"))) {
      facts.store(out, null);
    }
    return Evidence.read(dir);
  }
}
