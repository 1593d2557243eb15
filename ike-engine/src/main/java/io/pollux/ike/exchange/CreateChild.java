package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Input;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ProposalChoice.KeyExchangeUse;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.Children;
import io.pollux.ike.sa.Collision;
import io.pollux.ike.sa.Host;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CREATE_CHILD_SA for a Child SA as its initiator, RFC 7296 sections 1.3.1, 1.3.3 and 2.8.
 *
 * <pre>
 *   request  SK { [N(REKEY_SA),] SA, Ni, [KEi,] TSi, TSr }  ->
 *   <-  response  SK { SA, Nr, [KEr,] TSi, TSr }   or  SK { N(error) }
 * </pre>
 *
 * After a rekey: new inbound SA in, outbound SA switched, Delete of the old one. The responder's
 * part is {@link CreateChildAnswer}.
 */
final class CreateChild {
  private CreateChild() {}

  static void startNew(IkeSa sa, Task.NewChild task) {
    Optional<ChildPolicy> policy = ChildNegotiation.policy(sa, task.child());
    boolean packet = sa.host().flow(sa, task.child()).isPresent(); // for which there is none yet
    if (policy.isEmpty() || !packet && sa.children().current(task.child()).isPresent()) {
      boolean up = policy.isPresent();
      String story = "child " + task.child() + (up ? " is up" : " is not in the configuration");
      sa.host().ended(sa, Input.Verb.UP, task.child(), up, story);
      return;
    }
    Optional<String> impossible = ChildWish.impossible(sa, policy.get());
    if (impossible.isPresent()) {
      String story = "child " + task.child() + " failed: " + impossible.get();
      Story.warn(sa, Exchange.CREATE_CHILD_SA, sa.window().nextOwn(), story);
      sa.host().ended(sa, Input.Verb.UP, task.child(), false, story);
      return;
    }
    Reqid reqid = new Reqid(sa.host().entropy().reqid());
    Work.ChildOffer offer = offer(sa.host(), policy.get(), reqid, task.group());
    send(sa, policy.get(), offer, List.of(), new Work.NewChild(offer));
  }

  static void startRekey(IkeSa sa, Task.RekeyChild task) {
    Optional<ChildSa> old = sa.children().byInbound(task.inbound());
    boolean live =
        old.filter(c -> c.phase() == ChildSa.Phase.LIVE || c.phase() == ChildSa.Phase.REKEYING)
            .isPresent();
    if (!live) { // rekeyed or deleted by the peer in the meantime
      old.ifPresent(
          c -> sa.host().ended(sa, Input.Verb.REKEY_CHILD, c.name(), true, "rekeyed by the peer"));
      return;
    }
    ChildSa child = old.get();
    Optional<ChildPolicy> policy = ChildNegotiation.policy(sa, child.name());
    if (policy.isEmpty()) {
      String story = "child " + child.name() + " is not in the configuration";
      sa.host().ended(sa, Input.Verb.REKEY_CHILD, child.name(), false, story);
      return;
    }
    if (FollowUpKe.postpones(sa, task)) {
      return;
    }
    child.enter(ChildSa.Phase.REKEYING);
    Work.ChildOffer offer = offer(sa.host(), policy.get(), child.value().reqid(), task.group());
    NotifyPayload rekeySa = NotifyPayload.ofEsp(NotifyType.REKEY_SA, child.inbound());
    send(sa, policy.get(), offer, List.of(rekeySa), new Work.RekeyChild(child.inbound(), offer));
  }

  private static Work.ChildOffer offer(Host host, ChildPolicy policy, Reqid reqid, int group) {
    List<Integer> groups = ChildNegotiation.groups(policy);
    Optional<KeyAgreement> agreement =
        groups.isEmpty()
            ? Optional.empty()
            : Optional.of(
                IkeSaInit.agreement(host, groups.contains(group) ? group : groups.getFirst()));
    Octets ni = Octets.owning(host.entropy().nonce(IkeSaInit.NONCE_OCTETS));
    return new Work.ChildOffer(policy.name(), host.newEspSpi(), reqid, ni, agreement);
  }

