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

/**
 * Every verdict passes on good evidence and fails when the one thing that it looks at goes wrong.
 */
class JudgeTest {
  @TempDir private Path dir;
  private Synthetic s;

  @BeforeEach
  void begin() {
    s = Synthetic.failover();
  }

  private Verdict.Figures fails(String reason) throws IOException {
    Verdict v = s.judge(dir);
    assertThat(v.outcome()).as(v.toString()).isEqualTo(Outcome.FAIL);
    assertThat(v.reasons()).as(v.toString()).hasSize(1).first().asString().contains(reason);
    return v.figures();
  }

  private void isInvalid(String reason) throws IOException {
    Verdict v = s.judge(dir);
    assertThat(v.outcome()).as(v.toString()).isEqualTo(Outcome.INVALID);
    assertThat(v.reasons()).anySatisfy(r -> assertThat(r).contains(reason));
  }

  @Test
  void aMachineThatStoodStillProvesNothing() throws IOException {
    s.facts.setProperty(Evidence.DISTURBED, "a guest did not answer for 2000 ms");
    isInvalid("did not answer for 2000 ms");
  }

  @Test
  void aCleanTakeoverPasses() throws IOException {
    Verdict v = s.judge(dir);
    assertThat(v.outcome()).as(v.toString()).isEqualTo(Outcome.PASS);
    Verdict.Figures f = v.figures();
    assertThat(f.sent()).isEqualTo(2400);
    assertThat(f.lost()).isEqualTo(120);
    assertThat(f.lostOutsideGap()).isZero();
    assertThat(f.gapMillisHubToBranch()).isEqualTo(310);
    assertThat(f.gapMillisBranchToHub()).isEqualTo(310);
    assertThat(f.takeoverMillis()).isBetween(300.0, 301.0);
    assertThat(f.detectionMillis()).isBetween(300.0, 301.0);
    assertThat(f.espSpisAfter()).containsExactly("00001000", "00003000");
  }

  @Test
  void aProtectedAddressOnTheWan() throws IOException {
    s.wan.add(
        new Captured(
            BLOW, Frames.ipv4(Synthetic.B_WAN, 0, 6, "10.1.0.100", "10.2.0.100", new byte[20])));
    assertThat(fails("1 packets in the clear").plaintextPacketsOnWan()).isEqualTo(1);
  }

  @Test
  void testTrafficUnderAnotherAddress() throws IOException {
    s.wan.add(
        new Captured(
            BLOW,
            Frames.ipv4(Synthetic.A_WAN, 0, 17, "203.0.113.2", "203.0.113.20", Frames.flow(1, 1))));
    fails("1 packets in the clear");
  }

  @Test
  void anIcmpErrorThatQuotesAProtectedPacket() throws IOException {
    byte[] quoted = Frames.ipv4(0, 0, 17, "10.1.0.100", "10.2.0.100", new byte[8]);
    byte[] icmp = ByteBuffer.allocate(36).put((byte) 3).position(8).put(quoted, 14, 28).array();
    s.wan.add(
        new Captured(
            BLOW, Frames.ipv4(Synthetic.A_WAN, 0, 1, "203.0.113.2", "203.0.113.20", icmp)));
    fails("1 packets in the clear");
  }

  @Test
  void aSequenceNumberTwice() throws IOException {
    s.esp(BLOW + 2000 * MS, Synthetic.B_WAN, Synthetic.GCM_SPI, 1_000_400, 77);
    assertThat(fails("1 ESP sequence numbers came twice").duplicateEspSequences()).isEqualTo(1);
  }

  @Test
  void aGcmIvTwice() throws IOException {
    s.esp(
        BLOW + 2000 * MS,
        Synthetic.B_WAN,
        Synthetic.GCM_SPI,
        1_100_000,
        (long) Synthetic.GCM_SPI << 32 | 1);
    assertThat(fails("1 ESP IVs came twice").duplicateEspIvs()).isEqualTo(1);
  }

  @Test
  void aCbcIvTwice() throws IOException {
    s.esp(
        BLOW + 2000 * MS,
        Synthetic.B_WAN,
        Synthetic.CBC_SPI,
        1_100_000,
        (long) Synthetic.CBC_SPI << 32 | 1);
    fails("1 ESP IVs came twice");
  }

