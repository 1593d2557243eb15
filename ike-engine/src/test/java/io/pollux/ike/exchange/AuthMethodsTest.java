package io.pollux.ike.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of SUPPORTED_AUTH_METHODS, RFC 9593 section 3.2. */
class AuthMethodsTest {
  private static final String ED25519 = SignatureScheme.ED25519.identifier().toHex();
  private static final String ECDSA = SignatureScheme.ECDSA_SHA384.identifier().toHex();

  private static List<SignatureScheme> announced(String... lists) {
    return AuthMethods.announced(
        IkeMessage.clear(
            new IkeSpis(new IkeSpi(1), new IkeSpi(2)),
            Exchange.IKE_SA_INIT,
            Role.RESPONDER,
            Direction.RESPONSE,
            new MessageId(0),
            List.of(lists).stream()
                .<Payload>map(
                    l -> NotifyPayload.of(NotifyType.SUPPORTED_AUTH_METHODS, Octets.ofHex(l)))
                .toList()));
  }

  private static String scheme(int link, String identifier) {
    return "%02x0e%02x%s".formatted(3 + identifier.length() / 2, link, identifier);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0202", // shared key
        "020d", // NULL
        "030100", // RSA, for any CA
        "03ff00", // nobody knows what
        "06c8aabbccdd",
        "080e00300306012a", // Digital Signature with an algorithm that we do not know
        "050e000500"
      })
  @Rfc({"9593-3.2-1"})
  void rfc9593_3_2_whatIsNotUnderstoodIsIgnored(String other) {
    List<SignatureScheme> both = List.of(SignatureScheme.ED25519, SignatureScheme.ECDSA_SHA384);
    assertThat(announced(scheme(0, ED25519) + other + scheme(0, ECDSA))).isEqualTo(both);
    assertThat(announced(other + scheme(0, ED25519), other, scheme(0, ECDSA) + other))
        .isEqualTo(both);
    assertThat(announced(other)).isEmpty();
  }

  @Test
  @Rfc({"9593-3.2.2-1"})
  void rfc9593_3_2_2_aLinkToACaThatWasNotNamedIsIgnored() {
    for (int link : new int[] {0, 1, 7, 255}) {
      assertThat(announced(scheme(link, ED25519))).containsExactly(SignatureScheme.ED25519);
    }
  }
}
