package io.pollux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.netlink.route.LinkRequest;
import io.pollux.netlink.testing.Golden;
import io.pollux.netlink.testing.Property;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlDatagram;
import io.pollux.netlink.wire.NlExtAck;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlMsgHdr;
import io.pollux.netlink.wire.NlOctets;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.wire.NlStruct;
import io.pollux.netlink.xfrm.AeReading;
import io.pollux.netlink.xfrm.FlushPolicy;
import io.pollux.netlink.xfrm.GetAe;
import io.pollux.netlink.xfrm.NewAe;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.Reqid;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmAevent;
import io.pollux.netlink.xfrm.XfrmAlgorithm;
import io.pollux.netlink.xfrm.XfrmAttribute;
import io.pollux.netlink.xfrm.XfrmAttributes;
import io.pollux.netlink.xfrm.XfrmBitmap;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmKey;
import io.pollux.netlink.xfrm.XfrmMark;
import io.pollux.netlink.xfrm.XfrmNotification;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmReplayState;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import io.pollux.netlink.xfrm.XfrmSa;
import io.pollux.netlink.xfrm.XfrmSelector;
import io.pollux.netlink.xfrm.XfrmUserAcquire;
import io.pollux.netlink.xfrm.XfrmUserExpire;
import io.pollux.netlink.xfrm.XfrmUserMapping;
import io.pollux.netlink.xfrm.XfrmUserpolicyInfo;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import io.pollux.netlink.xfrm.XfrmUsersaInfo;
import io.pollux.netlink.xfrm.XfrmUserspiInfo;
import java.net.InetAddress;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is written is read back; what is read is written back; nothing is lost. */
class RoundTripTest {
  private static final InetAddress LOCAL = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.2");

  private interface StructReader {
    NlStruct read(ByteBuffer in, int at);
  }

  /** Random octets, read and written: the fields keep them, and a second pass changes nothing. */
  @Test
  void structs() {
    assertStable(XfrmUsersaInfo.SIZE, XfrmUsersaInfo::read);
    assertStable(XfrmUserpolicyInfo.SIZE, XfrmUserpolicyInfo::read);
    assertStable(XfrmUserAcquire.SIZE, XfrmUserAcquire::read);
    assertStable(XfrmUserExpire.SIZE, XfrmUserExpire::read);
    assertStable(XfrmUserMapping.SIZE, XfrmUserMapping::read);
    assertStable(XfrmUserspiInfo.SIZE, XfrmUserspiInfo::read);
    assertStable(XfrmReplayState.SIZE, XfrmReplayState::read);
  }

  private static void assertStable(int size, StructReader reader) {
    Property.forAll(
        200,
        random -> {
          byte[] octets = new byte[size];
          random.nextBytes(octets);
          NlStruct value = reader.read(Golden.buffer(octets), 0);
          ByteBuffer once = Golden.buffer(new byte[size]);
          value.write(once, 0);
          assertThat(reader.read(once, 0)).isEqualTo(value);
          assertThat(value.size()).isEqualTo(size);
        });
  }

  @Test
  void replayStatesOf64Bits() {
    Property.forAll(
        500,
        random -> {
          XfrmReplayStateEsn state = randomEsn(random);
          NewAe request = NewAe.replay(XfrmUsersaId.esp(PEER, new Spi(random.nextInt())), state);
          NlMessages message = Golden.message(NlDatagram.of(request));
          XfrmAevent event = XfrmAevent.read(message);
          assertThat(event.id().saId()).isEqualTo(request.id());
          assertThat(event.replay()).hasValue(state);
          AeReading reading = new AeReading();
          reading.read(message);
          assertThat(reading.spi()).isEqualTo(request.id().spi());
          assertThat(reading.esn()).isTrue();
          assertThat(reading.oseq64()).isEqualTo(state.oseq64());
          assertThat(reading.seq64()).isEqualTo(state.seq64());
          assertThat(reading.window()).isEqualTo(state.replayWindow());
        });
  }

  private static XfrmReplayStateEsn randomEsn(SplittableRandom random) {
    int window = 1 + random.nextInt(XfrmConst.XFRMA_REPLAY_ESN_MAX);
    int[] words = new int[XfrmReplayStateEsn.words(window)];
    for (int i = 0; i < words.length; i++) {
      words[i] = random.nextInt();
    }
    return XfrmReplayStateEsn.of(
        random.nextLong(), random.nextLong(), window, XfrmBitmap.of(words));
  }

