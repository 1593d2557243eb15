package io.pollux.ike.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every field of a connection and of a child has its say in what a reload does to the SAs. */
class PolicyChangeTest {
  private static final ReauthPolicy DAILY = new ReauthPolicy(86_400, 600, 0);

  private static ConnectionPolicy connection(
      long livenessNs, ReauthPolicy reauth, List<ChildPolicy> children) {
    return new ConnectionPolicy(
        "branch",
        InetAddress.ofLiteral("192.0.2.1"),
        Optional.empty(),
        new Identity(2, Octets.EMPTY),
        Optional.empty(),
        List.of(ProposalKeywords.parseIke("aes256gcm16-prfsha256-x25519")),
        new RekeyPolicy(0, 0, 0, 0, 0, 0, 0),
        livenessNs,
        false,
        children,
        AuthPolicy.PSK,
        reauth);
  }

  private static ChildPolicy child(int hard, boolean transport, boolean singlePair) {
    return new ChildPolicy(
        "net",
        List.of(Prefix.parse("10.1.0.0/16").selector()),
        List.of(Prefix.parse("10.2.0.0/16").selector()),
        List.of(ProposalKeywords.parseEsp("aes256gcm16-esn", true)),
        new RekeyPolicy(0, hard, 0, 0, 0, 0, 0),
        ChildPolicy.StartAction.NONE,
        1024,
        transport,
        singlePair);
  }

  private static PolicyChange between(ConnectionPolicy before, ConnectionPolicy now) {
    return PolicyChange.between(Optional.of(before), Optional.of(now));
  }

  private static final PolicyChange NOTHING_ENDS = new PolicyChange.Kept(Set.of(), Set.of());

  @Test
  void rfc7296_2_8_3_reauthenticationDoesNotMakeEveryChangeStartOver() {
    ConnectionPolicy before = connection(1, DAILY, List.of(child(1, false, false)));
    assertThat(between(before, connection(2, DAILY, List.of(child(1, false, false)))))
        .isEqualTo(NOTHING_ENDS);
    assertThat(between(before, connection(1, ReauthPolicy.NEVER, List.of(child(1, false, false)))))
        .isEqualTo(NOTHING_ENDS);
    assertThat(between(connection(1, ReauthPolicy.NEVER, before.children()), before))
        .isEqualTo(NOTHING_ENDS);
  }

  @Test
  void rfc7296_1_3_1_anotherModeIsAnotherChildSa() {
    PolicyChange over = new PolicyChange.Kept(Set.of("net"), Set.of());
    for (boolean singlePair : new boolean[] {false, true}) {
      ConnectionPolicy tunnel = connection(1, DAILY, List.of(child(1, false, singlePair)));
      ConnectionPolicy transport = connection(1, DAILY, List.of(child(1, true, singlePair)));
      assertThat(between(tunnel, transport)).isEqualTo(over);
      assertThat(between(transport, tunnel)).isEqualTo(over);
    }
  }

  @Test
  void rfc7296_2_9_onePairPerSaIsAnotherChildSa() {
    PolicyChange over = new PolicyChange.Kept(Set.of("net"), Set.of());
    ConnectionPolicy many = connection(1, DAILY, List.of(child(1, false, false)));
    ConnectionPolicy one = connection(1, DAILY, List.of(child(1, false, true)));
    assertThat(between(many, one)).isEqualTo(over);
    assertThat(between(one, many)).isEqualTo(over);
  }

  @Test
  void lifetimesAloneTouchNoSa() {
    for (boolean mode : new boolean[] {false, true}) {
      ConnectionPolicy before = connection(1, DAILY, List.of(child(1, mode, mode)));
      assertThat(between(before, connection(1, DAILY, List.of(child(2, mode, mode)))))
          .isEqualTo(NOTHING_ENDS);
    }
  }
}
