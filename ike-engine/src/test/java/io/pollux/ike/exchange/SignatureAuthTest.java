package io.pollux.ike.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.EcdsaForm;
import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.Signatures;
import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.wire.Octets;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may stand in AUTH payloads with signatures: RFC 7427, RFC 7296 section 3.8, RFC 4754. */
class SignatureAuthTest {
  private static final List<Integer> ALL = List.of(2, 3, 4, 5);
  private static final List<Integer> NONE = List.of();
  private static final List<SignatureScheme> STANDARD = SignatureScheme.standard();
  private static final Octets SIGNATURE = Octets.ofHex("0102030405060708");

  private static SignatureAuth.Claim read(AuthPayload auth, List<Integer> hashes, KeyKind kind) {
    return SignatureAuth.read(auth, hashes, kind, STANDARD, false);
  }

  private static void refused(SignatureAuth.Claim claim, String why) {
    assertThat(claim)
        .isInstanceOfSatisfying(
            SignatureAuth.Claim.Refused.class, r -> assertThat(r.story()).contains(why));
  }

  private static AuthPayload digital(String identifier) {
    Octets der = Octets.ofHex(identifier);
    return new AuthPayload(14, Octets.concat(Octets.of((byte) der.length()), der, SIGNATURE));
  }

  @ParameterizedTest
  @CsvSource({
    "300d06092a864886f70d01010b0500, RSA, rsa-pkcs1-sha256",
    "300d06092a864886f70d01010c0500, RSA, rsa-pkcs1-sha384",
    "300d06092a864886f70d01010d0500, RSA, rsa-pkcs1-sha512",
    "300b06092a864886f70d01010b, RSA, rsa-pkcs1-sha256",
    "300a06082a8648ce3d040302, ECDSA_P256, ecdsa-sha256",
    "300a06082a8648ce3d040303, ECDSA_P384, ecdsa-sha384",
    "300a06082a8648ce3d040304, ECDSA_P521, ecdsa-sha512",
    "300c06082a8648ce3d0403020500, ECDSA_P256, ecdsa-sha256",
    "300506032b6570, ED25519, ed25519",
    "300506032b6571, ED448, ed448",
    "304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a864886f70d010108"
        + "300d06096086480165030402010500a203020120a303020101, RSA, rsa-pss-sha256",
    "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108"
        + "300d06096086480165030402010500a203020120, RSA_PSS, rsa-pss-sha256",
  })
  void rfc7427AppendixA(String identifier, KeyKind kind, String keyword) {
    assertThat(read(digital(identifier), ALL, kind))
        .isEqualTo(
            new SignatureAuth.Claim.Signed(
                List.of(SignatureScheme.ofKeyword(keyword).orElseThrow()), SIGNATURE));
  }