  @Test
  void replayStatesOf32Bits() throws Exception {
    XfrmReplayState state = new XfrmReplayState(0xfffffffeL, 0x80000001L, -1);
    NewAe request = NewAe.replay(XfrmUsersaId.esp(PEER, new Spi(7)), state);
    NlMessages message = Golden.message(NlDatagram.of(request));
    assertThat(XfrmAevent.read(message).replay()).hasValue(state);
    AeReading reading = new AeReading();
    reading.read(message);
    assertThat(reading.esn()).isFalse();
    assertThat(reading.oseq64()).isEqualTo(0xfffffffeL);
    assertThat(reading.seq64()).isEqualTo(0x80000001L);
  }

  @Test
  void anSaWithEverything() throws Exception {
    NewSa request = fullSa();
    XfrmSa read = XfrmSa.read(Golden.message(NlDatagram.of(request)));
    assertThat(read).isEqualTo(new XfrmSa(request.info(), request.attributes()));
    assertThat(read.attributes().ifId()).hasValue(0xfffffff0);
    assertThat(read.attributes().mark()).hasValue(new XfrmMark(5, 0xff));
  }

  private static NewSa fullSa() {
    return NewSa.builder(new Spi(0x80000100), LOCAL, PEER)
        .reqid(new Reqid(-2))
        .crypt(
            XfrmAlgorithm.AES_CBC,
            XfrmKey.wrap("0123456789abcdef".getBytes(StandardCharsets.US_ASCII)))
        .auth(XfrmAlgorithm.HMAC_SHA2_512_256, XfrmKey.wrap(new byte[64]))
        .esn(XfrmReplayStateEsn.inbound(1L << 40, 1024))
        .thresholds(1000, 100)
        .mark(new XfrmMark(5, 0xff))
        .setMark(XfrmMark.exact(9))
        .ifId(0xfffffff0)
        .mappingThreshold(1)
        .tfcPad(1200)
        .direction(XfrmConst.XFRM_SA_DIR_IN)
        .build();
  }

  @Test
  void unknownAttributesSurvive() throws Exception {
    XfrmAttribute unknown =
        new XfrmAttribute.Unknown(63, NlOctets.of((byte) 1, (byte) 2, (byte) 3));
    XfrmAttribute beyond = new XfrmAttribute.Unknown(4000, NlOctets.of());
    NewSa known = fullSa();
    List<XfrmAttribute> all = new ArrayList<>(known.attributes().all());
    all.add(3, unknown);
    all.add(beyond);
    NewSa request = new NewSa(known.msgType(), known.info(), new XfrmAttributes(all));
    byte[] octets = NlDatagram.of(request);
    XfrmSa read = XfrmSa.read(Golden.message(octets));
    assertThat(read.attributes().all()).isEqualTo(all);
    assertThat(NlDatagram.of(new NewSa(known.msgType(), read.info(), read.attributes())))
        .isEqualTo(octets);
  }

  @Test
  void unknownMessagesSurvive() throws Exception {
    NlBuffer out = NlBuffer.allocate(64);
    out.begin(60, 0, 1);
    out.attrU32(1, 2);
    out.end();
    byte[] octets = new byte[out.position()];
    out.buffer().get(0, octets);
    assertThat(XfrmNotification.read(Golden.message(octets)))
        .isInstanceOf(XfrmNotification.Unknown.class);
  }

