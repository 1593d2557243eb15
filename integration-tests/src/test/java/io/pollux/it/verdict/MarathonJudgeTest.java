package io.pollux.it.verdict;

import static io.pollux.it.verdict.Synthetic.BLOW;
import static io.pollux.it.verdict.Synthetic.MS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each requirement of the marathon fails on its own when the evidence says so. */
class MarathonJudgeTest {
  @TempDir private Path dir;
  private Synthetic s;

  @BeforeEach
  void begin() {
    s = Synthetic.failover();
    s.facts.setProperty(MarathonJudge.EVENTS, BLOW + ":gw-a:gw-b");
  }

  private void fails(String reason) throws IOException {
    MarathonJudge.Result r = MarathonJudge.judge(s.write(dir));
    assertThat(r.passed()).as(r.toString()).isFalse();
    assertThat(r.reasons()).as(r.toString()).hasSize(1).first().asString().contains(reason);
  }

  @Test
  void aCleanTakeoverPasses() throws IOException {
    MarathonJudge.Result r = MarathonJudge.judge(s.write(dir));
    assertThat(r.reasons()).isEmpty();
    assertThat(r.passed()).isTrue();
    assertThat(r.figures())
        .containsEntry("takeovers", "1")
        .containsEntry("packets sent", "2400")
        .containsEntry("packets lost", "120")
        .containsEntry("IKE SAs", "1");
  }

  /** Keys that several reigns have used may be replaced; nothing else may change. */
  @Test
  void aRekeyedChildIsNoFailure() throws IOException {
    s.texts.computeIfPresent(
        "peer-xfrm-after.txt", (_, text) -> text.replace("0x00001000", "0x00009000"));
    assertThat(MarathonJudge.judge(s.write(dir)).reasons()).isEmpty();
    s.texts.computeIfPresent(
        "peer-xfrm-after.txt", (_, text) -> text.substring(text.lastIndexOf("src 203")));
    fails("the peer had 2 SAs and has 1");
  }

  @Test
  void whatThePeerThrewAway() throws IOException {
    s.texts.put(
        "peer-xfrm-after.txt",
        Synthetic.sa(Synthetic.GCM_SPI, "aead rfc4106(gcm(aes))", 0, 3, 0)
            + Synthetic.sa(Synthetic.CBC_SPI, "enc cbc(aes)", 0, 0, 0));
    fails("3 packets that the peer's SAs threw away");
  }

  /** Of an SA that is gone by now, the kernel's own count still speaks. */
  @Test
  void whatThePeersKernelCounted() throws IOException {
    s.texts.put("peer-stat-after.txt", "XfrmInStateProtoError \t1\nXfrmInStateSeqError \t1\n");
    fails("2 sequence and integrity errors");
  }

  @Test
  void aSequenceNumberTwice() throws IOException {
    s.esp(BLOW - MS, Synthetic.A_WAN, Synthetic.GCM_SPI, 5, 77);
    fails("1 ESP sequence numbers that came twice");
  }

  @Test
  void anOldNodeThatSendsOn() throws IOException {
    s.esp(BLOW + 2000 * MS, Synthetic.A_WAN, Synthetic.GCM_SPI, 500_000, 78);
    fails("1 ESP packets of a node after its gate had closed");
  }

  @Test
  void aPacketLostForNoReason() throws IOException {
    s.branch.removeIf(c -> c.timeNs() > BLOW + 2000 * MS && c.timeNs() < BLOW + 2010 * MS);
    MarathonJudge.Result r = MarathonJudge.judge(s.write(dir));
    assertThat(r.reasons())
        .singleElement()
        .asString()
        .contains("packets lost apart from a takeover");
  }

  @Test
  void aTurnThatNobodyOrdered() throws IOException {
    s.advert(BLOW + 2500 * MS, Synthetic.A_LAN, Synthetic.A_WAN, 150);
    fails("announced by turns 4 times, expected 2; after blow 1 by gw-a, 2500.0 ms from it");
  }

  @Test
  void aBlowAfterWhichNobodyCame() throws IOException {
    s.facts.setProperty(
        MarathonJudge.EVENTS, BLOW + ":gw-a:gw-b," + (BLOW + 2900 * MS) + ":gw-b:gw-a");
    MarathonJudge.Result r = MarathonJudge.judge(s.write(dir));
    assertThat(r.reasons()).anyMatch(x -> x.contains("takeover 2: gw-a sent no ESP"));
  }

  @Test
  void anotherIkeSa() throws IOException {
    s.texts.computeIfPresent(
        "peer-sas-after.txt", (_, text) -> text.replace("0a0b0c0d", "0a0b0c0e"));
    fails("IKE SAs are not those of before");
  }
}
