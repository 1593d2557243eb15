package io.pollux.netlink.conn;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.linux.Errno;
import io.pollux.linux.Namespace;
import io.pollux.netlink.xfrm.DelSa;
import io.pollux.netlink.xfrm.DumpSas;
import io.pollux.netlink.xfrm.FlushSa;
import io.pollux.netlink.xfrm.GetAe;
import io.pollux.netlink.xfrm.GetSa;
import io.pollux.netlink.xfrm.NewAe;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.Reqid;
import io.pollux.netlink.xfrm.SaBuilder;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmAevent;
import io.pollux.netlink.xfrm.XfrmAlgoAead;
import io.pollux.netlink.xfrm.XfrmAlgorithm;
import io.pollux.netlink.xfrm.XfrmAttributeType;
import io.pollux.netlink.xfrm.XfrmAttributes;
import io.pollux.netlink.xfrm.XfrmBitmap;
import io.pollux.netlink.xfrm.XfrmEncapTmpl;
import io.pollux.netlink.xfrm.XfrmKey;
import io.pollux.netlink.xfrm.XfrmLifetimeCfg;
import io.pollux.netlink.xfrm.XfrmLifetimeCur;
import io.pollux.netlink.xfrm.XfrmMark;
import io.pollux.netlink.xfrm.XfrmReplay;
import io.pollux.netlink.xfrm.XfrmReplayState;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import io.pollux.netlink.xfrm.XfrmSa;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SAs without traffic, on a kernel with ESP: what replay state does when it is written. */
@Tag("lab")
class SaLabTest {
  private static final InetAddress LOCAL = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.2");
  private static final int WINDOW = 1024;

  private interface Body {
    void run(NetlinkConnection xfrm) throws Exception;
  }

  private static void inside(Body body) throws Exception {
    try (Namespace namespace = new Namespace("sa")) {
      namespace.run(
          () -> {
            try (NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
              body.run(xfrm);
            }
          });
    }
  }

  private static XfrmKey key(int octets) {
    byte[] key = new byte[octets];
    Arrays.fill(key, (byte) 0x5a);
    return XfrmKey.wrap(key);
  }

  private static SaBuilder gcm(int spi) {
    return NewSa.builder(new Spi(spi), LOCAL, PEER)
        .reqid(new Reqid(7))
        .aead(XfrmAlgorithm.AES_GCM_16, key(20));
  }

  private static SaBuilder cbc(int spi) {
    return NewSa.builder(new Spi(spi), LOCAL, PEER)
        .reqid(new Reqid(7))
        .crypt(XfrmAlgorithm.AES_CBC, key(16))
        .auth(XfrmAlgorithm.HMAC_SHA2_256_128, key(32));
  }

  private static XfrmReplay replay(NetlinkConnection xfrm, XfrmUsersaId id) {
    return xfrm.query(new GetAe(id)).orThrow().replay().orElseThrow();
  }