  @Test
  void keysAreNotShown() {
    NewSa sa = fullSa();
    String hex = HexFormat.of().formatHex("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    assertThat(sa.toString()).contains("key of 128 bits").doesNotContain(hex, "0123456789abcdef");
    XfrmKey key = XfrmKey.wrap(new byte[] {1, 2, 3});
    assertThat(key).isEqualTo(XfrmKey.copyOf(ByteBuffer.wrap(new byte[] {1, 2, 3})));
    key.close();
    assertThat(key).isEqualTo(XfrmKey.wrap(new byte[3]));
  }

  @Test
  void aBufferNeverGrowsAndHoldsNothingOld() {
    NlBuffer out = NlBuffer.allocate(600);
    out.request(new FlushPolicy(), 0, 1);
    int before = out.position();
    NewSa tooLarge = fullSa();
    assertThatThrownBy(() -> out.request(tooLarge, 0, 2))
        .isInstanceOf(BufferOverflowException.class);
    assertThat(out.position()).isEqualTo(before);
    assertZeroBehind(out);
    out.clear();
    assertThat(out.position()).isZero();
    assertZeroBehind(out);
    out.request(new FlushPolicy(), 0, 3);
    assertThat(out.position()).isEqualTo(before);
  }

  private static void assertZeroBehind(NlBuffer out) {
    for (int i = out.position(); i < out.buffer().capacity(); i++) {
      assertThat(out.buffer().get(i)).isZero();
    }
  }

  @Test
  void aReadyMadeDatagramAsksForAcknowledgements() throws Exception {
    byte[] datagram = NlDatagram.of(new FlushPolicy(), new GetAe(XfrmUsersaId.esp(PEER, Spi.ZERO)));
    NlMessages messages = new NlMessages(Golden.buffer(datagram), 0, datagram.length);
    for (int seq = 1; seq <= 2; seq++) {
      assertThat(messages.next()).isTrue();
      assertThat(messages.flags()).isEqualTo(NlConst.NLM_F_REQUEST | NlConst.NLM_F_ACK);
      assertThat(messages.seq()).isEqualTo(seq);
      assertThat(messages.pid()).isZero();
    }
    assertThat(messages.next()).isFalse();
    NlRequest route = LinkRequest.up(1);
    assertThatThrownBy(() -> NlDatagram.of(new FlushPolicy(), route))
        .hasMessageContaining("RTM_SETLINK");
  }

  @Test
  void anErrorWithTheKernelsWords() throws Exception {
    NlExtAck ack = NlExtAck.read(Golden.message(error(0)));
    assertThat(ack).isEqualTo(new NlExtAck(22, 7, "bad", 24, 23));
    NlExtAck capped = NlExtAck.read(Golden.message(error(NlConst.NLM_F_CAPPED)));
    assertThat(capped).isEqualTo(ack);
  }

  /** NLMSG_ERROR with the echo of a request of 20 octets, or with its header alone. */
  private static byte[] error(int capped) {
    NlBuffer out = NlBuffer.allocate(256);
    out.begin(NlConst.NLMSG_ERROR, NlConst.NLM_F_ACK_TLVS | capped, 7);
    out.struct(
        new NlStruct() {
          @Override
          public int size() {
            return capped == 0 ? 24 : 20;
          }

          @Override
          public void write(ByteBuffer buffer, int at) {
            buffer.putInt(at, -22);
            new NlMsgHdr(20, 16, 0, 7, 0).write(buffer, at + 4);
          }
        });
    out.attrString(NlConst.NLMSGERR_ATTR_MSG, "bad");
    out.attrU32(NlConst.NLMSGERR_ATTR_OFFS, 24);
    out.attrU32(NlConst.NLMSGERR_ATTR_MISS_TYPE, 23);
    out.end();
    // The sender adds NLM_F_REQUEST to no answer, and begin() does not either.
    byte[] octets = new byte[out.position()];
    out.buffer().get(0, octets);
    return octets;
  }

  @Test
  void nestedAttributesAndPadding() throws Exception {
    NlBuffer out = NlBuffer.allocate(128);
    out.begin(100, 0, 1);
    int outer = out.beginNested(5);
    out.attrU8(1, 200);
    out.attrString(2, "ab");
    out.attrFlag(3);
    out.endAttr(outer);
    out.attrU64(6, -1);
    out.end();
    NlMessages message = new NlMessages(out.buffer(), 0, out.position());
    assertThat(message.next()).isTrue();
    NlAttr attr = message.attributesBehind(0);
    assertThat(attr.next()).isTrue();
    assertThat(attr.type()).isEqualTo(5);
    NlAttr inner = attr.nested();
    assertThat(inner.next()).isTrue();
    assertThat(inner.u8("one")).isEqualTo(200);
    assertThat(inner.next()).isTrue();
    assertThat(inner.string()).isEqualTo("ab");
    assertThat(inner.next()).isTrue();
    assertThat(inner.length()).isZero();
    assertThat(inner.next()).isFalse();
    assertThat(attr.next()).isTrue();
    assertThat(attr.u64("six")).isEqualTo(-1);
    assertThat(attr.next()).isFalse();
    assertThat(NlBytes.u32(out.buffer(), 0)).isEqualTo(out.position());
  }

  @Test
  void aSelectorTellsWhatItMeans() {
    XfrmSelector any =
        XfrmSelector.any(NlConst.AF_INET).withProtocol(17).withPorts(500, 0xffff, 0, 0);
    assertThat(any).hasToString("src 0.0.0.0/0 dst 0.0.0.0/0 proto 17 sport 500/ffff");
    assertThat(NewPolicy.add(XfrmPolicy.of(any, XfrmConst.XFRM_POLICY_IN, 3)).object())
        .isEqualTo("src 0.0.0.0/0 dst 0.0.0.0/0 proto 17 sport 500/ffff dir=in prio=3");
  }
}
