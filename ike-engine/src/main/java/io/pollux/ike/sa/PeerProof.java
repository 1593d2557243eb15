package io.pollux.ike.sa;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Prf;
import io.pollux.ike.crypto.PskAuth;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.Signatures;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.wire.Octets;
import java.util.Optional;

/**
 * That the peer has proven who it is. There are two ways to get one: the peer's AUTH payload (RFC
 * 7296 section 2.15), or a node of our own that had one.
 */
public final class PeerProof {
  private final Identity local;
  private final Identity peer;
  private final String how;

  private PeerProof(Identity local, Identity peer, String how) {
    this.local = local;
    this.peer = peer;
    this.how = how;
  }

  /** Present only if {@code auth} is the shared key's MAC of {@code signedOctets}. */
  public static Optional<PeerProof> ofPsk(
      IkeCrypto crypto,
      Prf prf,
      Secret psk,
      Octets signedOctets,
      Octets auth,
      Identity local,
      Identity peer) {
    return PskAuth.verify(crypto, prf, psk, signedOctets, auth)
        ? Optional.of(new PeerProof(local, peer, "a shared key"))
        : Optional.empty();
  }

  /**
   * Present only if {@code signature} is one of {@code signedOctets} by the owner of the key {@code
   * spki}; whether that is {@code peer} is the caller's to know.
   */
  public static Optional<PeerProof> ofSignature(
      IkeCrypto crypto,
      SignatureScheme scheme,
      Octets spki,
      Octets signedOctets,
      Octets signature,
      Identity local,
      Identity peer) {
    return new Signatures(crypto).verify(scheme, spki, signedOctets, signature)
        ? Optional.of(new PeerProof(local, peer, scheme + " signature"))
        : Optional.empty();
  }

  /** The proof that the node had which made {@code snapshot}. */
  public static PeerProof of(IkeSaSnapshot snapshot) {
    return new PeerProof(snapshot.localId(), snapshot.peerId(), "");
  }

  /** The same, whose key is that of {@code owner}: for log lines. */
  public PeerProof with(String owner) {
    return new PeerProof(local, peer, how + " with " + owner);
  }

  /** How the peer has proven who it is, for log lines; empty where another node has seen it. */
  public String how() {
    return how;
  }

  public Identity local() {
    return local;
  }

  public Identity peer() {
    return peer;
  }
}
