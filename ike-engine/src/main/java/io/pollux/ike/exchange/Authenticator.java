package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyKind;
import io.pollux.ike.crypto.PskAuth;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.ChainValidator;
import io.pollux.ike.crypto.pki.ChainVerdict;
import io.pollux.ike.crypto.pki.EndEntity;
import io.pollux.ike.crypto.pki.IdentityMatch;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.SignResult;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.CertPayload;
import io.pollux.ike.payload.IdPayload;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.PeerProof;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Proves to the peer who we are, and checks its proof, with what the connection says: a shared key,
 * a certificate or a public key (RFC 7296 section 2.15). What needs a private key or a look at
 * certificates is an effect; then the IKE SA waits.
 */
final class Authenticator {
  private static final int X509_SIGNATURE = 4;
  private static final int SUBJECT = 9; // ID_DER_ASN1_DN
  private static final int RAW_PUBLIC_KEY = 15;

  private final IkeSa sa;
  private final ConnectionPolicy policy;
  private final Secured secured;
  private final IkeSaState.InitMessages init;

  Authenticator(IkeSa sa, ConnectionPolicy policy, Secured secured, IkeSaState.InitMessages init) {
    this.sa = sa;
    this.policy = policy;
    this.secured = secured;
    this.init = init;
  }

  /** Our part of IKE_AUTH. */
  sealed interface Own {
    /** CERT payloads, if any, and AUTH. */
    record Made(List<Payload> payloads) implements Own {}

    record Impossible(String story) implements Own {}
  }

  /** The peer's part. */
  sealed interface Peer {
    record Proven(PeerProof proof) implements Peer {}

    record Refused(String story) implements Peer {}
  }

  /**
   * Makes our AUTH payload, for a peer that is, or is expected to be, {@code peer}.
   *
   * @param announced the signature schemes that the peer says it can check (RFC 9593)
   */
  void prove(IdPayload own, Identity peer, List<SignatureScheme> announced, Consumer<Own> outcome) {
    Octets signed = signedOctets(sa.role(), init.own(), own);
    switch (policy.auth().local()) {
      case AuthPolicy.Local.Psk _ -> {
        Optional<Secret> psk = sa.host().psk(policy.name(), policy.localId(), peer);
        outcome.accept(
            psk.<Own>map(secret -> new Own.Made(List.of(withSecret(secret, signed))))
                .orElseGet(
                    () ->
                        new Own.Impossible("no secret for " + policy.localId() + " and " + peer)));
      }
      case AuthPolicy.Local.Signature key -> sign(key, signed, announced, outcome);
    }
  }

  private AuthPayload withSecret(Secret psk, Octets signed) {
    return new AuthPayload(
        AuthPayload.SHARED_KEY_MESSAGE_INTEGRITY_CODE,
        PskAuth.compute(sa.host().crypto(), secured.prf(), psk, signed));
  }

  private void sign(
      AuthPolicy.Local.Signature key,
      Octets signed,
      List<SignatureScheme> announced,
      Consumer<Own> outcome) {
    List<Integer> hashes = AuthMethods.hashes(init, true);
    Optional<SignatureScheme> scheme =
        hashes.isEmpty()
            ? SignatureAuth.olderScheme(key.kind(), key.sha1())
            : choose(key, new TreeSet<>(hashes), announced);
    if (scheme.isEmpty()) {
      outcome.accept(
          new Own.Impossible(
              hashes.isEmpty()
                  ? "the peer did not send SIGNATURE_HASH_ALGORITHMS, which a signature with "
                      + key.kind()
                      + " needs"
                  : "the peer checks none of the signatures that we make with "
                      + key.kind()
                      + ": its hash algorithms are "
                      + hashes));
      return;
    }
    sa.waiting()
        .prove(
            id -> new Effect.Sign(id, key.spki(), scheme.get(), signed),
            SignResult.class,
            new SignResult.Failed("too many signatures wait"),
            result ->
                outcome.accept(
                    switch (result) {
                      case SignResult.Failed(var why) -> {
                        sa.host().count("signatures_failed");
                        yield new Own.Impossible("cannot sign: " + why);
                      }
                      case SignResult.Done(var signature) ->
                          new Own.Made(
                              credentials(
                                  key,
                                  hashes.isEmpty()
                                      ? SignatureAuth.older(key.kind(), signature)
                                      : SignatureAuth.digital(scheme.get(), signature)));
                    }));
  }

