package io.pollux.ike.exchange;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.PpkPolicy;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * Post-quantum pre-shared keys, RFC 8784 section 3.
 *
 * <pre>
 *   HDR, ..., N(USE_PPK)                                            ->
 *   <-  HDR, ..., N(USE_PPK)
 *   HDR, SK { ..., AUTH, ..., N(PPK_IDENTITY, PPK_ID) [, N(NO_PPK_AUTH)] }  ->
 *   <-  HDR, SK { ..., AUTH, ... [, N(PPK_IDENTITY)] }
 * </pre>
 *
 * What is kept of a half-open IKE SA are its keys without the PPK: a standby that has to finish
 * IKE_AUTH mixes it in itself. Established, SK_d has it in.
 */
final class Ppk {
  /** How a proof is made or checked. */
  sealed interface Way {
    /**
     * With these keys.
     *
     * @param used whether a PPK is in them
     * @param auth the peer's proof that belongs to them
     */
    record With(Secured secured, boolean used, AuthPayload auth) implements Way {
      /** The proof counts for nothing: what the PPK was mixed into goes. */
      void refused() {
        if (used) {
          secured.wipeUnmixed();
        }
      }
    }

    record Refused(String story) implements Way {}
  }

  private Ppk() {}

  /** The initiator's wish, repeated with a cookie or another key exchange. */
  static List<Payload> wish(ConnectionPolicy policy) {
    return policy.auth().ppk().isPresent()
        ? List.of(NotifyPayload.of(NotifyType.USE_PPK))
        : List.of();
  }

  /** The responder's answer to it. */
  static List<Payload> answer(IkeMessage request, List<ConnectionPolicy> candidates) {
    boolean have = candidates.stream().anyMatch(c -> c.auth().ppk().isPresent());
    return have && request.has(NotifyType.USE_PPK)
        ? List.of(NotifyPayload.of(NotifyType.USE_PPK))
        : List.of();
  }

  /** Whether both have said USE_PPK. */
  static boolean isAgreed(IkeSaState.InitMessages init) {
    return says(init.own()) && says(init.peer());
  }

  private static boolean says(Octets initMessage) {
    return AuthMethods.message(initMessage).filter(m -> m.has(NotifyType.USE_PPK)).isPresent();
  }

  /** The keys of {@code secured} with the connection's PPK; empty if its secret is not here. */
  static Optional<Secured> mix(IkeSa sa, ConnectionPolicy policy, Secured secured) {
    return policy.auth().ppk().flatMap(ppk -> mix(sa, policy, ppk.id(), secured));
  }

  private static Optional<Secured> mix(
      IkeSa sa, ConnectionPolicy policy, Octets id, Secured secured) {
    Optional<Secret> secret = sa.host().ppk(policy.name(), id);
    return secret.map(ppk -> secured.withPpk(sa.host().crypto(), ppk));
  }

  static NotifyPayload identity(PpkPolicy ppk) {
    return NotifyPayload.of(NotifyType.PPK_IDENTITY, ppk.id());
  }

  /** NO_PPK_AUTH of the payloads that prove us without a PPK. */
  static NotifyPayload without(List<Payload> proof) {
    Octets data =
        proof.stream()
            .filter(p -> p instanceof AuthPayload)
            .map(p -> ((AuthPayload) p).data())
            .findFirst()
            .orElseThrow();
    return NotifyPayload.of(NotifyType.NO_PPK_AUTH, data);
  }

  /** Table 1: what the responder makes of an IKE_AUTH request. */
  static Way ofRequest(
      IkeSa sa, ConnectionPolicy policy, IkeSaState.SaInitAnswered state, IkeMessage request) {
    Optional<PpkPolicy> ppk = policy.auth().ppk();
    boolean required = ppk.filter(PpkPolicy::required).isPresent();
    AuthPayload auth = request.first(AuthPayload.class).orElseThrow();
    if (!isAgreed(state.init())) {
      return required
          ? new Way.Refused("it does not use a PPK, and this connection requires one")
          : new Way.With(state.secured(), false, auth);
    }
    Optional<NotifyPayload> identity = request.first(NotifyType.PPK_IDENTITY);
    if (identity.isEmpty()) {
      return new Way.Refused("it said USE_PPK and sent no PPK_IDENTITY");
    }
    Optional<Secured> mixed =
        ppk.filter(p -> p.id().equals(identity.get().data()))
            .flatMap(p -> mix(sa, policy, p.id(), state.secured()));
    if (mixed.isPresent()) {
      return new Way.With(mixed.get(), true, auth);
    }
    String unknown = "its PPK " + text(identity.get().data()) + " is not one of this connection";
    Optional<NotifyPayload> without = request.first(NotifyType.NO_PPK_AUTH);
    if (required || without.isEmpty()) {
      return new Way.Refused(
          unknown + (required ? ", which requires one" : ", and it sent no NO_PPK_AUTH"));
    }
    Story.peerCaused(
        sa, request.exchange(), request.messageId(), unknown + ": going on without a PPK");
    return new Way.With(
        state.secured(), false, new AuthPayload(auth.method(), without.get().data()));
  }

  /** What the initiator makes of the IKE_AUTH response. */
  static Way ofResponse(
      IkeSa sa, ConnectionPolicy policy, IkeSaState.AuthSent sent, IkeMessage response) {
    AuthPayload auth = response.first(AuthPayload.class).orElseThrow();
    boolean agreed = isAgreed(sent.init());
    if (agreed && response.has(NotifyType.PPK_IDENTITY)) {
      return mix(sa, policy, sent.secured())
          .<Way>map(mixed -> new Way.With(mixed, true, auth))
          .orElseGet(() -> new Way.Refused("the PPK is not in the configuration any more"));
    }
    if (policy.auth().ppk().filter(PpkPolicy::required).isPresent()) {
      return new Way.Refused("it does not use the PPK, which this connection requires");
    }
    if (agreed) {
      Story.warn(
          sa, response.exchange(), response.messageId(), "peer does not know our PPK: without it");
    }
    return new Way.With(sent.secured(), false, auth);
  }

  /** For log lines; an identifier is not secret. */
  static String text(Octets id) {
    if (id.length() < 2 || id.at(0) != PpkPolicy.FIXED) {
      return "0x" + id.toHex();
    }
    StringBuilder text = new StringBuilder("\"");
    for (int i = 1; i < Math.min(id.length(), 65); i++) {
      text.append(id.at(i) >= ' ' && id.at(i) < 127 ? (char) id.at(i) : '?');
    }
    return text.append('"').toString();
  }

  /** What the standby and operators see of it. */
  static void used(IkeSa sa, Secured unmixed) {
    sa.addPeerSupports(List.of(NotifyType.USE_PPK.toString()));
    unmixed.wipeUnmixed();
  }
}
