package io.pollux.it.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.verdict.Frames.Captured;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WireTest {
  private static Packet packet(int protocol, byte[] payload) {
    return packet(1, protocol, payload);
  }

  private static Packet packet(long fromMac, int protocol, byte[] payload) {
    byte[] frame = Frames.ipv4(fromMac, 9, protocol, "203.0.113.1", "203.0.113.20", payload);
    return Pcap.read(Frames.pcap(List.of(new Captured(0, frame))), "test").getFirst();
  }

  @Test
  void seesEspPlainAndInUdp() {
    assertThat(Wire.esp(packet(50, Frames.esp(5, 6, 7))).sequence()).isEqualTo(6);
    assertThat(Wire.esp(packet(17, Frames.udp(4500, 4500, Frames.esp(5, 6, 7)))).spi())
        .isEqualTo(5);
    assertThat(Wire.esp(packet(17, Frames.udp(4500, 4500, Frames.esp(0, 6, 7))))).isNull();
    assertThat(Wire.esp(packet(17, Frames.udp(53, 53, Frames.esp(5, 6, 7))))).isNull();
  }

  @Test
  void seesRequestsForNewIkeSasOnly() {
    assertThat(Wire.newIkeSa(packet(17, Frames.ikeSaInit(0x0102030405060708L))))
        .isEqualTo("0102030405060708");
    byte[] response = Frames.ikeSaInit(1);
    response[8 + 19] |= 0x20;
    assertThat(Wire.newIkeSa(packet(17, response))).isNull();
    byte[] auth = Frames.ikeSaInit(1);
    auth[8 + 18] = 35;
    assertThat(Wire.newIkeSa(packet(17, auth))).isNull();
    assertThat(Wire.isIke(packet(17, auth))).isTrue();
  }

  @Test
  void tellsWhoSentWhichIkeMessage() {
    byte[] auth = Frames.ikeSaInit(7);
    auth[8 + 18] = 35;
    auth[8 + 19] |= 0x20;
    auth[8 + 23] = 1;
    List<IkeTape.Datagram> tape =
        IkeTape.of(List.of(packet(0xa, 17, Frames.ikeSaInit(7)), packet(0xb, 17, auth))).all();
    assertThat(tape).hasSize(2);
    assertThat(tape.getFirst().from("00:00:00:00:00:0a")).isTrue();
    assertThat(tape.getFirst().response()).isFalse();
    assertThat(tape.getFirst().octets()).startsWith("0000000000000007").hasSizeGreaterThan(55);
    assertThat(tape.get(1))
        .satisfies(
            d -> {
              assertThat(d.from("00:00:00:00:00:0a")).isFalse();
              assertThat(d.exchange()).isEqualTo(35);
              assertThat(d.response()).isTrue();
              assertThat(d.messageId()).isEqualTo(1);
              assertThat(d.destination()).isEqualTo("203.0.113.20");
            });
  }

  @Test
  void cutOffPacketsAreNothing() {
    assertThat(Wire.esp(packet(50, new byte[7]))).isNull();
    assertThat(Wire.advert(packet(112, new byte[3]))).isNull();
    assertThat(Wire.newIkeSa(packet(17, Frames.udp(500, 500, new byte[27])))).isNull();
    assertThat(packet(17, new byte[5]).flow()).isEqualTo(-1);
  }

  @Test
  void sequenceNumbersGoOnBeyond32Bits() {
    List<Packet> packets = new ArrayList<>();
    for (int low : new int[] {5, 0x40000000, 0x7ffffff0, 0xbffffff0, 0xfffffff0}) {
      packets.add(packet(1, 50, Frames.esp(1, low, packets.size())));
    }
    packets.add(packet(2, 50, Frames.esp(1, 5, 99)));
    WanView wan = new WanView(packets, Map.of(), new ClearText(List.of()), Set.of());
    assertThat(wan.duplicateSequences()).isZero();
    assertThat(wan.steps(1, 2, 0))
        .containsExactly(new WanView.Step(1, 0xfffffff0L, 0x1_0000_0005L));
  }

  @Test
  void whatANodePassesOnToTheOtherIsNotSentTwice() {
    List<Packet> packets =
        List.of(
            between(9, 1, Frames.esp(7, 5, 0)), // the peer, to the old node
            between(1, 2, Frames.esp(7, 5, 0)), // which passes it on
            between(1, 9, Frames.esp(8, 1, 1)),
            between(2, 9, Frames.esp(8, 1, 1))); // and this is a number used by both
    WanView wan = new WanView(packets, Map.of(), new ClearText(List.of()), Set.of(1L, 2L));
    assertThat(wan.passedOn()).isEqualTo(1);
    assertThat(wan.duplicateSequences()).isEqualTo(1);
    assertThat(wan.countEsp(1, 0, Long.MAX_VALUE)).isEqualTo(1);
  }

  private static Packet between(long from, long to, byte[] esp) {
    Packet p = packet(50, esp);
    return new Packet(
        p.timeNs(), from, to, p.protocol(), p.source(), p.destination(), p.data(), p.payload());
  }

  @Test
  void readsWhatIpPrints() {
    String text =
        Synthetic.sa(0xc0ffee01, "aead rfc4106(gcm(aes))", 1, 2, 3)
            + Synthetic.sa(7, "enc cbc(aes)", 0, 0, 0)
            + "src 0.0.0.0 dst 1.2.3.4\n\tproto comp spi 0x00000001\n";
    Map<Integer, XfrmState> sas = XfrmState.parse(text);
    assertThat(sas).hasSize(2);
    assertThat(sas.get(0xc0ffee01))
        .isEqualTo(new XfrmState("203.0.113.1", "203.0.113.20", 0xc0ffee01, 1, 2, 3, 8));
    assertThat(sas.get(7).ivLength()).isEqualTo(16);
  }

  @Test
  void readsThePeersLists() {
    assertThat(
            PeerSas.parse(
                "list-sa event {h {initiator=yes initiator-spi=a1 responder-spi=b2 x=y}}"))
        .containsExactly("00000000000000a1:00000000000000b2");
    assertThat(
            PeerSas.parse("{\"ikeSas\":[{\"initiatorSpi\": \"0xa1\", \"responderSpi\":\"b2\"}]}"))
        .containsExactly("00000000000000a1:00000000000000b2");
    assertThat(PeerSas.parse("list-sas reply {}")).isEmpty();
  }

  @Test
  void prefixesOfAllLengths() {
    assertThat(ClearText.Prefix.parse("0.0.0.0/0").contains(-1)).isTrue();
    assertThat(ClearText.Prefix.parse("10.1.0.0/16").contains(Packet.address("10.1.255.1")))
        .isTrue();
    assertThat(ClearText.Prefix.parse("10.1.0.0/16").contains(Packet.address("10.2.0.1")))
        .isFalse();
    assertThat(ByteBuffer.allocate(4).putInt(Packet.address("203.0.113.20")).array())
        .containsExactly(203, 0, 113, 20);
  }
}
