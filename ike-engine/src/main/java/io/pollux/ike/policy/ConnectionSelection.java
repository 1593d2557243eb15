package io.pollux.ike.policy;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.crypto.pki.IdentityMatch;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.IkeAlgorithms;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which connection a peer means: first its addresses say ({@link ConnectionIndex#between}), then
 * the identities of IKE_AUTH.
 */
public final class ConnectionSelection {
  private ConnectionSelection() {}

  /**
   * Whether one of {@code proposals} allows exactly these algorithms.
   *
   * @param additional the additional key exchanges that were made (RFC 9370)
   */
  public static boolean accepts(
      List<IkeProposal> proposals, IkeAlgorithms algorithms, List<Integer> additional) {
    return proposals.stream()
        .map(IkeProposal::transforms)
        .filter(all -> acceptsAdditional(all, additional))
        .anyMatch(
            all ->
                all.contains(
                        new Transform(
                            TransformType.ENCR,
                            algorithms.encryption(),
                            algorithms.encryptionKeyBits()))
                    && all.contains(new Transform(TransformType.PRF, algorithms.prf(), 0))
                    && all.contains(new Transform(TransformType.KE, algorithms.keyExchange(), 0))
                    && (algorithms.integrity() == 0
                        || all.contains(
                            new Transform(TransformType.INTEG, algorithms.integrity(), 0))));
  }

  /** Each method has a type that allows it, and each type without one allows NONE. */
  private static boolean acceptsAdditional(List<Transform> all, List<Integer> additional) {
    int next = 0;
    for (TransformType type : TransformType.values()) {
      if (!TransformType.isAdditional(type.number())) {
        continue;
      }
      int wanted = next < additional.size() ? additional.get(next) : 0;
      boolean named = all.stream().anyMatch(t -> t.type() == type.number());
      if (wanted != 0 && all.contains(new Transform(type, wanted, 0))) {
        next++;
      } else if (named && !all.contains(new Transform(type, 0, 0))) {
        return false;
      }
    }
    return next == additional.size();
  }

  /**
   * Those of {@code candidates} whose peer proves itself with this Auth Method, a shared key or a
   * signature; all of them if there are none, so that the refusal can say what was wanted.
   */
  public static List<ConnectionPolicy> byMethod(List<ConnectionPolicy> candidates, int method) {
    boolean shared = method == AuthPayload.SHARED_KEY_MESSAGE_INTEGRITY_CODE;
    List<ConnectionPolicy> fitting =
        candidates.stream()
            .filter(c -> c.auth().remote() instanceof AuthPolicy.Remote.Psk == shared)
            .toList();
    return fitting.isEmpty() ? candidates : fitting;
  }

  /**
   * The first of {@code candidates} for these identities (RFC 7296 section 2.15); one that names
   * the peer's identity goes before one with a wildcard, and that before one that takes any.
   *
   * @param idr whom the initiator wants to talk to, if it says so
   * @param serves whether a connection has a child for what the initiator wants: such a one goes
   *     before its equals
   */
  public static Optional<ConnectionPolicy> byIdentity(
      List<ConnectionPolicy> candidates,
      Identity idi,
      Optional<Identity> idr,
      Predicate<ConnectionPolicy> serves) {
    return candidates.stream()
        .filter(c -> c.remoteId().map(wanted -> IdentityMatch.accepts(wanted, idi)).orElse(true))
        .filter(c -> idr.map(wanted -> IdentityMatch.accepts(wanted, c.localId())).orElse(true))
        .min(
            Comparator.comparing(
                    (ConnectionPolicy c) ->
                        c.remoteId().map(id -> IdentityMatch.isPattern(id) ? 1 : 0).orElse(2))
                .thenComparing(c -> !serves.test(c)));
  }
}
