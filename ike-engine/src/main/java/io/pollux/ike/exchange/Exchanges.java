package io.pollux.ike.exchange;

import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Decoded;
import io.pollux.ike.message.Direction;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeHeader;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.sa.Host;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Path;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Window;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;

/**
 * What an IKE SA does with a message, with time, and with what it was asked for. The window has the
 * first word on every message; then the state and the exchange decide, each combination by name.
 */
public final class Exchanges {
  private Exchanges() {}

  /** Begins a connection as its initiator. */
  public static IkeSa initiate(Host host, ConnectionPolicy policy) {
    return IkeSaInit.start(host, policy);
  }

  /** A stranger asks for an IKE SA. */
  public static void onInitRequest(
      Host host, Endpoint local, Endpoint peer, IkeMessage request, Octets octets) {
    IkeSaInitAnswer.onRequest(host, local, peer, request, octets);
  }

  /** A datagram for {@code sa}; waits while the kernel works. */
  public static void onDatagram(
      IkeSa sa, Decoded decoded, Octets octets, Endpoint local, Endpoint peer) {
    if (sa.isInstalling()) {
      sa.waiting().defer(octets.length(), () -> onDatagram(sa, decoded, octets, local, peer));
      return;
    }
    Path seen = sa.path().withEndpoints(local, peer);
    if (decoded instanceof Decoded.Clear clear) {
      onClear(sa, clear, octets, seen);
    } else if (decoded.header().direction() == Direction.REQUEST) {
      onRequest(sa, decoded, seen);
    } else {
      onResponse(sa, decoded, seen);
    }
  }

  private static void onClear(IkeSa sa, Decoded.Clear clear, Octets octets, Path seen) {
    IkeMessage message = clear.message();
    boolean initResponse =
        message.exchange() == Exchange.IKE_SA_INIT && message.direction() == Direction.RESPONSE;
    if (initResponse
        && sa.state() instanceof IkeSaState.SaInitSent sent
        && seen.peer().address().equals(sa.path().peer().address())) {
      IkeSaInit.onResponse(sa, sent, message, octets, seen);
    } else {
      sa.host().count("unprotected_dropped"); // section 2.4: no conclusion may be drawn from it
      Hint.from(sa, message, seen);
    }
  }

  private static void onRequest(IkeSa sa, Decoded decoded, Path seen) {
    IkeHeader header = decoded.header();
    if (MessageIdSync.mayBe(sa, decoded) && MessageIdSync.request(sa, (Decoded.Sealed) decoded)) {
      return;
    }
    if (sa.syncing().pending().isPresent()) {
      // The peer gives it up when our question comes: strictly, RFC 6311 section 8.1.
      sa.host().count("requests_while_syncing");
      return;
    }
    switch (sa.window().request(header.messageId())) {
      case Window.Arrival.Outside _ -> {
        sa.host().count("requests_outside_window");
        MessageIdSync.onOutside(sa, decoded).ifPresent(message -> workOn(sa, message, seen));
      }
      case Window.Arrival.InWork _ -> sa.host().count("requests_in_work");
      case Window.Arrival.Repeated(var response) -> Repetition.answer(sa, decoded, response);
      case Window.Arrival.Fresh _ -> {
        try {
          Optional<IkeMessage> message = sa.open(decoded);
          message.ifPresent(m -> workOn(sa, m, seen));
        } catch (Malformed e) {
          malformedRequest(sa, header, e);
        }
      }
    }
  }

  private static void workOn(IkeSa sa, IkeMessage message, Path seen) {
    sa.window().begun();
    Moved.heard(sa, seen);
    request(sa, message);
    finishRequest(sa);
  }

  /** A request that its handler left alone may come again. */
  private static void finishRequest(IkeSa sa) {
    if (!sa.isClosed() && !sa.isInstalling() && sa.window().isInWork()) {
      sa.window().dropped();
      sa.host().count("requests_dropped");
    }
  }

  private static void malformedRequest(IkeSa sa, IkeHeader header, Malformed e) {
    if (e.answer() == Malformed.DROP) {
      sa.host().count("datagrams_not_authentic");
      return;
    }
    Exchange exchange = Exchange.of(header.exchangeType()).orElseThrow();
    sa.host().count("malformed_requests");
    Story.peerCaused(sa, exchange, header.messageId(), "malformed request: " + e.getMessage());
    sa.window().begun();
    NotifyPayload notify = NotifyPayload.of(new NotifyType(e.answer()), e.data());
    if (e.answer() == Malformed.INVALID_SYNTAX) { // section 2.21.3: the IKE SA cannot go on
      Messages.respondAndClose(
          sa, exchange, List.of(notify), DeleteReason.FAILED, "malformed request");
    } else {
      Messages.refuse(sa, exchange, notify);
    }
  }

