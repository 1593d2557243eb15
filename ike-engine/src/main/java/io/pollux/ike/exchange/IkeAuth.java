package io.pollux.ike.exchange;

import io.pollux.ike.crypto.SignatureScheme;
import io.pollux.ike.crypto.pki.IdentityMatch;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.extension.CounterSync;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.AuthPayload;
import io.pollux.ike.payload.DeletePayload;
import io.pollux.ike.payload.IdPayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.PayloadType;
import io.pollux.ike.policy.Accepted;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.PpkPolicy;
import io.pollux.ike.policy.ProposalChoice.KeyExchangeUse;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.PeerProof;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * IKE_AUTH as its initiator, RFC 7296 sections 1.2 and 2.15.
 *
 * <pre>
 *   HDR, SK { IDi, [CERT+,] [CERTREQ,] [N(INITIAL_CONTACT),] [IDr,] AUTH, SAi2, TSi, TSr }  ->
 *   <-  HDR, SK { IDr, [CERT+,] AUTH, SAr2, TSi, TSr }     or, the child refused,  SK { IDr, AUTH, N }
 * </pre>
 *
 * The responder's part is {@link IkeAuthAnswer}.
 */
final class IkeAuth {
  private IkeAuth() {}

  static void start(IkeSa sa, Secured secured, IkeSaState.InitMessages init) {
    ConnectionPolicy policy = sa.policy().orElseThrow();
    Identity expected = policy.remoteId().orElseGet(() -> addressOf(sa));
    Optional<ChildPolicy> child = firstChild(sa, policy);
    if (child.isEmpty() && !Childless.isPossible(init)) {
      impossible(sa, "the peer makes no IKE SA without a child (RFC 6023), and there is none");
      return;
    }
    Optional<Work.ChildOffer> offer =
        child.map(
            c ->
                new Work.ChildOffer(
                    c.name(),
                    sa.host().newEspSpi(),
                    new Reqid(sa.host().entropy().reqid()),
                    init.ni(),
                    Optional.empty()));
    sa.become(new IkeSaState.AuthSent(secured, init, offer));
    Optional<PpkPolicy> ppk = policy.auth().ppk().filter(_ -> Ppk.isAgreed(init));
    Optional<Secured> mixed = ppk.flatMap(_ -> Ppk.mix(sa, policy, secured));
    if (mixed.isEmpty() && policy.auth().ppk().filter(PpkPolicy::required).isPresent()) {
      impossible(
          sa,
          ppk.isPresent()
              ? "no secret for the PPK " + Ppk.text(ppk.get().id())
              : "peer does not use PPKs (RFC 8784), and this connection requires one");
      return;
    }
    IdPayload idi = IdPayload.idi(policy.localId());
    List<SignatureScheme> announced =
        AuthMethods.message(init.peer()).map(AuthMethods::announced).orElse(List.of());
    new Authenticator(sa, policy, mixed.orElse(secured), init)
        .prove(
            idi,
            expected,
            announced,
            proven(
                sa,
                () -> mixed.ifPresent(Secured::wipeUnmixed), // the response has it mixed anew
                proof -> {
                  if (mixed.isEmpty()) {
                    send(sa, policy, idi, proof, child, offer);
                    return;
                  }
                  List<Payload> with = new ArrayList<>(proof);
                  with.add(Ppk.identity(ppk.get()));
                  if (ppk.get().required()) {
                    send(sa, policy, idi, with, child, offer);
                    return;
                  }
                  new Authenticator(sa, policy, secured, init)
                      .prove(
                          idi,
                          expected,
                          announced,
                          proven(
                              sa,
                              () -> {},
                              plain -> {
                                with.add(Ppk.without(plain));
                                send(sa, policy, idi, with, child, offer);
                              }));
                }));
  }

  private static Optional<ChildPolicy> firstChild(IkeSa sa, ConnectionPolicy policy) {
    List<ChildPolicy> missing =
        sa.host().missingChildren(sa).stream()
            .flatMap(name -> ChildNegotiation.policy(sa, name).stream())
            .toList();
    return (missing.isEmpty() ? policy.children() : missing)
        .stream().filter(c -> isPossible(sa, c)).findFirst();
  }

  private static boolean isPossible(IkeSa sa, ChildPolicy child) {
    Optional<String> why = ChildWish.impossible(sa, child);
    why.ifPresent(
        story -> {
          String line = "child " + child.name() + " failed: " + story;
          Story.warn(sa, Exchange.IKE_AUTH, sa.window().nextOwn(), line);
          sa.host().ended(sa, Input.Verb.UP, child.name(), false, line);
        });
    return why.isEmpty();
  }

  private static Consumer<Authenticator.Own> proven(
      IkeSa sa, Runnable always, Consumer<List<Payload>> then) {
    return own -> {
      always.run();
      switch (own) {
        case Authenticator.Own.Impossible(var story) -> impossible(sa, story);
        case Authenticator.Own.Made(var proof) -> then.accept(proof);
      }
    };
  }

