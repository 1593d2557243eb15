package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Key exchanges of all kinds between two engines; RFC 9242 and RFC 9370. */
class KeyExchangeTest {
  private static TwoEngines world(String left, String right) {
    TwoEngines.Setup setup = new TwoEngines.Setup();
    TwoEngines.Connection l = TwoEngines.connection(true);
    TwoEngines.Connection r = TwoEngines.connection(false);
    l.proposals = left;
    r.proposals = right;
    setup.left = List.of(l.build());
    setup.right = List.of(r.build());
    return new TwoEngines(setup);
  }

  private static void up(TwoEngines world) {
    Effect.CommandDone done = world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(done.ok()).as("%s %s", world.left.reports, world.right.reports).isTrue();
    world.requireTraffic("gcm");
    IkeSaSnapshot l = world.left.only();
    IkeSaSnapshot r = world.right.only();
    assertThat(l.keys()).isEqualTo(r.keys());
    assertThat(l.peerSupports()).isEqualTo(r.peerSupports());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes256gcm16-prfsha384-x448",
        "aes256gcm16-prfsha384-modp6144",
        "aes256gcm16-prfsha384-modp8192",
        "aes256gcm16-prfsha384-ecp521",
        "aes256gcm16-prfsha384-ecp256bp",
        "aes256gcm16-prfsha384-ecp384bp",
        "aes256gcm16-prfsha384-ecp512bp",
        "aes256gcm16-prfsha384-mlkem512",
        "aes256gcm16-prfsha384-mlkem768",
        "aes128gcm8-prfaesxcbc-x25519",
        "aes192gcm12-prfaescmac-x25519",
        "aes128ccm8-prfsha256-x25519",
        "aes192ccm12-prfsha256-x25519",
        "aes256ccm16-prfsha512-x25519",
        "chacha20poly1305-prfsha256-x25519",
        "aes128ctr-sha256-x25519",
        "aes256ctr-sha512-x25519",
        "aes256-aesxcbc-x25519",
        "aes256-aescmac-x25519",
        "aes256-sha384-x25519",
        "3des-sha1-modp1024"
      })
  void everyAlgorithmCarriesAnIkeSa(String proposal) {
    TwoEngines world = world(proposal, proposal);
    up(world);
    assertThat(world.command(world.right, 2, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    world.elapse(5 * TwoEngines.SECOND);
    assertThat(world.left.only().keys()).isEqualTo(world.right.only().keys());
    world.requireTraffic("gcm");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "aes256gcm16-prfsha384-x25519-ke1_mlkem512",
        "aes256gcm16-prfsha384-x25519-ke1_mlkem768",
        "aes256gcm16-prfsha384-x25519-ke1_mlkem1024",
        "aes256-sha256-ecp256-ke1_x25519-ke3_mlkem768-ke7_ecp384",
        "aes256gcm16-prfsha384-mlkem768-ke1_x448-ke2_mlkem1024"
      })
  @Rfc({
    "9370-2.2.1-1",
    "9370-2.2.1-2",
    "9370-2.2.4-1",
    "9370-2.2.4-2",
    "9370-2.2.4-3",
    "9370-2.2.2-1",
    "9370-2.2.4-4",
    "9242-3.2-1"
  })
  void rfc9370_2_2_2_additionalKeyExchanges(String proposal) {
    TwoEngines world = world(proposal, proposal);
    up(world);
    List<Integer> named = additional(proposal);
    assertThat(world.left.only().algorithms().additional()).isEqualTo(named);
    assertThat(world.right.only().algorithms().additional()).isEqualTo(named);
  }

  /** The methods of ke1 to ke7 in {@code proposal}, 0 for a gap. */
  private static List<Integer> additional(String proposal) {
    List<Integer> all = new ArrayList<>();
    for (Transform t : ProposalKeywords.parseIke(proposal).transforms()) {
      if (TransformType.isAdditional(t.type())) {
        while (all.size() < TransformType.additionalIndex(t.type()) - 1) {
          all.add(0);
        }
        all.add(t.id());
      }
    }
    return all;
  }

  @Test
  @Rfc({"9370-2.2.1-8"})
  void rfc9370_2_2_1_withoutAnyTheyGoOnAsEver() {
    TwoEngines world =
        world(
            "aes256gcm16-prfsha384-x25519-ke1_mlkem768,aes256gcm16-prfsha384-x25519",
            "aes256gcm16-prfsha384-x25519");
    up(world);
    assertThat(world.left.only().algorithms().additional()).isEmpty();
  }

  @Test
  @Rfc({"9370-2.2.1-9"})
  void rfc9370_2_2_1_noneMakesItOptional() {
    TwoEngines world =
        world("aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke1_none", "aes256gcm16-prfsha384-x25519");
    up(world);
    assertThat(world.left.only().algorithms().additional()).isEmpty();
  }

  @Test
  @Rfc({"9370-2.2.1-4", "9370-2.2.1-5"})
  void rfc9370_2_2_1_theSameMethodIsNotTakenTwice() {
    TwoEngines world =
        world(
            "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke2_mlkem768",
            "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke2_mlkem768");
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.counter("sent_no_proposal_chosen")).isPositive();
  }

  @Test
  @Rfc({"9370-2.2.1-5"})
  void rfc9370_2_2_1_aPolicyThatWantsItDoesNotGoWithout() {
    TwoEngines world =
        world("aes256gcm16-prfsha384-x25519", "aes256gcm16-prfsha384-x25519-ke1_mlkem768");
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
  }

  /** Each datagram of the whole life is lost once, and once sent twice. */
  @Test
  @Rfc({"9242-3.2-3"})
  void rfc9242_3_aLostOrRepeatedDatagramDoesNoHarm() {
    String proposal = "aes256gcm16-prfsha384-x25519-ke1_mlkem768-ke2_mlkem1024";
    TwoEngines whole = world(proposal, proposal);
    up(whole);
    for (int n = 0; n < whole.sent.size(); n++) {
      for (TwoEngines.Fate fate : List.of(TwoEngines.Fate.DROP, TwoEngines.Fate.TWICE)) {
        TwoEngines world = world(proposal, proposal);
        int number = n;
        world.fate = arrow -> arrow.number() == number ? fate : TwoEngines.Fate.PASS;
        world.command(world.left, 1, Input.Verb.UP, "");
        world.elapse(20 * TwoEngines.SECOND);
        assertThat(world.left.done.get(1L)).as("%s of %d", fate, n).isNotNull();
        assertThat(world.left.done.get(1L).ok()).as("%s of %d", fate, n).isTrue();
        world.requireTraffic("gcm");
      }
    }
  }
}
