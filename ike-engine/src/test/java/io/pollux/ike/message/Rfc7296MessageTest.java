package io.pollux.ike.message;

import static io.pollux.ike.message.MessageCodecTest.assertAnswer;
import static io.pollux.ike.message.MessageCodecTest.clear;
import static io.pollux.ike.message.MessageCodecTest.header;
import static io.pollux.ike.message.MessageCodecTest.seal;
import static io.pollux.ike.message.MessageCodecTest.setLength;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.payload.UnknownPayload;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The sentences of RFC 7296 about whole messages, one test each. */
class Rfc7296MessageTest {
  private static final SkCipher I_GCM = Samples.cipher(Samples.GCM, Role.INITIATOR);

  @Test
  @Rfc({"7296-2.5-8", "7296-3.2-2"})
  void rfc7296_2_5_anUnknownCriticalPayloadIsAnsweredWithItsType() {
    byte[] request = withExtra(new UnknownPayload(200, true, Octets.ofHex("01")));
    assertThatThrownBy(() -> MessageCodec.decode(Octets.of(request)))
        .isInstanceOfSatisfying(
            Malformed.class,
            m -> {
              assertThat(m.answer()).isEqualTo(Malformed.UNSUPPORTED_CRITICAL_PAYLOAD);
              assertThat(m.data()).isEqualTo(Octets.ofHex("c8"));
            });
  }

  @Test
  @Rfc({"7296-2.5-7", "7296-2.5-9", "7296-3.2-1"})
  void rfc7296_2_5_anUnknownPayloadIsIgnored() throws Malformed {
    byte[] request = withExtra(new UnknownPayload(200, false, Octets.ofHex("01")));
    assertThat(clear(request)).isEqualTo(Samples.initRequest());
  }

  private static byte[] withExtra(UnknownPayload extra) {
    IkeMessage init = Samples.initRequest();
    List<Payload> payloads = new ArrayList<>(init.clear());
    payloads.add(extra);
    return MessageCodec.encode(
            IkeMessage.clear(
                init.spis(),
                init.exchange(),
                init.sender(),
                init.direction(),
                init.messageId(),
                payloads))
        .toArray();
  }

  @Test
  @Rfc({"7296-3.2-3", "7296-3.2-5"})
  void rfc7296_2_5_theCriticalFlagOfAKnownPayloadIsIgnored() throws Malformed {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    request[IkeHeader.SIZE + 1] |= (byte) 0x80;
    assertThat(clear(request)).isEqualTo(Samples.initRequest());
  }

  @Test
  @Rfc({"7296-2.5-6", "7296-3.1-9", "7296-3.1-12", "7296-3.2-6"})
  void rfc7296_2_5_reservedFieldsAreIgnored() throws Malformed {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    request[IkeHeader.SIZE + 1] |= 0x7f;
    request[19] |= (byte) 0xd7; // every flag but I and R
    assertThat(clear(request).payloads()).isEqualTo(Samples.initRequest().payloads());
  }

  @Test
  @Rfc({"7296-2.5-11", "7296-1.7-4"})
  void rfc7296_2_5_payloadsInAnyOrderAreAccepted() throws Malformed {
    List<Payload> payloads = new ArrayList<>(Samples.authRequest().inner().orElseThrow());
    Collections.shuffle(payloads, new Random(1));
    WireWriter out = new WireWriter();
    PayloadChain.write(out, payloads, PayloadType.NONE);
    IkeMessage message =
        MessageCodec.inner(
            header(Samples.authRequest()), List.of(), payloads.getFirst().number(), out.toArray());
    assertThat(message.payloads()).isEqualTo(payloads);
  }

