package io.pollux.ike.engine;

import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/** Everything that an engine can want done. */
public sealed interface Effect {
  /**
   * Tell the standby; the Transmits of this IKE SA that follow wait until it has it, if the event
   * is a barrier.
   */
  record Replicate(IkeEvent event) implements Effect {}

  /**
   * Send an IKE message; the adapter puts the non-ESP marker before it when {@code local} is the
   * NAT traversal port.
   *
   * @param sa whose barrier queue this waits in; empty before there is an IKE SA
   */
  record Transmit(Optional<IkeSpis> sa, Endpoint local, Endpoint peer, Octets octets)
      implements Effect {}

  /**
   * Put a Child SA into the kernel: the inbound SA, the outbound SA if {@code
   * child.outboundActive}, and its policies unless it {@code replaces} one that has them already.
   * All or nothing; answered by {@link Input.KernelReply}. Always the last of its step.
   *
   * @param inherited the exchange began in an earlier reign, which may have come as far as this and
   *     have sent with these very keys: the outbound SA starts where nothing can have been used
   */
  record InstallChild(
      EffectId id, ChildSaSnapshot child, Optional<ChildSaSnapshot> replaces, boolean inherited)
      implements Effect {}

  /**
   * {@code fresh}'s outbound SA into the kernel, then {@code old}'s out of it: what is sent from
   * now on uses the new key.
   */
  record SwitchOutbound(ChildSaSnapshot old, ChildSaSnapshot fresh) implements Effect {}

  /**
   * Both SAs out of the kernel; the policies too, unless another generation of the child uses them.
   */
  record RemoveChild(ChildSaSnapshot child, boolean keepPolicies) implements Effect {}

  /**
   * The endpoints of an installed child changed: a port alone is updated, an address means a new SA
   * with its counter stepped forward.
   */
  record MoveChild(ChildSaSnapshot before, ChildSaSnapshot after) implements Effect {}

  /**
   * Sign {@code message} with the private key whose public key is {@code spki}; answered by {@link
   * Input.Signed}. Off the engine's thread.
   */
  record Sign(EffectId id, Octets spki, SignatureScheme scheme, Octets message) implements Effect {}

  /**
   * Look whether {@code trust} vouches for the first certificate of {@code chain} now; answered by
   * {@link Input.ChainValidated}. Off the engine's thread.
   *
   * @param connection whose CRLs and OCSP responders count
   * @param chain DER as the peer has sent it
   */
  record ValidateChain(EffectId id, String connection, List<Octets> chain, TrustPolicy trust)
      implements Effect {
    public ValidateChain {
      chain = List.copyOf(chain);
    }
  }

  /**
   * The outbound sequence number of an installed child goes forward by {@code delta}, unsigned, or
   * more (RFC 6311 section 5.2); where its numbers do not allow that, it is rekeyed.
   */
  record StepOutbound(ChildSaSnapshot child, long delta) implements Effect {}

  /**
   * The peer has stepped its outbound sequence numbers forward by {@code delta}, as {@link
   * Input.ReplaySyncDue} has asked (RFC 6311 section 5.2): nothing that it sends from now on lies
   * less than that above what was known of {@code child}'s inbound SA when the reign began.
   */
  record PeerStepped(ChildSaSnapshot child, long delta) implements Effect {}

  /** One line for the log, IDs first (STYLE R17). */
  record Report(Level level, String line) implements Effect {}

  /** A command has ended, well or not. */
  record CommandDone(long id, boolean ok, String message) implements Effect {}

  /** How loud a report is. */
  enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }
}
