package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.KeyExchangeMethod;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.message.MessageCodec;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.sa.FollowUp;
import io.pollux.ike.sa.FollowUps;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Work;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * IKE_FOLLOWUP_KE, RFC 9370 section 2.2.4: the additional key exchanges of a CREATE_CHILD_SA. Only
 * when the last one is over does the new SA exist.
 *
 * <pre>
 *   <-  CREATE_CHILD_SA response with N(ADDITIONAL_KEY_EXCHANGE)(link1)
 *   HDR, SK { KEi(1), N(ADDITIONAL_KEY_EXCHANGE)(link1) }  ->
 *   <-  HDR, SK { KEr(1) [, N(ADDITIONAL_KEY_EXCHANGE)(link2)] }
 * </pre>
 */
final class FollowUpKe {
  private static final int LINK_OCTETS = 16;

  private FollowUpKe() {}

  /** Begins after {@code response} to {@code of}; empty, or why that is impossible. */
  static Optional<String> start(IkeSa sa, Work of, IkeMessage response, List<Integer> methods) {
    Optional<NotifyPayload> link = response.first(NotifyType.ADDITIONAL_KEY_EXCHANGE);
    if (link.isEmpty()) {
      return Optional.of("the response does not say how the additional key exchanges go on");
    }
    Octets kept = MessageCodec.authenticatedChunk(response);
    sa.finish();
    send(sa, of, kept, Secret.EMPTY, link.get().data(), methods);
    return Optional.empty();
  }