  @Test
  @Rfc({"7296-2.5-2", "7296-3.1-6"})
  void rfc7296_2_5_otherMajorVersions() {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    request[17] = 0x10;
    assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(request)));
    request[17] = 0x30;
    assertAnswer(Malformed.INVALID_MAJOR_VERSION, () -> MessageCodec.decode(Octets.of(request)));
    request[19] |= 0x20; // never answer a response
    assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(request)));
  }

  @Test
  @Rfc({"7296-2.5-1", "7296-3.1-8"})
  void rfc7296_2_5_theMinorVersionIsIgnored() throws Malformed {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    request[17] = 0x21;
    assertThat(clear(request)).isEqualTo(Samples.initRequest());
  }

  @Test
  @Rfc({"7296-3.1-2"})
  void rfc7296_3_1_theInitiatorsSpiMustNotBeZero() {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    Arrays.fill(request, 0, 8, (byte) 0);
    assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(request)));
  }

  @Test
  @Rfc({"7296-3.1-3"})
  void rfc7296_3_1_theRespondersSpiIsZeroInTheFirstMessage() {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    request[15] = 1;
    assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(request)));
  }

  @Test
  void rfc7296_2_2_theFirstMessageIdIsZero() {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    request[23] = 1;
    assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(request)));
  }

  @Test
  void rfc7296_3_1_theLengthIsTheDatagrams() {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    byte[] longer = Arrays.copyOf(request, request.length + 1);
    assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(longer)));
    setLength(longer);
    assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(longer)));
  }

  @Test
  @Rfc({"7296-2.21.2-1"})
  void rfc7296_1_2_and_3_10_1_aPayloadThatIsMissingOrTwiceIsDropped() {
    IkeMessage init = Samples.initRequest();
    for (int i = 0; i < 3; i++) { // SA, KE, Nonce
      List<Payload> without = new ArrayList<>(init.clear());
      without.remove(i);
      assertAnswer(Malformed.DROP, () -> clear(encodeInit(without, Direction.REQUEST)));
      List<Payload> twice = new ArrayList<>(init.clear());
      twice.add(init.clear().get(i));
      assertAnswer(Malformed.DROP, () -> clear(encodeInit(twice, Direction.REQUEST)));
    }
  }

  @Test
  void rfc7296_2_6_aResponseWithACookieOrAnErrorNeedsNothingElse() throws Malformed {
    for (NotifyType type :
        List.of(NotifyType.COOKIE, NotifyType.NO_PROPOSAL_CHOSEN, new NotifyType(8191))) {
      byte[] response =
          encodeInit(List.of(NotifyPayload.of(type, Octets.ofHex("01"))), Direction.RESPONSE);
      assertThat(clear(response).has(type)).isTrue();
    }
    byte[] empty =
        encodeInit(List.of(NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED)), Direction.RESPONSE);
    assertAnswer(Malformed.DROP, () -> clear(empty)); // a response is never answered
  }

  private static byte[] encodeInit(List<Payload> payloads, Direction direction) {
    Role sender = direction == Direction.REQUEST ? Role.INITIATOR : Role.RESPONDER;
    return MessageCodec.encode(
            IkeMessage.clear(
                direction == Direction.REQUEST ? Samples.INITIAL : Samples.SPIS,
                Exchange.IKE_SA_INIT,
                sender,
                direction,
                new MessageId(0),
                payloads))
        .toArray();
  }

  @Test
  @Rfc({"7296-1.4-1"})
  void rfc7296_3_14_everyExchangeButTheFirstNeedsSk() {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    for (Exchange exchange :
        List.of(Exchange.IKE_AUTH, Exchange.CREATE_CHILD_SA, Exchange.IKE_INTERMEDIATE)) {
      request[18] = (byte) exchange.number();
      assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(request)));
    }
  }

  @Test
  void rfc7296_1_5_anInformationalOutsideAnIkeSaKeepsOnlyNotifies() throws Malformed {
    byte[] request = MessageCodec.encode(Samples.initRequest()).toArray();
    request[18] = (byte) Exchange.INFORMATIONAL.number();
    assertThat(clear(request).payloads()).hasOnlyElementsOfType(NotifyPayload.class);
  }

  @Test
  @Rfc({"7296-3.1-1", "7296-3.14-1"})
  void rfc7296_3_14_skIsTheLastPayload() throws Malformed {
    byte[] sealed = seal(Samples.authRequest(), I_GCM).toArray();
    byte[] longer = Arrays.copyOf(sealed, sealed.length + 8);
    setLength(longer);
    assertAnswer(Malformed.DROP, () -> MessageCodec.decode(Octets.of(longer)));
  }

  @Test
  void tooManyPayloadsAreDropped() {
    List<Payload> many = new ArrayList<>(Samples.initRequest().clear());
    while (many.size() <= MessageRule.MAX_PAYLOADS) {
      many.add(NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED));
    }
    assertAnswer(Malformed.DROP, () -> clear(encodeInit(many, Direction.REQUEST)));
  }

  @Test
  void ourOwnMistakesAreNotMalformed() {
    assertThatThrownBy(() -> MessageCodec.encode(Samples.authRequest()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
