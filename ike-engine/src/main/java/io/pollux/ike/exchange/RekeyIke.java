package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.KeySchedule;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Input;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.Collision;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Secured;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Timers;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/**
 * CREATE_CHILD_SA for a new IKE SA in place of the old one, RFC 7296 sections 1.3.2, 2.8 and 2.18.
 *
 * <pre>
 *   request  SK { SA, Ni, KEi }  ->
 *   <-  response  SK { SA, Nr, KEr }
 *   the children belong to the new IKE SA now, whose message IDs start at 0
 *   request  SK { D }  ->             by the initiator, on the old one
 * </pre>
 */
final class RekeyIke {
  private RekeyIke() {}

  static void start(IkeSa sa, Task.RekeyIke task) {
    Optional<ConnectionPolicy> policy = sa.policy();
    if (policy.isEmpty() || FollowUpKe.postpones(sa, task)) {
      return;
    }
    List<Integer> groups = IkeSaInit.groups(policy.get().proposals());
    int current = sa.state().secure().orElseThrow().algorithms().keyExchange();
    int first = groups.contains(current) ? current : groups.getFirst();
    KeyAgreement agreement =
        IkeSaInit.agreement(sa.host(), groups.contains(task.group()) ? task.group() : first);
    IkeSpi spi = sa.host().newIkeSpi();
    Octets ni = Octets.owning(sa.host().entropy().nonce(IkeSaInit.NONCE_OCTETS));
    Messages.request(
        sa,
        Exchange.CREATE_CHILD_SA,
        List.of(
            ProposalChoice.offerIke(policy.get().proposals(), octets(spi)),
            new NoncePayload(ni),
            new KePayload(agreement.method().number(), agreement.publicValue())),
        new Work.RekeyIke(spi, ni, agreement));
  }

  private static Octets octets(IkeSpi spi) {
    return new WireWriter().u64(spi.value()).toOctets();
  }

  private static Optional<IkeSpi> spi(Octets octets) {
    return octets.length() == 8 && octets.asBuffer().getLong() != 0
        ? Optional.of(new IkeSpi(octets.asBuffer().getLong()))
        : Optional.empty();
  }

  static void onResponse(IkeSa sa, Work.RekeyIke work, IkeMessage response) {
    MessageId id = response.messageId();
    Optional<NotifyPayload> error = response.error();
    List<Integer> additional = error.isPresent() ? List.of() : additional(sa, work, response);
    if (error.isPresent()) {
      sa.host().count("received_" + error.get().type());
      sa.finish();
      Optional<IkeSa> rival = rival(sa, work);
      if (rival.isPresent()) {
        adopt(sa, rival.get(), id);
      } else {
        refused(sa, work, id, error.get());
      }
      work.agreement().close();
    } else if (additional.isEmpty()) {
      complete(sa, work, response, Secret.EMPTY);
    } else if (work.rival().isPresent() && !oursStays(work, response)) {
      sa.finish(); // nothing was made that could be deleted (RFC 9370 section 2.2.4)
      rival(sa, work).ifPresent(r -> adopt(sa, r, id));
    } else {
      Optional<String> failed = FollowUpKe.start(sa, work, response, additional);
      failed.ifPresent(story -> fail(sa, id, story));
    }
  }

  private static List<Integer> additional(IkeSa sa, Work.RekeyIke work, IkeMessage response) {
    Optional<SaPayload> answer = response.first(SaPayload.class);
    Optional<SaPayload> offer =
        sa.policy().map(p -> ProposalChoice.offerIke(p.proposals(), octets(work.spi())));
    return answer.isPresent()
            && offer.isPresent()
            && ProposalChoice.verify(offer.get(), answer.get())
                instanceof ProposalChoice.Chosen chosen
        ? chosen.additional()
        : List.of();
  }

  /** All key exchanges are over; {@code more} are the secrets of the additional ones. */
  static void complete(IkeSa sa, Work.RekeyIke work, IkeMessage response, Secret more) {
    Optional<ConnectionPolicy> policy = sa.policy();
    Optional<KePayload> ke = response.first(KePayload.class);
    if (policy.isEmpty() || ke.isEmpty()) {
      fail(sa, response.messageId(), "the response has no KE, or the connection was removed");
    } else {
      accept(sa, work, response, policy.get(), ke.get(), more);
    }
    work.agreement().close();
  }

  /** The IKE SA of the peer's exchange that crossed ours, if it stands (still). */
  private static Optional<IkeSa> rival(IkeSa sa, Work.RekeyIke work) {
    return work.rival()
        .filter(r -> r.spi() != 0)
        .flatMap(r -> sa.host().live(new IkeSpi(r.spi())))
        .filter(other -> other.isUp());
  }

