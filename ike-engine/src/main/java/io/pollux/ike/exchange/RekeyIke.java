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
    if (policy.isEmpty()) {
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
    Optional<ConnectionPolicy> policy = sa.policy();
    Optional<KePayload> ke = response.first(KePayload.class);
    if (error.isPresent()) {
      sa.host().count("received_" + error.get().type());
      sa.finish();
      refused(sa, work, id, error.get());
    } else if (policy.isEmpty() || ke.isEmpty()) {
      fail(sa, id, "the response has no KE, or the connection was removed");
    } else {
      accept(sa, work, response, policy.get(), ke.get());
    }
    work.agreement().close();
  }

  private static void refused(IkeSa sa, Work.RekeyIke work, MessageId id, NotifyPayload error) {
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
      IkeSa sa, Work.RekeyIke work, IkeMessage response, ConnectionPolicy policy, KePayload ke) {
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
          Keys keys = new Keys(chosen.ikeAlgorithms(), shared, work.ni(), nr, spis);
          IkeSa fresh = successor(sa, Role.INITIATOR, keys);
          supersede(sa, fresh);
          sa.finish();
          Story.info(sa, Exchange.CREATE_CHILD_SA, id, "rekeyed the IKE SA -> " + spis);
          sa.tasks().add(new Task.DeleteIke(DeleteReason.REKEYED));
          sa.host().ended(sa, Input.Verb.REKEY_IKE, "", true, "IKE SA rekeyed, now " + spis);
        } catch (Malformed e) {
          fail(sa, id, e.getMessage());
        }
      }
    }
  }

  /** What the new IKE SA's keys are made of. */
  private record Keys(
      IkeAlgorithms algorithms, Secret shared, Octets ni, Octets nr, IkeSpis spis) {}

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
                          Work.RekeyIke _,
                          Work.DeleteChild _,
                          Work.DeleteIke _ ->
                          true;
                      case Work.Liveness _ -> false;
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
      Keys keys = new Keys(chosen.ikeAlgorithms(), shared, ni, nr, spis);
      IkeSa fresh = successor(sa, Role.RESPONDER, keys);
      List<Payload> payloads =
          List.of(
              chosen.answer(octets(spis.responder())),
              new NoncePayload(nr),
              new KePayload(ke.method(), answer.publicValue()));
      supersede(sa, fresh);
      Messages.respond(sa, Exchange.CREATE_CHILD_SA, payloads);
      sa.timers().set(Timers.Kind.CLOSE, sa.host().nowNs() + sa.host().config().closeNs());
      Story.info(sa, Exchange.CREATE_CHILD_SA, id, "peer rekeyed the IKE SA -> " + spis);
      sa.host().ended(sa, Input.Verb.REKEY_IKE, "", true, "IKE SA rekeyed by peer, now " + spis);
    } catch (Malformed e) {
      refuse(sa, id, NotifyPayload.of(new NotifyType(e.answer()), e.data()), e.getMessage());
    }
  }

  private static void refuse(IkeSa sa, MessageId id, NotifyPayload notify, String story) {
    Story.peerCaused(
        sa,
        Exchange.CREATE_CHILD_SA,
        id,
        "rekey of the IKE SA refused with " + notify.type() + ": " + story);
    Messages.refuse(sa, Exchange.CREATE_CHILD_SA, notify);
  }
}
