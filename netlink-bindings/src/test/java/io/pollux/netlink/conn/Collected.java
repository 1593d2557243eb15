package io.pollux.netlink.conn;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlNotification;
import java.util.ArrayList;
import java.util.List;

/** Collects what a subscription tells. */
public final class Collected implements NetlinkSubscription.Listener {
  private static final int DEADLINE_MS = 20_000;

  public final List<NlNotification> all = new ArrayList<>();
  public int overruns;

  @Override
  public void notification(NlNotification notification) {
    all.add(notification);
  }

  @Override
  public void overrun() {
    overruns++;
  }

  @Override
  public void malformed(MalformedNetlink problem) {
    throw new AssertionError(problem);
  }

  /** Polls until a notification of a kind is there, and gives back the first one. */
  public <N extends NlNotification> N await(NetlinkSubscription subscription, Class<N> kind) {
    return await(subscription, kind, 1).getFirst();
  }

  /** Polls until so many notifications of a kind are there. */
  public <N extends NlNotification> List<N> await(
      NetlinkSubscription subscription, Class<N> kind, int count) {
    while (of(kind).size() < count) {
      if (subscription.poll(this, DEADLINE_MS) == NetlinkSubscription.Polled.TIMEOUT) {
        throw new AssertionError(of(kind).size() + " of " + count + " " + kind + ": " + all);
      }
    }
    return of(kind);
  }

  /** Takes what has come, without waiting for more. */
  public void drain(NetlinkSubscription subscription) {
    while (subscription.poll(this, 0) != NetlinkSubscription.Polled.TIMEOUT) {}
  }

  public <N extends NlNotification> List<N> of(Class<N> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