  private static boolean oursStays(Work.RekeyIke work, IkeMessage response) {
    Octets nr = response.first(NoncePayload.class).map(NoncePayload::nonce).orElse(Octets.EMPTY);
    Work.Rival rival = work.rival().orElseThrow();
    return Collision.oursStays(work.ni(), nr, rival.ni(), rival.nr());
  }

  /** The peer's successor takes over; the peer deletes the old one. */
  private static void adopt(IkeSa sa, IkeSa rival, MessageId id) {
    rival.become(
        new IkeSaState.Established(
            rival.state().secure().orElseThrow(), rival.state().proven().orElseThrow()));
    rival.timers().clear(Timers.Kind.CLOSE);
    supersede(sa, rival);
    sa.timers().set(Timers.Kind.CLOSE, sa.host().nowNs() + sa.host().config().closeNs());
    String story = "rekeys of the IKE SA crossed, the peer's stays: " + rival.spis();
    Story.info(sa, Exchange.CREATE_CHILD_SA, id, story);
    sa.host().ended(sa, Input.Verb.REKEY_IKE, "", true, story);
  }

  /** The old IKE SA is being deleted while ours is out: the peer has decided (section 2.25.2). */
  static void onDelete(IkeSa sa, MessageId id) {
    if (sa.work().orElse(null) instanceof Work.RekeyIke work) {
      rival(sa, work).ifPresent(r -> adopt(sa, r, id));
    }
  }

  /** Our exchange is given up: whether the peer's successor is there, which then stays. */
  static boolean adoptRival(IkeSa sa, Work.RekeyIke work, MessageId id) {
    work.agreement().close();
    Optional<IkeSa> rival = rival(sa, work);
    rival.ifPresent(r -> adopt(sa, r, id));
    return rival.isPresent();
  }

  static void refused(IkeSa sa, Work.RekeyIke work, MessageId id, NotifyPayload error) {
    String story = "peer refused to rekey the IKE SA: " + error.type();
    Story.warn(sa, Exchange.CREATE_CHILD_SA, id, story);
    Optional<Integer> group = IkeSaInit.wantedGroup(error);
    List<Integer> groups = sa.policy().map(p -> IkeSaInit.groups(p.proposals())).orElse(List.of());
    boolean another =
        error.type().equals(NotifyType.INVALID_KE_PAYLOAD)
            && group
                .filter(groups::contains)
                .filter(g -> g != work.agreement().method().number())
                .isPresent();
    if (another) {
      sa.tasks().add(new Task.RekeyIke(group.get()));
      return;
    }
    if (!error.type().equals(NotifyType.TEMPORARY_FAILURE)) {
      sa.host().ended(sa, Input.Verb.REKEY_IKE, "", false, story);
    }
    long wait = sa.host().config().busyRetryNs();
    sa.tasks()
        .addLater(
            new Task.RekeyIke(0), sa.host().nowNs() + wait + sa.host().entropy().jitterNs(wait));
  }

  private static void fail(IkeSa sa, MessageId id, String story) {
    Story.warn(sa, Exchange.CREATE_CHILD_SA, id, "rekey of the IKE SA failed: " + story);
    sa.finish();
    sa.host().ended(sa, Input.Verb.REKEY_IKE, "", false, story);
  }

  private static void accept(
      IkeSa sa,
      Work.RekeyIke work,
      IkeMessage response,
      ConnectionPolicy policy,
      KePayload ke,
      Secret more) {
    MessageId id = response.messageId();
    SaPayload offer = ProposalChoice.offerIke(policy.proposals(), octets(work.spi()));
    Octets nr = response.first(NoncePayload.class).orElseThrow().nonce();
    switch (ProposalChoice.verify(offer, response.first(SaPayload.class).orElseThrow())) {
      case ProposalChoice.None(var reason) -> fail(sa, id, reason);
      case ProposalChoice.Chosen chosen -> {
        Optional<IkeSpi> peer = spi(chosen.spi());
        boolean fits =
            peer.isPresent()
                && chosen.ikeAlgorithms().keyExchange() == ke.method()
                && ke.method() == work.agreement().method().number();
        if (!fits) {
          fail(sa, id, "the response does not fit the request");
          return;
        }
        try (Secret shared = work.agreement().agree(ke.data())) {
          IkeSpis spis = new IkeSpis(work.spi(), peer.get());
          Keys keys = new Keys(chosen.ikeAlgorithms(), shared, work.ni(), nr, more, spis);
          IkeSa fresh = successor(sa, Role.INITIATOR, keys);
          Optional<IkeSa> rival = rival(sa, work);
          if (rival.isPresent() && !oursStays(work, response)) {
            lose(sa, fresh, rival.get(), id);
            return;
          }
          rival.ifPresent(r -> close(r));
          supersede(sa, fresh);
          sa.finish();
          Story.info(sa, Exchange.CREATE_CHILD_SA, id, "rekeyed the IKE SA -> " + spis);
          sa.tasks().add(new Task.DeleteIke(DeleteReason.REKEYED));
          sa.host().ended(sa, Input.Verb.REKEY_IKE, "", true, "IKE SA rekeyed, now " + spis);
        } catch (Malformed e) {
          fail(sa, id, e.getMessage());
          sa.tasks().add(new Task.DeleteIke(DeleteReason.FAILED)); // RFC 6989 section 2.5
        }
      }
    }
  }

