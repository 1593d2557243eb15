package io.pollux.ike.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.payload.Proposal;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ProposalChoice.Chosen;
import io.pollux.ike.policy.ProposalChoice.KeyExchangeUse;
import io.pollux.ike.policy.ProposalChoice.None;
import io.pollux.ike.policy.ProposalKeywords.BadProposal;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProposalTest {
  private static final Octets SPI = Octets.ofHex("c0ffee01");

  @Test
  void ikeKeywords() {
    assertThat(ike("aes256gcm16-prfsha384-x25519"))
        .containsExactly(t(1, 20, 256), t(2, 6, 0), t(4, 31, 0));
    assertThat(ike("aes256-sha256-ecp256"))
        .containsExactly(t(1, 12, 256), t(2, 5, 0), t(3, 12, 0), t(4, 19, 0));
    assertThat(ike("aes128-sha512-prfsha384-modp2048"))
        .containsExactly(t(1, 12, 128), t(2, 6, 0), t(3, 14, 0), t(4, 14, 0));
    // With an AEAD the integrity word names the PRF alone.
    assertThat(ike("aes128gcm16-sha256-curve25519"))
        .containsExactly(t(1, 20, 128), t(2, 5, 0), t(4, 31, 0));
    assertThat(ike("chacha20poly1305-prfsha256-ecp384-ecp521"))
        .containsExactly(t(1, 28, 0), t(2, 5, 0), t(4, 20, 0), t(4, 21, 0));
    assertThat(ike("aes256gcm128-aes256gcm16-prfsha384-x25519")).hasSize(3);
  }

  @Test
  void espKeywords() {
    assertThat(esp("aes256gcm16-esn")).containsExactly(t(1, 20, 256), t(5, 1, 0));
    assertThat(esp("aes256gcm16-noesn")).containsExactly(t(1, 20, 256), t(5, 0, 0));
    assertThat(esp("aes256-sha256"))
        .containsExactly(t(1, 12, 256), t(3, 12, 0), t(5, 1, 0), t(5, 0, 0));
    assertThat(esp("aes128gcm16-x25519-noesn-esn"))
        .containsExactly(t(1, 20, 128), t(4, 31, 0), t(5, 0, 0), t(5, 1, 0));
  }

  @Test
  void aBadProposalNamesTheWordAndTheAlternatives() {
    assertBad(() -> ike("aes257-sha256-x25519"), "unknown word 'aes257'", "aes256", "x25519");
    assertBad(() -> ike(""), "unknown word ''");
    assertBad(() -> ike("aes256-sha256-x25519-"), "unknown word ''");
    assertBad(() -> ike("aes256-sha256"), "lacks key exchange", "x25519, curve25519");
    assertBad(() -> ike("aes256gcm16-x25519"), "lacks PRF", "prfsha256");
    assertBad(() -> ike("aes256-x25519"), "lacks integrity", "sha256");
    assertBad(() -> ike("sha256-x25519"), "lacks encryption", "aes256");
    assertBad(() -> ike("aes256-sha256-x25519-esn"), "'esn' has no place");
    assertBad(() -> esp("aes256gcm16-prfsha256"), "'prfsha256' has no place");
    assertBad(() -> esp("aes256gcm16-sha256"), "leave out sha256");
    assertBad(() -> esp("aes256gcm16-aes256-sha256"), "write two proposals");
    assertBad(() -> esp("aes256"), "lacks integrity");
  }

  @Test
  void defaultsAreStrong() {
    assertThat(ProposalKeywords.defaultIke())
        .allSatisfy(
            p ->
                assertThat(p.transforms())
                    .doesNotContain(t(2, 2, 0), t(3, 2, 0))
                    .contains(t(4, 31, 0), t(4, 19, 0), t(4, 20, 0), t(4, 14, 0)));
    assertThat(ProposalKeywords.defaultEsp())
        .allSatisfy(p -> assertThat(p.transforms()).containsSubsequence(t(5, 1, 0), t(5, 0, 0)));
  }

  @Test
  @Rfc({"7296-2.7-1", "7296-2.7-4", "7296-2.7-5", "7296-3.3.6-2", "7296-3.3.6-3", "7296-3.3.1-3"})
  void rfc7296_2_7_theResponderTakesTheFirstOfItsOwnThatIsOffered() {
    SaPayload offer =
        ProposalChoice.offerIke(
            List.of(
                ProposalKeywords.parseIke("aes256-sha256-ecp256"),
                ProposalKeywords.parseIke("aes256gcm16-aes128gcm16-prfsha384-ecp256-x25519")),
            Octets.EMPTY);
    ProposalChoice choice =
        ProposalChoice.chooseIke(
            offer,
            List.of(
                ProposalKeywords.parseIke("aes192-sha256-x25519"),
                ProposalKeywords.parseIke("aes128gcm16-prfsha256-prfsha384-x25519-ecp256"),
                ProposalKeywords.parseIke("aes256-sha256-ecp256")));
    Chosen chosen = (Chosen) choice;
    assertThat(chosen.number()).isEqualTo(2);
    assertThat(chosen.ikeAlgorithms()).isEqualTo(new IkeAlgorithms(20, 128, 6, 0, 31));
    assertThat(chosen.answer(Octets.EMPTY).proposals())
        .containsExactly(
            new Proposal(2, 1, Octets.EMPTY, List.of(t(1, 20, 128), t(2, 6, 0), t(4, 31, 0))));
    assertThat(ProposalChoice.verify(offer, chosen.answer(Octets.EMPTY)))
        .isInstanceOf(Chosen.class);
  }

  @Test
  @Rfc({"7296-3.3.5-5"})
  void rfc7296_3_3_5_keyLengthsMatchExactly() {
    SaPayload offer = espOffer("aes256gcm16-esn");
    assertThat(chooseEsp(offer, "aes128gcm16-esn")).isInstanceOf(None.class);
    SaPayload without =
        new SaPayload(List.of(new Proposal(1, 3, SPI, List.of(t(1, 20, 0), t(5, 1, 0)))));
    assertThat(chooseEsp(without, "aes128gcm16-esn")).isInstanceOf(None.class);
  }

  @Test
  @Rfc({"7296-3.3.6-7"})
  void rfc7296_3_3_6_aTransformWithAnUnknownAttributeIsNotChosen() {
    SaPayload offer =
        new SaPayload(
            List.of(
                new Proposal(
                    1,
                    3,
                    SPI,
                    List.of(t(1, 20, Transform.UNKNOWN_ATTRIBUTE), t(1, 20, 128), t(5, 1, 0)))));
    assertThat(((Chosen) chooseEsp(offer, "aes128gcm16-esn")).espAlgorithms())
        .isEqualTo(new EspAlgorithms(20, 128, 0, true));
    SaPayload unknownKe =
        new SaPayload(
            List.of(
                new Proposal(
                    1,
                    3,
                    SPI,
                    List.of(t(1, 20, 128), t(4, 31, Transform.UNKNOWN_ATTRIBUTE), t(5, 1, 0)))));
    assertThat(chooseEsp(unknownKe, "aes128gcm16-esn")).isInstanceOf(None.class);
  }

  @Test
  @Rfc({"7296-3.3.6-6"})
  void rfc7296_3_3_6_aProposalWithATransformTypeOfItsOwnIsRefused() {
    SaPayload offer =
        new SaPayload(
            List.of(new Proposal(1, 3, SPI, List.of(t(1, 20, 128), t(5, 1, 0), t(99, 1, 0)))));
    assertThat(chooseEsp(offer, "aes128gcm16-esn")).isInstanceOf(None.class);
  }

  @Test
  void rfc7296_3_3_2_noneIsTheSameAsNothing() {
    SaPayload offer =
        new SaPayload(
            List.of(
                new Proposal(
                    1, 3, SPI, List.of(t(1, 20, 128), t(3, 0, 0), t(4, 0, 0), t(5, 0, 0)))));
    Chosen chosen = (Chosen) chooseEsp(offer, "aes128gcm16-noesn");
    assertThat(chosen.espAlgorithms()).isEqualTo(new EspAlgorithms(20, 128, 0, false));
    assertThat(chosen.ofType(io.pollux.ike.crypto.TransformType.KE)).isEmpty();
    // A peer that does not speak of sequence numbers at all means none of the extended kind.
    SaPayload silent = new SaPayload(List.of(new Proposal(1, 3, SPI, List.of(t(1, 20, 128)))));
    assertThat(((Chosen) chooseEsp(silent, "aes128gcm16")).transforms())
        .containsExactly(t(1, 20, 128));
    assertThat(chooseEsp(silent, "aes128gcm16-esn")).isInstanceOf(None.class);
  }

  @Test
  @Rfc({"7296-3.3-5", "7634-4-1"})
  void rfc7296_3_3_anAeadNeverGoesWithIntegrity() {
    SaPayload mixed =
        new SaPayload(
            List.of(
                new Proposal(
                    1, 3, SPI, List.of(t(1, 20, 128), t(1, 12, 128), t(3, 12, 0), t(5, 0, 0)))));
    assertThat(chooseEsp(mixed, "aes128gcm16-noesn")).isInstanceOf(None.class);
    assertThat(((Chosen) chooseEsp(mixed, "aes128-sha256-noesn")).espAlgorithms())
        .isEqualTo(new EspAlgorithms(12, 128, 12, false));
  }

  @Test
  void extendedSequenceNumbersArePreferredWhereBothOfferThem() {
    assertThat(((Chosen) chooseEsp(espOffer("aes256-sha256-noesn-esn"), "aes256-sha256")))
        .extracting(chosen -> chosen.espAlgorithms().esn())
        .isEqualTo(true);
    assertThat(((Chosen) chooseEsp(espOffer("aes256-sha256-noesn"), "aes256-sha256")))
        .extracting(chosen -> chosen.espAlgorithms().esn())
        .isEqualTo(false);
  }

  @Test
  void rfc7296_1_2_inIkeAuthAChildHasNoKeyExchange() {
    SaPayload offer =
        ProposalChoice.offerEsp(
            List.of(ProposalKeywords.parseEsp("aes256gcm16-x25519-esn")),
            SPI,
            KeyExchangeUse.LEFT_OUT);
    assertThat(offer.proposals().getFirst().transforms())
        .containsExactly(t(1, 20, 256), t(5, 1, 0));
    List<EspProposal> ours = List.of(ProposalKeywords.parseEsp("aes256gcm16-ecp256-esn"));
    assertThat(ProposalChoice.chooseEsp(offer, ours, KeyExchangeUse.LEFT_OUT))
        .isInstanceOf(Chosen.class);
    assertThat(ProposalChoice.chooseEsp(offer, ours, KeyExchangeUse.AS_CONFIGURED))
        .isInstanceOf(None.class);
  }

  @Test
  void aRefusalNamesWhatWasOfferedAndWhatIsAccepted() {
    None none = (None) chooseEsp(espOffer("aes128-sha1-noesn"), "aes256gcm16-esn");
    assertThat(none.reason()).isEqualTo("offered aes128-sha1-noesn; accepted aes256gcm16-esn");
    SaPayload strange = new SaPayload(List.of(new Proposal(1, 3, SPI, List.of(t(1, 23, 256)))));
    assertThat(((None) chooseEsp(strange, "aes256gcm16-esn")).reason())
        .startsWith("offered type1:23/256;");
  }

  @Test
  void aRefusalStaysShortWhateverThePeerOffers() {
    Proposal long128 = new Proposal(1, 3, SPI, Collections.nCopies(128, t(1, 23, 65535)));
    SaPayload huge = new SaPayload(Collections.nCopies(64, long128));
    None none = (None) chooseEsp(huge, "aes256gcm16-esn");
    assertThat(none.reason()).contains("-...").contains("and 60 more").hasSizeLessThan(2500);
  }

  @Test
  @Rfc({"7296-3.3.6-5"})
  void rfc7296_3_3_6_theInitiatorRefusesAnAnswerItDidNotOffer() {
    SaPayload offer = espOffer("aes256gcm16-aes128gcm16-esn-noesn");
    List<Transform> good = List.of(t(1, 20, 128), t(5, 1, 0));
    assertThat(verify(offer, 1, 3, good)).isInstanceOf(Chosen.class);
    assertThat(verify(offer, 2, 3, good)).isInstanceOf(None.class);
    assertThat(verify(offer, 1, 1, good)).isInstanceOf(None.class);
    assertThat(verify(offer, 1, 3, List.of(t(1, 20, 192), t(5, 1, 0)))).isInstanceOf(None.class);
    assertThat(verify(offer, 1, 3, List.of(t(1, 20, 128), t(1, 20, 256), t(5, 1, 0))))
        .isInstanceOf(None.class);
    assertThat(verify(offer, 1, 3, List.of(t(5, 1, 0)))).isInstanceOf(None.class);
    assertThat(verify(offer, 1, 3, List.of())).isInstanceOf(None.class);
    assertThat(ProposalChoice.verify(offer, offer)).isInstanceOf(None.class);
    assertThat(ProposalChoice.verify(offer, new SaPayload(List.of()))).isInstanceOf(None.class);
  }

  private static ProposalChoice verify(
      SaPayload offer, int number, int protocol, List<Transform> transforms) {
    return ProposalChoice.verify(
        offer, new SaPayload(List.of(new Proposal(number, protocol, SPI, transforms))));
  }

  private static SaPayload espOffer(String keyword) {
    return ProposalChoice.offerEsp(
        List.of(ProposalKeywords.parseEsp(keyword, true)), SPI, KeyExchangeUse.AS_CONFIGURED);
  }

  private static ProposalChoice chooseEsp(SaPayload offer, String... keywords) {
    List<EspProposal> ours =
        new ArrayList<>(Arrays.stream(keywords).map(ProposalKeywords::parseEsp).toList());
    return ProposalChoice.chooseEsp(offer, ours, KeyExchangeUse.AS_CONFIGURED);
  }

  private static List<Transform> ike(String keyword) {
    return ProposalKeywords.parseIke(keyword, true).transforms();
  }

  private static List<Transform> esp(String keyword) {
    return ProposalKeywords.parseEsp(keyword, true).transforms();
  }

  private static void assertBad(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call).isInstanceOf(BadProposal.class).message().contains(parts);
  }

  private static Transform t(int type, int id, int keyBits) {
    return new Transform(type, id, keyBits);
  }
}
