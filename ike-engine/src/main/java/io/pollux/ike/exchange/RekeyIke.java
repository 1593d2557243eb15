package io.pollux.ike.exchange;

import io.pollux.ike.crypto.KeyAgreement;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.engine.Input;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.KePayload;
import io.pollux.ike.payload.NoncePayload;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.policy.Accepted;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.ProposalChoice;
import io.pollux.ike.sa.Collision;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Timers;
import io.pollux.ike.sa.Work;
import io.pollux.ike.sad.IkeSpi;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * CREATE_CHILD_SA for a new IKE SA in place of the old one, RFC 7296 sections 1.3.2, 2.8 and 2.18.
 *
 * <pre>
 *   request  SK { SA, Ni, KEi }  ->
 *   <-  response  SK { SA, Nr, KEr }
 *   the children belong to the new IKE SA now, whose message IDs start at 0
 *   request  SK { D }  ->             by the initiator, on the old one
 * </pre>
 *
 * This is the initiator's part; the responder's is {@link RekeyIkeAnswer}.
 */
final class RekeyIke {
  private static final int MAX_GROWTH = 6; // the pause doubles so often: 5 s, 10 s, ... 320 s

  private RekeyIke() {}

  static void start(IkeSa sa, Task.RekeyIke task) {
    Optional<ConnectionPolicy> policy = sa.policy();
    if (policy.isEmpty() || FollowUpKe.postpones(sa, task)) {
      return;
    }
    List<Integer> groups = IkeSaInit.groups(policy.get().proposals());
    int group = groups.contains(task.group()) ? task.group() : firstChoice(sa, groups);
    KeyAgreement agreement = IkeSaInit.agreement(sa.host(), group);
    IkeSpi spi = sa.host().newIkeSpi();
    Octets ni = Octets.owning(sa.host().entropy().nonce(IkeSaInit.NONCE_OCTETS));
    Messages.request(
        sa,
        Exchange.CREATE_CHILD_SA,
        List.of(
            ProposalChoice.offerIke(policy.get().proposals(), IkeSuccessor.octets(spi)),
            new NoncePayload(ni),
            new KePayload(agreement.method().number(), agreement.publicValue())),
        new Work.RekeyIke(spi, ni, agreement));
  }

