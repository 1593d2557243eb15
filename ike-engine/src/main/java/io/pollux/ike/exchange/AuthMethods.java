package io.pollux.ike.exchange;

import io.pollux.ike.crypto.SignatureIdentifiers;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.CertreqPayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sa.Host;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What each side says that it can check: hash algorithms in IKE_SA_INIT (RFC 7427 section 4),
 * authentication methods (RFC 9593) and trusted CAs (RFC 7296 section 3.7).
 *
 * <pre>
 *   HDR, ..., N(SIGNATURE_HASH_ALGORITHMS)  ->
 *   <-  HDR, ..., [CERTREQ,] N(SIGNATURE_HASH_ALGORITHMS), N(SUPPORTED_AUTH_METHODS)
 *   HDR, SK { IDi, [CERT+,] [CERTREQ,] ..., AUTH, ..., N(SUPPORTED_AUTH_METHODS) }  ->
 * </pre>
 */
final class AuthMethods {
  private static final int X509_SIGNATURE = 4;
  private static final int RAW_PUBLIC_KEY = 15;

  /** More would make IKE_SA_INIT too long for one datagram; a peer rarely asks for its CA. */
  private static final int MAX_AUTHORITIES = 16;

  private AuthMethods() {}

  /** What goes into IKE_SA_INIT for these connections; nothing where nobody signs. */
  static List<Payload> initiatorHashes(ConnectionPolicy policy) {
    return hashes(List.of(policy)).map(List::<Payload>of).orElse(List.of());
  }

  /** As a responder, where each of {@code candidates} may be meant. */
  static List<Payload> responderOffers(Host host, List<ConnectionPolicy> candidates) {
    List<Payload> payloads = new ArrayList<>();
    hashes(candidates).ifPresent(payloads::add);
    if (!payloads.isEmpty()) {
      payloads.addAll(requests(host, candidates));
      payloads.add(methods(candidates));
    }
    return payloads;
  }

  /** What goes into the IKE_AUTH request. */
  static List<Payload> initiatorOffers(Host host, ConnectionPolicy policy) {
    List<Payload> payloads = new ArrayList<>();
    if (policy.auth().usesSignatures()) {
      payloads.addAll(requests(host, List.of(policy)));
      payloads.add(methods(List.of(policy)));
    }
    return payloads;
  }

  private static Optional<NotifyPayload> hashes(List<ConnectionPolicy> policies) {
    if (policies.stream().noneMatch(p -> p.auth().usesSignatures())) {
      return Optional.empty();
    }
    List<Integer> all =
        policies.stream()
            .flatMap(p -> p.auth().accepted().stream())
            .map(SignatureScheme::hash)
            .distinct()
            .sorted()
            .toList();
    WireWriter out = new WireWriter();
    // Whoever signs has to announce something himself, or the peer may not be signed for.
    (all.isEmpty() ? List.of(2, 3, 4, SignatureScheme.IDENTITY) : all).forEach(out::u16);
    return Optional.of(NotifyPayload.of(NotifyType.SIGNATURE_HASH_ALGORITHMS, out.toOctets()));
  }

  private static List<Payload> requests(Host host, List<ConnectionPolicy> policies) {
    List<Payload> requests = new ArrayList<>();
    List<Octets> authorities =
        policies.stream()
            .flatMap(p -> p.auth().authorities(host.crypto()).stream())
            .distinct()
            .limit(MAX_AUTHORITIES)
            .toList();
    if (!authorities.isEmpty()) {
      requests.add(
          new CertreqPayload(X509_SIGNATURE, Octets.concat(authorities.toArray(new Octets[0]))));
    }
    if (policies.stream().anyMatch(p -> p.auth().remote() instanceof AuthPolicy.Remote.PublicKey)) {
      requests.add(new CertreqPayload(RAW_PUBLIC_KEY, Octets.EMPTY)); // RFC 7670 section 3
    }
    return requests;
  }

  /** RFC 9593 section 3.2: the methods in order of preference, for any CA. */
  private static NotifyPayload methods(List<ConnectionPolicy> policies) {
    WireWriter out = new WireWriter();
    policies.stream()
        .flatMap(p -> p.auth().accepted().stream())
        .distinct()
        .forEach(
            s ->
                out.u8(3 + s.identifier().length())
                    .u8(AuthPayload.DIGITAL_SIGNATURE)
                    .u8(0)
                    .octets(s.identifier()));
    if (policies.stream().anyMatch(p -> p.auth().remote() instanceof AuthPolicy.Remote.Psk)) {
      out.u8(2).u8(AuthPayload.SHARED_KEY_MESSAGE_INTEGRITY_CODE);
    }
    return NotifyPayload.of(NotifyType.SUPPORTED_AUTH_METHODS, out.toOctets());
  }

  /**
   * The Digital Signature schemes that {@code message} announces; announcements that we do not
   * understand are ignored (RFC 9593 section 3.2). Empty = nothing was said.
   */
  static List<SignatureScheme> announced(IkeMessage message) {
    List<SignatureScheme> schemes = new ArrayList<>();
    for (NotifyPayload notify : message.notifies()) {
      if (notify.type().equals(NotifyType.SUPPORTED_AUTH_METHODS)) {
        Octets list = notify.data();
        int at = 0;
        while (at + 2 <= list.length() && list.at(at) >= 2 && at + list.at(at) <= list.length()) {
          int end = at + list.at(at);
          if (list.at(at + 1) == AuthPayload.DIGITAL_SIGNATURE && end - at > 3) {
            SignatureIdentifiers.find(list.slice(at + 3, end)).ifPresent(schemes::add);
          }
          at = end;
        }
      }
    }
    return schemes;
  }

  /** The hashes that the peer's IKE_SA_INIT message announces; empty unless ours does so too. */
  static List<Integer> hashes(IkeSaState.InitMessages init, boolean ofPeer) {
    List<Integer> ours = hashes(init.own());
    List<Integer> peers = hashes(init.peer());
    if (ours.isEmpty() || peers.isEmpty()) {
      return List.of();
    }
    return ofPeer ? peers : ours;
  }

  private static List<Integer> hashes(Octets initMessage) {
    List<Integer> hashes = new ArrayList<>();
    message(initMessage)
        .flatMap(m -> m.first(NotifyType.SIGNATURE_HASH_ALGORITHMS))
        .ifPresent(
            notify -> {
              Octets data = notify.data();
              for (int i = 0; i + 1 < data.length(); i += 2) {
                hashes.add(data.at(i) << 8 | data.at(i + 1));
              }
            });
    return hashes;
  }

  /** An IKE_SA_INIT message that was read before. */
  static Optional<IkeMessage> message(Octets octets) {
    try {
      return MessageCodec.decode(octets) instanceof Decoded.Clear(_, var message)
          ? Optional.of(message)
          : Optional.empty();
    } catch (Malformed e) {
      return Optional.empty();
    }
  }
}
