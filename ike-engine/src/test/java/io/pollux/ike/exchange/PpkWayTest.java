package io.pollux.ike.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.wire.Octets;
import org.junit.jupiter.api.Test;

/** What is left of a PPK in memory when the peer has proven nothing with it. */
class PpkWayTest {
  private static Secret secret(int octet) {
    return Secret.copyOf(new byte[] {(byte) octet, 1});
  }

  private static Ppk.Way.With way(boolean used) {
    IkeKeys keys =
        new IkeKeys(secret(1), secret(2), secret(3), secret(4), secret(5), secret(6), secret(7));
    Secured secured = new Secured(new IkeAlgorithms(20, 256, 5, 0, 31), keys, null, null);
    return new Ppk.Way.With(secured, used, new AuthPayload(2, Octets.EMPTY));
  }

  private static int length(Secret secret) {
    return secret.use(octets -> octets.length);
  }

  @Test
  void refusedWithAPpkItsKeysGoAndThoseThatProtectTheAnswerStay() {
    Ppk.Way.With way = way(true);
    way.refused();
    IkeKeys keys = way.secured().keys();
    for (Secret mixed : new Secret[] {keys.skD(), keys.skPi(), keys.skPr()}) {
      assertThatThrownBy(() -> length(mixed)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(length(keys.skEi())).isEqualTo(2);
  }

  @Test
  void refusedWithoutAPpkTheKeysAreTheStatesOwn() {
    Ppk.Way.With way = way(false);
    way.refused();
    assertThat(length(way.secured().keys().skD())).isEqualTo(2);
  }
}
