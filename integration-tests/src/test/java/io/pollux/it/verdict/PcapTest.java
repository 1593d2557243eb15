package io.pollux.it.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.it.verdict.Frames.Captured;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapTest {
  private static final long TIME = 1_700_000_000_123_456_000L;
  private static final byte[] FRAME =
      Frames.ipv4(
          0x020000000a01L, 0x020000000b01L, 17, "10.1.0.100", "10.2.0.100", Frames.flow(7, 9));

  @Test
  void readsBothByteOrdersAndBothResolutions() {
    for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      for (boolean nanos : new boolean[] {true, false}) {
        byte[] file = Frames.pcap(List.of(new Captured(TIME, FRAME)), order, nanos, 1);
        assertThat(Pcap.read(file, "test")).singleElement().satisfies(PcapTest::isTheFrame);
      }
    }
  }

  private static void isTheFrame(Packet p) {
    assertThat(p.timeNs()).isEqualTo(TIME);
    assertThat(p.sourceMac()).isEqualTo(0x020000000a01L);
    assertThat(p.targetMac()).isEqualTo(0x020000000b01L);
    assertThat(Packet.text(p.source())).isEqualTo("10.1.0.100");
    assertThat(p.flow()).isEqualTo(7);
    assertThat(p.flowSequence()).isEqualTo(9);
  }

  @Test
  void readsIpv6() {
    byte[] esp = Frames.ipv6(0x020000000a02L, 0x020000002002L, 50, Frames.esp(0x77, 5, 6));
    byte[] file = Frames.pcap(List.of(new Captured(TIME, esp)));
    assertThat(Pcap.read(file, "test"))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.sourceMac()).isEqualTo(0x020000000a02L);
              assertThat(Wire.esp(p).spi()).isEqualTo(0x77);
              assertThat(Wire.esp(p).sequence()).isEqualTo(5);
            });
  }

  @Test
  void findsClaimsOfAddresses(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("arp.pcap");
    byte[] claim = Frames.claim(0x020000000a02L, "203.0.113.1");
    byte[] question = claim.clone();
    question[41] = 9;
    Files.write(
        file, Frames.pcap(List.of(new Captured(TIME, claim), new Captured(TIME, question))));
    assertThat(Pcap.claims(file))
        .containsExactly(new Pcap.Claim(TIME, 0x020000000a02L, Packet.address("203.0.113.1")));
    assertThat(Pcap.read(file)).isEmpty();
  }

  @Test
  void readsCookedCaptures() {
    byte[] ip = Arrays.copyOfRange(FRAME, 14, FRAME.length);
    ByteBuffer sll =
        ByteBuffer.allocate(16 + ip.length)
            .putShort((short) 0)
            .putShort((short) 1)
            .putShort((short) 6);
    sll.put(FRAME, 6, 6).putShort((short) 0).putShort((short) 0x0800).put(ip);
    ByteBuffer sll2 =
        ByteBuffer.allocate(20 + ip.length)
            .putShort((short) 0x0800)
            .putShort((short) 0)
            .putInt(3)
            .putShort((short) 1);
    sll2.put((byte) 0).put((byte) 6).put(FRAME, 6, 6).putShort((short) 0).put(ip);
    for (Object[] c : new Object[][] {{sll, 113}, {sll2, 276}}) {
      byte[] file =
          Frames.pcap(
              List.of(new Captured(TIME, ((ByteBuffer) c[0]).array())),
              ByteOrder.LITTLE_ENDIAN,
              true,
              (int) c[1]);
      Packet p = Pcap.read(file, "test").getFirst();
      assertThat(p.sourceMac()).isEqualTo(0x020000000a01L);
      assertThat(p.flow()).isEqualTo(7);
    }
  }

  @Test
  void leavesOutWhatIsNotIpv4AndWhatIsCutOff() {
    byte[] arp = FRAME.clone();
    arp[13] = 6;
    byte[] file =
        Frames.pcap(
            List.of(
                new Captured(TIME, arp),
                new Captured(TIME, FRAME),
                new Captured(TIME, new byte[3])));
    assertThat(Pcap.read(file, "test")).hasSize(1);
    for (int cut = 24; cut < file.length; cut++) {
      assertThat(Pcap.read(Arrays.copyOf(file, cut), "test")).hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void refusesWhatIsNoCapture() {
    assertThatThrownBy(() -> Pcap.read(new byte[10], "x"))
        .isInstanceOf(EvidenceException.class)
        .hasMessageContaining("x is no capture");
    assertThatThrownBy(() -> Pcap.read(new byte[99], "x")).hasMessageContaining("first octets");
    byte[] strange = Frames.pcap(List.of(), ByteOrder.LITTLE_ENDIAN, true, 99);
    assertThatThrownBy(() -> Pcap.read(strange, "x")).hasMessageContaining("link type 99");
  }
}
