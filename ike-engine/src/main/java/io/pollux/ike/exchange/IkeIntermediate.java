package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.KeyExchangeMethod;
import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Intermediate;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * IKE_INTERMEDIATE with additional key exchanges, RFC 9242 and RFC 9370 section 2.2.2: between
 * IKE_SA_INIT and IKE_AUTH, one exchange per method, each under the keys of the one before.
 *
 * <pre>
 *   HDR, SK { KEi(n) }  ->
 *   <-  HDR, SK { KEr(n) }        SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr)
 * </pre>
 *
 * Each side keeps IntAuth of what was sent and received, which AUTH covers.
 */
final class IkeIntermediate {
  private IkeIntermediate() {}

  /**
   * The initiator's next step after IKE_SA_INIT or an IKE_INTERMEDIATE: another one, or IKE_AUTH.
   */
  static void goOn(IkeSa sa, Secured secured, IkeSaState.InitMessages init) {
    if (init.intermediate().remaining().isEmpty()) {
      IkeAuth.start(sa, secured, init);
      return;
    }
    int method = init.intermediate().remaining().getFirst();
    KeyAgreement agreement = IkeSaInit.agreement(sa.host(), method);
    MessageId id = sa.window().nextOwn();
    List<Payload> payloads = List.of(new KePayload(method, agreement.publicValue()));
    IkeMessage request =
        IkeMessage.sealed(
            sa.spis(), Exchange.IKE_INTERMEDIATE, sa.role(), Direction.REQUEST, id, payloads);
    Octets chunk = MessageCodec.authenticatedChunk(request);
    Octets intAuthI = next(sa, secured, init.intermediate().intAuthI(), chunk, Role.INITIATOR);
    sa.become(new IkeSaState.IntermediateSent(secured, init, agreement, intAuthI));
    sa.request(secured.seal(request, sa.maxOctets()), new Work.HalfOpen());
  }

  /** IntAuth_[i/r]n = prf(SK_p[i/r]n, IntAuth_[i/r](n-1) | A | P). */
  private static Octets next(IkeSa sa, Secured secured, Octets before, Octets chunk, Role sender) {
    Secret key = sender == Role.INITIATOR ? secured.keys().skPi() : secured.keys().skPr();
    return sa.host().crypto().prfOctets(secured.prf(), key, before, chunk);
  }

  static void onResponse(IkeSa sa, IkeSaState.IntermediateSent sent, IkeMessage response) {
    Optional<KePayload> ke = response.first(KePayload.class);
    Intermediate before = sent.init().intermediate();
    int method = before.remaining().getFirst();
    if (response.error().isPresent() || ke.filter(k -> k.method() == method).isEmpty()) {
      String why =
          response.error().map(n -> n.type().toString()).orElse("its KE does not fit the request");
      fail(sa, response.messageId(), "IKE_INTERMEDIATE failed: " + why);
      return;
    }
    try (Secret shared = sent.agreement().agree(ke.get().data())) {
      Octets intAuthR =
          next(
              sa,
              sent.secured(),
              before.intAuthR(),
              sa.inbox().chunk().orElseThrow(),
              Role.RESPONDER);
      IkeSaState.InitMessages init = sent.init().with(before.after(sent.intAuthI(), intAuthR));
      Secured fresh = updated(sa, sent.secured(), shared, init);
      sent.agreement().close();
      sa.finishSilently();
      goOn(sa, fresh, init);
    } catch (Malformed e) {
      fail(sa, response.messageId(), "IKE_INTERMEDIATE failed: " + e.getMessage());
    }
  }

  private static void fail(IkeSa sa, MessageId id, String story) {
    sa.host().count("intermediate_failed");
    Story.warn(sa, Exchange.IKE_INTERMEDIATE, id, story);
    sa.close(DeleteReason.FAILED, story);
  }

  private static Secured updated(
      IkeSa sa, Secured before, Secret shared, IkeSaState.InitMessages init) {
    IkeKeys keys =
        KeySchedule.intermediate(
            sa.host().crypto(),
            before.algorithms(),
            before.keys().skD(),
            shared,
            init.ni(),
            init.nr(),
            sa.spis());
    before.wipe();
    return Secured.of(sa.host(), before.algorithms(), keys, sa.role());
  }

  /** The responder's part. A request that comes too often, or with another method, ends it. */
  static void onRequest(IkeSa sa, IkeSaState.SaInitAnswered state, IkeMessage request) {
    Intermediate before = state.init().intermediate();
    Optional<KePayload> ke = request.first(KePayload.class);
    boolean fits =
        !before.remaining().isEmpty()
            && ke.filter(k -> k.method() == before.remaining().getFirst()).isPresent();
    if (!fits) {
      refuse(sa, request, "the request is not the key exchange that was agreed on");
      return;
    }
    KeyExchangeMethod method = KeyExchangeMethod.require(ke.get().method());
    try {
      KeyAgreement.Answer answer =
          sa.host().crypto().answer(method, ke.get().data(), sa.host().entropy().keys());
      IkeMessage response =
          IkeMessage.sealed(
              sa.spis(),
              Exchange.IKE_INTERMEDIATE,
              sa.role(),
              Direction.RESPONSE,
              request.messageId(),
              List.of(new KePayload(method.number(), answer.publicValue())));
      Octets sentChunk = MessageCodec.authenticatedChunk(response);
      Octets received = sa.inbox().chunk().orElseThrow();
      Secured secured = state.secured();
      IkeSaState.InitMessages init =
          state
              .init()
              .with(
                  before.after(
                      next(sa, secured, before.intAuthI(), received, Role.INITIATOR),
                      next(sa, secured, before.intAuthR(), sentChunk, Role.RESPONDER)));
      List<Octets> sealed = secured.seal(response, sa.maxOctets());
      try (Secret shared = answer.shared()) {
        Secured fresh = updated(sa, secured, shared, init);
        sa.become(new IkeSaState.SaInitAnswered(fresh, init, state.candidates()));
      }
      sa.respond(sealed);
    } catch (Malformed e) {
      refuse(sa, request, e.getMessage());
    }
  }

  private static void refuse(IkeSa sa, IkeMessage request, String story) {
    sa.host().count("intermediate_failed");
    Story.peerCaused(sa, Exchange.IKE_INTERMEDIATE, request.messageId(), "refused: " + story);
    Messages.respondAndClose(
        sa,
        Exchange.IKE_INTERMEDIATE,
        List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)),
        DeleteReason.FAILED,
        story);
  }
}