  private static void impossible(IkeSa sa, String story) {
    Story.warn(sa, Exchange.IKE_AUTH, sa.window().nextOwn(), story);
    sa.close(DeleteReason.FAILED, story);
  }

  private static void send(
      IkeSa sa,
      ConnectionPolicy policy,
      IdPayload idi,
      List<Payload> proof,
      Optional<ChildPolicy> child,
      Optional<Work.ChildOffer> offer) {
    List<Payload> payloads = new ArrayList<>();
    payloads.add(idi);
    if (!sa.host().hasSibling(sa)) {
      payloads.add(NotifyPayload.of(NotifyType.INITIAL_CONTACT));
    }
    policy
        .remoteId()
        .filter(id -> !IdentityMatch.isPattern(id))
        .ifPresent(id -> payloads.add(IdPayload.idr(id)));
    payloads.addAll(proof);
    payloads.addAll(AuthMethods.initiatorOffers(sa.host(), policy));
    offer.ifPresent(
        o ->
            payloads.addAll(
                ChildWish.offer(
                    sa, child.orElseThrow(), o, KeyExchangeUse.LEFT_OUT, Optional.empty())));
    payloads.addAll(CounterSync.offer(policy));
    Messages.request(sa, Exchange.IKE_AUTH, payloads, new Work.HalfOpen());
  }

  /** Whom we look for when the connection does not name its peer. */
  private static Identity addressOf(IkeSa sa) {
    Octets address = Octets.owning(sa.path().peer().address().getAddress());
    return new Identity(address.length() == 4 ? 1 : 5, address); // ID_IPV4_ADDR, ID_IPV6_ADDR
  }

  static void onResponse(IkeSa sa, IkeSaState.AuthSent sent, IkeMessage response) {
    MessageId id = response.messageId();
    Optional<IdPayload> idr = response.first(IdPayload.class, PayloadType.IDR.number());
    Optional<AuthPayload> auth = response.first(AuthPayload.class);
    if (idr.isEmpty() || auth.isEmpty()) {
      String why = response.error().map(n -> n.type().toString()).orElse("no AUTH in its response");
      sa.host().count("auth_refused");
      Story.warn(sa, Exchange.IKE_AUTH, id, "peer refused: " + why);
      sa.close(DeleteReason.FAILED, "peer refused IKE_AUTH: " + why);
      return;
    }
    Optional<ConnectionPolicy> policy = sa.policy();
    Identity peer = idr.get().identity();
    if (policy.isEmpty()) {
      refuse(sa, id, "the connection was removed");
      return;
    }
    Optional<Identity> wanted = policy.get().remoteId();
    if (wanted.filter(w -> !IdentityMatch.accepts(w, peer)).isPresent()) {
      refuse(sa, id, "peer is " + peer + " and not " + wanted.get());
      return;
    }
    switch (Ppk.ofResponse(sa, policy.get(), sent, response)) {
      case Ppk.Way.Refused(var story) -> refuse(sa, id, "peer " + peer + ": " + story);
      case Ppk.Way.With way ->
          new Authenticator(sa, policy.get(), way.secured(), sent.init())
              .check(
                  idr.get(),
                  way.auth(),
                  response,
                  outcome -> {
                    switch (outcome) {
                      case Authenticator.Peer.Refused(var story) -> {
                        way.refused();
                        refuse(sa, id, "peer " + peer + " could not prove its identity: " + story);
                      }
                      case Authenticator.Peer.Proven(var proof) ->
                          accept(sa, new Proven(sent, way, proof), response);
                    }
                  });
    }
  }

  /** The peer is who it says. */
  private record Proven(IkeSaState.AuthSent sent, Ppk.Way.With way, PeerProof proof) {}

  /** The responder believes in an IKE SA that is none (RFC 7296 section 2.21.2). */
  private static void refuse(IkeSa sa, MessageId id, String story) {
    Story.warn(sa, Exchange.IKE_AUTH, id, story);
    sa.host().count("auth_failed");
    sa.finishSilently();
    Messages.request(
        sa,
        Exchange.INFORMATIONAL,
        List.of(NotifyPayload.of(NotifyType.AUTHENTICATION_FAILED), DeletePayload.ike()),
        new Work.HalfOpen());
    sa.close(DeleteReason.FAILED, story);
  }

  private static void accept(IkeSa sa, Proven peer, IkeMessage response) {
    MessageId id = response.messageId();
    IkeSaState.AuthSent sent = peer.sent;
    Optional<NotifyType> fatal = Messages.fatal(response);
    if (fatal.isPresent()) { // section 2.21.2: for the peer there is no IKE SA any more
      sa.host().count("received_" + fatal.get());
      peer.way.refused();
      impossible(sa, "peer refused: " + fatal.get());
      return;
    }
    sa.host().identified(sa, peer.proof);
    Optional<NotifyPayload> error = response.error();
    if (sent.child().isEmpty() || error.isPresent()) {
      established(sa, peer, response);
      sent.child().ifPresent(offer -> childRefused(sa, offer, id, error));
      goOn(sa);
      return;
    }
    Work.ChildOffer offer = sent.child().get();
    ChildNegotiation.Nonces nonces =
        new ChildNegotiation.Nonces(sent.init().ni(), sent.init().nr(), Role.INITIATOR)
            .with(peer.way.secured());
    switch (ChildNegotiation.accept(sa, offer, response, KeyExchangeUse.LEFT_OUT, nonces)) {
      case ChildNegotiation.Result.Refused(_, var story) -> {
        established(sa, peer, response);
        unwanted(sa, offer, offer.spi(), id, story);
        goOn(sa);
      }
      case ChildNegotiation.Result.Agreed agreed ->
          ChildInstall.install(
              sa,
              agreed.child(),
              Optional.empty(),
              false,
              new ChildInstall.Then(
                  child -> installed(sa, peer, response, child),
                  refused -> {
                    established(sa, peer, response);
                    kernelRefused(sa, offer, id, refused);
                    goOn(sa);
                  }));
    }
  }