  private static void send(
      IkeSa sa, ChildPolicy policy, Work.ChildOffer offer, List<Payload> first, Work work) {
    List<Payload> payloads = new ArrayList<>(first);
    payloads.add(new NoncePayload(offer.ni()));
    Optional<ChildSa> old =
        work instanceof Work.RekeyChild rekey
            ? sa.children().byInbound(rekey.old())
            : Optional.empty();
    payloads.addAll(ChildWish.offer(sa, policy, offer, KeyExchangeUse.AS_CONFIGURED, old));
    Messages.request(sa, Exchange.CREATE_CHILD_SA, payloads, work);
  }

  static void onNewResponse(IkeSa sa, Work.NewChild work, IkeMessage response) {
    onResponse(ChildDeal.of(sa, response.messageId(), work), response);
  }

  static void onRekeyResponse(IkeSa sa, Work.RekeyChild work, IkeMessage response) {
    onResponse(ChildDeal.of(sa, response.messageId(), work), response);
  }

  private static void onResponse(ChildDeal deal, IkeMessage response) {
    IkeSa sa = deal.sa();
    if (sa.children().byInbound(deal.offer().spi()).isPresent()) {
      sa.finish(); // a takeover between the child's event and the exchange's
      deal.rekeyed().ifPresent(old -> deleteOld(sa, old));
      return;
    }
    Optional<NotifyPayload> error = response.error();
    if (error.isPresent()) {
      sa.host().count("received_" + error.get().type());
      sa.finish();
      deal.release();
      deal.refused(error.get());
      return;
    }
    Optional<Work.Rival> rival = rival(sa);
    if (rival.isPresent() && !oursStays(deal, response, rival.get())) {
      lost(deal, response, rival.get());
      return;
    }
    List<Integer> additional = ChildNegotiation.additional(sa, deal.offer(), response);
    if (additional.isEmpty()) {
      accept(deal, response, Secret.EMPTY);
      return;
    }
    Work of = sa.work().orElseThrow();
    FollowUpKe.start(sa, of, response, additional).ifPresent(deal::unwanted);
  }

  private static Optional<Work.Rival> rival(IkeSa sa) {
    return sa.work()
        .flatMap(w -> w instanceof Work.RekeyChild rekey ? rekey.rival() : Optional.empty());
  }

  private static boolean oursStays(ChildDeal deal, IkeMessage response, Work.Rival rival) {
    return Collision.oursStays(deal.offer().ni(), nonce(response), rival.ni(), rival.nr());
  }

  private static Octets nonce(IkeMessage response) {
    return response.first(NoncePayload.class).map(NoncePayload::nonce).orElse(Octets.EMPTY);
  }

  /** The peer's successor stays (section 2.8.1): ours goes before it has carried anything. */
  private static void lost(ChildDeal deal, IkeMessage response, Work.Rival rival) {
    IkeSa sa = deal.sa();
    sa.host().count("collisions_lost");
    sa.finish();
    if (rival.spi() == 0) { // the peer may give it up yet, and then nobody has rekeyed
      deal.release();
      FollowUpKe.again(sa, deal.again(0));
    }
    if (ChildNegotiation.additional(sa, deal.offer(), response).isEmpty()) {
      sa.tasks().add(new Task.DeleteChild(deal.offer().spi(), DeleteReason.REKEYED));
    } // with additional key exchanges there is nothing to delete yet (RFC 9370 section 2.2.4)
    String story = deal.name() + " crossed the peer's, which stays";
    Story.info(sa, Exchange.CREATE_CHILD_SA, deal.id(), story);
    deal.ended(true, story);
    deal.close();
  }

  /** All key exchanges are over; {@code more} are the secrets of the additional ones. */
  static void complete(IkeSa sa, Work.NewChild work, IkeMessage response, Secret more) {
    accept(ChildDeal.of(sa, response.messageId(), work), response, more);
  }

  /** The same after a rekey. */
  static void complete(IkeSa sa, Work.RekeyChild work, IkeMessage response, Secret more) {
    accept(ChildDeal.of(sa, response.messageId(), work), response, more);
  }

  /** An additional key exchange has failed with {@code error}. */
  static void failed(IkeSa sa, Work.NewChild work, MessageId id, NotifyPayload error) {
    ChildDeal.of(sa, id, work).refused(error);
  }

  /** The same of a rekey. */
  static void failed(IkeSa sa, Work.RekeyChild work, MessageId id, NotifyPayload error) {
    ChildDeal deal = ChildDeal.of(sa, id, work);
    deal.release();
    deal.refused(error);
  }