  /** DER: trailerField has its default value and is left out; some peers compare octets. */
  @ParameterizedTest
  @CsvSource({"RSA_PSS_SHA256, 01, 20", "RSA_PSS_SHA384, 02, 30", "RSA_PSS_SHA512, 03, 40"})
  void rfc7427Section3PssIsSentInDer(SignatureScheme scheme, String oid, String salt) {
    String hash = "300d06096086480165030402" + oid + "0500";

    assertThat(scheme.identifier().toHex())
        .isEqualTo(
            "304106092a864886f70d01010a3034a00f%sa11c301a06092a864886f70d010108%sa2030201%s"
                .formatted(hash, hash, salt));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "300d06092a864886f70d0101050500", // sha1WithRSAEncryption
        "300906072a8648ce3804 03", // dsa-with-sha1
        "300906072a8648ce3d0401", // ecdsa-with-SHA1
        "300d06092a864886f70d01010a3000", // RSASSA-PSS with empty parameters: SHA-1
      })
  void rfc8247Section4_2Sha1AndDsaAreRefused(String identifier) {
    refused(read(digital(identifier.replace(" ", "")), ALL, KeyKind.RSA), "is not supported");
  }

  @Test
  void rfc7427Section3PssWithAnotherSaltIsRefused() {
    String identifier =
        SignatureScheme.RSA_PSS_SHA256.identifier().toHex().replace("a203020120", "a203020110");
    refused(read(digital(identifier), ALL, KeyKind.RSA), "is not supported");
  }

  @Test
  void rfc7427Section3NotWithoutBothNotifies() {
    refused(
        read(digital("300a06082a8648ce3d040302"), NONE, KeyKind.ECDSA_P256),
        "without SIGNATURE_HASH_ALGORITHMS");
  }

  @Test
  void rfc7427Section4HashMustBeOneThatWasAnnounced() {
    refused(
        read(digital("300a06082a8648ce3d040302"), List.of(3, 4), KeyKind.ECDSA_P256),
        "whose hash was not in SIGNATURE_HASH_ALGORITHMS");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 10, 11})
  @Rfc({"7427-3-1"})
  void rfc7427Section3OlderMethodsAreADowngradeWhereBothCanDoBetter(int method) {
    refused(
        read(new AuthPayload(method, SIGNATURE), ALL, KeyKind.RSA),
        "although both sides have sent SIGNATURE_HASH_ALGORITHMS");
  }

  @Test
  void rfc7619NullIsNeverAccepted() {
    refused(read(new AuthPayload(13, SIGNATURE), ALL, KeyKind.RSA), "NULL authentication");
    refused(read(new AuthPayload(13, SIGNATURE), NONE, KeyKind.RSA), "NULL authentication");
    refused(read(new AuthPayload(200, SIGNATURE), ALL, KeyKind.RSA), "unknown Auth Method 200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "05", "0a300a06", "0c300a06082a8648ce3d040302", "ff3000"})
  void rfc7427Section3CutPayloads(String data) {
    refused(
        read(new AuthPayload(14, Octets.ofHex(data)), ALL, KeyKind.ECDSA_P256),
        "cut AlgorithmIdentifier");
  }

  @Test
  void keyOfAnotherKind() {
    refused(
        read(digital("300506032b6570"), ALL, KeyKind.ECDSA_P256),
        "it signed with ed25519, and its key is ECDSA_P256");
    refused(
        read(new AuthPayload(9, SIGNATURE), NONE, KeyKind.ECDSA_P384),
        "it used Auth Method 9, and its key is ECDSA_P384");
    refused(read(new AuthPayload(1, SIGNATURE), NONE, KeyKind.ED25519), "its key is ED25519");
  }

  @Test
  void rfc7296Section3_8PlainRsaWithSha1OnlyIfAllowed() {
    AuthPayload auth = new AuthPayload(1, SIGNATURE);
    assertThat(SignatureAuth.read(auth, NONE, KeyKind.RSA, STANDARD, false))
        .isInstanceOfSatisfying(
            SignatureAuth.Claim.Signed.class,
            s -> assertThat(s.schemes()).doesNotContain(SignatureScheme.RSA_PKCS1_SHA1));
    assertThat(SignatureAuth.read(auth, NONE, KeyKind.RSA, STANDARD, true))
        .isInstanceOfSatisfying(
            SignatureAuth.Claim.Signed.class,
            s -> assertThat(s.schemes()).contains(SignatureScheme.RSA_PKCS1_SHA1));
  }

  @ParameterizedTest
  @CsvSource({"p256, ECDSA_P256, 9, 64", "p384, ECDSA_P384, 10, 96", "p521, ECDSA_P521, 11, 132"})
  void rfc4754Section7FixedLengthSignatures(String algorithm, KeyKind kind, int method, int length)
      throws Exception {
    TestPki.Entity entity = TestPki.request("CN=x", algorithm).selfSigned();
    SignatureScheme scheme = SignatureAuth.olderScheme(kind, false).orElseThrow();
    Octets message = Octets.ofHex("00112233");
    AuthPayload auth =
        SignatureAuth.older(kind, entity.key().sign(scheme, message, new SecureRandom()));
    assertThat(auth.method()).isEqualTo(method);
    assertThat(auth.data().length()).isEqualTo(length);
    SignatureAuth.Claim.Signed claim = (SignatureAuth.Claim.Signed) read(auth, NONE, kind);
    assertThat(
            new Signatures(IkeCrypto.standard())
                .verify(claim.schemes().getFirst(), entity.spki(), message, claim.signature()))
        .isTrue();
    refused(
        read(new AuthPayload(method, auth.data().slice(1, length)), NONE, kind),
        "ECDSA signature of");
    assertThat(EcdsaForm.toDer(kind, Octets.EMPTY)).isEmpty();
  }

  /** RFC 4754 section 8.1: the signature of "abc" by P-256, in the form of IKE. */
  @Test
  void rfc4754Section8_1Vector() {
    Octets spki =
        Octets.ofHex(
            "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
                + "2442a5cc0ecd015fa3ca31dc8e2bbc70bf42d60cbca20085e0822cb04235e970"
                + "6fc98bd7e50211a4a27102fa3549df79ebcb4bf246b80945cddfe7d509bbfd7d");
    Octets raw =
        Octets.ofHex(
            "cb28e0999b9c7715fd0a80d8e47a77079716cbbf917dd72e97566ea1c066957c"
                + "86fa3bb4e26cad5bf90b7f81899256ce7594bb1ea0c89212748bff3b3d5b0315");
    SignatureAuth.Claim.Signed claim =
        (SignatureAuth.Claim.Signed) read(new AuthPayload(9, raw), NONE, KeyKind.ECDSA_P256);
    assertThat(
            new Signatures(IkeCrypto.standard())
                .verify(
                    claim.schemes().getFirst(), spki, Octets.ofHex("616263"), claim.signature()))
        .isTrue();
  }
}
