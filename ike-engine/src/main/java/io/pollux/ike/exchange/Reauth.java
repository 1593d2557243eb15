package io.pollux.ike.exchange;

import io.pollux.ike.engine.Effect;
import io.pollux.ike.event.DeleteReason;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.message.Exchange;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.payload.Payload;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.ReauthPolicy;
import io.pollux.ike.sa.IkeSa;
import io.pollux.ike.sa.IkeSaState;
import io.pollux.ike.sa.Task;
import io.pollux.ike.sa.Timers;
import io.pollux.ike.sad.MessageId;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How long an authentication is good for: as both sides have configured, and as the original
 * responder says (AUTH_LIFETIME, RFC 4478).
 *
 * <pre>
 *   <-  HDR, SK { IDr, ..., AUTH, ..., N(AUTH_LIFETIME) }
 *   <-  HDR, SK { N(AUTH_LIFETIME) }                            or later, in INFORMATIONAL
 * </pre>
 *
 * The original initiator begins a new IKE SA before that time; the original responder deletes one
 * whose peer does not come back.
 */
final class Reauth {
  private static final long SECOND = 1_000_000_000L;
  private static final long MAX_SECONDS = 0xffff_ffffL;

  /** RFC 4478 section 2: the Delete comes soon after the end, not at it. */
  private static final long GRACE_NS = 10 * SECOND;

  /** However short the peer says: no IKE SA gives way to the next before it is so old. */
  private static final long MIN_AGE_NS = 10 * SECOND;

  private Reauth() {}

  /** What the responder puts into its IKE_AUTH response. */
  static List<Payload> announce(ConnectionPolicy policy) {
    long seconds = Math.min(policy.reauth().lifetimeNs() / SECOND, MAX_SECONDS);
    return seconds == 0
        ? List.of()
        : List.of(
            NotifyPayload.of(NotifyType.AUTH_LIFETIME, new WireWriter().u32(seconds).toOctets()));
  }

  /** Before {@code sa} is established: its limit, if there is one. */
  static void begin(IkeSa sa, IkeMessage message) {
    ReauthPolicy policy = sa.policy().map(ConnectionPolicy::reauth).orElse(ReauthPolicy.NEVER);
    long own = own(sa, policy);
    if (sa.role() == Role.RESPONDER) {
      long end = policy.lifetimeNs() > 0 ? policy.lifetimeNs() + GRACE_NS : 0;
      sa.lifespan().limit(end > 0 ? end : own);
      return;
    }
    OptionalLong said = lifetime(message);
    if (said.isEmpty()) {
      sa.lifespan().limit(own);
      return;
    }
    long peers = atLeast(sa, message, before(sa, said.getAsLong()));
    sa.lifespan().limit(own > 0 ? Math.min(own, peers) : peers);
  }

  private static long own(IkeSa sa, ReauthPolicy policy) {
    if (policy.everyNs() == 0) {
      return 0;
    }
    long jitter = Math.min(policy.jitterNs(), policy.everyNs());
    return Math.max(1, policy.everyNs() - sa.host().entropy().jitterNs(jitter));
  }

  /** When to begin, so that all is done in time. */
  private static long before(IkeSa sa, long lifetimeNs) {
    long tenth = lifetimeNs / 10;
    return Math.max(1, lifetimeNs - tenth - sa.host().entropy().jitterNs(tenth));
  }

  /** The age at which to begin; a peer that says less would have us begin again and again. */
  private static long atLeast(IkeSa sa, IkeMessage message, long ageNs) {
    if (ageNs >= MIN_AGE_NS) {
      return ageNs;
    }
    Story.peerCaused(
        sa,
        message.exchange(),
        message.messageId(),
        "peer says AUTH_LIFETIME "
            + lifetime(message).orElse(0) / SECOND
            + " s: authenticating anew after "
            + MIN_AGE_NS / SECOND
            + " s, not before");
    return MIN_AGE_NS;
  }

  /** What AUTH_LIFETIME says, in nanoseconds. */
  private static OptionalLong lifetime(IkeMessage message) {
    Optional<Octets> data = message.first(NotifyType.AUTH_LIFETIME).map(NotifyPayload::data);
    return data.filter(d -> d.length() == 4).isPresent()
        ? OptionalLong.of((data.get().asBuffer().getInt() & MAX_SECONDS) * SECOND)
        : OptionalLong.empty();
  }

  /** The original responder says it again, or for the first time (RFC 4478 section 2). */
  static void onInformational(IkeSa sa, IkeMessage request) {
    OptionalLong said = lifetime(request);
    boolean counts =
        said.isPresent()
            && sa.role() == Role.INITIATOR
            && sa.state() instanceof IkeSaState.Established;
    if (!counts) {
      return;
    }
    long age = sa.host().nowNs() - sa.lifespan().createdNs();
    long reauthNs = atLeast(sa, request, age + before(sa, said.getAsLong()));
    sa.lifespan().limit(reauthNs);
    sa.host().emit(new Effect.Replicate(new IkeEvent.IkeSaLimited(sa.spis(), reauthNs)));
    Story.info(
        sa,
        Exchange.INFORMATIONAL,
        request.messageId(),
        "peer wants a new authentication within " + said.getAsLong() / SECOND + " s");
  }

  /**
   * A new IKE SA instead of a rekey that the peer refuses; false if this side cannot begin one, or
   * has to wait for the peer to do so.
   */
  static boolean insteadOfRekey(IkeSa sa, MessageId id) {
    boolean can =
        sa.state() instanceof IkeSaState.Established
            && sa.policy().filter(p -> p.remoteAddress().isPresent()).isPresent()
            && !ends(sa);
    if (can) {
      long age = Math.max(1, sa.host().nowNs() - sa.lifespan().createdNs());
      sa.lifespan().limit(age);
      sa.host().emit(new Effect.Replicate(new IkeEvent.IkeSaLimited(sa.spis(), age)));
      String story = "no rekey to be had before the IKE SA ends: a new one takes its place";
      Story.warn(sa, Exchange.CREATE_CHILD_SA, id, story);
    }
    return can;
  }

  /** Whether the peer has to authenticate itself anew to us (RFC 4478). */
  private static boolean ends(IkeSa sa) {
    return sa.role() == Role.RESPONDER
        && sa.policy().filter(p -> p.reauth().lifetimeNs() > 0).isPresent();
  }

  /** The time is over. */
  static void due(IkeSa sa) {
    if (!(sa.state() instanceof IkeSaState.Established)) {
      return;
    }
    if (ends(sa)) {
      sa.host().count("authentications_expired");
      Story.warn(
          sa,
          Exchange.INFORMATIONAL,
          sa.window().nextOwn(),
          "the peer has not authenticated itself anew in time (RFC 4478)");
      sa.tasks().add(new Task.DeleteIke(DeleteReason.EXPIRED));
      return;
    }
    long again = sa.host().config().restart().maxNs(); // until the new one has taken its place
    sa.timers().set(Timers.Kind.REAUTH, sa.host().nowNs() + again);
    Story.info(
        sa, Exchange.INFORMATIONAL, sa.window().nextOwn(), "authenticating anew: new IKE SA");
    sa.host().reauthenticate(sa);
  }
}
