package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.sa.ChildSa;
import io.pollux.ike.sa.Host;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.MessageId;
import java.util.List;
import java.util.Optional;

/**
 * The one child that a CREATE_CHILD_SA of ours is about, and how that may end without it.
 *
 * @param rekeyed the inbound SPI of the child in whose place it comes
 */
record ChildDeal(IkeSa sa, MessageId id, Work.ChildOffer offer, Optional<EspSpi> rekeyed) {
  static ChildDeal of(IkeSa sa, MessageId id, Work.NewChild work) {
    return new ChildDeal(sa, id, work.offer(), Optional.empty());
  }

  static ChildDeal of(IkeSa sa, MessageId id, Work.RekeyChild work) {
    return new ChildDeal(sa, id, work.offer(), Optional.of(work.old()));
  }

  Input.Verb verb() {
    return rekeyed.isPresent() ? Input.Verb.REKEY_CHILD : Input.Verb.UP;
  }

  Task again(int group) {
    return rekeyed.isPresent()
        ? new Task.RekeyChild(rekeyed.get(), group)
        : new Task.NewChild(offer.child(), group);
  }

  Optional<ChildSa> old() {
    return rekeyed.flatMap(sa.children()::byInbound);
  }

  String name() {
    return (rekeyed.isPresent() ? "rekey of child " : "child ") + offer.child();
  }

  /** The old one, if there is one, goes on as before. */
  void release() {
    old()
        .filter(c -> c.phase() == ChildSa.Phase.REKEYING)
        .ifPresent(c -> c.enter(ChildSa.Phase.LIVE));
  }

  /** Whoever has asked for it hears of it. */
  void ended(boolean ok, String story) {
    sa.host().ended(sa, verb(), offer.child(), ok, story);
  }

  /** The peer has said {@code error}: another group, a single pair, later, or not at all. */
  void refused(NotifyPayload error) {
    Optional<Integer> group =
        IkeSaInit.wantedGroup(error)
            .filter(_ -> error.type().equals(NotifyType.INVALID_KE_PAYLOAD))
            .filter(this::isSecondChoice);
    if (group.isPresent()) { // an ordinary step of the negotiation
      String wish = name() + ": peer wants key exchange " + group.get();
      Story.info(sa, Exchange.CREATE_CHILD_SA, id, wish);
      sa.tasks().add(again(group.get()));
      close();
      return;
    }
    boolean pair = error.type().equals(NotifyType.SINGLE_PAIR_REQUIRED);
    if (pair && rekeyed.isEmpty() && asPair(sa, offer.child(), id)) {
      close();
      return;
    }
    String story =
        "peer refused "
            + name()
            + ": "
            + error.type()
            + ChildWish.text(sa, offer.child(), error.type());
    Story.warn(sa, Exchange.CREATE_CHILD_SA, id, story);
    if (error.type().equals(NotifyType.TEMPORARY_FAILURE)) {
      long wait = sa.host().config().busyRetryNs();
      long due = sa.host().nowNs() + wait + sa.host().entropy().jitterNs(wait);
      sa.tasks().addLater(again(0), due);
    } else {
      ended(false, story);
      if (error.type().equals(NotifyType.CHILD_SA_NOT_FOUND)) {
        old().ifPresent(c -> sa.children().down(c, DeleteReason.PEER_DELETED));
      } else {
        rekeyLater();
      }
    }
    close();
  }

  /**
   * The peer takes one pair of addresses per Child SA (RFC 7296 section 2.9): again with that of
   * the packet, if there was one and it was not tried so already.
   */
  static boolean asPair(IkeSa sa, String child, MessageId id) {
    Host host = sa.host();
    if (host.flow(sa, child).isEmpty() || host.wantsSinglePair(sa, child)) {
      return false;
    }
    Story.info(
        sa,
        Exchange.CREATE_CHILD_SA,
        id,
        "child " + child + ": peer takes single pairs of addresses, " + host.flow(sa, child).get());
    host.setSinglePair(sa, child);
    sa.tasks().add(new Task.NewChild(child, 0));
    return true;
  }

  /** A method that we offered and did not begin with: so this cannot go round in circles. */
  private boolean isSecondChoice(int group) {
    List<Integer> groups =
        ChildNegotiation.policy(sa, offer.child()).map(ChildNegotiation::groups).orElse(List.of());
    int used = offer.agreement().map(a -> a.method().number()).orElse(0);
    return groups.indexOf(group) > groups.indexOf(used);
  }

  private void rekeyLater() {
    long wait = sa.host().config().restart().maxNs();
    long due = sa.host().nowNs() + wait;
    rekeyed.ifPresent(old -> sa.tasks().addLater(new Task.RekeyChild(old, 0), due));
  }

  /** An SPI that somebody else has in the kernel: once more, with others. */
  void kernelRefused(KernelResult.Refused refused) {
    if (refused.errno() != ChildInstall.EEXIST || !sa.children().isFirstCollision(offer.child())) {
      unwanted(refused.description());
      return;
    }
    String story = name() + " begins anew: " + refused.description();
    Story.warn(sa, Exchange.CREATE_CHILD_SA, id, story);
    withdraw();
    sa.tasks().add(again(0));
    close();
  }

  /** What the peer has agreed to is of no use here. */
  void unwanted(String reason) {
    String story = name() + " failed: " + reason;
    Story.warn(sa, Exchange.CREATE_CHILD_SA, id, story);
    withdraw();
    ended(false, story);
    rekeyLater();
    close();
  }

  /** The peer has a child that we do not have: it has to hear of that. */
  private void withdraw() {
    sa.finish();
    release();
    sa.tasks().add(new Task.DeleteChild(offer.spi(), DeleteReason.FAILED));
  }

  /** Wipes the private value of the key exchange. */
  void close() {
    offer.agreement().ifPresent(KeyAgreement::close);
  }
}
