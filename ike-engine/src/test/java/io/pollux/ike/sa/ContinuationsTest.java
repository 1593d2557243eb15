package io.pollux.ike.sa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.KeyExchangeMethod;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.wire.Octets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an exchange leaves behind can be read by the other node, and only that. */
class ContinuationsTest {
  private final IkeCrypto crypto = IkeCrypto.standard();

  @Test
  void ofAReplaySyncAStandbyKeepsASignOfLife() {
    assertThat(Continuations.decode(crypto, Continuations.encode(new Work.SyncReplay(7))))
        .contains(new Work.Liveness());
  }

  @Test
  void whatIsGivenUpIsWipedAndWhatTheStandbyKeepsOfItIsNot() throws Exception {
    SecureRandom random = new SecureRandom();
    KeyExchangeMethod method = KeyExchangeMethod.CURVE25519;
    KeyAgreement first = crypto.keyAgreement(method, random);
    KeyAgreement second = crypto.keyAgreement(method, random);
    Octets theirs = crypto.keyAgreement(method, random).publicValue();
    Secret secrets = Secret.copyOf(new byte[1000]);
    Work of = new Work.RekeyIke(new IkeSpi(-1), Octets.ofHex("aa"), first);
    Work work = new Work.FollowUpKe(of, Octets.ofHex("bb"), secrets, List.of(31), second);
    Continuation kept = Continuations.encode(work);
    work.wipe();
    assertThatThrownBy(() -> first.agree(theirs)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> second.agree(theirs)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(secrets::copy).isInstanceOf(IllegalStateException.class);
    assertThat(Continuations.decode(crypto, kept))
        .hasValueSatisfying(
            back -> assertThat(((Work.FollowUpKe) back).secrets().length()).isEqualTo(1000));
  }

  private static List<Work> simple() {
    List<Work> all = new ArrayList<>();
    all.add(new Work.HalfOpen());
    all.add(new Work.Liveness());
    for (DeleteReason why : DeleteReason.values()) {
      all.add(new Work.DeleteIke(why));
      all.add(new Work.DeleteChild(new EspSpi(0xc0ffee01), why));
    }
    Work.ChildOffer offer =
        new Work.ChildOffer(
            "größe", new EspSpi(0x1234), new Reqid(-5), Octets.ofHex("0102"), Optional.empty());
    all.add(new Work.NewChild(offer));
    all.add(new Work.RekeyChild(new EspSpi(0x80000001), offer));
    return all;
  }

  @Test
  void roundTrip() {
    for (Work work : simple()) {
      assertThat(Continuations.decode(crypto, Continuations.encode(work))).contains(work);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyExchangeMethod.class,
      names = "ML_KEM_.*",
      mode = EnumSource.Mode.MATCH_NONE)
  void privateValuesSurvive(KeyExchangeMethod method) throws Exception {
    SecureRandom random = new SecureRandom();
    KeyAgreement ours = crypto.keyAgreement(method, random);
    KeyAgreement theirs = crypto.keyAgreement(method, random);
    Work work = new Work.RekeyIke(new IkeSpi(-1), Octets.ofHex("aa"), ours);
    Work back = Continuations.decode(crypto, Continuations.encode(work)).orElseThrow();
    assertThat(back)
        .isInstanceOfSatisfying(
            Work.RekeyIke.class,
            rekey -> {
              assertThat(rekey.spi()).isEqualTo(new IkeSpi(-1));
              assertThat(rekey.agreement().publicValue()).isEqualTo(ours.publicValue());
            });
    Secret here = ((Work.RekeyIke) back).agreement().agree(theirs.publicValue());
    assertThat(here).isEqualTo(theirs.agree(ours.publicValue()));
  }

  @Test
  void whatCannotBeReadIsEmpty() {
    for (Work work : simple()) {
      byte[] octets = Continuations.encode(work).state().use(byte[]::clone);
      for (int length = 0; length < octets.length; length++) {
        assertThat(decode(Arrays.copyOf(octets, length))).isEmpty();
      }
      octets[0]++; // another version
      assertThat(decode(octets)).isEmpty();
    }
    assertThat(decode(new byte[] {1, 99})).isEmpty();
  }

  private Optional<Work> decode(byte[] octets) {
    return Continuations.decode(crypto, new Continuation("test", Secret.copyOf(octets)));
  }
}
