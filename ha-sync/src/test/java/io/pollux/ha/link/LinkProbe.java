package io.pollux.ha.link;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Writes down what a link says; tests wait for entries, never for time. */
final class LinkProbe implements LinkListener {
  /** What a listener can hear. */
  sealed interface Heard {
    record Up(LinkChannel channel) implements Heard {}

    record Down(LinkPath path, LinkDown why, boolean otherPath) implements Heard {}

    record Message(LinkMessage message) implements Heard {}

    record Writable() implements Heard {}

    record Connected(LinkPath path) implements Heard {}

    record Disconnected(LinkPath path, LinkDown why) implements Heard {}
  }

  static final LinkTimes QUICK = new LinkTimes(20, 5000, 2000, 5000, 10, 50);
  static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final long PATIENCE_SECONDS = 60; // a limit for a stuck test, never an expectation

  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

  /** Two identities, the one that dials first. */
  static List<NodeIdentity> identities() {
    NodeIdentity one = NodeIdentity.generate("castor", new SecureRandom());
    NodeIdentity two = NodeIdentity.generate("pollux", new SecureRandom());
    return one.nodeNumber(two.fingerprint()) == 0 ? List.of(one, two) : List.of(two, one);
  }

  static LinkPath path(String name, int localPort, int peerPort) {
    return new LinkPath(
        name,
        new InetSocketAddress(LOOPBACK, localPort),
        new InetSocketAddress(LOOPBACK, peerPort));
  }

  static LinkConfig config(
      NodeIdentity own, Fingerprint peer, LinkTimes times, List<LinkPath> paths) {
    return new LinkConfig(
        own, peer, paths, times, LinkConfig.DEFAULT_QUEUED_OCTETS, bound -> bound / 2);
  }

  /** Waits for the next entry that fits and drops those before it. */
  <T extends Heard> T await(Class<T> type, Predicate<T> fits) {
    while (true) {
      Heard next;
      try {
        next = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (next == null) {
        throw new AssertionError("no " + type.getSimpleName() + " that fits");
      }
      if (type.isInstance(next) && fits.test(type.cast(next))) {
        return type.cast(next);
      }
    }
  }

  <T extends Heard> T await(Class<T> type) {
    return await(type, _ -> true);
  }

  /** Waits for a message other than a heartbeat. */
  LinkMessage message() {
    return await(Heard.Message.class, m -> !(m.message() instanceof LinkMessage.Heartbeat))
        .message();
  }

  Heard next() throws InterruptedException {
    return heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static int portOf(HaLink link, LinkPath path) {
    for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        System.nanoTime() < end; ) {
      if (link.listensAt(path).isPresent()) {
        return link.listensAt(path).get().getPort();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("does not listen");
  }

  @Override
  public void up(LinkChannel channel) {
    heard.add(new Heard.Up(channel));
  }

  @Override
  public void down(LinkPath path, LinkDown why, boolean otherPath) {
    heard.add(new Heard.Down(path, why, otherPath));
  }

  @Override
  public void message(LinkMessage message) {
    heard.add(new Heard.Message(message));
  }

  @Override
  public void writable() {
    heard.add(new Heard.Writable());
  }

  @Override
  public void connected(LinkPath path) {
    heard.add(new Heard.Connected(path));
  }

  @Override
  public void disconnected(LinkPath path, LinkDown why) {
    heard.add(new Heard.Disconnected(path, why));
  }
}