  private static void accept(ChildDeal deal, IkeMessage response, Secret more) {
    IkeSa sa = deal.sa();
    ChildNegotiation.Nonces nonces =
        new ChildNegotiation.Nonces(deal.offer().ni(), nonce(response), Role.INITIATOR).with(more);
    switch (ChildNegotiation.accept(
        sa, deal.offer(), response, KeyExchangeUse.AS_CONFIGURED, nonces)) {
      case ChildNegotiation.Result.Refused(var error, var story) -> {
        deal.unwanted(story);
        if (error.type().equals(NotifyType.INVALID_SYNTAX)) { // RFC 6989 section 2.5
          sa.tasks().add(new Task.DeleteIke(DeleteReason.FAILED));
        }
      }
      case ChildNegotiation.Result.Agreed agreed
          when deal.old()
              .filter(old -> !Children.sameSelectors(old.value(), agreed.child()))
              .isPresent() ->
          deal.unwanted("other selectors than the child that is rekeyed (section 2.9.2)");
      case ChildNegotiation.Result.Agreed agreed -> {
        Optional<ChildSa> before =
            deal.old().or(() -> sa.children().withPoliciesOf(agreed.child()));
        ChildInstall.install(
            sa,
            agreed.child(),
            before,
            false,
            new ChildInstall.Then(
                child -> installed(deal, before, child), refused -> deal.kernelRefused(refused)));
      }
    }
  }

  private static void installed(ChildDeal deal, Optional<ChildSa> before, ChildSaSnapshot child) {
    IkeSa sa = deal.sa();
    rival(sa).ifPresent(r -> dropped(sa, r));
    Optional<ChildSa> twin = before.filter(b -> deal.rekeyed().isEmpty() && isTwin(b, child));
    ChildInstall.up(sa, child, before);
    if (twin.filter(t -> !Collision.twinStays(child, t.value())).isPresent()) {
      twinLost(deal, twin.get(), child);
      return;
    }
    sa.children().byInbound(child.inboundSpi()).ifPresent(sa.children()::switchTo);
    sa.finish();
    if (twin.isEmpty()) { // the peer deletes a twin, or we after a while
      before.ifPresent(old -> deleteOld(sa, old.inbound()));
    }
    String what = deal.rekeyed().map(old -> "rekeyed child " + old + " ->").orElse("child up");
    ChildInstall.tell(sa, Exchange.CREATE_CHILD_SA, deal.id(), what, child);
    deal.ended(true, deal.name() + " done, spi " + child.inboundSpi());
    deal.close();
    if (deal.rekeyed().isEmpty()) {
      sa.host().unique(sa); // it may have been the last one that the IKE SA before had
    }
  }

  /** There was none when we asked: both sides have asked for the same child at the same time. */
  private static boolean isTwin(ChildSa standing, ChildSaSnapshot ours) {
    return standing.name().equals(ours.child())
        && (standing.phase() == ChildSa.Phase.LIVE || standing.phase() == ChildSa.Phase.REKEYING);
  }

  private static void twinLost(ChildDeal deal, ChildSa stays, ChildSaSnapshot ours) {
    IkeSa sa = deal.sa();
    sa.host().count("collisions_lost");
    stays.enter(ChildSa.Phase.LIVE);
    sa.children().byInbound(ours.inboundSpi()).ifPresent(c -> c.setReplaces(Optional.empty()));
    sa.finish();
    sa.tasks().add(new Task.DeleteChild(ours.inboundSpi(), DeleteReason.REPLACED));
    String story = deal.name() + " crossed the peer's, which stays";
    Story.info(sa, Exchange.CREATE_CHILD_SA, deal.id(), story);
    deal.ended(true, story);
    deal.close();
  }

  /** The peer's successor goes: the peer deletes it (section 2.8.1), or we after a while. */
  private static void dropped(IkeSa sa, Work.Rival rival) {
    sa.host().count("collisions_won");
    if (rival.spi() == 0) {
      sa.followUps().drop();
      return;
    }
    sa.children()
        .byInbound(new EspSpi((int) rival.spi()))
        .ifPresent(
            c -> {
              c.setReplaces(Optional.empty());
              c.replaced(sa.host().nowNs() + sa.host().config().closeNs());
            });
  }

  private static void deleteOld(IkeSa sa, EspSpi old) {
    sa.children()
        .byInbound(old)
        .ifPresent(
            c -> {
              c.enter(ChildSa.Phase.DELETING);
              sa.tasks().add(new Task.DeleteChild(old, DeleteReason.REKEYED));
            });
  }
}