  private static void onResponse(IkeSa sa, Decoded decoded, Path seen) {
    IkeHeader header = decoded.header();
    if (MessageIdSync.mayBe(sa, decoded) && sa.syncing().pending().isPresent()) {
      MessageIdSync.response(sa, (Decoded.Sealed) decoded);
      return;
    }
    if (!sa.window().awaits(header.messageId(), header.exchangeType())) {
      if (!Probing.isAnswered(sa, decoded)) {
        sa.host().count("responses_unexpected");
      }
      return;
    }
    try {
      Optional<IkeMessage> message = sa.open(decoded);
      if (message.isPresent()) {
        Moved.heard(sa, seen);
        sa.syncing().needless();
        response(sa, message.get());
      }
    } catch (Malformed e) {
      if (e.answer() == Malformed.DROP) {
        sa.host().count("datagrams_not_authentic");
        return;
      }
      sa.host().count("malformed_responses");
      Exchange exchange = Exchange.of(header.exchangeType()).orElseThrow();
      Story.peerCaused(sa, exchange, header.messageId(), "malformed response: " + e.getMessage());
      sa.close(DeleteReason.FAILED, "malformed response");
    }
  }

  /** See {@link io.pollux.ike.engine.Input.ReplaySyncDue}. */
  public static void syncReplay(IkeSa sa, long delta) {
    ReplaySync.due(sa, delta);
  }

  /** ESP has come from another address or port than before, and it was authentic. */
  public static void onMapped(IkeSa sa, Endpoint peer) {
    Moved.byKernel(sa, peer);
  }

  private static void request(IkeSa sa, IkeMessage message) {
    switch (sa.state()) {
      case IkeSaState.SaInitAnswered state -> {
        if (message.exchange() == Exchange.IKE_AUTH) {
          authRequest(sa, state, message);
        } else if (message.exchange() == Exchange.IKE_INTERMEDIATE) {
          IkeIntermediate.onRequest(sa, state, message);
        }
      }
      case IkeSaState.Established _ -> {
        if (message.exchange() == Exchange.CREATE_CHILD_SA) {
          CreateChildAnswer.onRequest(sa, message);
        } else if (message.exchange() == Exchange.IKE_FOLLOWUP_KE) {
          FollowUpKe.onRequest(sa, message);
        } else if (message.exchange() == Exchange.INFORMATIONAL) {
          Informational.onRequest(sa, message);
        } else {
          misplaced(sa, message);
        }
      }
      case IkeSaState.Superseded _, IkeSaState.Deleting _ -> {
        if (message.exchange() == Exchange.INFORMATIONAL) {
          Informational.onRequest(sa, message);
        } else if (message.exchange() == Exchange.CREATE_CHILD_SA) {
          Messages.refuse(
              sa, Exchange.CREATE_CHILD_SA, NotifyPayload.of(NotifyType.TEMPORARY_FAILURE));
        } else if (message.exchange() == Exchange.IKE_FOLLOWUP_KE) {
          Messages.refuse(
              sa, Exchange.IKE_FOLLOWUP_KE, NotifyPayload.of(NotifyType.STATE_NOT_FOUND));
        } else {
          misplaced(sa, message);
        }
      }
      case IkeSaState.SaInitSent _,
          IkeSaState.IntermediateSent _,
          IkeSaState.AuthSent _,
          IkeSaState.Closed _ -> {}
    }
  }

