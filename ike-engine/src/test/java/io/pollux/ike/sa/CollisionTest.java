package io.pollux.ike.sa;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.sa.Collision.Answer;
import io.pollux.ike.sa.Collision.Asked;
import io.pollux.ike.sa.Collision.Doing;
import io.pollux.ike.wire.Octets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of RFC 7296 sections 2.8 and 2.25, and of RFC 9370 section 2.2.4. */
class CollisionTest {
  @ParameterizedTest
  @CsvSource({
    // 2.25.1
    "REKEY_CHILD, CLOSE_CHILD, TEMPORARY_FAILURE",
    "REKEY_CHILD, REKEY_CHILD, AS_USUAL_AND_COMPARE",
    "REKEY_CHILD, UNKNOWN_CHILD, CHILD_SA_NOT_FOUND",
    "REKEY_CHILD, OTHER_CHILD, AS_USUAL",
    "DELETE_CHILD, REKEY_CHILD, AS_USUAL",
    "DELETE_CHILD, CLOSE_CHILD, WITHOUT_DELETE",
    "DELETE_CHILD, UNKNOWN_CHILD, WITHOUT_DELETE",
    "DELETE_CHILD, NOTHING, AS_USUAL",
    // 2.25.2
    "REKEY_IKE, REKEY_IKE, AS_USUAL_AND_COMPARE",
    "REKEY_IKE, CLOSE_IKE, TEMPORARY_FAILURE",
    "REKEY_IKE, OTHER_CHILD, TEMPORARY_FAILURE",
    "REKEY_IKE, REKEY_CHILD, TEMPORARY_FAILURE",
    "REKEY_IKE, CLOSE_CHILD, TEMPORARY_FAILURE",
    "DELETE_IKE, REKEY_IKE, AS_USUAL_AND_FORGET_OURS",
    "DELETE_IKE, CLOSE_IKE, AS_USUAL_AND_FORGET_OURS",
    "NEW_CHILD, REKEY_IKE, TEMPORARY_FAILURE",
    "REKEY_CHILD, REKEY_IKE, TEMPORARY_FAILURE",
    "DELETE_CHILD, REKEY_IKE, AS_USUAL",
    "NEW_CHILD, CLOSE_IKE, TEMPORARY_FAILURE",
    // RFC 9370 section 2.2.4
    "REKEY_CHILD, FOLLOW_UP_CHILD, TEMPORARY_FAILURE",
    "REKEY_IKE, FOLLOW_UP_IKE, TEMPORARY_FAILURE"
  })
  void rfc7296_2_25_theTable(Asked asked, Doing doing, Answer answer) {
    assertThat(Collision.answer(asked, doing)).isEqualTo(answer);
  }

  /** The lowest of four loses; both ends come to the same end. */
  @ParameterizedTest
  @CsvSource({
    "01, 05, 02, 03, false",
    "05, 01, 02, 03, false",
    "05, 04, 02, 03, true",
    "05, 04, 03, 02, true",
    "7f, 80, ff, fe, false",
    "80, 81, 7f, ff, true",
    "0101, 02, 01, 03, true",
    "01, 02, 0100, 03, false"
  })
  void rfc7296_2_8_1_theLowestNonceLoses(
      String ourNi, String ourNr, String theirNi, String theirNr, boolean ours) {
    Octets a = Octets.ofHex(ourNi);
    Octets b = Octets.ofHex(ourNr);
    Octets c = Octets.ofHex(theirNi);
    Octets d = Octets.ofHex(theirNr);
    assertThat(Collision.oursStays(a, b, c, d)).isEqualTo(ours);
    assertThat(Collision.oursStays(c, d, a, b)).isEqualTo(!ours);
  }
}
