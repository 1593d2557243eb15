package io.pollux.ike.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.IvSource;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SeededRandom;
import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Proposal;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
  private static final SkCipher I_GCM = Samples.cipher(Samples.GCM, Role.INITIATOR);
  private static final SkCipher R_GCM = Samples.cipher(Samples.GCM, Role.RESPONDER);
  private static final SkCipher I_CBC = Samples.cipher(Samples.CBC, Role.INITIATOR);
  private static final SkCipher R_CBC = Samples.cipher(Samples.CBC, Role.RESPONDER);

  private static final IvSource IVS = new IvSource(1, new SeededRandom(1));

  /** The whole message of RFC 7634 appendix B, from the original responder. */
  private static final Octets RFC7634 =
      Octets.ofHex(
          "c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029"
              + "101112131415161761039470"
              + "1f8d017f7c129248896b71bfe25236efd7cdc67066906315b2");

  @Test
  @Rfc({"7634-3-1"})
  void rfc7634_appendixB_isOpened() throws Malformed {
    Secret key = Secret.owning(material());
    IkeKeys keys =
        new IkeKeys(Secret.EMPTY, Secret.EMPTY, Secret.EMPTY, key, key, Secret.EMPTY, Secret.EMPTY);
    SkCipher cipher =
        SkCipher.of(IkeCrypto.standard(), new IkeAlgorithms(28, 0, 5, 0, 31), keys, Role.INITIATOR);
    Decoded.Sealed sealed = (Decoded.Sealed) MessageCodec.decode(RFC7634);
    IkeMessage message = MessageCodec.open(sealed, cipher);
    assertThat(message.exchange()).isEqualTo(Exchange.INFORMATIONAL);
    assertThat(message.sender()).isEqualTo(Role.RESPONDER);
    assertThat(message.direction()).isEqualTo(Direction.REQUEST);
    assertThat(message.messageId()).isEqualTo(new MessageId(9));
    assertThat(message.spis().toString()).isEqualTo("c0c1c2c3c4c5c6c7_i d0d1d2d3d4d5d6d7_r");
    assertThat(message.payloads())
        .containsExactly(NotifyPayload.of(NotifyType.SET_WINDOW_SIZE, Octets.ofHex("0000000a")));
    // And sealed again with the same nonce: the same octets.
    byte[] head = RFC7634.slice(0, 32).toArray();
    byte[] plain = Octets.ofHex("0000000c000040010000000a").toArray();
    byte[] iv = Octets.ofHex("1011121314151617").toArray();
    assertThat(Octets.owning(cipher.seal(head, plain, iv))).isEqualTo(RFC7634.slice(32, 69));
  }

  private static byte[] material() {
    byte[] material = new byte[36];
    for (int i = 0; i < material.length; i++) {
      material[i] = (byte) (0x80 + i);
    }
    return material;
  }

  @Test
  void goldenInitRequest() throws Malformed {
    IkeMessage message =
        IkeMessage.clear(
            Samples.INITIAL,
            Exchange.IKE_SA_INIT,
            Role.INITIATOR,
            Direction.REQUEST,
            new MessageId(0),
            List.of(
                NotifyPayload.of(NotifyType.COOKIE, Octets.ofHex("c0c1")),
                new SaPayload(
                    List.of(
                        new Proposal(
                            1,
                            1,
                            Octets.EMPTY,
                            ProposalKeywords.parseIke("aes256gcm16-prfsha384-x25519")
                                .transforms()))),
                new KePayload(31, Octets.ofHex("22".repeat(32))),
                new NoncePayload(Octets.ofHex("33".repeat(16)))));
    Octets golden =
        Octets.ofHex(
            "0123456789abcdef0000000000000000" // SPIs
                + "29202208"
                + "00000000"
                + "0000008a" // N first, 2.0, IKE_SA_INIT, I, 0, 138
                + "2100000a"
                + "00004006"
                + "c0c1" // SA next, COOKIE
                + "22000028" // KE next, 40
                + "00000024"
                + "01010003" // last, proposal 1, IKE, no SPI, 3 transforms
                + "0300000c"
                + "01000014"
                + "800e0100" // ENCR_AES_GCM_16, 256
                + "03000008"
                + "02000006" // PRF_HMAC_SHA2_384
                + "00000008"
                + "0400001f" // CURVE25519
                + "28000028"
                + "001f0000"
                + "22".repeat(32) // nonce next
                + "00000014"
                + "33".repeat(16));
    assertThat(MessageCodec.encode(message)).isEqualTo(golden);
    assertThat(((Decoded.Clear) MessageCodec.decode(golden)).message()).isEqualTo(message);
  }

  @Test
  void clearMessagesComeBack() throws Malformed {
    IkeMessage message = Samples.initRequest();
    Decoded decoded = MessageCodec.decode(MessageCodec.encode(message));
    assertThat(decoded).isInstanceOf(Decoded.Clear.class);
    assertThat(((Decoded.Clear) decoded).message()).isEqualTo(message);
  }

  @Test
  void protectedMessagesComeBack() throws Malformed {
    for (IkeMessage message :
        List.of(
            Samples.authRequest(),
            Samples.informational(Direction.REQUEST, List.of()),
            Samples.informational(Direction.RESPONSE, List.of()))) {
      assertThat(open(seal(message, I_GCM), R_GCM)).isEqualTo(message);
      assertThat(open(seal(message, I_CBC), R_CBC)).isEqualTo(message);
    }
    IkeMessage delete = Samples.delete();
    assertThat(open(seal(delete, R_GCM), I_GCM)).isEqualTo(delete);
  }

  @Test
  void rfc7296_3_14_aMessageUnderTheWrongKeyIsDropped() {
    Octets sealed = seal(Samples.authRequest(), I_GCM);
    assertAnswer(Malformed.DROP, () -> open(sealed, I_GCM));
    assertAnswer(Malformed.DROP, () -> open(sealed, R_CBC));
  }

  @Test
  void everyTruncationOfAClearMessageIsMalformed() {
    byte[] whole = MessageCodec.encode(Samples.initRequest()).toArray();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> MessageCodec.decode(Octets.of(cut))).isInstanceOf(Malformed.class);
      setLength(cut);
      assertThatThrownBy(() -> MessageCodec.decode(Octets.of(cut)))
          .as("length %d", length)
          .isInstanceOf(Malformed.class);
    }
  }

  @Test
  @Rfc({"7296-3.14-6", "7296-1.2-2"})
  void everyTruncationAndEveryFlippedBitOfASealedMessageIsDropped() {
    for (List<SkCipher> pair : List.of(List.of(I_GCM, R_GCM), List.of(I_CBC, R_CBC))) {
      byte[] whole = seal(Samples.authRequest(), pair.getFirst()).toArray();
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        setLength(cut);
        assertAnswer(Malformed.DROP, () -> open(Octets.of(cut), pair.getLast()));
      }
      for (int bit = 0; bit < 8 * whole.length; bit++) {
        byte[] changed = whole.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        if (bit / 8 == 17 || bit / 8 == 18) {
          continue; // another version or exchange, which may be answered as such
        }
        assertAnswer(Malformed.DROP, () -> open(Octets.of(changed), pair.getLast()));
      }
    }
  }

  /** A value or Malformed, nothing else. */
  @Test
  void mutatedClearMessagesAreAValueOrMalformed() {
    byte[] whole = MessageCodec.encode(Samples.initRequest()).toArray();
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] changed = whole.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      decodeQuietly(changed);
    }
    long seed = 7296;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] changed = whole.clone();
      for (int n = random.nextInt(6); n >= 0; n--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      decodeQuietly(changed);
    }
  }

  /** What is inside SK is parsed by the same readers: mutated before it is sealed. */
  @Test
  void mutatedContentIsAValueOrMalformed() throws Malformed {
    byte[] whole = plainOf(Samples.authRequest());
    Random random = new Random(7383);
    int values = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] changed = whole.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      try {
        MessageCodec.inner(header(Samples.authRequest()), List.of(), 35, changed);
        values++;
      } catch (Malformed m) {
        assertThat(m.answer()).isNotEqualTo(Malformed.DROP); // authentic, so it gets an answer
      }
    }
    assertThat(values).isBetween(1, 19_999);
  }

  private static byte[] plainOf(IkeMessage message) throws Malformed {
    Octets sealed = seal(message, I_GCM);
    Decoded.Sealed decoded = (Decoded.Sealed) MessageCodec.decode(sealed);
    return R_GCM.open(sealed.toArray(), decoded.bodyFrom());
  }

  static IkeHeader header(IkeMessage message) throws Malformed {
    return MessageCodec.decode(seal(message, I_GCM)).header();
  }

  @Test
  void aMessageIsOneLineWithoutContent() {
    assertThat(Samples.authRequest())
        .hasToString(
            "IKE_AUTH req mid=1 SK { IDi CERT CERTREQ IDr AUTH EAP CP N(INITIAL_CONTACT) SA TSi TSr"
                + " }");
    assertThat(Samples.initRequest())
        .hasToString(
            "IKE_SA_INIT req mid=0 SA KE Nonce N(NAT_DETECTION_SOURCE_IP)"
                + " N(IKEV2_FRAGMENTATION_SUPPORTED) V");
    assertThat(Samples.informational(Direction.RESPONSE, List.of()))
        .hasToString("INFORMATIONAL res mid=5 SK { }");
  }

  static IkeMessage clear(byte[] datagram) throws Malformed {
    return ((Decoded.Clear) MessageCodec.decode(Octets.of(datagram))).message();
  }

  static Octets seal(IkeMessage message, SkCipher cipher) {
    return MessageCodec.seal(message, cipher, IVS, IkeHeader.MAX_LENGTH).getFirst();
  }

  static IkeMessage open(Octets datagram, SkCipher cipher) throws Malformed {
    return switch (MessageCodec.decode(datagram)) {
      case Decoded.Sealed sealed -> MessageCodec.open(sealed, cipher);
      case Decoded.Clear(_, IkeMessage message) -> message;
      case Decoded.Fragment fragment -> new FragmentAssembler().add(fragment, cipher).orElseThrow();
    };
  }

  private static void decodeQuietly(byte[] datagram) {
    try {
      MessageCodec.decode(Octets.of(datagram));
    } catch (Malformed m) {
      assertThat(m.getMessage()).isNotEmpty();
    }
  }

  /** Puts the octets' own length into the header, if that is there. */
  static void setLength(byte[] datagram) {
    if (datagram.length >= IkeHeader.SIZE) {
      datagram[26] = (byte) (datagram.length >>> 8);
      datagram[27] = (byte) datagram.length;
    }
  }

  static void assertAnswer(int answer, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Malformed.class, m -> assertThat(m.answer()).as(m.toString()).isEqualTo(answer));
  }
}