  /** The key exchange method in use, if it is still wanted. */
  private static int firstChoice(IkeSa sa, List<Integer> groups) {
    int current = sa.state().secure().orElseThrow().algorithms().keyExchange();
    return groups.contains(current) ? current : groups.getFirst();
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
      Optional<IkeSa> rival = rival(sa, work);
      if (rival.isPresent()) {
        adopt(sa, rival.get(), id);
      } else { // the peer may give it up yet, and then nobody has rekeyed
        FollowUpKe.again(sa, new Task.RekeyIke(0));
      }
      work.agreement().close();
    } else {
      Optional<String> failed = FollowUpKe.start(sa, work, response, additional);
      failed.ifPresent(
          story -> {
            fail(sa, id, story);
            work.agreement().close();
          });
    }
  }

  private static List<Integer> additional(IkeSa sa, Work.RekeyIke work, IkeMessage response) {
    Optional<SaPayload> answer = response.first(SaPayload.class);
    Optional<SaPayload> offer =
        sa.policy()
            .map(p -> ProposalChoice.offerIke(p.proposals(), IkeSuccessor.octets(work.spi())));
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
    IkeSuccessor.supersede(sa, rival);
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
    String offer = sa.policy().map(p -> IkeSaInit.offered(p, error.type())).orElse("");
    String story = "peer refused to rekey the IKE SA: " + error.type() + offer;
    Story.warn(sa, Exchange.CREATE_CHILD_SA, id, story);
    Optional<Integer> group = IkeSaInit.wantedGroup(error);
    List<Integer> groups = sa.policy().map(p -> IkeSaInit.groups(p.proposals())).orElse(List.of());
    int used = work.agreement().method().number();
    boolean another = // once: so this cannot go round in circles
        error.type().equals(NotifyType.INVALID_KE_PAYLOAD)
            && group.filter(groups::contains).filter(g -> g != used).isPresent()
            && used == firstChoice(sa, groups);
    if (another) {
      sa.tasks().add(new Task.RekeyIke(group.get()));
      return;
    }
    if (error.type().equals(NotifyType.TEMPORARY_FAILURE)) {
      long wait = sa.host().config().busyRetryNs();
      sa.tasks().addLater(new Task.RekeyIke(0), sa.host().nowNs() + jittered(sa, wait));
    } else {
      sa.host().ended(sa, Input.Verb.REKEY_IKE, "", false, story);
      later(sa, id);
    }
  }

  private static long jittered(IkeSa sa, long wait) {
    return wait + sa.host().entropy().jitterNs(wait);
  }

  /**
   * A peer that said no will hardly say yes five seconds later: the pauses grow. Half-way between
   * the soft and the hard lifetime it is asked for the last time; then a new IKE SA with a new
   * authentication takes over, before the old one breaks the tunnel.
   */
  private static void later(IkeSa sa, MessageId id) {
    long now = sa.host().nowNs();
    OptionalLong last = sa.lifespan().lastRekeyNs();
    if (last.isPresent() && now - last.getAsLong() >= 0 && Reauth.insteadOfRekey(sa, id)) {
      return;
    }
    long grown = sa.host().config().busyRetryNs() << Math.min(sa.lifespan().refused(), MAX_GROWTH);
    long due = now + jittered(sa, grown);
    boolean lastOne = last.isPresent() && now - last.getAsLong() < 0 && last.getAsLong() - due < 0;
    sa.tasks().addLater(new Task.RekeyIke(0), lastOne ? last.getAsLong() : due);
  }

  private static void fail(IkeSa sa, MessageId id, String story) {
    Story.warn(sa, Exchange.CREATE_CHILD_SA, id, "rekey of the IKE SA failed: " + story);
    sa.finish();
    sa.host().ended(sa, Input.Verb.REKEY_IKE, "", false, story);
    later(sa, id);
  }

  private static void accept(
      IkeSa sa,
      Work.RekeyIke work,
      IkeMessage response,
      ConnectionPolicy policy,
      KePayload ke,
      Secret more) {
    MessageId id = response.messageId();
    SaPayload offer = ProposalChoice.offerIke(policy.proposals(), IkeSuccessor.octets(work.spi()));
    Octets nr = response.first(NoncePayload.class).orElseThrow().nonce();
    switch (ProposalChoice.verify(offer, response.first(SaPayload.class).orElseThrow())) {
      case ProposalChoice.None(var reason) -> fail(sa, id, reason);
      case ProposalChoice.Chosen chosen -> {
        Optional<IkeSpi> peer = IkeSuccessor.spi(chosen.spi());
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
          IkeSuccessor.Keys keys =
              new IkeSuccessor.Keys(chosen.ikeAlgorithms(), shared, work.ni(), nr, more, spis);
          IkeSa fresh = IkeSuccessor.of(sa, Role.INITIATOR, keys);
          Optional<IkeSa> rival = rival(sa, work);
          if (rival.isPresent() && !oursStays(work, response)) {
            lose(sa, fresh, rival.get(), id);
            return;
          }
          rival.ifPresent(r -> close(r));
          IkeSuccessor.supersede(sa, fresh);
          sa.finish();
          Story.info(
              sa,
              Exchange.CREATE_CHILD_SA,
              id,
              "rekeyed the IKE SA -> " + spis + " " + Accepted.text(chosen.ikeAlgorithms()));
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
    IkeSuccessor.beside(sa, ours);
    ours.tasks().add(new Task.DeleteIke(DeleteReason.REKEYED));
    sa.finish();
    adopt(sa, rival, id);
  }

  /** The peer's has the lowest nonce: the peer deletes it, or we after a while. */
  private static void close(IkeSa rival) {
    rival.host().count("collisions_won");
    rival.timers().set(Timers.Kind.CLOSE, rival.host().nowNs() + rival.host().config().closeNs());
    rival.host().touch(rival);
  }
}