  @Test
  void anSaIsInTheKernelAsItWasWritten() throws Exception {
    inside(
        xfrm -> {
          NewSa sa =
              gcm(0xc0ffee01)
                  .esn(XfrmReplayStateEsn.outbound((5L << 32) + 17, WINDOW))
                  .encap(XfrmEncapTmpl.espInUdp(4500, 4501))
                  .lifetime(XfrmLifetimeCfg.ofAge(3600, 4000))
                  .mark(new XfrmMark(5, 0xff))
                  .ifId(9)
                  .setMark(XfrmMark.exact(11))
                  .thresholds(1000, 100)
                  .build();
          assertThat(xfrm.execute(sa).ok()).isTrue();
          assertThat(xfrm.execute(sa).refusedWith(Errno.EEXIST)).isTrue();
          List<XfrmSa> all = xfrm.dump(new DumpSas()).orThrow();
          assertThat(all).hasSize(1);
          XfrmSa read = all.getFirst();
          assertThat(read.info().lft()).isEqualTo(sa.info().lft());
          assertThat(read.info().reqid()).isEqualTo(new Reqid(7));
          assertThat(read.info().flags()).isEqualTo(sa.info().flags());
          assertThat(read.replay()).isEqualTo(sa.attributes().replay());
          assertThat(read.attributes().encap()).isEqualTo(sa.attributes().encap());
          assertThat(read.attributes().ifId()).hasValue(9);
          assertThat(read.attributes().number(XfrmAttributeType.XFRMA_SET_MARK)).hasValue(11);
          assertThat(read.attributes().struct(XfrmAttributeType.XFRMA_ALG_AEAD, XfrmAlgoAead.class))
              .hasValue(new XfrmAlgoAead("rfc4106(gcm(aes))", 128, key(20)));
          XfrmAttributes marked =
              new XfrmAttributes(
                  sa.attributes().all().stream()
                      .filter(a -> a.number() == XfrmAttributeType.XFRMA_MARK.number())
                      .toList());
          assertThat(xfrm.query(new GetSa(sa.id())).refusedWith(Errno.ESRCH)).isTrue();
          assertThat(xfrm.query(new GetSa(sa.id(), marked)).orThrow().id()).isEqualTo(sa.id());
          List<Long> swept = new ArrayList<>();
          xfrm.sweepRequests(
              List.of(new GetAe(sa.id(), 0, marked)), (_, reading) -> swept.add(reading.oseq64()));
          assertThat(swept).containsExactly((5L << 32) + 17);
          assertThat(xfrm.execute(new DelSa(sa.id(), marked)).ok()).isTrue();
        });
  }

  @Test
  void everyAlgorithmThatTheKernelHas() throws Exception {
    inside(
        xfrm -> {
          int spi = 0x1000;
          for (XfrmAlgorithm aead :
              List.of(
                  XfrmAlgorithm.AES_GCM_16,
                  XfrmAlgorithm.AES_GCM_8,
                  XfrmAlgorithm.AES_CCM_16,
                  XfrmAlgorithm.CHACHA20_POLY1305)) {
            int octets = (aead == XfrmAlgorithm.CHACHA20_POLY1305 ? 32 : 16) + aead.saltOctets();
            NewSa sa = NewSa.builder(new Spi(spi++), LOCAL, PEER).aead(aead, key(octets)).build();
            assertThat(xfrm.execute(sa)).as(aead.name()).hasToString("ok");
          }
          for (XfrmAlgorithm auth :
              List.of(
                  XfrmAlgorithm.HMAC_SHA2_256_128,
                  XfrmAlgorithm.HMAC_SHA2_384_192,
                  XfrmAlgorithm.HMAC_SHA2_512_256)) {
            NewSa sa =
                NewSa.builder(new Spi(spi++), LOCAL, PEER)
                    .crypt(XfrmAlgorithm.AES_CTR, key(20))
                    .auth(auth, key(auth.icvBits() / 4))
                    .build();
            assertThat(xfrm.execute(sa)).as(auth.name()).hasToString("ok");
          }
          xfrm.execute(new FlushSa(0)).orThrow();
        });
  }

  @Test
  void newAeMovesForwardAndBackward() throws Exception {
    inside(
        xfrm -> {
          NewSa sa = gcm(0x2001).esn(XfrmReplayStateEsn.outbound(1000, WINDOW)).build();
          xfrm.execute(sa).orThrow();
          XfrmReplayStateEsn state = (XfrmReplayStateEsn) replay(xfrm, sa.id());
          for (long oseq : new long[] {1L << 30, (1L << 40) + 3, 5}) {
            xfrm.execute(NewAe.replay(sa.id(), state.withOseq64(oseq))).orThrow();
            assertThat(replay(xfrm, sa.id()).oseq64()).isEqualTo(oseq);
          }
          XfrmReplayStateEsn in = state.withSeq64(1L << 33, XfrmBitmap.ones(WINDOW / 32));
          xfrm.execute(NewAe.replay(sa.id(), in)).orThrow();
          assertThat(replay(xfrm, sa.id())).isEqualTo(in);

          NewSa legacy = cbc(0x2002).legacyReplay(32, new XfrmReplayState(9, 4, 0xf)).build();
          xfrm.execute(legacy).orThrow();
          assertThat(replay(xfrm, legacy.id())).isEqualTo(new XfrmReplayState(9, 4, 0xf));
          xfrm.execute(NewAe.replay(legacy.id(), new XfrmReplayState(70, 3, -1))).orThrow();
          assertThat(replay(xfrm, legacy.id())).isEqualTo(new XfrmReplayState(70, 3, -1));
        });
  }

