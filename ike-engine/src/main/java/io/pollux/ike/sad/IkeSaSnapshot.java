package io.pollux.ike.sad;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * All that is needed to go on with an IKE SA on another node (RFC 7296 sections 2.1 and 2.14).
 *
 * @param originalInitiator whether this gateway sent the IKE_SA_INIT request of this IKE SA
 * @param localBehindNat and {@code peerBehindNat}: what NAT detection found (RFC 7296 section 2.23)
 * @param peerSupports the notify types and extensions that the peer announced and both agreed on,
 *     by name, sorted
 * @param ageNs age when this snapshot was made, nanoseconds
 * @param halfOpen what IKE_AUTH still needs: then nobody is authenticated, and identities and
 *     children are empty; empty for an established IKE SA
 * @param reauthNs age at which another IKE SA with a new authentication has to take this one's
 *     place (RFC 7296 section 2.8.3, RFC 4478), nanoseconds; 0 = never
 */
public record IkeSaSnapshot(
    IkeSpis spis,
    boolean originalInitiator,
    String connection,
    Endpoint local,
    Endpoint peer,
    boolean localBehindNat,
    boolean peerBehindNat,
    Identity localId,
    Identity peerId,
    IkeAlgorithms algorithms,
    IkeKeys keys,
    MessageWindow window,
    List<String> peerSupports,
    Lifetimes lifetimes,
    long ageNs,
    List<ChildSaSnapshot> children,
    Optional<Continuation> halfOpen,
    long reauthNs) {
  public IkeSaSnapshot {
    peerSupports = List.copyOf(peerSupports);
    children = List.copyOf(children);
  }

  /** An established one. */
  public IkeSaSnapshot(
      IkeSpis spis,
      boolean originalInitiator,
      String connection,
      Endpoint local,
      Endpoint peer,
      boolean localBehindNat,
      boolean peerBehindNat,
      Identity localId,
      Identity peerId,
      IkeAlgorithms algorithms,
      IkeKeys keys,
      MessageWindow window,
      List<String> peerSupports,
      Lifetimes lifetimes,
      long ageNs,
      List<ChildSaSnapshot> children) {
    this(
        spis,
        originalInitiator,
        connection,
        local,
        peer,
        localBehindNat,
        peerBehindNat,
        localId,
        peerId,
        algorithms,
        keys,
        window,
        peerSupports,
        lifetimes,
        ageNs,
        children,
        Optional.empty(),
        0);
  }

  /** With keys that live and are wiped apart from this one's. */
  public IkeSaSnapshot withKeys(IkeKeys newKeys) {
    return changed(c -> c.keys = newKeys);
  }

  public IkeSaSnapshot withEndpoints(Endpoint newLocal, Endpoint newPeer) {
    return changed(
        c -> {
          c.local = newLocal;
          c.peer = newPeer;
        });
  }

  public IkeSaSnapshot withWindow(MessageWindow newWindow) {
    return changed(c -> c.window = newWindow);
  }

  public IkeSaSnapshot withAge(long newAgeNs) {
    return changed(c -> c.ageNs = newAgeNs);
  }

  public IkeSaSnapshot withChildren(List<ChildSaSnapshot> newChildren) {
    return changed(c -> c.children = newChildren);
  }

  public IkeSaSnapshot withReauth(long newReauthNs) {
    return changed(c -> c.reauthNs = newReauthNs);
  }

  private IkeSaSnapshot changed(Consumer<Changed> change) {
    Changed changed = new Changed();
    change.accept(changed);
    return changed.snapshot();
  }

  /** What a copy may have other than the original. */
  private final class Changed {
    private Endpoint local = IkeSaSnapshot.this.local;
    private Endpoint peer = IkeSaSnapshot.this.peer;
    private IkeKeys keys = IkeSaSnapshot.this.keys;
    private MessageWindow window = IkeSaSnapshot.this.window;
    private long ageNs = IkeSaSnapshot.this.ageNs;
    private List<ChildSaSnapshot> children = IkeSaSnapshot.this.children;
    private long reauthNs = IkeSaSnapshot.this.reauthNs;

    private IkeSaSnapshot snapshot() {
      return new IkeSaSnapshot(
          spis,
          originalInitiator,
          connection,
          local,
          peer,
          localBehindNat,
          peerBehindNat,
          localId,
          peerId,
          algorithms,
          keys,
          window,
          peerSupports,
          lifetimes,
          ageNs,
          children,
          halfOpen,
          reauthNs);
    }
  }
}
