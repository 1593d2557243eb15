package io.pollux.ike.sa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.IvSource;
import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SkCipher;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.rfc.Rfc;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The keys of an IKE SA end with it: RFC 7296 section 2.12. */
class SecuredTest {
  private static final IkeAlgorithms CBC = new IkeAlgorithms(12, 256, 5, 12, 31);

  private static Secured secured() {
    IkeCrypto crypto = IkeCrypto.standard();
    Octets nonce = Octets.ofHex("11".repeat(32));
    IkeKeys keys =
        KeySchedule.initial(
            crypto,
            CBC,
            Secret.owning(new byte[32]),
            nonce,
            nonce,
            new IkeSpis(new IkeSpi(1), new IkeSpi(2)));
    SkCipher cipher = SkCipher.of(crypto, CBC, keys, Role.INITIATOR);
    return new Secured(CBC, keys, cipher, new IvSource(1, new SecureRandom()));
  }

  @Test
  @Rfc({"7296-2.12-1"})
  void rfc7296_2_12_everyStateForgetsItsKeysWhenItEnds() {
    List<Function<Secured, IkeSaState>> states =
        List.of(
            s -> new IkeSaState.Established(s, null),
            s -> new IkeSaState.Superseded(s, null),
            s -> new IkeSaState.Deleting(s, null, DeleteReason.ADMIN));
    for (Function<Secured, IkeSaState> state : states) {
      Secured secured = secured();
      IkeKeys keys = secured.keys();
      List<Secret> all =
          List.of(
              keys.skD(),
              keys.skAi(),
              keys.skAr(),
              keys.skEi(),
              keys.skEr(),
              keys.skPi(),
              keys.skPr());
      byte[][] octets = all.stream().map(s -> s.use(b -> b)).toArray(byte[][]::new);
      state.apply(secured).wipe();
      for (byte[] wiped : octets) {
        assertThat(wiped).containsOnly(0);
      }
      for (Secret one : all) {
        assertThatThrownBy(() -> one.use(b -> b.length)).isInstanceOf(IllegalStateException.class);
      }
    }
  }
}
