package io.pollux.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.IvSource;
import io.pollux.ike.crypto.SeededRandom;
import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The octets of fragments (RFC 7383 section 2.5), and what AUTH covers of them (RFC 9242). */
class RfcFragmentTest {
  private static final SkCipher I = Samples.cipher(Samples.GCM, Role.INITIATOR);
  private static final SkCipher R = Samples.cipher(Samples.GCM, Role.RESPONDER);
  private static final IvSource IVS = new IvSource(7, new SeededRandom(7));
  private static final IkeMessage MESSAGE =
      IkeMessage.sealed(
          Samples.SPIS,
          Exchange.IKE_INTERMEDIATE,
          Role.INITIATOR,
          Direction.REQUEST,
          new MessageId(1),
          List.of(new KePayload(37, Octets.ofHex("5c".repeat(1568)))));

  private static List<Octets> seal(int maxOctets) {
    return MessageCodec.seal(MESSAGE, I, IVS, maxOctets);
  }

  @Test
  @Rfc({"7383-2.3-3"})
  void rfc7383_2_3_theNumberOfTheNotify() throws Malformed {
    Octets request = MessageCodec.encode(Samples.initRequest());
    // Payload Length 8, Protocol ID 0, SPI Size 0, type 16430
    assertThat(request.toHex()).contains("00080000402e");
    assertThat(
            ((Decoded.Clear) MessageCodec.decode(request))
                .message()
                .has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED))
        .isTrue();
  }

  @Test
  @Rfc({"7383-2.5-1", "7383-2.5-7"})
  void rfc7383_2_5_skfIsTheLastPayloadUnderTheHeaderOfTheWholeMessage() {
    Octets whole = seal(IkeHeader.MAX_LENGTH).getFirst();
    for (Octets fragment : seal(576)) {
      assertThat(fragment.at(16)).isEqualTo(53);
      assertThat(fragment.at(30) << 8 | fragment.at(31)).isEqualTo(fragment.length() - 28);
      assertThat(fragment.slice(0, 16)).isEqualTo(whole.slice(0, 16));
      assertThat(fragment.slice(17, 24)).isEqualTo(whole.slice(17, 24));
      byte[] more = Octets.concat(fragment, Octets.ofHex("00000008aabbccdd")).toArray();
      MessageCodecTest.setLength(more);
      MessageCodecTest.assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.owning(more)));
    }
  }

  @Test
  @Rfc({"9242-3.3.2-1", "9242-3.3.2-2"})
  void rfc9242_3_3_2_authCoversTheWholeMessageHoweverItIsCut() throws Malformed {
    Octets chunk = MessageCodec.authenticatedChunk(MESSAGE);
    Decoded.Sealed sealed =
        (Decoded.Sealed) MessageCodec.decode(seal(IkeHeader.MAX_LENGTH).getFirst());
    assertThat(MessageCodec.authenticatedChunk(sealed, R)).isEqualTo(chunk);
    for (int max : new int[] {160, 576, 1280}) {
      List<Octets> fragments = new ArrayList<>(seal(max));
      assertThat(fragments).hasSizeGreaterThan(1);
      assertThat(assembled(fragments.reversed())).isEqualTo(chunk);
    }
  }

  private static Octets assembled(List<Octets> fragments) throws Malformed {
    FragmentAssembler assembler = new FragmentAssembler();
    for (Octets fragment : fragments) {
      assembler.add((Decoded.Fragment) MessageCodec.decode(fragment), R);
    }
    return assembler.takeChunk().orElseThrow();
  }

  /** What a peer makes that sets RESERVED: {@code header} octets stand before the IV. */
  private static Octets reserved(Octets datagram, int header, int value) throws Malformed {
    byte[] head = datagram.slice(0, header).toArray();
    byte[] content = R.open(datagram.toArray(), header);
    head[29] = (byte) value;
    byte[] iv = IVS.next(I.encryption());
    return Octets.concat(Octets.owning(head), Octets.owning(I.seal(head, content, iv)));
  }

  @Test
  @Rfc({"9242-3.3.2-3"})
  void rfc9242_3_3_2_reservedIsTakenFromTheFirstFragment() throws Malformed {
    byte[] expected = MessageCodec.authenticatedChunk(MESSAGE).toArray();
    expected[29] = 0x15;
    List<Octets> fragments = new ArrayList<>(seal(576));
    for (int i = 0; i < fragments.size(); i++) {
      fragments.set(i, reserved(fragments.get(i), 36, i == 0 ? 0x15 : 0x2a));
    }
    assertThat(assembled(fragments)).isEqualTo(Octets.of(expected));
    assertThat(assembled(fragments.reversed())).isEqualTo(Octets.of(expected));
    Octets whole = reserved(seal(IkeHeader.MAX_LENGTH).getFirst(), 32, 0x15);
    assertThat(MessageCodec.authenticatedChunk((Decoded.Sealed) MessageCodec.decode(whole), R))
        .isEqualTo(Octets.of(expected));
  }

  /** Figure 1: A goes from the IKE header to the header of SK, with all that stands between. */
  @Test
  void rfc9242_3_3_2_payloadsOutsideSkAreCoveredToo() throws Malformed {
    Octets datagram = seal(IkeHeader.MAX_LENGTH).getFirst();
    byte[] content = R.open(datagram.toArray(), 32);
    Octets unknown = Octets.ofHex("2e000008c0ffee00"); // SK follows
    byte[] header = datagram.slice(0, 28).toArray();
    header[16] = (byte) 201;
    int length = I.sealedLength(content.length) + 4;
    Octets sk = Octets.ofHex("2200%04x".formatted(length));
    byte[] head = Octets.concat(Octets.owning(header), unknown, sk).toArray();
    byte[] lengths = Arrays.copyOf(head, head.length + length - 4);
    MessageCodecTest.setLength(lengths);
    head = Arrays.copyOf(lengths, head.length);
    byte[] iv = IVS.next(I.encryption());
    Octets sent = Octets.concat(Octets.of(head), Octets.owning(I.seal(head, content, iv)));
    Octets chunk = MessageCodec.authenticatedChunk((Decoded.Sealed) MessageCodec.decode(sent), R);
    byte[] expected =
        Octets.concat(
                Octets.owning(header),
                unknown,
                Octets.ofHex("2200%04x".formatted(content.length + 4)),
                Octets.of(content))
            .toArray();
    MessageCodecTest.setLength(expected);
    assertThat(chunk).isEqualTo(Octets.of(expected));
  }
}
