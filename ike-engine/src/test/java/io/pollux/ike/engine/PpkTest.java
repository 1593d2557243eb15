package io.pollux.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.PpkPolicy;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
    give(pair, left, right);
  }

  /** Two who prove themselves by certificates, and have PPKs besides. */
  private CertificateWorld certified(Optional<PpkPolicy> left, Optional<PpkPolicy> right) {
    CertificateWorld certified = new CertificateWorld();
    certified.setup.leftPsk = leftKeys;
    certified.setup.rightPsk = rightKeys;
    give(certified, left, right);
    return certified;
  }

  private static void give(
      CertificateWorld pair, Optional<PpkPolicy> left, Optional<PpkPolicy> right) {
    pair.left.auth = new AuthPolicy(pair.left.auth.local(), pair.left.auth.remote(), left);
    pair.right.auth = new AuthPolicy(pair.right.auth.local(), pair.right.auth.remote(), right);
  }

  private static boolean usesPpk(Node node) {
    return node.only().peerSupports().contains("USE_PPK");
  }

  @Test
  @Rfc({"8784-3-3"})
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
    CertificateWorld certified = certified(ppk("blue", false), ppk("blue", true));
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
  @Rfc({"8784-3-2"})
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
    leftKeys.ppks.put("red", "a red secret");
    CertificateWorld certified = certified(ppk("red", false), ppk("blue", false));
    assertThat(usesPpk(certified.succeeds().left)).isFalse();
  }

  @Test
  @Rfc({"8784-3-7"})
  void rfc8784Table1UnknownPpkWithoutNoPpkAuthFails() {
    have(ppk("red", true), ppk("blue", false));
    leftKeys.ppks.put("red", "a red secret");
    requireRefusal(pair.fails("and it sent no NO_PPK_AUTH"));
  }

  @Test
  @Rfc({"8784-3-7"})
  void rfc8784Table1UnknownPpkFailsIfTheResponderRequiresOne() {
    have(ppk("red", false), ppk("blue", true));
    leftKeys.ppks.put("red", "a red secret");
    requireRefusal(pair.fails("is not one of this connection, which requires one"));
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

  /** What the initiator says that it was told. */
  private static void requireRefusal(TwoEngines world) {
    assertThat(world.left.reports).anyMatch(r -> r.contains("peer refused: AUTHENTICATION_FAILED"));
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
  }

  private static List<Payload> without(List<Payload> payloads, NotifyType type) {
    payloads.removeIf(p -> p instanceof NotifyPayload n && n.type().equals(type));
    return payloads;
  }

  private static List<IkeMessage> all(Forger forger, Exchange exchange) {
    return forger.readAll().stream().filter(m -> m.exchange() == exchange).toList();
  }

  @Test
  @Rfc({"8784-3-1", "8784-3-4"})
  void rfc8784_3_whatTheInitiatorSays() {
    for (int use = 0; use < 3; use++) { // none, optional, mandatory
      PpkTest fresh = new PpkTest();
      fresh.have(use == 0 ? Optional.empty() : ppk("blue", use == 2), ppk("blue", false));
      TwoEngines world = fresh.pair.world();
      Forger forger = new Forger(world);
      world.command(world.left, 1, Input.Verb.UP, "");
      world.requireTraffic("gcm");
      IkeMessage init = all(forger, Exchange.IKE_SA_INIT).getFirst();
      assertThat(init.first(NotifyType.USE_PPK).isPresent()).isEqualTo(use > 0);
      IkeMessage auth = all(forger, Exchange.IKE_AUTH).getFirst();
      assertThat(auth.has(NotifyType.PPK_IDENTITY)).isEqualTo(use > 0);
      assertThat(auth.has(NotifyType.NO_PPK_AUTH)).isEqualTo(use == 1);
    }
  }

  @Test
  @Rfc({"8784-3-5"})
  void rfc8784_3_noPpkAuthIsMadeByTheMethodOfAuth() {
    CertificateWorld certified = certified(ppk("blue", false), ppk("blue", false));
    TwoEngines world = certified.world();
    Forger forger = new Forger(world);
    boolean[] compared = {false};
    forger.changeNext(
        world.left,
        Exchange.IKE_AUTH,
        payloads -> {
          AuthPayload auth =
              payloads.stream()
                  .flatMap(p -> p instanceof AuthPayload a ? Stream.of(a) : Stream.empty())
                  .findFirst()
                  .orElseThrow();
          Octets other =
              payloads.stream()
                  .flatMap(
                      p ->
                          p instanceof NotifyPayload n && n.type().equals(NotifyType.NO_PPK_AUTH)
                              ? Stream.of(n.data())
                              : Stream.empty())
                  .findFirst()
                  .orElseThrow();
          int identifier = 1 + auth.data().at(0);
          assertThat(auth.method()).isEqualTo(AuthPayload.DIGITAL_SIGNATURE);
          assertThat(other.slice(0, identifier)).isEqualTo(auth.data().slice(0, identifier));
          assertThat(other).isNotEqualTo(auth.data());
          compared[0] = true;
          return payloads;
        });
    world.fate =
        a ->
            a.from() == world.left && a.octets().at(16) == 53
                ? TwoEngines.Fate.DROP
                : TwoEngines.Fate.PASS;
    world.command(world.left, 1, Input.Verb.UP, "");
    assertThat(compared[0]).isTrue();
  }

  @Test
  @Rfc({"8784-3-6"})
  void rfc8784_3_useOfAPpkWithoutItsIdentityFails() {
    have(ppk("blue", false), ppk("blue", false));
    TwoEngines world = pair.world();
    Forger forger = new Forger(world);
    forger.changeNext(world.left, Exchange.IKE_AUTH, p -> without(p, NotifyType.PPK_IDENTITY));
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isFalse();
    assertThat(world.right.reports)
        .anyMatch(r -> r.contains("it said USE_PPK and sent no PPK_IDENTITY"));
    requireRefusal(world);
  }

  @Test
  @Rfc({"8784-3-8"})
  void rfc8784_3_whatTheResponderSaysInPpkIdentityIsIgnored() {
    have(ppk("blue", true), ppk("blue", true));
    TwoEngines world = pair.world();
    Forger forger = new Forger(world);
    forger.changeNext(
        world.right,
        Exchange.IKE_AUTH,
        p -> {
          without(p, NotifyType.PPK_IDENTITY)
              .add(NotifyPayload.of(NotifyType.PPK_IDENTITY, Octets.ofHex("02726564")));
          return p;
        });
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isTrue();
    assertThat(usesPpk(world.left)).isTrue();
    world.requireTraffic("gcm");
  }

  @Test
  @Rfc({"8784-3-9"})
  void rfc8784_3_aResponderThatDoesNotUseAMandatoryPpkIsToldSo() {
    have(ppk("blue", true), ppk("blue", true));
    TwoEngines world = pair.world();
    Forger forger = new Forger(world);
    forger.changeNext(world.right, Exchange.IKE_AUTH, p -> without(p, NotifyType.PPK_IDENTITY));
    assertThat(world.command(world.left, 1, Input.Verb.UP, "").ok()).isFalse();
    assertThat(world.left.reports)
        .anyMatch(r -> r.contains("it does not use the PPK, which this connection requires"));
    assertThat(world.sent.getLast().octets().at(18))
        .as("an INFORMATIONAL, under the keys of the responder, who has the PPK in SK_d alone")
        .isEqualTo(37);
    IkeMessage last = all(forger, Exchange.INFORMATIONAL).getFirst();
    assertThat(last.has(NotifyType.AUTHENTICATION_FAILED)).isTrue();
    assertThat(world.left.engine.snapshot(world.now)).isEmpty();
    assertThat(world.right.engine.snapshot(world.now)).isEmpty();
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
    world.takeOverAt(number, victim);
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