  /** Ours has the lowest nonce: it is made only to be deleted, by us (section 2.8.2). */
  private static void lose(IkeSa sa, IkeSa ours, IkeSa rival, MessageId id) {
    sa.host().count("collisions_lost");
    beside(sa, ours);
    ours.tasks().add(new Task.DeleteIke(DeleteReason.REKEYED));
    sa.finish();
    adopt(sa, rival, id);
  }

  private static void beside(IkeSa sa, IkeSa fresh) {
    sa.standBeside(fresh);
    fresh.become(
        new IkeSaState.Superseded(
            fresh.state().secure().orElseThrow(), fresh.state().proven().orElseThrow()));
  }

  /** The peer's has the lowest nonce: the peer deletes it, or we after a while. */
  private static void close(IkeSa rival) {
    rival.host().count("collisions_won");
    rival.timers().set(Timers.Kind.CLOSE, rival.host().nowNs() + rival.host().config().closeNs());
    rival.host().touch(rival);
  }

  /** What the new IKE SA's keys are made of; {@code more} are those of RFC 9370. */
  private record Keys(
      IkeAlgorithms algorithms, Secret shared, Octets ni, Octets nr, Secret more, IkeSpis spis) {}

  private static IkeSa successor(IkeSa old, Role us, Keys keys) {
    Secured before = old.state().secure().orElseThrow();
    IkeKeys derived =
        KeySchedule.rekey(
            old.host().crypto(),
            before.algorithms(),
            before.keys().skD(),
            keys.algorithms,
            keys.shared,
            keys.ni,
            keys.nr,
            keys.more,
            keys.spis);
    IkeSaState state =
        new IkeSaState.Established(
            Secured.of(old.host(), keys.algorithms, derived, us),
            old.state().proven().orElseThrow());
    return new IkeSa(old.host(), us, keys.spis, old.connection(), old.path(), state);
  }

  private static void supersede(IkeSa old, IkeSa fresh) {
    old.supersede(fresh);
    old.become(
        new IkeSaState.Superseded(
            old.state().secure().orElseThrow(), old.state().proven().orElseThrow()));
  }