  /** An exchange that has no place any more; no request goes unanswered (section 2.21.3). */
  private static void misplaced(IkeSa sa, IkeMessage message) {
    sa.host().count("requests_misplaced");
    Messages.respondAndClose(
        sa,
        message.exchange(),
        List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)),
        DeleteReason.FAILED,
        message.exchange() + " in an established IKE SA");
  }

  /** Before all key exchanges are over nothing is authenticated (RFC 9370 section 2.2.2). */
  private static void authRequest(IkeSa sa, IkeSaState.SaInitAnswered state, IkeMessage message) {
    if (state.init().intermediate().remaining().isEmpty()) {
      IkeAuthAnswer.onRequest(sa, state, message);
    } else {
      IkeIntermediate.onRequest(sa, state, message);
    }
  }

  private static void response(IkeSa sa, IkeMessage message) {
    if (sa.isUp() && message.has(NotifyType.INVALID_SYNTAX)) { // section 2.21.3: fatal to both
      sa.host().count("received_" + NotifyType.INVALID_SYNTAX);
      String story = "peer cannot read our request: " + NotifyType.INVALID_SYNTAX;
      Story.warn(sa, message.exchange(), message.messageId(), story);
      sa.close(DeleteReason.FAILED, story);
      return;
    }
    switch (sa.work().orElseThrow()) {
      case Work.HalfOpen _ -> {
        if (sa.state() instanceof IkeSaState.AuthSent sent) {
          IkeAuth.onResponse(sa, sent, message);
        } else if (sa.state() instanceof IkeSaState.IntermediateSent sent) {
          IkeIntermediate.onResponse(sa, sent, message);
        }
      }
      case Work.NewChild work -> CreateChild.onNewResponse(sa, work, message);
      case Work.RekeyChild work -> CreateChild.onRekeyResponse(sa, work, message);
      case Work.RekeyIke work -> RekeyIke.onResponse(sa, work, message);
      case Work.FollowUpKe work -> FollowUpKe.onResponse(sa, work, message);
      case Work.DeleteChild work -> Informational.onDeleteChildResponse(sa, work, message);
      case Work.DeleteIke work -> Informational.onDeleteIkeResponse(sa, work, message);
      case Work.SyncReplay work -> ReplaySync.onResponse(sa, work, message);
      case Work.Liveness _ -> Informational.onLivenessResponse(sa);
    }
  }

  /** Time has passed. */
  public static void onTimeout(IkeSa sa) {
    Timeouts.on(sa);
  }

  /** Starts what waits, if the window is free. */
  public static void proceed(IkeSa sa) {
    watchIds(sa);
    while (mayStart(sa)) {
      if (Probing.next(sa)) {
        return;
      }
      Optional<Task> task = sa.tasks().poll();
      if (task.isEmpty()) {
        return;
      }
      if (sa.syncing().takeDoubt() && isWorthACheck(task.get())) {
        sa.tasks().add(task.get());
        start(sa, new Task.Liveness());
      } else {
        start(sa, task.get());
      }
    }
  }

  /** Whether it would be a pity if the peer dropped it because its ID is used up. */
  private static boolean isWorthACheck(Task task) {
    return !(task instanceof Task.Liveness || task instanceof Task.DeleteIke);
  }

  /** Section 2.2: before the message IDs are used up the IKE SA is rekeyed, or else closed. */
  private static void watchIds(IkeSa sa) {
    if (!(sa.state() instanceof IkeSaState.Established)) {
      return;
    }
    if (sa.window().isUsedUp()) {
      sa.tasks().add(new Task.DeleteIke(DeleteReason.EXPIRED));
    } else if (sa.window().beginsToRunOut()) {
      sa.tasks().add(new Task.RekeyIke(0));
    }
  }

  private static boolean mayStart(IkeSa sa) {
    return !sa.window().isBusy()
        && sa.syncing().pending().isEmpty()
        && !sa.isInstalling()
        && switch (sa.state()) {
          case IkeSaState.Established _, IkeSaState.Superseded _ -> true;
          case IkeSaState.SaInitSent _,
              IkeSaState.SaInitAnswered _,
              IkeSaState.IntermediateSent _,
              IkeSaState.AuthSent _,
              IkeSaState.Deleting _,
              IkeSaState.Closed _ ->
              false;
        };
  }

  private static void start(IkeSa sa, Task task) {
    boolean current = sa.state() instanceof IkeSaState.Established;
    switch (task) {
      case Task.DeleteIke(var why) -> Informational.deleteIke(sa, why);
      case Task.NewChild child when current -> CreateChild.startNew(sa, child);
      case Task.RekeyChild child when current -> CreateChild.startRekey(sa, child);
      case Task.RekeyIke rekey when current -> RekeyIke.start(sa, rekey);
      case Task.DeleteChild(var inbound, var why) when current ->
          Informational.deleteChild(sa, inbound, why);
      case Task.SyncReplay sync when current -> ReplaySync.ask(sa, sync);
      case Task.Liveness _ when current -> Informational.askLiveness(sa);
      case Task.NewChild _,
          Task.RekeyChild _,
          Task.RekeyIke _,
          Task.DeleteChild _,
          Task.SyncReplay _,
          Task.Liveness _ -> {} // the successor does that
    }
  }
}
