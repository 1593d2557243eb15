package io.pollux.ike.engine;

import io.pollux.ike.crypto.pki.ChainVerdict;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/** Everything that can happen to an engine. */
public sealed interface Input {
  /**
   * An IKE message from the network, the non-ESP marker (RFC 3948 section 2.2) already taken off.
   */
  record Datagram(Endpoint local, Endpoint peer, Octets octets) implements Input {}

  /** {@code nextTimeoutNs} has passed; an early one does no harm. */
  record Timeout() implements Input {}

  /** The kernel's answer to the effect that carried this id. */
  record KernelReply(EffectId of, KernelResult result) implements Input {}

  /** The answer to {@link Effect.Sign}. */
  record Signed(EffectId of, SignResult result) implements Input {}

  /** The answer to {@link Effect.ValidateChain}. */
  record ChainValidated(EffectId of, ChainVerdict verdict) implements Input {}

  /**
   * {@link Effect.Sign} or {@link Effect.ValidateChain} will not be answered: too many wait. The
   * peer's message counts as lost, and comes again.
   */
  record Postponed(EffectId of) implements Input {}

  /** The first packet arrived on a new inbound SA: the peer sends on it (RFC 7296 section 2.8). */
  record ChildUsed(EspSpi inbound) implements Input {}

  /**
   * A lifetime limit by volume was reached in the kernel (XFRM_MSG_EXPIRE); time limits are the
   * engine's own.
   */
  record ChildExpired(SaId sa, boolean hard) implements Input {}

  /** The child shall be rekeyed now, for a reason that its lifetimes do not know. */
  record RekeyDue(EspSpi inbound) implements Input {}

  /**
   * After a failover this node may have missed what the dead one received: the peer of the child
   * {@code inbound} shall step its outbound sequence numbers forward (RFC 6311 section 5.2), if it
   * has announced that it can; else nothing happens. At most once per failover and IKE SA.
   *
   * @param delta by how much, 1 to 2^32 - 1, for all children of that IKE SA
   */
  record ReplaySyncDue(EspSpi inbound, long delta) implements Input {}

  /** A packet matched a policy that has no SA (XFRM_MSG_ACQUIRE). */
  record KernelAcquire(String connection, String child, Flow flow) implements Input {}

  /**
   * An authentic packet on the SA {@code inbound} came from another address or port than before:
   * the peer's NAT has moved it (XFRM_MSG_MAPPING, RFC 7296 section 2.23).
   */
  record PeerMapped(EspSpi inbound, Endpoint peer) implements Input {}

  /**
   * An operator's order. Exactly one {@link Effect.CommandDone} with this id follows, in this or a
   * later step.
   */
  record Command(long id, Verb verb, String connection, Optional<String> child) implements Input {}

  /** The configuration changed: untouched connections keep their SAs. */
  record Reconfigured(List<ConnectionPolicy> connections) implements Input {}

  /**
   * This node is active from now on.
   *
   * @param epoch the reign's number, part of the IKE SA's AEAD IV (its low 24 bits); larger than
   *     any before
   * @param sas what the shadow holds; an IkeSa is built from its snapshot at its first datagram or
   *     timer, with copies of the keys: those in here are lent and never wiped by the engine
   * @param complete whether the shadow was in sync to the end; if not, a liveness check comes
   *     before anything else
   */
  record Promote(long epoch, List<IkeSaSnapshot> sas, boolean complete) implements Input {
    public Promote {
      sas = List.copyOf(sas);
    }

    /** From a shadow in sync. */
    public Promote(long epoch, List<IkeSaSnapshot> sas) {
      this(epoch, sas, true);
    }
  }

  /**
   * Another node was active beside this one and has spoken to the peers under the same keys: where
   * their windows are is not known. A liveness check comes before anything else, as after a
   * takeover with a copy that was not in sync.
   */
  record Contested() implements Input {}

  /**
   * This node is not active any more: all SAs are forgotten without a word to anybody, the kernel
   * included.
   */
  record Demote() implements Input {}

  /** What an operator can order. */
  enum Verb {
    /** Negotiate the connection (and the child, or all its children). */
    UP,
    /** Delete the child, or the connection's IKE SAs. */
    DOWN,
    /** Rekey the child, or all children. */
    REKEY_CHILD,
    /** Rekey the IKE SA. */
    REKEY_IKE
  }
}