  /** An SPI that somebody else has in the kernel: once more, with others (CREATE_CHILD_SA). */
  private static void kernelRefused(
      IkeSa sa, Work.ChildOffer offer, MessageId id, KernelResult.Refused refused) {
    if (refused.errno() != ChildInstall.EEXIST || !sa.children().isFirstCollision(offer.child())) {
      unwanted(sa, offer, offer.spi(), id, refused.description());
      return;
    }
    String story = "child " + offer.child() + " begins anew: " + refused.description();
    Story.warn(sa, Exchange.IKE_AUTH, id, story);
    sa.tasks().add(new Task.DeleteChild(offer.spi(), DeleteReason.FAILED));
    sa.tasks().add(new Task.NewChild(offer.child(), 0));
  }

  private static void installed(IkeSa sa, Proven peer, IkeMessage response, ChildSaSnapshot child) {
    established(sa, peer, response);
    ChildInstall.up(sa, child, Optional.empty());
    ChildInstall.tell(sa, Exchange.IKE_AUTH, response.messageId(), "child up", child);
    sa.host().ended(sa, Input.Verb.UP, child.child(), true, "child " + child.child() + " up");
    goOn(sa);
  }

  private static void established(IkeSa sa, Proven peer, IkeMessage response) {
    sa.policy().ifPresent(p -> sa.addPeerSupports(CounterSync.agreed(p, response)));
    sa.finishSilently();
    if (peer.way.used()) {
      Ppk.used(sa, peer.sent.secured());
    }
    Reauth.begin(sa, response);
    sa.establish(peer.way.secured(), peer.proof);
    tell(sa, response.messageId(), peer.proof);
  }

  /** The line that says who is there. */
  static void tell(IkeSa sa, MessageId id, PeerProof proof) {
    Story.info(
        sa,
        Exchange.IKE_AUTH,
        id,
        "established with "
            + proof.peer()
            + " at "
            + sa.path().peer()
            + " as "
            + proof.local()
            + (sa.path().nat().any() ? " through a NAT" : "")
            + (sa.peerSupports().contains(NotifyType.USE_PPK.toString()) ? " with a PPK" : "")
            + "; proven by "
            + proof.how()
            + ", to it by "
            + sa.policy().map(p -> own(p.auth().local())).orElse("what is not configured any more")
            + "; "
            + Accepted.text(sa.state().secure().orElseThrow().algorithms()));
  }

  private static String own(AuthPolicy.Local local) {
    return switch (local) {
      case AuthPolicy.Local.Psk _ -> "a shared key";
      case AuthPolicy.Local.Signature key ->
          key.kind() + (key.chain().isEmpty() ? " public key" : " certificate");
    };
  }

  private static void childRefused(
      IkeSa sa, Work.ChildOffer offer, MessageId id, Optional<NotifyPayload> error) {
    boolean pair = error.filter(n -> n.type().equals(NotifyType.SINGLE_PAIR_REQUIRED)).isPresent();
    if (pair && ChildDeal.asPair(sa, offer.child(), id)) {
      return;
    }
    String story =
        error
            .map(n -> n.type() + ChildWish.text(sa, offer.child(), n.type()))
            .orElse("nothing was offered");
    childFailed(sa, offer, id, "peer refused", story);
  }

  /** The peer has a child that we cannot have: it has to hear of that. */
  static void unwanted(
      IkeSa sa, Work.ChildOffer offer, EspSpi inbound, MessageId id, String story) {
    sa.tasks().add(new Task.DeleteChild(inbound, DeleteReason.FAILED));
    childFailed(sa, offer, id, "failed", story);
  }

  static void childFailed(IkeSa sa, Work.ChildOffer offer, MessageId id, String who, String story) {
    String line = "child " + offer.child() + " " + who + ": " + story;
    Story.warn(sa, Exchange.IKE_AUTH, id, line);
    sa.host().ended(sa, Input.Verb.UP, offer.child(), false, line);
  }

  /** The other children follow (RFC 7296 section 1.3.1). */
  private static void goOn(IkeSa sa) {
    sa.host().unique(sa);
    sa.host().missingChildren(sa).forEach(child -> sa.tasks().add(new Task.NewChild(child, 0)));
  }
}