  @Test
  void newAeRefusals() throws Exception {
    inside(
        xfrm -> {
          NewSa sa = gcm(0x2001).esn(XfrmReplayStateEsn.outbound(7, WINDOW)).build();
          xfrm.execute(sa).orThrow();
          XfrmReplayStateEsn shorter = XfrmReplayStateEsn.outbound(8, WINDOW / 2);
          NlResult refused = xfrm.execute(NewAe.replay(sa.id(), shorter));
          assertThat(refused.refusedWith(Errno.EINVAL)).isTrue();
          assertThat(refused.toString())
              .startsWith("XFRM_MSG_NEWAE spi=00002001 dst=192.0.2.2 proto=esp: EINVAL (");
          XfrmReplayStateEsn wide =
              XfrmReplayStateEsn.of(8, 0, WINDOW + 1, XfrmBitmap.zeros(WINDOW / 32));
          assertThat(xfrm.execute(NewAe.replay(sa.id(), wide)).refusedWith(Errno.EINVAL)).isTrue();
          NewAe empty = new NewAe(sa.id(), XfrmAttributes.NONE);
          assertThat(xfrm.execute(empty).refusedWith(Errno.EINVAL)).isTrue();
          XfrmUsersaId absent = XfrmUsersaId.esp(PEER, new Spi(0x9999));
          assertThat(xfrm.execute(NewAe.replay(absent, shorter)).refusedWith(Errno.ESRCH)).isTrue();
          assertThat(replay(xfrm, sa.id()).oseq64()).isEqualTo(7);
        });
  }

  /** KERNEL.md 2: answered by 0, and nothing has changed. */
  @Test
  void newAeOfTheOtherFormDoesNothing() throws Exception {
    inside(
        xfrm -> {
          NewSa esn = gcm(0x2001).esn(XfrmReplayStateEsn.outbound(7, WINDOW)).build();
          NewSa legacy = cbc(0x2002).legacyReplay(32, new XfrmReplayState(9, 4, 0)).build();
          xfrm.execute(List.of(esn, legacy)).forEach(NlResult::orThrow);
          NewAe toEsn = NewAe.replay(esn.id(), new XfrmReplayState(100, 100, 0));
          NewAe toLegacy = NewAe.replay(legacy.id(), XfrmReplayStateEsn.outbound(100, WINDOW));
          assertThat(xfrm.execute(List.of(toEsn, toLegacy))).allMatch(NlResult::ok);
          assertThat(replay(xfrm, esn.id()).oseq64()).isEqualTo(7);
          assertThat(replay(xfrm, legacy.id()).oseq64()).isEqualTo(9);
        });
  }

  /** KERNEL.md 2: dangerous, and accepted. */
  @Test
  void newAeMaySwitchProtectionOff() throws Exception {
    inside(
        xfrm -> {
          NewSa sa = gcm(0x2001).esn(XfrmReplayStateEsn.fresh(WINDOW)).build();
          xfrm.execute(sa).orThrow();
          XfrmReplayStateEsn off = XfrmReplayStateEsn.of(0, 0, 0, XfrmBitmap.zeros(WINDOW / 32));
          assertThat(xfrm.execute(NewAe.replay(sa.id(), off)).ok()).isTrue();
          assertThat(((XfrmReplayStateEsn) replay(xfrm, sa.id())).replayWindow()).isZero();
        });
  }

