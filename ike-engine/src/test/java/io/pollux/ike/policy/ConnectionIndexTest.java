package io.pollux.ike.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionIndexTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress OTHER = InetAddress.ofLiteral("192.0.2.9");
  private static final InetAddress PEER = InetAddress.ofLiteral("203.0.113.5");

  private static ConnectionPolicy connection(String name, InetAddress local, InetAddress remote) {
    return new ConnectionPolicy(
        name,
        local,
        Optional.ofNullable(remote),
        new Identity(2, Octets.EMPTY),
        Optional.empty(),
        List.of(ProposalKeywords.parseIke("aes256gcm16-prfsha256-x25519")),
        new RekeyPolicy(0, 0, 0, 0, 0, 0, 0),
        0,
        false,
        List.of());
  }

  private final ConnectionIndex index =
      new ConnectionIndex(
          List.of(
              connection("any-1", HERE, null),
              connection("far", HERE, OTHER),
              connection("named-1", HERE, PEER),
              connection("elsewhere", OTHER, PEER),
              connection("any-2", HERE, null),
              connection("named-2", HERE, PEER)));

  private List<String> between(InetAddress local, InetAddress peer) {
    return index.between(local, peer).stream().map(ConnectionPolicy::name).toList();
  }

  @Test
  void whoNamesThePeerGoesBeforeWhoTakesAnyEachInTheirOrder() {
    assertThat(between(HERE, PEER)).containsExactly("named-1", "named-2", "any-1", "any-2");
    assertThat(between(HERE, HERE)).containsExactly("any-1", "any-2");
    assertThat(between(OTHER, PEER)).containsExactly("elsewhere");
    assertThat(between(PEER, HERE)).isEmpty();
  }

  @Test
  void allAndEachByItsName() {
    assertThat(index.all()).hasSize(6);
    assertThat(index.named("far")).contains(index.all().get(1));
    assertThat(index.named("none")).isEmpty();
    assertThat(ConnectionIndex.NONE.all()).isEmpty();
  }
}
