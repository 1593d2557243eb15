package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.PpkPolicy;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Post-quantum pre-shared keys between two gateways, RFC 8784 section 3. */
class PpkTest {
  private static long worlds = 1_000_000;

  /** What a side knows: shared keys as everybody, PPKs by name. */
  private static final class Keys implements PskLookup {
    final Map<String, String> ppks = new LinkedHashMap<>(Map.of("blue", "a long blue secret"));
    int asked;

    @Override
    public Optional<Secret> find(String connection, Identity local, Identity peer) {
      return Optional.of(secret("a shared secret"));
    }

    @Override
    public Optional<Secret> findPpk(String connection, Octets id) {
      asked++;
      String name = new String(id.slice(1, id.length()).toArray(), StandardCharsets.UTF_8);
      return Optional.ofNullable(ppks.get(name)).map(PpkTest::secret);
    }
  }

  private static Secret secret(String text) {
    return Secret.owning(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<PpkPolicy> ppk(String name, boolean required) {
    byte[] text = ("\2" + name).getBytes(StandardCharsets.UTF_8);
    return Optional.of(new PpkPolicy(Octets.owning(text), required));
  }

  private final CertificateWorld pair = new CertificateWorld();
  private final Keys leftKeys = new Keys();
  private final Keys rightKeys = new Keys();

  PpkTest() {
    pair.setup.seed = worlds += 10_000;
    pair.setup.leftPsk = leftKeys;
    pair.setup.rightPsk = rightKeys;
    pair.left.auth = AuthPolicy.PSK;
    pair.right.auth = AuthPolicy.PSK;
  }

  private void have(Optional<PpkPolicy> left, Optional<PpkPolicy> right) {
    pair.left.auth = new AuthPolicy(pair.left.auth.local(), pair.left.auth.remote(), left);
    pair.right.auth = new AuthPolicy(pair.right.auth.local(), pair.right.auth.remote(), right);
  }

  private static boolean usesPpk(Node node) {
    return node.only().peerSupports().contains("USE_PPK");
  }

  @Test
  void rfc8784Section3BothUseItAndRekeysGoOnWithoutIt() {
    have(ppk("blue", true), ppk("blue", true));
    TwoEngines world = pair.succeeds();
    assertThat(usesPpk(world.left)).isTrue();
    assertThat(usesPpk(world.right)).isTrue();
    assertThat(world.left.only().keys().skD()).isEqualTo(world.right.only().keys().skD());
    leftKeys.ppks.clear(); // MUST NOT be used for what is made of these keys later
    rightKeys.ppks.clear();
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    assertThat(world.command(world.right, 3, Input.Verb.REKEY_IKE, "").ok()).isTrue();
    assertThat(world.command(world.left, 4, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    world.requireTraffic("gcm");
    assertThat(usesPpk(world.right)).isTrue();
  }

  @Test
  void rfc8784Section3WithCertificatesThatSignTwice() {
    CertificateWorld certified = new CertificateWorld();
    certified.setup.leftPsk = leftKeys;
    certified.setup.rightPsk = rightKeys;
    certified.left.auth =
        new AuthPolicy(
            certified.left.auth.local(), certified.left.auth.remote(), ppk("blue", false));
    certified.right.auth =
        new AuthPolicy(
            certified.right.auth.local(), certified.right.auth.remote(), ppk("blue", true));
    TwoEngines world = certified.succeeds();
    assertThat(usesPpk(world.left)).isTrue();
    assertThat(world.left.effects.stream().filter(e -> e instanceof Effect.Sign)).hasSize(2);
  }

  @Test
  void rfc8784Section3AfterAdditionalKeyExchanges() {
    pair.left.proposals = "aes256gcm16-prfsha384-x25519-ke1_mlkem768";
    pair.right.proposals = pair.left.proposals;
    have(ppk("blue", true), ppk("blue", true));
    TwoEngines world = pair.succeeds();
    assertThat(usesPpk(world.left)).isTrue();
  }

  @Test
  void rfc8784Section3ResponderWithoutAnyPpkIgnoresTheWish() {
    have(ppk("blue", false), Optional.empty());
    TwoEngines world = pair.succeeds();
    assertThat(usesPpk(world.left)).isFalse();
    assertThat(rightKeys.asked).isZero();
  }

  @Test
  void rfc8784Section3InitiatorAbortsIfItsMandatoryPpkIsNotUsed() {
    have(ppk("blue", true), Optional.empty());
    TwoEngines world =
        pair.fails("peer does not use PPKs (RFC 8784), and this connection requires");
    assertThat(world.sent).as("no IKE_AUTH").hasSize(2);
  }

  @Test
  void rfc8784Table1InitiatorWithoutPpkAndResponderThatRequiresOne() {
    have(Optional.empty(), ppk("blue", true));
    pair.fails("it does not use a PPK, and this connection requires one");
  }

  @Test
  void rfc8784Table1InitiatorWithoutPpkAndResponderThatDoesNot() {
    have(Optional.empty(), ppk("blue", false));
    assertThat(usesPpk(pair.succeeds().right)).isFalse();
  }

  @Test
  void rfc8784Table1UnknownPpkAndNoPpkAuthGoesOnWithoutIt() {
    have(ppk("red", false), ppk("blue", false));
    leftKeys.ppks.put("red", "a red secret");
    TwoEngines world = pair.succeeds();
    assertThat(usesPpk(world.left)).isFalse();
    assertThat(world.right.reports).anyMatch(r -> r.contains("its PPK \"red\" is not one of"));
    assertThat(world.left.reports).anyMatch(r -> r.contains("peer does not know our PPK"));
  }

  @Test
  void rfc8784Table1UnknownPpkWithCertificatesGoesOnWithTheSecondSignature() {
    CertificateWorld certified = new CertificateWorld();
    certified.setup.leftPsk = leftKeys;
    certified.setup.rightPsk = rightKeys;
    leftKeys.ppks.put("red", "a red secret");
    certified.left.auth =
        new AuthPolicy(
            certified.left.auth.local(), certified.left.auth.remote(), ppk("red", false));
    certified.right.auth =
        new AuthPolicy(
            certified.right.auth.local(), certified.right.auth.remote(), ppk("blue", false));
    assertThat(usesPpk(certified.succeeds().left)).isFalse();
  }

  @Test
  void rfc8784Table1UnknownPpkWithoutNoPpkAuthFails() {
    have(ppk("red", true), ppk("blue", false));
    leftKeys.ppks.put("red", "a red secret");
    pair.fails("and it sent no NO_PPK_AUTH");
  }

  @Test
  void rfc8784Table1UnknownPpkFailsIfTheResponderRequiresOne() {
    have(ppk("red", false), ppk("blue", true));
    leftKeys.ppks.put("red", "a red secret");
    pair.fails("is not one of this connection, which requires one");
  }

  @Test
  void rfc8784Section3TheSameNameForAnotherSecretFails() {
    have(ppk("blue", false), ppk("blue", false));
    rightKeys.ppks.put("blue", "not that blue");
    pair.fails("does not know the shared key");
  }

  @Test
  void aSecretThatIsNotThereIsSaid() {
    have(ppk("blue", true), ppk("blue", true));
    leftKeys.ppks.clear();
    pair.fails("no secret for the PPK \"blue\"");
  }

  /** A node that takes over has the keys without the PPK, and mixes it in itself. */
  @TestFactory
  List<DynamicTest> takeoverAfterEachStep() {
    List<DynamicTest> tests = new ArrayList<>();
    for (boolean left : List.of(true, false)) {
      for (int i = left ? 2 : 1; i < 4; i++) {
        int arrow = i;
        tests.add(
            DynamicTest.dynamicTest(
                (left ? "initiator" : "responder") + " at arrow " + i,
                () -> new PpkTest().takeover(left, arrow)));
      }
    }
    return tests;
  }

  private void takeover(boolean left, int number) {
    have(ppk("blue", false), ppk("blue", true));
    TwoEngines world = pair.world();
    Node victim = left ? world.left : world.right;
    boolean[] due = {false};
    world.fate =
        arrow -> {
          due[0] |= arrow.number() == number;
          return TwoEngines.Fate.PASS;
        };
    world.afterStep =
        () -> {
          if (due[0]) {
            due[0] = false;
            victim.takeOver();
          }
        };
    world.command(world.left, 1, Input.Verb.UP, "");
    world.elapse(100 * TwoEngines.SECOND);
    assertThat(victim.epoch).isEqualTo(3);
    world.requireTraffic("gcm");
    assertThat(usesPpk(world.left)).isTrue();
    assertThat(usesPpk(world.right)).isTrue();
    assertThat(world.command(world.left, 2, Input.Verb.REKEY_CHILD, "gcm").ok()).isTrue();
    world.requireTraffic("gcm");
  }
}