  /** What the peer has announced goes before what we like, if there is anything in common. */
  private static Optional<SignatureScheme> choose(
      AuthPolicy.Local.Signature key, Set<Integer> hashes, List<SignatureScheme> announced) {
    List<SignatureScheme> both = key.schemes().stream().filter(announced::contains).toList();
    return SignatureScheme.choose(key.kind(), hashes, both)
        .or(() -> SignatureScheme.choose(key.kind(), hashes, key.schemes()));
  }

  private static List<Payload> credentials(AuthPolicy.Local.Signature key, AuthPayload auth) {
    List<Payload> payloads = new ArrayList<>();
    if (key.chain().isEmpty()) {
      payloads.add(new CertPayload(RAW_PUBLIC_KEY, key.spki()));
    }
    key.chain().forEach(der -> payloads.add(new CertPayload(X509_SIGNATURE, der)));
    payloads.add(auth);
    return payloads;
  }

  /** Checks the AUTH payload of {@code message}, which says that it comes from {@code id}. */
  void check(IdPayload id, AuthPayload auth, IkeMessage message, Consumer<Peer> outcome) {
    Role peer = sa.role() == Role.INITIATOR ? Role.RESPONDER : Role.INITIATOR;
    Octets signed = signedOctets(peer, init.peer(), id);
    switch (policy.auth().remote()) {
      case AuthPolicy.Remote.Psk _ -> outcome.accept(checkSecret(id, auth, signed));
      case AuthPolicy.Remote.PublicKey(var keys, var schemes) ->
          outcome.accept(checkKeys(id, auth, message, signed, keys, schemes));
      case AuthPolicy.Remote.Certificate remote ->
          checkCertificate(remote, id, auth, message, signed, outcome);
    }
  }

  private Peer checkSecret(IdPayload id, AuthPayload auth, Octets signed) {
    if (auth.method() != AuthPayload.SHARED_KEY_MESSAGE_INTEGRITY_CODE) {
      return new Peer.Refused(
          "it used Auth Method " + auth.method() + ", and this connection wants a shared key");
    }
    Optional<Secret> psk = sa.host().psk(policy.name(), policy.localId(), id.identity());
    if (psk.isEmpty()) {
      return new Peer.Refused("no secret for " + id.identity());
    }
    return PeerProof.ofPsk(
            sa.host().crypto(),
            secured.prf(),
            psk.get(),
            signed,
            auth.data(),
            policy.localId(),
            id.identity())
        .<Peer>map(Peer.Proven::new)
        .orElseGet(() -> new Peer.Refused(id.identity() + " does not know the shared key"));
  }

  private Peer checkKeys(
      IdPayload id,
      AuthPayload auth,
      IkeMessage message,
      Octets signed,
      List<Octets> keys,
      List<SignatureScheme> schemes) {
    Optional<CertPayload> sent =
        message.all(CertPayload.class).stream()
            .filter(c -> c.encoding() == RAW_PUBLIC_KEY)
            .findFirst();
    if (sent.isPresent() && !keys.contains(sent.get().data())) {
      return new Peer.Refused("the public key of " + id.identity() + " is not the configured one");
    }
    List<Octets> possible = sent.map(c -> List.of(c.data())).orElse(keys);
    Peer last = new Peer.Refused("no public key is configured");
    for (Octets spki : possible) {
      last = checkSignature(id, auth, signed, spki, schemes, false);
      if (last instanceof Peer.Proven(var proven)) {
        return new Peer.Proven(proven.with("a configured public key"));
      }
    }
    return last;
  }

