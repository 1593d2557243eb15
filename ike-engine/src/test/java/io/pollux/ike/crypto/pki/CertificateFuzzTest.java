package io.pollux.ike.crypto.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.SignatureIdentifiers;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.TestPki.Entity;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mutated DER ends in a value, {@link Malformed} or a verdict, never in another exception. */
class CertificateFuzzTest {
  private static final int ROUNDS = 1500;
  private static final Entity ROOT = TestPki.ca("CN=Root", "p256");
  private static final TrustPolicy TRUST =
      new TrustPolicy(List.of(ROOT.der()), Revocation.RELAXED, false);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void mutatedCertificates(long seed) {
    Random random = new Random(seed);
    byte[] good = TestPki.gateway("gw.example", "p256", ROOT).der().toArray();
    int trusted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Octets der = Octets.owning(mutate(good, random));
      try {
        EndEntity entity = EndEntity.parse(der);
        IdentityMatch.problem(entity, new Identity(9, entity.subject()));
        assertThat(entity.toString()).isNotEmpty();
      } catch (Malformed e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
      ChainVerdict verdict =
          ChainValidator.validate(List.of(der), TRUST, RevocationData.NONE, TestPki.NOW);
      trusted += verdict instanceof ChainVerdict.Trusted ? 1 : 0;
    }
    assertThat(trusted).as("a changed certificate that is trusted, seed %d", seed).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void mutatedListsAndAnswersNamesAndKeys(long seed) {
    Random random = new Random(seed);
    Entity leaf = TestPki.gateway("gw.example", "p256", ROOT);
    byte[] crl = TestPki.crl(ROOT, TestPki.NOW, TestPki.NOW, leaf).toArray();
    byte[] ocsp =
        TestPki.ocsp(ROOT, ROOT, leaf, true, TestPki.NOW, TestPki.NOW.plusSeconds(60)).toArray();
    byte[] name = DistinguishedName.parse("CN=gw, O=Example").toArray();
    byte[] pss = SignatureScheme.RSA_PSS_SHA256.identifier().toArray();
    for (int i = 0; i < ROUNDS / 3; i++) {
      try {
        RevocationData data =
            RevocationData.of(
                List.of(Octets.owning(mutate(crl, random))),
                List.of(Octets.owning(mutate(ocsp, random))));
        ChainValidator.validate(List.of(leaf.der()), TRUST, data, TestPki.NOW);
      } catch (Malformed e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
      Octets dn = Octets.owning(mutate(name, random));
      DistinguishedName.text(dn);
      DistinguishedName.matches(dn, dn);
      KeyKind.ofSpki(Octets.owning(mutate(leaf.spki().toArray(), random)));
      SignatureIdentifiers.find(Octets.owning(mutate(pss, random)));
    }
  }

  @Test
  void deepNestingDoesNotRecurse() {
    byte[] deep = new byte[16_000];
    for (int i = 0; i < deep.length; i += 4) {
      int length = deep.length - i - 4;
      deep[i] = 0x30;
      deep[i + 1] = (byte) 0x82;
      deep[i + 2] = (byte) (length >> 8);
      deep[i + 3] = (byte) length;
    }
    assertThatThrownBy(() -> EndEntity.parse(Octets.of(deep)))
        .isInstanceOf(Malformed.class)
        .hasMessageContaining("nested too deep");
    byte[] endless = new byte[16_000];
    Arrays.fill(endless, (byte) 0x30);
    for (int i = 1; i < endless.length; i += 2) {
      endless[i] = (byte) 0x80;
    }
    assertThatThrownBy(() -> EndEntity.parse(Octets.of(endless))).isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> EndEntity.parse(Octets.of(new byte[20_000])))
        .isInstanceOf(Malformed.class);
    assertThatThrownBy(() -> EndEntity.parse(Octets.EMPTY)).isInstanceOf(Malformed.class);
  }

  /** Flips, slides, cuts and lengths off by one. */
  private static byte[] mutate(byte[] good, Random random) {
    byte[] bad = good.clone();
    int at = random.nextInt(bad.length);
    switch (random.nextInt(6)) {
      case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bad[at] ^= (byte) (1 + random.nextInt(255));
      case 2 -> bad = Arrays.copyOf(bad, at);
      case 3 -> {
        bad[random.nextInt(Math.min(64, bad.length))] ^= (byte) (1 + random.nextInt(255));
        bad[at] ^= 1;
      }
      case 4 -> {
        byte[] slid = new byte[bad.length];
        System.arraycopy(bad, 0, slid, 0, at);
        System.arraycopy(bad, at, slid, Math.min(at + 1, bad.length - 1), bad.length - at - 1);
        bad = Arrays.equals(slid, good) ? new byte[] {0x30} : slid;
      }
      default -> {
        bad = Arrays.copyOf(bad, bad.length + 1 + random.nextInt(4));
      }
    }
    return bad;
  }
}
