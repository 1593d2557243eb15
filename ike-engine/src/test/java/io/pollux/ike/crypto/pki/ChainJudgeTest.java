package io.pollux.ike.crypto.pki;

import static io.pollux.ike.crypto.pki.TestPki.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered of a chain, and what is asked for each time all the same. */
class ChainJudgeTest {
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");
  private static final Entity MIDDLE = TestPki.request("CN=Middle", "p256#middle").ca().by(ROOT);
  private static final Entity LEAF = TestPki.gateway("gw.example", "p256", MIDDLE);
  private static final Instant LAST_WEEK = NOW.minusSeconds(7 * 86_400);
  private static final Instant NEXT_WEEK = NOW.plusSeconds(7 * 86_400);
  private static final Instant SOON = NOW.plusSeconds(60); // well within the life of an entry
  private static final Instant LATER = NOW.plusSeconds(120);

  private final ChainJudge judge = new ChainJudge();

  private static TrustPolicy trust(Revocation revocation, Entity... anchors) {
    return new TrustPolicy(ders(anchors), revocation, false);
  }

  private static List<Octets> ders(Entity... entities) {
    return Arrays.stream(entities).map(Entity::der).toList();
  }

  private static RevocationData crls(Octets... ders) {
    try {
      return RevocationData.of(List.of(ders), List.of());
    } catch (Malformed e) {
      throw new AssertionError(e);
    }
  }

  private ChainVerdict judged(Instant now, Entity... chain) {
    return judge.validate(ders(chain), trust(Revocation.OFF, ROOT), RevocationData.NONE, now);
  }

  private boolean isKnown(TrustPolicy trust, Instant now, Entity... chain) {
    return judge.known(ders(chain), trust, now).isPresent();
  }

  private static void trusted(ChainVerdict verdict) {
    assertThat(verdict).isInstanceOf(ChainVerdict.Trusted.class);
  }

  private static void refused(String why, ChainVerdict verdict) {
    assertThat(verdict)
        .isInstanceOfSatisfying(
            ChainVerdict.Untrusted.class, no -> assertThat(no.why()).contains(why));
  }

  @Test
  void pathOfTrustedChainIsRememberedAndTheVerdictIsTheSame() {
    TrustPolicy relaxed = trust(Revocation.RELAXED, ROOT);
    List<Octets> chain = ders(LEAF, MIDDLE);
    ChainVerdict first = judge.validate(chain, relaxed, RevocationData.NONE, NOW);
    trusted(first);
    assertThat(isKnown(relaxed, SOON, LEAF, MIDDLE)).isTrue();
    assertThat(judge.validate(chain, relaxed, RevocationData.NONE, SOON))
        .as("remarks included")
        .isEqualTo(first)
        .isEqualTo(ChainValidator.validate(chain, relaxed, RevocationData.NONE, SOON));
  }

