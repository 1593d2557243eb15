package io.pollux.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.IdPayload;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exchanges with a strongSwan responder, one for each key exchange method and for most ciphers and
 * PRFs: everything that can be derived from our private value must be what charon logged.
 */
class RecordedExchangeTest {
  private static final IkeCrypto CRYPTO = IkeCrypto.standard();
  private static final Secret PSK =
      Secret.owning("correct horse battery".getBytes(StandardCharsets.US_ASCII));

  static Stream<List<String>> recordings() {
    return Vectors.lines("strongswan.txt");
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void everyKeyIsThePeers(List<String> line) throws Malformed {
    Map<String, String> v = Vectors.named(line);
    Octets initRequest = Octets.ofHex(v.get("initRequest"));
    Octets initResponse = Octets.ofHex(v.get("initResponse"));
    IkeMessage request = ((Decoded.Clear) MessageCodec.decode(initRequest)).message();
    IkeMessage response = ((Decoded.Clear) MessageCodec.decode(initResponse)).message();
    assertThat(MessageCodec.encode(request)).isEqualTo(initRequest);
    assertThat(MessageCodec.encode(response)).isEqualTo(initResponse);
    assertThat(response.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED)).isTrue();

    IkeAlgorithms algorithms = chosen(request, response).ikeAlgorithms();
    assertThat(ProposalKeywords.parseIke(line.getFirst(), true).transforms())
        .contains(new Transform(TransformType.KE, algorithms.keyExchange(), 0));
    KeyAgreement ours =
        CRYPTO.restore(KeyExchangeMethod.valueOf(v.get("method")), secret(v.get("private")));
    assertThat(ours.publicValue()).isEqualTo(request.first(KePayload.class).orElseThrow().data());
    Secret shared = ours.agree(response.first(KePayload.class).orElseThrow().data());
    Octets ni = request.first(NoncePayload.class).orElseThrow().nonce();
    Octets nr = response.first(NoncePayload.class).orElseThrow().nonce();
    IkeKeys keys = KeySchedule.initial(CRYPTO, algorithms, shared, ni, nr, response.spis());
    assertThat(keys)
        .isEqualTo(
            new IkeKeys(
                secret(v.get("SK_d")),
                secret(v.get("SK_ai")),
                secret(v.get("SK_ar")),
                secret(v.get("SK_ei")),
                secret(v.get("SK_er")),
                secret(v.get("SK_pi")),
                secret(v.get("SK_pr"))));
    checkAuth(v, algorithms, keys, ni, nr);
  }

  private static void checkAuth(
      Map<String, String> v, IkeAlgorithms algorithms, IkeKeys keys, Octets ni, Octets nr)
      throws Malformed {
    Prf prf = Prf.require(algorithms.prf());
    SkCipher responder = SkCipher.of(CRYPTO, algorithms, keys, Role.RESPONDER);
    SkCipher initiator = SkCipher.of(CRYPTO, algorithms, keys, Role.INITIATOR);
    IkeMessage request = open(v.get("authRequest"), responder);
    IkeMessage response = open(v.get("authResponse"), initiator);

    Octets idr = response.first(IdPayload.class).orElseThrow().body();
    Octets message = Octets.ofHex(v.get("initResponse"));
    Octets signed = PskAuth.signedOctets(CRYPTO, prf, message, ni, keys.skPr(), idr, Octets.EMPTY);
    Octets auth = response.first(AuthPayload.class).orElseThrow().data();
    assertThat(PskAuth.verify(CRYPTO, prf, PSK, signed, auth)).isTrue();

    Octets idi = request.first(IdPayload.class).orElseThrow().body();
    Octets own = Octets.ofHex(v.get("initRequest"));
    Octets ownSigned = PskAuth.signedOctets(CRYPTO, prf, own, nr, keys.skPi(), idi, Octets.EMPTY);
    assertThat(PskAuth.compute(CRYPTO, prf, PSK, ownSigned))
        .isEqualTo(request.first(AuthPayload.class).orElseThrow().data());
    checkChild(v, prf, keys, request, ni, nr);
  }

  private static void checkChild(
      Map<String, String> v, Prf prf, IkeKeys keys, IkeMessage request, Octets ni, Octets nr) {
    ProposalChoice.Chosen esp =
        (ProposalChoice.Chosen)
            ProposalChoice.chooseEsp(
                request.first(SaPayload.class).orElseThrow(),
                List.of(
                    ProposalKeywords.parseEsp("aes256gcm16-esn"),
                    ProposalKeywords.parseEsp("aes256-sha256-noesn")),
                ProposalChoice.KeyExchangeUse.LEFT_OUT);
    EspKeys child =
        KeySchedule.child(
            CRYPTO, prf, keys.skD(), esp.espAlgorithms(), Optional.empty(), ni, nr, Role.INITIATOR);
    assertThat(child)
        .isEqualTo(
            new EspKeys(
                secret(v.get("espEncrR")),
                secret(v.get("espIntegR")),
                secret(v.get("espEncrI")),
                secret(v.get("espIntegI"))));
  }

  private static ProposalChoice.Chosen chosen(IkeMessage request, IkeMessage response) {
    return (ProposalChoice.Chosen)
        ProposalChoice.verify(
            request.first(SaPayload.class).orElseThrow(),
            response.first(SaPayload.class).orElseThrow());
  }

  private static IkeMessage open(String hex, SkCipher cipher) throws Malformed {
    return MessageCodec.open((Decoded.Sealed) MessageCodec.decode(Octets.ofHex(hex)), cipher);
  }

  private static Secret secret(String hex) {
    return hex == null ? Secret.EMPTY : Secret.owning(Octets.ofHex(hex).toArray());
  }
}