  static void onRequest(IkeSa sa, IkeMessage request) {
    MessageId id = request.messageId();
    Optional<ConnectionPolicy> policy = sa.policy();
    Optional<KePayload> ke = request.first(KePayload.class);
    if (isBusy(sa)) {
      refuse(sa, id, NotifyPayload.of(NotifyType.TEMPORARY_FAILURE), "an exchange is under way");
    } else if (policy.isEmpty() || ke.isEmpty()) {
      refuse(sa, id, NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN), "no KE, or no connection");
    } else {
      choose(sa, request, policy.get(), ke.get());
    }
  }

  /** RFC 7296 section 2.25.2. */
  private static boolean isBusy(IkeSa sa) {
    boolean deleting =
        sa.children().all().stream().anyMatch(c -> c.phase() == ChildSa.Phase.DELETING);
    return deleting
        || sa.work()
            .filter(
                work ->
                    switch (work) {
                      case Work.HalfOpen _,
                          Work.NewChild _,
                          Work.RekeyChild _,
                          Work.FollowUpKe _,
                          Work.DeleteChild _,
                          Work.DeleteIke _ ->
                          true;
                      case Work.RekeyIke rekey -> rekey.rival().isPresent();
                      case Work.SyncReplay _, Work.Liveness _ -> false;
                    })
            .isPresent();
  }

  private static void choose(IkeSa sa, IkeMessage request, ConnectionPolicy policy, KePayload ke) {
    MessageId id = request.messageId();
    SaPayload offer = request.first(SaPayload.class).orElseThrow();
    switch (ProposalChoice.chooseIke(offer, policy.proposals())) {
      case ProposalChoice.None(var reason) ->
          refuse(sa, id, NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN), reason);
      case ProposalChoice.Chosen chosen -> {
        int group = chosen.ikeAlgorithms().keyExchange();
        Optional<IkeSpi> peer = spi(chosen.spi());
        if (peer.isEmpty()) {
          refuse(sa, id, NotifyPayload.of(NotifyType.INVALID_SYNTAX), "SPI of the offer");
        } else if (ke.method() != group) {
          Octets wanted = new WireWriter().u16(group).toOctets();
          refuse(
              sa,
              id,
              NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, wanted),
              "key exchange " + group + " is needed");
        } else {
          answer(sa, request, chosen, peer.get(), ke);
        }
      }
    }
  }

  private static void answer(
      IkeSa sa, IkeMessage request, ProposalChoice.Chosen chosen, IkeSpi peer, KePayload ke) {
    MessageId id = request.messageId();
    Octets ni = request.first(NoncePayload.class).orElseThrow().nonce();
    Octets nr = Octets.owning(sa.host().entropy().nonce(IkeSaInit.NONCE_OCTETS));
    IkeSpis spis = new IkeSpis(peer, sa.host().newIkeSpi());
    try {
      KeyAgreement.Answer answer = IkeSaInit.answer(sa.host(), ke);
      Secret shared = answer.shared();
      List<Payload> payloads =
          List.of(
              chosen.answer(octets(spis.responder())),
              new NoncePayload(nr),
              new KePayload(ke.method(), answer.publicValue()));
      IkeAlgorithms algorithms = chosen.ikeAlgorithms();
      if (chosen.additional().isEmpty()) {
        Keys keys = new Keys(algorithms, shared, ni, nr, Secret.EMPTY, spis);
        finish(sa, keys, Exchange.CREATE_CHILD_SA, payloads);
        shared.close();
      } else {
        rework(sa, new Work.Rival(ni, nr, 0));
        FollowUpKe.await(
            sa,
            payloads,
            chosen.additional(),
            (more, last) ->
                finish(
                    sa,
                    new Keys(algorithms, shared, ni, nr, more, spis),
                    Exchange.IKE_FOLLOWUP_KE,
                    last));
      }
    } catch (Malformed e) {
      refuse(sa, id, NotifyPayload.of(new NotifyType(e.answer()), e.data()), e.getMessage());
    }
  }

  /** Ours and the peer's cross: the nonces will decide when our response comes. */
  private static boolean rework(IkeSa sa, Work.Rival rival) {
    if (!(sa.work().orElse(null) instanceof Work.RekeyIke ours)) {
      return false;
    }
    sa.host().count("rekeys_crossed");
    sa.rework(new Work.RekeyIke(ours.spi(), ours.ni(), ours.agreement(), Optional.of(rival)));
    return true;
  }

  /** The responder has all keys: the new IKE SA stands, in the old one's place if none of ours. */
  private static void finish(IkeSa sa, Keys keys, Exchange exchange, List<Payload> payloads) {
    MessageId id = sa.window().nextPeer();
    IkeSa fresh = successor(sa, Role.RESPONDER, keys);
    long own = keys.spis.responder().value();
    if (sa.work().orElse(null) instanceof Work.RekeyIke) {
      beside(sa, fresh);
      rework(sa, new Work.Rival(keys.ni, keys.nr, own));
      Messages.respond(sa, exchange, payloads);
      return;
    }
    supersede(sa, fresh);
    Messages.respond(sa, exchange, payloads);
    sa.timers().set(Timers.Kind.CLOSE, sa.host().nowNs() + sa.host().config().closeNs());
    Story.info(sa, exchange, id, "peer rekeyed the IKE SA -> " + keys.spis);
    sa.host().ended(sa, Input.Verb.REKEY_IKE, "", true, "IKE SA rekeyed by peer, now " + keys.spis);
  }

  private static void refuse(IkeSa sa, MessageId id, NotifyPayload notify, String story) {
    Story.peerCaused(
        sa,
        Exchange.CREATE_CHILD_SA,
        id,
        "rekey of the IKE SA refused with " + notify.type() + ": " + story);
    if (notify.type().equals(NotifyType.INVALID_SYNTAX)) {
      Messages.refuseSyntax(sa, Exchange.CREATE_CHILD_SA);
    } else {
      Messages.refuse(sa, Exchange.CREATE_CHILD_SA, notify);
    }
  }
}
