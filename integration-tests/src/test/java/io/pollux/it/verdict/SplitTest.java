package io.pollux.it.verdict;

import static io.pollux.it.verdict.Synthetic.BLOW;
import static io.pollux.it.verdict.Synthetic.MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.verdict.Frames.Captured;
import io.pollux.it.verdict.Verdict.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two active nodes from 300 to 1500 ms after the cut; then gw-a yields. One thing goes wrong. */
class SplitTest {
  private static final long HEALED = BLOW + 1500 * MS;
  private static final int HEIR_SPI = 0x5000;

  @TempDir private Path dir;
  private Synthetic s;

  @BeforeEach
  void begin() {
    s = Synthetic.failover();
    s.facts.setProperty(Evidence.EXPECT, "split");
    s.facts.setProperty(Evidence.OUTSIDE_VIP, Synthetic.VIP);
    s.facts.setProperty(Evidence.INSIDE_VIP, "10.1.0.1");
    s.facts.setProperty(Evidence.MET, "true");
    s.facts.setProperty(Evidence.FILTERS, "cut-wan.txt");
    s.texts.put("cut-wan.txt", " Sent 440 bytes 11 pkt (dropped 11, overlimits 0 requeues 0)\n");
    for (int i = 0; i < 15; i++) {
      s.advert(BLOW + i * 100 * MS, Synthetic.A_LAN, Synthetic.A_WAN, 150);
      s.esp(BLOW + i * 100 * MS, Synthetic.A_WAN, Synthetic.GCM_SPI, 900 + i, 5000 + i);
    }
    claim(HEALED + 350 * MS, Synthetic.B_LAN, Synthetic.B_WAN);
    s.texts.put("peer-sas-before.txt", peer(child("INSTALLED", Synthetic.GCM_SPI)));
    s.texts.put(
        "peer-sas-after.txt",
        peer(child("REKEYED", Synthetic.GCM_SPI), child("INSTALLED", HEIR_SPI)));
  }

  private void claim(long t, long lanMac, long wanMac) {
    s.wan.add(new Captured(t, Frames.claim(wanMac, Synthetic.VIP)));
    s.hub.add(new Captured(t, Frames.claim(lanMac, "10.1.0.1")));
  }

  private static String peer(String... children) {
    return "list-sa event {hub0 {state=ESTABLISHED initiator-spi=0a responder-spi=0b child-sas {%s}}}\n"
        .formatted(String.join(" ", children));
  }

  private static String child(String state, int spi) {
    return "gcm0-%1$d {name=gcm0 state=%2$s mode=TUNNEL protocol=ESP spi-in=%1$08x spi-out=%3$08x}"
        .formatted(spi, state, spi + 0x1000);
  }

  private void fails(String reason) throws IOException {
    Verdict v = s.judge(dir);
    assertThat(v.outcome()).as(v.toString()).isEqualTo(Outcome.FAIL);
    assertThat(v.reasons()).as(v.toString()).hasSize(1).first().asString().contains(reason);
  }

  @Test
  void aSplitThatHealsPasses() throws IOException {
    s.texts.put(
        "peer-xfrm-after.txt",
        Synthetic.sa(HEIR_SPI, "aead rfc4106(gcm(aes))", 0, 9, 9)
            + Synthetic.sa(Synthetic.CBC_SPI, "enc cbc(aes)", 0, 0, 4));
    Verdict v = s.judge(dir);
    assertThat(v.outcome()).as(v.toString()).isEqualTo(Outcome.PASS);
  }

  @Test
  void aCutThatCutNothing() throws IOException {
    s.texts.put("cut-wan.txt", " Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0)\n");
    fails("the filter of cut-wan.txt dropped nothing");
  }

  @Test
  void noSplit() throws IOException {
    s.hub.removeIf(f -> f.timeNs() > BLOW + 250 * MS && isAdvert(f, Synthetic.A_LAN));
    s.wan.removeIf(f -> f.timeNs() > BLOW + 250 * MS && isAdvert(f, Synthetic.A_WAN));
    fails("there was no split");
  }

  private static boolean isAdvert(Captured c, long mac) {
    return c.frame()[23] == 112 && ByteBuffer.wrap(c.frame()).getLong(6) >>> 16 == mac;
  }

