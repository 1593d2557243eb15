package io.pollux.ike.sa;

import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.Optional;

/** What a standby gets of an IKE SA. */
final class Snapshots {
  private static final Identity NOBODY = new Identity(0, Octets.EMPTY);

  private Snapshots() {}

  /** {@code sa} as of {@code nowNs}; only of one that has keys. */
  static IkeSaSnapshot of(IkeSa sa, long nowNs) {
    Optional<PeerProof> proof = sa.state().proven();
    Secured secured = sa.state().secure().orElseThrow();
    return new IkeSaSnapshot(
        sa.spis(),
        sa.role() == Role.INITIATOR,
        sa.connection(),
        sa.path().local(),
        sa.path().peer(),
        sa.path().nat().localBehindNat(),
        sa.path().nat().peerBehindNat(),
        proof.map(PeerProof::local).orElse(NOBODY),
        proof.map(PeerProof::peer).orElse(NOBODY),
        secured.algorithms(),
        secured.copyOfKeys(),
        sa.window().snapshot(),
        sa.peerSupports(),
        sa.lifespan().lifetimes(),
        nowNs - sa.lifespan().createdNs(),
        sa.children().all().stream().map(c -> c.snapshot(nowNs)).toList(),
        HalfOpenStates.encode(sa.state()),
        sa.lifespan().reauthNs());
  }
}
