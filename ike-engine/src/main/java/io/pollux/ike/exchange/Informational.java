package io.pollux.ike.exchange;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.DeletePayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.ProtocolId;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * INFORMATIONAL, RFC 7296 sections 1.4 and 1.5: Delete and liveness.
 *
 * <pre>
 *   request  SK { [N,] [D,] [CP] }  ->
 *   <-  response  SK { [N,] [D,] [CP] }
 * </pre>
 *
 * <p>A Delete names the sender's inbound SAs; its answer names those of the other direction, but
 * for SAs whose Delete crossed (section 1.4.1).
 */
final class Informational {
  private Informational() {}

  static void askLiveness(IkeSa sa) {
    sa.host().count("liveness_checks");
    Messages.request(sa, Exchange.INFORMATIONAL, List.of(), new Work.Liveness());
  }

  static void deleteIke(IkeSa sa, DeleteReason why) {
    Story.info(sa, Exchange.INFORMATIONAL, sa.window().nextOwn(), "deleting the IKE SA: " + why);
    IkeSaState now = sa.state();
    sa.become(new IkeSaState.Deleting(now.secure().orElseThrow(), now.proven().orElseThrow(), why));
    Messages.request(
        sa, Exchange.INFORMATIONAL, List.of(DeletePayload.ike()), new Work.DeleteIke(why));
  }

  /** Deletes a child, or, without an answer to come, what we and the peer disagree about. */
  static void deleteChild(IkeSa sa, EspSpi inbound, DeleteReason why) {
    sa.children().byInbound(inbound).ifPresent(c -> c.enter(ChildSa.Phase.DELETING));
    Messages.request(
        sa,
        Exchange.INFORMATIONAL,
        List.of(DeletePayload.esp(List.of(inbound))),
        new Work.DeleteChild(inbound, why));
  }

  static void onRequest(IkeSa sa, IkeMessage request) {
    MessageId id = request.messageId();
    List<DeletePayload> deletes = request.all(DeletePayload.class);
    if (deletes.stream().anyMatch(d -> d.protocolId() == ProtocolId.IKE.number())) {
      RekeyIke.onDelete(sa, id);
      DeleteReason why = reasonOfEnd(sa);
      Story.info(sa, Exchange.INFORMATIONAL, id, "peer deleted the IKE SA");
      Messages.respondAndClose(
          sa, Exchange.INFORMATIONAL, List.of(), why, "peer deleted the IKE SA");
      return;
    }
    Optional<NotifyType> fatal = Messages.fatal(request);
    if (fatal.isPresent() && sa.role() == Role.RESPONDER) { // of an initiator that does not believe
      String story = "peer ends the IKE SA: " + fatal.get();
      sa.host().count("received_" + fatal.get());
      Story.peerCaused(sa, Exchange.INFORMATIONAL, id, story);
      Messages.respondAndClose(
          sa, Exchange.INFORMATIONAL, List.of(), DeleteReason.PEER_DELETED, story);
      return;
    }
    List<EspSpi> ours = new ArrayList<>();
    for (DeletePayload delete : deletes) {
      for (EspSpi outbound : delete.espSpis()) {
        sa.children().byOutbound(outbound).ifPresent(c -> peerDeleted(sa, c, id, ours));
      }
    }
    Reauth.onInformational(sa, request);
    MessageIdSync.stepOutbound(sa, request);
    request
        .error()
        .ifPresent(
            n -> Story.peerCaused(sa, Exchange.INFORMATIONAL, id, "peer reports " + n.type()));
    Messages.respond(
        sa, Exchange.INFORMATIONAL, ours.isEmpty() ? List.of() : List.of(DeletePayload.esp(ours)));
  }

  private static DeleteReason reasonOfEnd(IkeSa sa) {
    return switch (sa.state()) {
      case IkeSaState.Superseded _ -> DeleteReason.REKEYED;
      case IkeSaState.Deleting deleting -> deleting.why();
      case IkeSaState.SaInitSent _,
          IkeSaState.SaInitAnswered _,
          IkeSaState.IntermediateSent _,
          IkeSaState.AuthSent _,
          IkeSaState.Established _,
          IkeSaState.Closed _ ->
          DeleteReason.PEER_DELETED;
    };
  }

  private static void peerDeleted(IkeSa sa, ChildSa child, MessageId id, List<EspSpi> ours) {
    boolean crossed = sa.work().filter(w -> isDeleteOf(w, child.inbound())).isPresent();
    if (!crossed) {
      ours.add(child.inbound());
    }
    boolean replaced = child.phase() == ChildSa.Phase.REPLACED;
    DeleteReason why = replaced ? DeleteReason.REKEYED : DeleteReason.PEER_DELETED;
    Story.info(
        sa,
        Exchange.INFORMATIONAL,
        id,
        "peer deleted child " + child.name() + " " + child.inbound() + ": " + why);
    sa.children().down(child, why);
  }

  private static boolean isDeleteOf(Work work, EspSpi inbound) {
    return work instanceof Work.DeleteChild delete && delete.inbound().equals(inbound);
  }

  static void onLivenessResponse(IkeSa sa) {
    sa.finish();
  }

  static void onDeleteChildResponse(IkeSa sa, Work.DeleteChild work, IkeMessage response) {
    Optional<ChildSa> child = sa.children().byInbound(work.inbound());
    child.ifPresent(
        c -> {
          sa.children().down(c, work.why());
          Story.info(
              sa,
              Exchange.INFORMATIONAL,
              response.messageId(),
              "deleted child " + c.name() + " " + c.inbound() + ": " + work.why());
        });
    sa.finish();
  }

  static void onDeleteIkeResponse(IkeSa sa, Work.DeleteIke work, IkeMessage response) {
    Story.info(sa, Exchange.INFORMATIONAL, response.messageId(), "IKE SA deleted: " + work.why());
    sa.finish();
    sa.close(work.why(), "deleted");
  }
}