  @Test
  void lifeOfAnEntryEnds() {
    TrustPolicy off = trust(Revocation.OFF, ROOT);
    trusted(judged(NOW, LEAF, MIDDLE));
    Instant end = NOW.plus(ChainJudge.LIFE);
    assertThat(isKnown(off, end.minusMillis(1), LEAF, MIDDLE)).isTrue();
    assertThat(isKnown(off, end, LEAF, MIDDLE)).isFalse();
    assertThat(isKnown(off, NOW.minusMillis(1), LEAF, MIDDLE)).as("clock set back").isFalse();
    trusted(judged(end.minusMillis(1), LEAF, MIDDLE));
    assertThat(isKnown(off, end, LEAF, MIDDLE)).as("use does not lengthen it").isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"leaf", "middle", "root"})
  void notAfterCountsForAKnownPath(String first) {
    Entity root =
        TestPki.request("CN=R", "p256#r").ca().valid(LAST_WEEK, end("root", first)).selfSigned();
    Entity middle =
        TestPki.request("CN=M", "p256#m").ca().valid(LAST_WEEK, end("middle", first)).by(root);
    Entity leaf =
        TestPki.request("CN=L", "p256#l")
            .dns("l.example")
            .valid(LAST_WEEK, end("leaf", first))
            .by(middle);
    TrustPolicy off = trust(Revocation.OFF, root);
    List<Octets> chain = ders(leaf, middle);
    trusted(judge.validate(chain, off, RevocationData.NONE, NOW));
    trusted(judge.validate(chain, off, RevocationData.NONE, SOON));
    refused("expired", judge.validate(chain, off, RevocationData.NONE, LATER));
    assertThat(judge.size()).as("of what is refused nothing stays").isZero();
  }

  private static Instant end(String which, String first) {
    return which.equals(first) ? SOON : NEXT_WEEK;
  }

  @Test
  void revocationAfterwardsIsSeen() {
    TrustPolicy relaxed = trust(Revocation.RELAXED, ROOT);
    for (Entity revoked : List.of(LEAF, MIDDLE)) {
      trusted(judge.validate(ders(LEAF, MIDDLE), relaxed, RevocationData.NONE, NOW));
      assertThat(isKnown(relaxed, SOON, LEAF, MIDDLE)).isTrue();
      Octets crl = TestPki.crl(revoked == LEAF ? MIDDLE : ROOT, NOW, NEXT_WEEK, revoked);
      refused("revoked at", judge.validate(ders(LEAF, MIDDLE), relaxed, crls(crl), SOON));
      assertThat(isKnown(relaxed, SOON, LEAF, MIDDLE)).isFalse();
    }
  }

  @Test
  void ocspAnswerAfterwardsIsSeen() throws Malformed {
    TrustPolicy relaxed = trust(Revocation.RELAXED, ROOT);
    trusted(judge.validate(ders(LEAF, MIDDLE), relaxed, RevocationData.NONE, NOW));
    Octets bad = TestPki.ocsp(MIDDLE, MIDDLE, LEAF, false, LAST_WEEK, NEXT_WEEK);
    RevocationData data = RevocationData.of(List.of(), List.of(bad));
    refused("(OCSP)", judge.validate(ders(LEAF, MIDDLE), relaxed, data, SOON));
  }

  @Test
  void nextUpdateCountsForAKnownPath() {
    TrustPolicy strict = trust(Revocation.STRICT, ROOT);
    RevocationData data =
        crls(TestPki.crl(ROOT, LAST_WEEK, NEXT_WEEK), TestPki.crl(MIDDLE, LAST_WEEK, SOON));
    List<Octets> chain = ders(LEAF, MIDDLE);
    trusted(judge.validate(chain, strict, data, NOW));
    trusted(judge.validate(chain, strict, data, SOON));
    refused("out of date", judge.validate(chain, strict, data, LATER));
    refused("strict", judge.validate(chain, strict, RevocationData.NONE, SOON));
  }

  @Test
  void refusalsAreNotRemembered() {
    Entity stranger = TestPki.ca("CN=Stranger", "p256#stranger");
    Entity foreign = TestPki.gateway("gw.example", "p256", stranger);
    refused("no trusted CA", judged(NOW, foreign, stranger));
    refused("no trusted CA", judged(NOW, LEAF));
    refused("expired", judged(NOW.plusSeconds(86_400 * 200L), LEAF, MIDDLE));
    Octets crl = TestPki.crl(MIDDLE, NOW, NEXT_WEEK, LEAF);
    TrustPolicy relaxed = trust(Revocation.RELAXED, ROOT);
    refused("revoked", judge.validate(ders(LEAF, MIDDLE), relaxed, crls(crl), NOW));
    assertThat(judge.size()).isZero();
    trusted(judged(NOW, LEAF, MIDDLE)); // what was refused once may come again
  }

  @Test
  void memoryIsBoundedAndTheOldestGoes() {
    ChainJudge small = new ChainJudge(2, 1);
    TrustPolicy off = trust(Revocation.OFF, ROOT);
    List<Entity> leaves = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      Entity middle = TestPki.request("CN=M" + name, "p256#m" + name).ca().by(ROOT);
      leaves.add(TestPki.gateway(name + ".example", "p256", middle));
      List<Octets> chain = ders(leaves.getLast(), middle);
      trusted(small.validate(chain, off, RevocationData.NONE, NOW));
      assertThat(small.known(chain, off, NOW)).isPresent();
      assertThat(small.size()).isEqualTo(Math.min(2, leaves.size()));
      assertThat(small.issuers()).isEqualTo(1);
    }
    trusted(small.validate(ders(LEAF, MIDDLE), off, RevocationData.NONE, NOW));
    trusted(small.validate(ders(LEAF, MIDDLE), off, RevocationData.NONE, LATER));
    assertThat(small.size()).isEqualTo(2);
  }

  @Test
  void pathIsKnownForThisPolicyAlone() {
    trusted(judged(NOW, LEAF, MIDDLE));
    Entity other = TestPki.ca("CN=Other", "p256");
    assertThat(isKnown(trust(Revocation.OFF, ROOT), NOW, LEAF, MIDDLE)).isTrue();
    assertThat(isKnown(trust(Revocation.OFF, ROOT, other), NOW, LEAF, MIDDLE)).isFalse();
    assertThat(isKnown(trust(Revocation.STRICT, ROOT), NOW, LEAF, MIDDLE)).isFalse();
    assertThat(isKnown(new TrustPolicy(ders(ROOT), Revocation.OFF, true), NOW, LEAF, MIDDLE))
        .isFalse();
    List<Octets> chain = ders(LEAF, MIDDLE);
    refused(
        "no trusted CA",
        judge.validate(chain, trust(Revocation.OFF, other), RevocationData.NONE, NOW));
  }

  @Test
  void chainIsKnownForTheseOctetsAlone() {
    trusted(judged(NOW, LEAF, MIDDLE));
    TrustPolicy off = trust(Revocation.OFF, ROOT);
    assertThat(isKnown(off, NOW, MIDDLE, LEAF)).isFalse();
    assertThat(isKnown(off, NOW, LEAF)).isFalse();
    byte[] changed = LEAF.der().toArray();
    changed[changed.length - 1] ^= 1; // within the signature
    List<Octets> forged = List.of(Octets.owning(changed), MIDDLE.der());
    assertThat(judge.validate(forged, off, RevocationData.NONE, NOW))
        .isInstanceOf(ChainVerdict.Untrusted.class);
  }

  @Test
  void rememberedIntermediateVouchesForNothingElse() {
    trusted(judged(NOW, LEAF, MIDDLE));
    assertThat(judge.issuers()).isEqualTo(1);
    Entity second = TestPki.gateway("b.example", "p256", MIDDLE);
    trusted(judged(NOW, second, MIDDLE));
    Entity false1 = TestPki.request("CN=Middle", "p256#false").ca().by(ROOT);
    Entity pretender = TestPki.gateway("c.example", "p256", false1);
    refused("no trusted CA", judged(NOW, pretender, MIDDLE)); // its issuer's name, another's key
    Entity again = TestPki.ca("CN=Root", "p256#not the root");
    refused(
        "not signed by the key",
        judge.validate(
            ders(second, MIDDLE), trust(Revocation.OFF, again), RevocationData.NONE, NOW));
    refused("expired", judged(NOW.plusSeconds(86_400 * 200L), second, MIDDLE));
  }

  @Test
  void tooManyCertificatesAreRefused() {
    List<Octets> many = new ArrayList<>(ders(LEAF, MIDDLE));
    while (many.size() <= ChainValidator.MAX_CERTIFICATES) {
      many.add(MIDDLE.der());
    }
    TrustPolicy off = trust(Revocation.OFF, ROOT);
    refused("instead of", judge.validate(many, off, RevocationData.NONE, NOW));
    refused("instead of", judge.validate(List.of(), off, RevocationData.NONE, NOW));
  }

  @Test
  void certificateThatIsTrustedItselfNeedsNoMemory() {
    TrustPolicy own = trust(Revocation.OFF, LEAF);
    trusted(judge.validate(ders(LEAF), own, RevocationData.NONE, NOW));
    assertThat(judge.size()).isZero();
  }
}
