package io.pollux.ike.extension;

import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.message.IkeMessage;
import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** RFC 6311: what its four notifies say, and who may say them. */
public final class CounterSync {
  /** The agreement about message IDs in {@code IkeSaSnapshot.peerSupports}. */
  public static final String MESSAGE_IDS = NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED.toString();

  /** The agreement about replay counters. */
  public static final String REPLAY_COUNTERS =
      NotifyType.IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED.toString();

  private static final int IDS_OCTETS = 12;

  private CounterSync() {}

  /**
   * The content of IKEV2_MESSAGE_ID_SYNC (section 6.3), as its sender sees it.
   *
   * @param nonce four octets, the same in request and response
   * @param nextSent the ID of the sender's next request; 0 to 2^32 - 1, as the next one
   * @param nextReceived the ID of the next request that the sender expects
   */
  public record Ids(Octets nonce, long nextSent, long nextReceived) {
    public NotifyPayload notifyPayload() {
      WireWriter data = new WireWriter().octets(nonce).i32((int) nextSent).i32((int) nextReceived);
      return NotifyPayload.of(NotifyType.IKEV2_MESSAGE_ID_SYNC, data.toOctets());
    }
  }

  /** What this gateway announces in IKE_AUTH as its initiator (section 5). */
  public static List<NotifyPayload> offer(ConnectionPolicy policy) {
    List<NotifyPayload> offers = new ArrayList<>();
    offers.add(NotifyPayload.of(NotifyType.IKEV2_MESSAGE_ID_SYNC_SUPPORTED));
    if (sameEsnChoice(policy)) {
      offers.add(NotifyPayload.of(NotifyType.IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED));
    }
    return offers;
  }

  /** As its responder: nothing that the initiator did not announce. */
  public static List<NotifyPayload> answer(ConnectionPolicy policy, IkeMessage request) {
    return offer(policy).stream().filter(n -> request.has(n.type())).toList();
  }

  /** What both have announced, by name. */
  public static List<String> agreed(ConnectionPolicy policy, IkeMessage fromPeer) {
    return answer(policy, fromPeer).stream().map(n -> n.type().toString()).toList();
  }

  /** One delta fits all children only if all have ESN, or none (section 6.4). */
  private static boolean sameEsnChoice(ConnectionPolicy policy) {
    return policy.children().size() == 1
        || policy.children().stream().map(CounterSync::esnChoices).distinct().count() == 1;
  }

  private static Set<Set<Integer>> esnChoices(ChildPolicy child) {
    return child.proposals().stream()
        .map(
            p ->
                p.transforms().stream()
                    .filter(t -> t.type() == TransformType.ESN.number())
                    .map(Transform::id)
                    .collect(Collectors.toSet()))
        .collect(Collectors.toSet());
  }

  /**
   * The IDs that {@code message} brings; empty if it has none, or more than one, or is not valid.
   */
  public static Optional<Ids> ids(IkeMessage message) {
    List<NotifyPayload> all =
        message.notifies().stream()
            .filter(n -> n.type().equals(NotifyType.IKEV2_MESSAGE_ID_SYNC))
            .toList();
    if (all.size() != 1 || all.getFirst().data().length() != IDS_OCTETS) {
      return Optional.empty();
    }
    Octets data = all.getFirst().data();
    return Optional.of(new Ids(data.slice(0, 4), number(data, 4, 4), number(data, 8, 4)));
  }

  /** Section 5.1: nothing else in a request but the other notify, and nothing in a response. */
  public static boolean isAlone(IkeMessage message, boolean request) {
    return message.inner().orElse(List.of()).stream()
        .allMatch(
            p ->
                p instanceof NotifyPayload n
                    && (n.type().equals(NotifyType.IKEV2_MESSAGE_ID_SYNC)
                        || request && n.type().equals(NotifyType.IPSEC_REPLAY_COUNTER_SYNC)));
  }

  /**
   * By how much the sender wants our outbound sequence numbers to go forward (section 6.4); empty
   * if it does not, or if the field has another size than {@code esn} asks for.
   */
  public static OptionalLong delta(IkeMessage message, boolean esn) {
    Optional<Octets> data =
        message.first(NotifyType.IPSEC_REPLAY_COUNTER_SYNC).map(NotifyPayload::data);
    int size = esn ? 8 : 4;
    return data.filter(d -> d.length() == size).isPresent()
        ? OptionalLong.of(number(data.get(), 0, size))
        : OptionalLong.empty();
  }

  /** IPSEC_REPLAY_COUNTER_SYNC (section 6.4), in the size that {@code esn} asks for. */
  public static NotifyPayload stepBy(long delta, boolean esn) {
    WireWriter data = esn ? new WireWriter().u64(delta) : new WireWriter().i32((int) delta);
    return NotifyPayload.of(NotifyType.IPSEC_REPLAY_COUNTER_SYNC, data.toOctets());
  }

  private static long number(Octets data, int at, int octets) {
    long value = 0;
    for (int i = at; i < at + octets; i++) {
      value = value << 8 | data.at(i);
    }
    return value;
  }
}