  @Test
  void theLoserNeverFallsSilent() throws IOException {
    s.advert(Synthetic.END, Synthetic.A_LAN, Synthetic.A_WAN, 150);
    fails("gw-a announced the addresses until the end");
  }

  @Test
  void theLoserSendsOn() throws IOException {
    s.esp(HEALED + 900 * MS, Synthetic.A_WAN, Synthetic.GCM_SPI, 990, 5990);
    fails("1 ESP packets of gw-a after it had yielded");
  }

  @Test
  void theWinnerDoesNotAnnounceAgain() throws IOException {
    s.hub.removeIf(f -> ByteBuffer.wrap(f.frame()).getShort(12) == 0x0806);
    claim(BLOW + 400 * MS, Synthetic.B_LAN, Synthetic.B_WAN);
    fails("gw-b did not announce 10.1.0.1 again");
  }

  @Test
  void aNumberOfBothNodes() throws IOException {
    s.esp(BLOW + 900 * MS, Synthetic.A_WAN, Synthetic.GCM_SPI, 1_000_400, 77);
    fails("1 ESP sequence numbers came twice");
  }

  @Test
  void whatBothUsedGoesOn() throws IOException {
    s.texts.put("peer-sas-after.txt", peer(child("INSTALLED", Synthetic.GCM_SPI)));
    fails("the SA 00001000, used by both nodes, was not replaced");
  }

  @Test
  void aChildIsMissing() throws IOException {
    s.texts.put("peer-sas-after.txt", peer(child("REKEYED", Synthetic.GCM_SPI)));
    fails("the peer had 1 Child SAs that carry traffic and has 0");
  }

  @Test
  void aFlowDoesNotComeBack() throws IOException {
    s.branch.removeIf(f -> f.timeNs() >= BLOW && ByteBuffer.wrap(f.frame()).getInt(50) == 2);
    fails("flow 2 did not come back");
  }

  @Test
  void aTakeoverUnderACutThatIsNoReason() throws IOException {
    s = Synthetic.quiet();
    s.facts.setProperty(Evidence.CUT_NS, Long.toString(BLOW - 1000 * MS));
    s.advert(BLOW - 500 * MS, Synthetic.B_LAN, Synthetic.B_WAN, 150);
    fails("gw-b took over 500 ms before the blow");
  }

  @Test
  void aResyncIsProvenByNewSasInTheStandbysKernel() throws IOException {
    s = Synthetic.failover();
    s.facts.setProperty(Evidence.RESYNCED, "gw-b");
    String before = s.texts.get("peer-xfrm-before.txt");
    s.texts.put("peer-xfrm-early.txt", before);
    s.texts.put("gw-b-xfrm-before.txt", before);
    fails("a resync can't be seen");
    s.texts.put("peer-xfrm-early.txt", Synthetic.sa(0x7000, "enc cbc(aes)", 0, 0, 0));
    assertThat(s.judge(dir).outcome()).isEqualTo(Outcome.PASS);
    s.texts.put("gw-b-xfrm-before.txt", Synthetic.sa(0x7000, "enc cbc(aes)", 0, 0, 0));
    fails("gw-b had not the peer's SAs in its kernel");
  }

  @Test
  void whereRekeysAreExpectedAsManyChildrenAsBefore() throws IOException {
    s = Synthetic.failover();
    s.facts.setProperty(Evidence.REKEYS, "true");
    String one = peer(child("INSTALLED", Synthetic.GCM_SPI));
    s.texts.put("peer-sas-before.txt", one);
    s.texts.put("peer-sas-after.txt", one);
    assertThat(s.judge(dir).outcome()).isEqualTo(Outcome.PASS);
    s.texts.put(
        "peer-sas-before.txt",
        peer(child("INSTALLED", Synthetic.GCM_SPI), child("INSTALLED", HEIR_SPI)));
    fails("the peer had 2 Child SAs that carry traffic and has 1");
  }

  @Test
  void polluxAsThePeerSaysWhichOneSends() {
    assertThat(
            PeerSas.liveChildren(
                """
                {"children": [{"name": "gcm", "spiIn": "c1", "spiOut": "c2", "sending": true},
                 {"name": "gcm", "spiIn": "c3", "spiOut": "c4", "sending": false}]}
                """))
        .containsExactly("000000c1:000000c2");
  }
}
