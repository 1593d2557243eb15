package io.pollux.ike.message;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.CertPayload;
import io.pollux.ike.payload.CertreqPayload;
import io.pollux.ike.payload.CpPayload;
import io.pollux.ike.payload.DeletePayload;
import io.pollux.ike.payload.EapPayload;
import io.pollux.ike.payload.IdPayload;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.TsPayload;
import io.pollux.ike.payload.VendorIdPayload;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Messages and keys for tests. */
final class Samples {
  static final IkeSpis INITIAL = new IkeSpis(new IkeSpi(0x0123456789abcdefL), IkeSpi.NONE);
  static final IkeSpis SPIS =
      new IkeSpis(new IkeSpi(0x0123456789abcdefL), new IkeSpi(0xfedcba9876543210L));
  static final IkeAlgorithms GCM = new IkeAlgorithms(20, 256, 6, 0, 31);
  static final IkeAlgorithms CBC = new IkeAlgorithms(12, 256, 5, 12, 31);

  private Samples() {}

  static SkCipher cipher(IkeAlgorithms algorithms, Role us) {
    IkeCrypto crypto = IkeCrypto.standard();
    Octets nonce = Octets.ofHex("11".repeat(32));
    IkeKeys keys =
        KeySchedule.initial(crypto, algorithms, Secret.owning(new byte[32]), nonce, nonce, SPIS);
    return SkCipher.of(crypto, algorithms, keys, us);
  }

  static IkeMessage initRequest() {
    return IkeMessage.clear(
        INITIAL,
        Exchange.IKE_SA_INIT,
        Role.INITIATOR,
        Direction.REQUEST,
        new MessageId(0),
        List.of(
            ProposalChoice.offerIke(ProposalKeywords.defaultIke(), Octets.EMPTY),
            new KePayload(31, Octets.ofHex("22".repeat(32))),
            new NoncePayload(Octets.ofHex("33".repeat(32))),
            NotifyPayload.of(NotifyType.NAT_DETECTION_SOURCE_IP, Octets.ofHex("44".repeat(20))),
            NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED),
            new VendorIdPayload(Octets.ofHex("5566"))));
  }

  static IkeMessage auth(List<Payload> payloads) {
    return IkeMessage.sealed(
        SPIS, Exchange.IKE_AUTH, Role.INITIATOR, Direction.REQUEST, new MessageId(1), payloads);
  }

  static IkeMessage authRequest() {
    return auth(
        List.of(
            IdPayload.idi(
                new Identity(2, Octets.owning("gw.example".getBytes(StandardCharsets.US_ASCII)))),
            new CertPayload(4, Octets.ofHex("3000")),
            new CertreqPayload(4, Octets.ofHex("77".repeat(20))),
            IdPayload.idr(new Identity(1, Octets.ofHex("c0000201"))),
            new AuthPayload(2, Octets.ofHex("88".repeat(48))),
            new EapPayload(Octets.ofHex("01020004")),
            new CpPayload(1, List.of(new CpPayload.Attribute(1, Octets.EMPTY))),
            NotifyPayload.of(NotifyType.INITIAL_CONTACT),
            ProposalChoice.offerEsp(
                ProposalKeywords.defaultEsp(),
                Octets.ofHex("c0ffee01"),
                ProposalChoice.KeyExchangeUse.LEFT_OUT),
            TsPayload.tsi(List.of(Prefix.parse("10.1.0.0/16").selector())),
            TsPayload.tsr(
                List.of(
                    Prefix.parse("10.2.0.0/16").selector(),
                    Prefix.parse("2001:db8::/32").selector()))));
  }

  static IkeMessage delete() {
    return IkeMessage.sealed(
        SPIS,
        Exchange.INFORMATIONAL,
        Role.RESPONDER,
        Direction.REQUEST,
        new MessageId(3),
        List.of(DeletePayload.esp(List.of(new EspSpi(0xc0ffee01), new EspSpi(0xc0ffee02)))));
  }

  static IkeMessage informational(Direction direction, List<Payload> payloads) {
    return IkeMessage.sealed(
        SPIS, Exchange.INFORMATIONAL, Role.INITIATOR, direction, new MessageId(5), payloads);
  }
}
