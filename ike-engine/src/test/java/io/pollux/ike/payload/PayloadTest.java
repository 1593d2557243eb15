package io.pollux.ike.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireReader;
import io.pollux.ike.wire.WireWriter;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PayloadTest {
  @Test
  void rfc7296_3_2_typesHaveTheirNumbers() {
    for (PayloadType type : PayloadType.values()) {
      assertThat(PayloadType.of(type.number())).contains(type);
    }
    assertThat(PayloadType.of(0)).isEmpty();
    assertThat(PayloadType.of(255)).isEmpty();
  }

  @Test
  @Rfc({"7296-3.3.1-1", "7296-3.3.2-1", "7296-3.3.5-1", "7296-3.3.5-3"})
  void rfc7296_3_3_goldenProposals() throws Malformed {
    SaPayload sa =
        new SaPayload(
            List.of(
                new Proposal(
                    1,
                    3,
                    Octets.ofHex("c0ffee01"),
                    List.of(
                        new Transform(1, 20, 256),
                        new Transform(1, 28, 0),
                        new Transform(5, 1, 0),
                        new Transform(5, 0, 0))),
                new Proposal(2, 1, Octets.EMPTY, List.of())));
    String golden =
        "02000030" // 8 + 4 + 12 + 3 * 8
            + "01030404c0ffee01"
            + "0300000c01000014800e0100"
            + "030000080100001c"
            + "0300000805000001"
            + "0000000805000000"
            + "0000000802010000";
    assertGolden(PayloadType.SA, sa, golden);
  }

  @Test
  @Rfc({"7296-3.3.6-7"})
  void rfc7296_3_3_6_unknownAttributesMakeATransformUnacceptable() throws Malformed {
    // A variable-length attribute, an unknown short one, a key length of zero, the key length
    // twice.
    for (String attributes : List.of("0012000201ff", "80110001", "800e0000", "800e0080800e0080")) {
      int octets = attributes.length() / 2;
      String sa =
          String.format("0000%04x01010001", 16 + octets)
              + String.format("0000%04x0100000c", 8 + octets)
              + attributes;
      SaPayload read = (SaPayload) read(PayloadType.SA, sa);
      assertThat(read.proposals().getFirst().transforms())
          .containsExactly(new Transform(1, 12, Transform.UNKNOWN_ATTRIBUTE));
    }
  }

  @Test
  @Rfc({"7296-3.3-3", "7296-3.3-4", "7296-3.3.1-2"})
  void rfc7296_3_3_1_proposalsAreNumberedFromOneWithoutGaps() throws Malformed {
    String first = "0200000801010000";
    assertThat(read(PayloadType.SA, first + "0000000802010000")).isInstanceOf(SaPayload.class);
    assertMalformed(PayloadType.SA, first + "0000000803010000");
    assertMalformed(PayloadType.SA, first + "0000000801010000");
    assertMalformed(PayloadType.SA, "0200000802010000" + "0000000803010000");
    // An answer repeats the number that was chosen.
    assertThat(read(PayloadType.SA, "0000000807010000")).isInstanceOf(SaPayload.class);
  }

  @Test
  @Rfc({"7296-3.3-2"})
  void rfc7296_3_3_substructuresMustBeWhole() {
    assertMalformed(PayloadType.SA, "");
    assertMalformed(PayloadType.SA, "0000000901010000"); // longer than the payload
    assertMalformed(PayloadType.SA, "0000000701010000"); // shorter than its own header
    assertMalformed(PayloadType.SA, "0000000801010001"); // a transform announced, none there
    assertMalformed(PayloadType.SA, "000000100101000000000008" + "0100000c"); // one too many
    assertMalformed(PayloadType.SA, "0200000801010000"); // more announced, none there
    assertMalformed(PayloadType.SA, "0100000801010000"); // neither 0 nor 2
    assertMalformed(PayloadType.SA, "000000080101000000"); // an octet left over
    assertMalformed(PayloadType.SA, "00000010010100010300000801000014"); // 3 in the last one
  }

  @Test
  void tooManyProposalsAreMalformed() {
    StringBuilder many = new StringBuilder();
    for (int i = 1; i <= SaPayload.MAX_PROPOSALS + 1; i++) {
      many.append(i > SaPayload.MAX_PROPOSALS ? "00" : "02");
      many.append(String.format("000008%02x010000", i));
    }
    assertMalformed(PayloadType.SA, many.toString());
  }

  @Test
  void rfc7296_3_4_ke() throws Malformed {
    assertGolden(PayloadType.KE, new KePayload(31, Octets.ofHex("aabb")), "001f0000aabb");
    assertThat(read(PayloadType.KE, "001fffffaabb")) // RESERVED is ignored
        .isEqualTo(new KePayload(31, Octets.ofHex("aabb")));
    assertMalformed(PayloadType.KE, "001f0000");
    assertMalformed(PayloadType.KE, "001f00");
  }

  @Test
  @Rfc({"7296-3.5-1"})
  void rfc7296_3_5_id() throws Malformed {
    Identity address = new Identity(1, Octets.ofHex("c0000201"));
    assertGolden(PayloadType.IDI, IdPayload.idi(address), "01000000c0000201");
    assertGolden(PayloadType.IDR, IdPayload.idr(address), "01000000c0000201");
    assertMalformed(PayloadType.IDI, "01000000c00002");
    assertMalformed(PayloadType.IDI, "05000000c0000201");
    assertMalformed(PayloadType.IDI, "02000000");
    assertMalformed(PayloadType.IDI, "020000");
    assertMalformed(PayloadType.IDI, "02000000" + "61".repeat(IdPayload.MAX_DATA + 1));
  }

  /** AUTH covers the RESERVED octets as they were sent (section 2.15). */
  @Test
  void rfc7296_2_15_reservedOctetsOfIdAreKept() throws Malformed {
    IdPayload read = (IdPayload) read(PayloadType.IDI, "02a1a2a361");
    assertThat(read.identity()).isEqualTo(new Identity(2, Octets.ofHex("61")));
    assertThat(read.body()).isEqualTo(Octets.ofHex("02a1a2a361"));
  }

  @Test
  @Rfc({"7296-3.8-1"})
  void rfc7296_3_6_to_3_8_certificatesAndAuth() throws Malformed {
    assertGolden(PayloadType.CERT, new CertPayload(4, Octets.ofHex("3000")), "043000");
    assertGolden(PayloadType.CERTREQ, new CertreqPayload(4, Octets.EMPTY), "04");
    assertGolden(PayloadType.AUTH, new AuthPayload(2, Octets.ofHex("ab")), "02000000ab");
    assertMalformed(PayloadType.CERT, "");
    assertMalformed(PayloadType.CERTREQ, "");
    assertMalformed(PayloadType.AUTH, "0200");
  }

  @Test
  @Rfc({"7296-3.9-1"})
  void rfc7296_3_9_aNonceHas16To256Octets() throws Malformed {
    for (int length : new int[] {16, 32, 256}) {
      String hex = "5a".repeat(length);
      assertGolden(PayloadType.NONCE, new NoncePayload(Octets.ofHex(hex)), hex);
    }
    for (int length : new int[] {0, 15, 257}) {
      assertMalformed(PayloadType.NONCE, "5a".repeat(length));
    }
  }

  @Test
  @Rfc({"7296-3.10-1", "7296-3.10-3"})
  void rfc7296_3_10_notify() throws Malformed {
    assertGolden(
        PayloadType.NOTIFY,
        NotifyPayload.ofEsp(NotifyType.REKEY_SA, new EspSpi(0xc0ffee01)),
        "03044009c0ffee01");
    assertGolden(
        PayloadType.NOTIFY,
        NotifyPayload.of(NotifyType.COOKIE, Octets.ofHex("0102")),
        "000040060102");
    assertThat(NotifyPayload.ofEsp(NotifyType.REKEY_SA, new EspSpi(0xc0ffee01)).espSpi())
        .contains(new EspSpi(0xc0ffee01));
    assertThat(((NotifyPayload) read(PayloadType.NOTIFY, "0304400900000007")).espSpi()).isEmpty();
    assertThat(((NotifyPayload) read(PayloadType.NOTIFY, "03024009c0ff")).espSpi()).isEmpty();
    assertMalformed(PayloadType.NOTIFY, "03044009c0ffee");
  }

  @Test
  @Rfc({"7296-3.10.1-3"})
  void rfc7296_3_10_1_unknownNotifyTypesAreKept() throws Malformed {
    NotifyPayload error = (NotifyPayload) read(PayloadType.NOTIFY, "00001fff");
    assertThat(error.type().isError()).isTrue();
    assertThat(error.type().isKnown()).isFalse();
    assertThat(error.type()).hasToString("notify 8191");
    NotifyPayload status = (NotifyPayload) read(PayloadType.NOTIFY, "0000ffff");
    assertThat(status.type().isError()).isFalse();
    assertThat(NotifyType.TS_UNACCEPTABLE).hasToString("TS_UNACCEPTABLE");
    assertThat(new NotifyType(14)).isEqualTo(NotifyType.NO_PROPOSAL_CHOSEN);
    assertThat(new NotifyType(16384).isError()).isFalse();
    assertThat(new NotifyType(16383).isError()).isTrue();
  }

  @Test
  @Rfc({"7296-3.11-2", "7296-3.11-3"})
  void rfc7296_3_11_delete() throws Malformed {
    assertGolden(PayloadType.DELETE, DeletePayload.ike(), "01000000");
    assertGolden(
        PayloadType.DELETE,
        DeletePayload.esp(List.of(new EspSpi(0xc0ffee01), new EspSpi(0xc0ffee02))),
        "03040002c0ffee01c0ffee02");
    assertGolden(PayloadType.DELETE, DeletePayload.esp(List.of()), "03040000");
    DeletePayload reserved = (DeletePayload) read(PayloadType.DELETE, "0304000200000001c0ffee02");
    assertThat(reserved.espSpis()).containsExactly(new EspSpi(0xc0ffee02));
    assertMalformed(PayloadType.DELETE, "01040001c0ffee01"); // an IKE SA has no SPI here
    assertMalformed(PayloadType.DELETE, "0300ffff");
    assertMalformed(PayloadType.DELETE, "03080001c0ffee01c0ffee01");
    assertMalformed(PayloadType.DELETE, "03040002c0ffee01");
    assertMalformed(PayloadType.DELETE, "03040001c0ffee01ff");
  }

  @Test
  void rfc7296_3_12_vendorId() throws Malformed {
    assertGolden(PayloadType.VENDOR_ID, new VendorIdPayload(Octets.ofHex("aabb")), "aabb");
    assertGolden(PayloadType.VENDOR_ID, new VendorIdPayload(Octets.EMPTY), "");
  }

  @Test
  @Rfc({"7296-3.13-1"})
  void rfc7296_3_13_trafficSelectors() throws Malformed {
    TrafficSelector v4 = selector("192.0.2.0", "192.0.2.255", 17, 53, 53);
    TrafficSelector v6 = selector("2001:db8::", "2001:db8::ffff", 0, 0, 65535);
    TrafficSelector opaque = selector("10.0.0.1", "10.0.0.1", 6, 65535, 0);
    String golden =
        "03000000"
            + "0711001000350035c0000200c00002ff"
            + "080000280000ffff"
            + "20010db8000000000000000000000000"
            + "20010db800000000000000000000ffff"
            + "07060010ffff00000a0000010a000001";
    assertGolden(PayloadType.TSI, TsPayload.tsi(List.of(v4, v6, opaque)), golden);
    assertGolden(PayloadType.TSR, TsPayload.tsr(List.of(v4, v6, opaque)), golden);
  }

  /** Section 2.9: a selector of an unknown type is not returned in the narrowed set. */
  @Test
  void rfc7296_2_9_selectorsOfUnknownTypeAreLeftOut() throws Malformed {
    TsPayload read =
        (TsPayload)
            read(
                PayloadType.TSI,
                "02000000" + "09000008aabbccdd" + "070000100000ffff0a0000000a0000ff");
    assertThat(read.selectors()).containsExactly(selector("10.0.0.0", "10.0.0.255", 0, 0, 65535));
    assertThat(((TsPayload) read(PayloadType.TSI, "01000000" + "09000004")).selectors()).isEmpty();
  }

  @Test
  void rfc7296_3_13_1_selectorsThatAreNoRangeAreMalformed() {
    assertMalformed(PayloadType.TSI, "00000000"); // none
    assertMalformed(PayloadType.TSI, "01000000" + "070000100000ffff0a0000ff0a000000"); // backwards
    assertMalformed(PayloadType.TSI, "01000000" + "07000010000200010a0000000a0000ff"); // ports
    assertMalformed(PayloadType.TSI, "01000000" + "0700000f0000ffff0a0000000a0000"); // short
    assertMalformed(PayloadType.TSI, "01000000" + "080000100000ffff0a0000000a0000ff"); // IPv6
    assertMalformed(PayloadType.TSI, "01000000" + "07000003"); // shorter than its header
    assertMalformed(PayloadType.TSI, "02000000" + "070000100000ffff0a0000000a0000ff"); // one short
  }

  /** Java would turn ::ffff:10.0.0.0 into 10.0.0.0, which is other traffic. */
  @Test
  void mappedAddressesStayIpv6() throws Malformed {
    String mapped = "0".repeat(20) + "ffff0a000000";
    TsPayload read =
        (TsPayload) read(PayloadType.TSI, "01000000" + "080000280000ffff" + mapped + mapped);
    assertThat(read.selectors().getFirst().from().getAddress()).hasSize(16);
    assertThat(written(read)).isEqualTo(Octets.ofHex("01000000080000280000ffff" + mapped + mapped));
  }

  @Test
  @Rfc({"7296-3.15-1", "7296-3.15.1-1"})
  void rfc7296_3_15_configuration() throws Malformed {
    CpPayload cp =
        new CpPayload(
            1,
            List.of(
                new CpPayload.Attribute(1, Octets.EMPTY),
                new CpPayload.Attribute(3, Octets.ofHex("08080808"))));
    assertGolden(PayloadType.CP, cp, "0100000000010000" + "0003000408080808");
    assertThat(read(PayloadType.CP, "0100000080010000" + "8003000408080808")).isEqualTo(cp);
    assertMalformed(PayloadType.CP, "01000000000300040808");
    assertMalformed(PayloadType.CP, "01000000" + "00010000".repeat(CpPayload.MAX_ATTRIBUTES + 1));
  }

  @Test
  void rfc7296_3_16_eap() throws Malformed {
    assertGolden(PayloadType.EAP, new EapPayload(Octets.ofHex("01020004")), "01020004");
    assertMalformed(PayloadType.EAP, "010200");
  }

  @Test
  void envelopesAreNoContent() {
    assertMalformed(PayloadType.SK, "00");
    assertMalformed(PayloadType.SKF, "00");
  }

  /** Of every golden body, everything shorter is Malformed or another value, nothing else. */
  @Test
  void truncationAtEveryOctet() {
    List<String> bodies = new ArrayList<>();
    bodies.add(
        "0000002401010003" + "0300000c01000014800e0100" + "0300000802000006" + "000000080400001f");
    bodies.add("03000000" + "0711001000350035c0000200c00002ff".repeat(3));
    bodies.add("0100000000010000" + "0003000408080808");
    bodies.add("03040002c0ffee01c0ffee02");
    for (String body : bodies) {
      for (int length = 0; length < body.length(); length += 2) {
        for (PayloadType type : PayloadType.values()) {
          try {
            Payload read = read(type, body.substring(0, length));
            assertThat(Optional.of(read)).isPresent();
          } catch (Malformed m) {
            assertThat(m.answer()).isEqualTo(Malformed.INVALID_SYNTAX);
          }
        }
      }
    }
  }

  private static void assertGolden(PayloadType type, Payload payload, String hex) throws Malformed {
    assertThat(payload.number()).isEqualTo(type.number());
    assertThat(written(payload)).isEqualTo(Octets.ofHex(hex));
    assertThat(read(type, hex)).isEqualTo(payload);
  }

  private static Octets written(Payload payload) {
    WireWriter out = new WireWriter();
    payload.write(out);
    return out.toOctets();
  }

  private static Payload read(PayloadType type, String hex) throws Malformed {
    return type.read(WireReader.of(Octets.ofHex(hex)));
  }

  private static void assertMalformed(PayloadType type, String hex) {
    assertThatThrownBy(() -> read(type, hex))
        .as("%s %s", type, hex)
        .isInstanceOfSatisfying(
            Malformed.class, m -> assertThat(m.answer()).isEqualTo(Malformed.INVALID_SYNTAX));
  }

  private static TrafficSelector selector(
      String from, String to, int protocol, int start, int end) {
    return new TrafficSelector(
        InetAddress.ofLiteral(from), InetAddress.ofLiteral(to), protocol, start, end);
  }
}