  private static void send(
      IkeSa sa, Work of, Octets kept, Secret secrets, Octets link, List<Integer> methods) {
    KeyAgreement agreement = IkeSaInit.agreement(sa.host(), methods.getFirst());
    List<Payload> payloads =
        List.of(
            new KePayload(agreement.method().number(), agreement.publicValue()),
            NotifyPayload.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link));
    Messages.request(
        sa,
        Exchange.IKE_FOLLOWUP_KE,
        payloads,
        new Work.FollowUpKe(of, kept, secrets, methods, agreement));
  }

  static void onResponse(IkeSa sa, Work.FollowUpKe work, IkeMessage response) {
    Optional<KePayload> ke = response.first(KePayload.class);
    Optional<NotifyPayload> error = response.error();
    boolean lost = error.filter(n -> n.type().equals(NotifyType.STATE_NOT_FOUND)).isPresent();
    if (lost && sa.followUps().isForgottenTooOften()) { // section 2.2.4: then the IKE SA has to go
      Story.warn(
          sa,
          Exchange.IKE_FOLLOWUP_KE,
          response.messageId(),
          "STATE_NOT_FOUND " + FollowUps.MAX_FORGOTTEN + " times in a row: deleting the IKE SA");
      sa.tasks().add(new Task.DeleteIke(DeleteReason.FAILED));
    }
    if (error.isPresent() || ke.isEmpty()) {
      failed(sa, work, error.orElse(NotifyPayload.of(NotifyType.INVALID_SYNTAX)), response);
      return;
    }
    List<Integer> rest = work.remaining().subList(1, work.remaining().size());
    Optional<NotifyPayload> link = response.first(NotifyType.ADDITIONAL_KEY_EXCHANGE);
    boolean fits =
        ke.get().method() == work.remaining().getFirst() && (rest.isEmpty() || link.isPresent());
    if (!fits) {
      failed(sa, work, NotifyPayload.of(NotifyType.INVALID_SYNTAX), response);
      return;
    }
    try (Secret shared = work.agreement().agree(ke.get().data())) {
      Secret secrets = work.secrets().concat(shared);
      work.agreement().close();
      work.secrets().close();
      if (rest.isEmpty()) {
        try (secrets) { // the keys that follow from them are derived before it returns
          complete(sa, work, secrets);
        }
      } else {
        sa.finish();
        send(sa, work.of(), work.response(), secrets, link.orElseThrow().data(), rest);
      }
    } catch (Malformed e) {
      failed(sa, work, NotifyPayload.of(new NotifyType(e.answer())), response);
      sa.tasks().add(new Task.DeleteIke(DeleteReason.FAILED)); // RFC 6989 section 2.5
    }
  }

  private static void complete(IkeSa sa, Work.FollowUpKe work, Secret secrets) throws Malformed {
    sa.followUps().completed();
    IkeMessage first = MessageCodec.ofChunk(work.response());
    switch (work.of()) {
      case Work.NewChild child -> CreateChild.complete(sa, child, first, secrets);
      case Work.RekeyChild child -> CreateChild.complete(sa, child, first, secrets);
      case Work.RekeyIke ike -> RekeyIke.complete(sa, ike, first, secrets);
      case Work.HalfOpen _,
          Work.DeleteChild _,
          Work.DeleteIke _,
          Work.SyncReplay _,
          Work.Liveness _,
          Work.FollowUpKe _ ->
          sa.finish();
    }
  }

  /** The whole series counts as having failed; what it was for is tried again from the start. */
  private static void failed(
      IkeSa sa, Work.FollowUpKe work, NotifyPayload error, IkeMessage response) {
    sa.host().count("received_" + error.type());
    String story = "additional key exchange failed: " + error.type();
    Story.warn(sa, Exchange.IKE_FOLLOWUP_KE, response.messageId(), story);
    sa.finish();
    work.agreement().close();
    work.secrets().close();
    NotifyPayload again =
        error.type().equals(NotifyType.STATE_NOT_FOUND)
            ? NotifyPayload.of(NotifyType.TEMPORARY_FAILURE)
            : error;
    switch (work.of()) {
      case Work.NewChild child -> CreateChild.failed(sa, child, response.messageId(), again);
      case Work.RekeyChild child -> CreateChild.failed(sa, child, response.messageId(), again);
      case Work.RekeyIke ike -> RekeyIke.refused(sa, ike, response.messageId(), again);
      case Work.HalfOpen _,
          Work.DeleteChild _,
          Work.DeleteIke _,
          Work.SyncReplay _,
          Work.Liveness _,
          Work.FollowUpKe _ -> {}
    }
  }

  /**
   * The responder's CREATE_CHILD_SA response to what needs {@code methods} before it is complete;
   * {@code first} is the secret of its own key exchange, which is wiped when it has ended, however.
   */
  static void await(
      IkeSa sa,
      List<Payload> payloads,
      List<Integer> methods,
      Secret first,
      BiConsumer<Secret, List<Payload>> finish) {
    Octets link = link(sa);
    long due = sa.host().nowNs() + FollowUp.PATIENCE_NS;
    sa.followUps().await(new FollowUp(link, methods, first, Secret.EMPTY, due, finish));
    List<Payload> all = new ArrayList<>(payloads);
    all.add(NotifyPayload.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link));
    Messages.respond(sa, Exchange.CREATE_CHILD_SA, all);
  }

  /**
   * Whether the peer's CREATE_CHILD_SA is in work and not complete; then {@code rekey} waits, for a
   * request of ours now would cross it without either side knowing (RFC 9370 section 2.2.4).
   */
  static boolean postpones(IkeSa sa, Task rekey) {
    long now = sa.host().nowNs();
    boolean pending = sa.followUps().pending().filter(p -> now - p.dueNs() < 0).isPresent();
    if (pending) {
      long wait = sa.host().config().busyRetryNs();
      sa.tasks().addLater(rekey, now + wait + sa.host().entropy().jitterNs(wait));
    }
    return pending;
  }

  /** Starts {@code rekey} when the peer's CREATE_CHILD_SA is complete or forgotten for a while. */
  static void again(IkeSa sa, Task rekey) {
    long wait = sa.host().config().busyRetryNs();
    long from = sa.followUps().pending().map(FollowUp::dueNs).orElse(sa.host().nowNs());
    sa.tasks().addLater(rekey, from + wait + sa.host().entropy().jitterNs(wait));
  }

  private static Octets link(IkeSa sa) {
    return Octets.owning(sa.host().entropy().nonce(LINK_OCTETS));
  }

  static void onRequest(IkeSa sa, IkeMessage request) {
    KePayload ke = request.first(KePayload.class).orElseThrow();
    Optional<Octets> link =
        request.first(NotifyType.ADDITIONAL_KEY_EXCHANGE).map(NotifyPayload::data);
    Optional<FollowUp> pending =
        sa.followUps()
            .pending()
            .filter(p -> link.filter(p.link()::equals).isPresent())
            .filter(p -> sa.host().nowNs() - p.dueNs() < 0);
    if (pending.isEmpty()) {
      sa.followUps().drop();
      refuse(sa, request, NotifyType.STATE_NOT_FOUND);
      return;
    }
    FollowUp now = pending.get();
    sa.followUps().take();
    if (ke.method() != now.remaining().getFirst()) {
      now.wipe();
      refuse(sa, request, NotifyType.INVALID_SYNTAX);
      return;
    }
    try {
      KeyAgreement.Answer answer =
          sa.host()
              .crypto()
              .answer(
                  KeyExchangeMethod.require(ke.method()), ke.data(), sa.host().entropy().keys());
      List<Payload> payloads = new ArrayList<>();
      payloads.add(new KePayload(ke.method(), answer.publicValue()));
      Octets next = link(sa);
      FollowUp after = now.after(answer.shared(), next, sa.host().nowNs());
      answer.shared().close();
      if (after.remaining().isEmpty()) {
        after.finish().accept(after.secrets(), payloads); // derives the keys before it returns
        after.wipe();
      } else {
        sa.followUps().await(after);
        payloads.add(NotifyPayload.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, next));
        Messages.respond(sa, Exchange.IKE_FOLLOWUP_KE, payloads);
      }
    } catch (Malformed e) {
      now.wipe();
      Story.peerCaused(sa, Exchange.IKE_FOLLOWUP_KE, request.messageId(), e.getMessage());
      Messages.refuseSyntax(sa, Exchange.IKE_FOLLOWUP_KE); // RFC 6989 section 2.5
    }
  }

  private static void refuse(IkeSa sa, IkeMessage request, NotifyType type) {
    String story = "additional key exchange refused with " + type;
    Story.peerCaused(sa, Exchange.IKE_FOLLOWUP_KE, request.messageId(), story);
    Messages.refuse(sa, Exchange.IKE_FOLLOWUP_KE, NotifyPayload.of(type));
  }

  /** The peer does not go on with its CREATE_CHILD_SA: it is forgotten (section 2.2.4). */
  static void expired(IkeSa sa) {
    sa.host().count("follow_ups_expired");
    Story.info(
        sa,
        Exchange.IKE_FOLLOWUP_KE,
        sa.window().nextPeer(),
        "no further additional key exchange came in time: forgotten");
    sa.followUps().drop();
  }
}