  private Peer checkSignature(
      IdPayload id,
      AuthPayload auth,
      Octets signed,
      Octets spki,
      List<SignatureScheme> accepted,
      boolean sha1) {
    Optional<KeyKind> kind = KeyKind.ofSpki(spki);
    if (kind.isEmpty()) {
      return new Peer.Refused("the key of " + id.identity() + " is too weak or not supported");
    }
    List<Integer> hashes = AuthMethods.hashes(init, false);
    return switch (SignatureAuth.read(auth, hashes, kind.get(), accepted, sha1)) {
      case SignatureAuth.Claim.Refused(var story) -> new Peer.Refused(story);
      case SignatureAuth.Claim.Signed(var schemes, var signature) ->
          schemes.stream()
              .map(
                  scheme ->
                      PeerProof.ofSignature(
                          sa.host().crypto(),
                          scheme,
                          spki,
                          signed,
                          signature,
                          policy.localId(),
                          id.identity()))
              .flatMap(Optional::stream)
              .<Peer>map(Peer.Proven::new)
              .findFirst()
              .orElseGet(
                  () ->
                      new Peer.Refused(
                          "the signature of "
                              + id.identity()
                              + " is wrong for its "
                              + kind.get()
                              + " key"));
    };
  }

  private void checkCertificate(
      AuthPolicy.Remote.Certificate remote,
      IdPayload id,
      AuthPayload auth,
      IkeMessage message,
      Octets signed,
      Consumer<Peer> outcome) {
    List<Octets> chain =
        message.all(CertPayload.class).stream()
            .filter(c -> c.encoding() == X509_SIGNATURE)
            .map(CertPayload::data)
            .distinct()
            .limit(ChainValidator.MAX_CERTIFICATES + 1L)
            .toList();
    Optional<String> other = SignatureAuth.noSignature(auth);
    if (other.isPresent()) {
      outcome.accept(new Peer.Refused(other.get()));
      return;
    }
    if (chain.isEmpty()) {
      outcome.accept(new Peer.Refused(id.identity() + noCertificate(message)));
      return;
    }
    EndEntity certificate;
    try {
      certificate = EndEntity.parse(chain.getFirst());
    } catch (Malformed e) {
      outcome.accept(
          new Peer.Refused("the certificate of " + id.identity() + ": " + e.getMessage()));
      return;
    }
    Optional<String> mismatch = IdentityMatch.problem(certificate, id.identity());
    if (mismatch.isPresent()) {
      outcome.accept(new Peer.Refused(mismatch.get()));
      return;
    }
    Peer proof =
        checkSignature(
            id, auth, signed, certificate.spki(), remote.schemes(), remote.trust().sha1());
    if (proof instanceof Peer.Refused) {
      outcome.accept(proof);
      return;
    }
    sa.waiting()
        .prove(
            effect -> new Effect.ValidateChain(effect, policy.name(), chain, remote.trust()),
            ChainVerdict.class,
            new ChainVerdict.Untrusted("too many certificates wait to be looked at"),
            verdict ->
                outcome.accept(judged(verdict, named(proof, certificate), message.messageId())));
  }

  /** The proof with the certificate that it was made with. */
  private static Peer named(Peer proof, EndEntity certificate) {
    String subject = new Identity(SUBJECT, certificate.subject()).toString();
    return proof instanceof Peer.Proven(var proven)
        ? new Peer.Proven(proven.with("the certificate \"" + subject + "\""))
        : proof;
  }

  private Peer judged(ChainVerdict verdict, Peer proof, MessageId id) {
    return switch (verdict) {
      case ChainVerdict.Trusted(var remarks) -> {
        remarks.forEach(remark -> Story.info(sa, Exchange.IKE_AUTH, id, remark));
        yield proof;
      }
      case ChainVerdict.Untrusted(var why) -> {
        sa.host().count("certificates_refused");
        yield new Peer.Refused(why);
      }
    };
  }

  private static String noCertificate(IkeMessage message) {
    List<CertPayload> all = message.all(CertPayload.class);
    return all.isEmpty()
        ? " sent no certificate"
        : " sent no X.509 certificate, but encodings "
            + all.stream()
                .map(c -> Integer.toString(c.encoding()))
                .collect(Collectors.joining(", "));
  }

  /** RFC 7296 section 2.15: the signer's IKE_SA_INIT message, the other's nonce, its ID. */
  private Octets signedOctets(Role signer, Octets message, IdPayload id) {
    boolean initiator = signer == Role.INITIATOR;
    return PskAuth.signedOctets(
        sa.host().crypto(),
        secured.prf(),
        message,
        initiator ? init.nr() : init.ni(),
        initiator ? secured.keys().skPi() : secured.keys().skPr(),
        id.body(),
        init.intAuth());
  }
}