  @Test
  void updSaLeavesTheReplayStateAlone() throws Exception {
    inside(
        xfrm -> {
          NewSa sa = gcm(0x2001).esn(XfrmReplayStateEsn.outbound(7, WINDOW)).build();
          xfrm.execute(sa).orThrow();
          NewSa update =
              gcm(0x2001)
                  .esn(XfrmReplayStateEsn.outbound(500, WINDOW))
                  .lifetime(XfrmLifetimeCfg.ofAge(10, 20))
                  .build()
                  .asUpdate();
          assertThat(xfrm.execute(update).ok()).isTrue();
          assertThat(replay(xfrm, sa.id()).oseq64()).isEqualTo(7);
          assertThat(xfrm.query(new GetSa(sa.id())).orThrow().info().lft())
              .isEqualTo(XfrmLifetimeCfg.ofAge(10, 20));
        });
  }

  @Test
  void largeWindowsWithoutEsnAndNoneAtAll() throws Exception {
    inside(
        xfrm -> {
          NewSa large = cbc(0x2001).window(XfrmReplayStateEsn.outbound(7, WINDOW)).build();
          NewSa none = cbc(0x2002).build();
          xfrm.execute(List.of(large, none)).forEach(NlResult::orThrow);
          assertThat(replay(xfrm, large.id())).isEqualTo(XfrmReplayStateEsn.outbound(7, WINDOW));
          assertThat(replay(xfrm, none.id())).isEqualTo(new XfrmReplayState(0, 0, 0));
        });
  }

  @Test
  void thresholdsAreReadBackInOtherUnits() throws Exception {
    inside(
        xfrm -> {
          NewSa sa = gcm(0x2001).esn(XfrmReplayStateEsn.fresh(64)).thresholds(500, 400).build();
          xfrm.execute(sa).orThrow();
          XfrmAevent event = xfrm.query(GetAe.withThresholds(sa.id())).orThrow();
          assertThat(event.replayThreshold()).hasValue(500);
          long hz = 400 * 10 / event.timerThreshold().orElseThrow(); // 400 jiffies in 100 ms units
          assertThat(hz).isIn(100L, 250L, 300L, 1000L);
          xfrm.execute(NewAe.thresholds(sa.id(), 20, hz)).orThrow();
          event = xfrm.query(GetAe.withThresholds(sa.id())).orThrow();
          assertThat(event.replayThreshold()).hasValue(20);
          assertThat(event.timerThreshold()).hasValue(10);
        });
  }

  @Test
  void agesAndVolumesGoOn() throws Exception {
    inside(
        xfrm -> {
          XfrmLifetimeCur carried = new XfrmLifetimeCur(123_456, 789, 1_700_000_000, 1_700_000_100);
          NewSa sa = gcm(0x2001).esn(XfrmReplayStateEsn.fresh(64)).carried(carried).build();
          xfrm.execute(sa).orThrow();
          assertThat(xfrm.query(new GetAe(sa.id())).orThrow().lifetime()).hasValue(carried);
        });
  }

  @Test
  void aSweepReadsEachOne() throws Exception {
    inside(
        xfrm -> {
          List<NewSa> sas = new ArrayList<>();
          for (int i = 0; i < 500; i++) {
            sas.add(gcm(0x10000 + i).esn(XfrmReplayStateEsn.outbound(i * 3L, 64)).build());
          }
          assertThat(xfrm.execute(sas, AckMode.LAST)).allMatch(NlResult::ok);
          List<Integer> seen = new ArrayList<>();
          xfrm.sweep(
              sas.stream().map(NewSa::id).toList(),
              (index, reading) -> {
                assertThat(reading.oseq64()).isEqualTo(index * 3L);
                assertThat(reading.spi()).isEqualTo(new Spi(0x10000 + index));
                seen.add(index);
              });
          assertThat(seen).hasSize(500).isSorted();
          assertThat(xfrm.dump(new DumpSas()).orThrow()).hasSize(500);
        });
  }
}