  @Test
  void theOldNodeSendsAfterItsGate() throws IOException {
    s.esp(BLOW + 400 * MS, Synthetic.A_WAN, Synthetic.GCM_SPI, 900, 78);
    assertThat(fails("1 ESP packets of gw-a after its gate").espFromOldNodeAfterGate())
        .isEqualTo(1);
  }

  @Test
  void theOldNodeSendsAfterItsGoodbye() throws IOException {
    s.advert(BLOW + 20 * MS, Synthetic.A_LAN, Synthetic.A_WAN, 0);
    s.esp(BLOW + 30 * MS, Synthetic.A_WAN, Synthetic.GCM_SPI, 900, 78);
    fails("1 ESP packets of gw-a after its gate");
  }

  @Test
  void theOldNodeMaySendUntilItsGate() throws IOException {
    s.esp(BLOW + 20 * MS, Synthetic.A_WAN, Synthetic.GCM_SPI, 900, 78);
    assertThat(s.judge(dir).outcome()).isEqualTo(Outcome.PASS);
  }

  @Test
  void thePeerThrowsPacketsAway() throws IOException {
    s.texts.put(
        "peer-xfrm-after.txt",
        Synthetic.sa(Synthetic.GCM_SPI, "aead rfc4106(gcm(aes))", 1, 2, 3)
            + Synthetic.sa(Synthetic.CBC_SPI, "enc cbc(aes)", 0, 0, 4));
    assertThat(fails("threw away 10 packets").replayDropsAtPeer()).isEqualTo(10);
  }

  @Test
  void dropsOfTheTimeBeforeDoNotCount() throws IOException {
    String sa = Synthetic.sa(Synthetic.GCM_SPI, "aead rfc4106(gcm(aes))", 1, 2, 3);
    s.texts.put("peer-xfrm-before.txt", sa);
    s.texts.put("peer-xfrm-after.txt", sa);
    assertThat(s.judge(dir).outcome()).isEqualTo(Outcome.PASS);
  }

  @Test
  void thePeersKernelCountsErrors() throws IOException {
    s.texts.put("peer-stat-after.txt", "XfrmInStateProtoError\t2\nXfrmInStateSeqError\t1\n");
    fails("counted 3 sequence or integrity errors");
  }

  @Test
  void thePeerBeginsANewIkeSa() throws IOException {
    s.wan.add(
        new Captured(
            BLOW + 900 * MS,
            Frames.ipv4(
                Synthetic.BRANCH_WAN,
                0,
                17,
                Synthetic.PEER,
                Synthetic.VIP,
                Frames.ikeSaInit(4711))));
    assertThat(fails("1 new IKE SAs").newIkeSasAtPeer()).isEqualTo(1);
  }

  @Test
  void thePeersIkeSaIsAnother() throws IOException {
    s.texts.put(
        "peer-sas-after.txt",
        "list-sa event {hub0 {initiator-spi=99 responder-spi=98 state=ESTABLISHED}}\n");
    Verdict v = s.judge(dir);
    assertThat(v.outcome()).isEqualTo(Outcome.FAIL);
    assertThat(v.figures().newIkeSasAtPeer()).isEqualTo(1);
  }

  @Test
  void thePeersIkeSaIsGone() throws IOException {
    s.texts.put("peer-sas-after.txt", "list-sas reply {}\n");
    fails("the peer's IKE SAs are not those of before");
  }

  @Test
  void theEspSasWereReplaced() throws IOException {
    s.texts.put("peer-xfrm-after.txt", Synthetic.sa(0x5000, "aead rfc4106(gcm(aes))", 0, 0, 0));
    fails("ESP SAs are not those of before");
  }

  @Test
  void aPacketLostOutsideTheGap() throws IOException {
    s.branch.removeIf(f -> f.timeNs() == BLOW - 1000 * MS + 200);
    Verdict.Figures f = fails("1 packets lost outside the gap");
    assertThat(f.lost()).isEqualTo(121);
  }

  @Test
  void aFlowThatDoesNotComeBack() throws IOException {
    s.branch.removeIf(f -> f.timeNs() >= BLOW && isFlow(f, 2));
    fails("flow 2 did not come back");
  }

  private static boolean isFlow(Captured c, int flow) {
    return c.frame().length >= 54 && ByteBuffer.wrap(c.frame()).getInt(50) == flow;
  }

  @Test
  void theTcpStreamBreaks() throws IOException {
    s.texts.merge("flows-hub.txt", "", (t, _) -> t.replace("survived=1", "survived=0"));
    assertThat(fails("TCP stream broke").tcpSurvived()).isFalse();
  }

  @Test
  void noBaitReachedTheStandby() throws IOException {
    s.hub.removeIf(f -> isFlow(f, 9002));
    fails("no bait reached the standby");
  }

  @Test
  void noBaitWasSentToTheOldNode() throws IOException {
    s.hub.removeIf(f -> isFlow(f, 9001) && f.timeNs() > BLOW);
    fails("no bait was sent to the old active node");
  }

  @Test
  void nobodyTookOver() throws IOException {
    s.wan.removeIf(
        f -> f.timeNs() >= BLOW && ByteBuffer.wrap(f.frame()).getLong(6) >>> 16 == Synthetic.B_WAN);
    s.hub.removeIf(f -> f.timeNs() >= BLOW && f.frame()[23] == 112);
    Verdict v = s.judge(dir);
    assertThat(v.reasons())
        .contains("gw-b sent no ESP after the blow", "gw-b announced nothing after the blow");
  }

  @Test
  void theOldNodeComesBackByItself() throws IOException {
    s.advert(BLOW + 900 * MS, Synthetic.A_LAN, Synthetic.A_WAN, 150);
    fails("a flap");
  }

  @Test
  void aTakeoverBeforeTheBlow() throws IOException {
    s.advert(BLOW - 500 * MS, Synthetic.B_LAN, Synthetic.B_WAN, 150);
    isInvalid("gw-b took over 500 ms before the blow");
  }

  @Test
  void aGoodbyeBeforeTheBlow() throws IOException {
    s.advert(BLOW - 500 * MS, Synthetic.A_LAN, Synthetic.A_WAN, 0);
    isInvalid("gw-a gave up before the blow");
  }

  @Test
  void tooFewPacketsSent() throws IOException {
    s.texts.put("flows-branch.txt", Synthetic.sent(3, 560) + Synthetic.sent(4, 560));
    isInvalid("only 1120 of 1200 packets were sent");
  }

  @Test
  void aCaptureWithHoles() throws IOException {
    s.texts.put(
        "wan.tcpdump.txt",
        "9 packets captured\n12 packets received by filter\n3 packets dropped by kernel\n");
    isInvalid("the capture of wan lost 3 packets");
  }

  @Test
  void aQuietRejoinPasses() throws IOException {
    s = Synthetic.quiet();
    Verdict v = s.judge(dir);
    assertThat(v.outcome()).as(v.toString()).isEqualTo(Outcome.PASS);
    assertThat(v.figures().lost()).isZero();
    assertThat(v.figures().takeoverMillis()).isNegative();
  }

  @Test
  void aRejoinThatFlaps() throws IOException {
    s = Synthetic.quiet();
    s.advert(BLOW + 900 * MS, Synthetic.B_LAN, Synthetic.B_WAN, 150);
    fails("gw-b announced the addresses: a flap");
  }

  @Test
  void aRejoinThatCostsAPacket() throws IOException {
    s = Synthetic.quiet();
    s.branch.removeIf(f -> f.timeNs() == BLOW + 200);
    fails("1 packets lost outside the gap");
  }

  @Test
  void theControlScenarioPassesOnlyWithDrops() throws IOException {
    s.facts.setProperty(Evidence.EXPECT, "drops");
    fails("the check of its drops can't fail");
    s.texts.put(
        "peer-xfrm-after.txt",
        Synthetic.sa(Synthetic.GCM_SPI, "aead rfc4106(gcm(aes))", 0, 128, 900));
    assertThat(s.judge(dir).outcome()).isEqualTo(Outcome.PASS);
  }
}
