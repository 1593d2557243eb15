package io.pollux.ha.link;

import io.pollux.ha.journal.BarrierPolicy;
import io.pollux.ha.journal.BarrierQueue;
import io.pollux.ha.journal.HaJournal;
import io.pollux.ha.journal.HaSnapshot;
import io.pollux.ha.shadow.Shadow;
import io.pollux.ha.shadow.ShadowOutcome;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A node as the agent runs it: one thread that owns everything, and the link's listener. */
final class LinkNode implements LinkListener, AutoCloseable {
  final Shadow shadow = new Shadow();
  final BarrierQueue<String> barriers = new BarrierQueue<>(BarrierPolicy.DEFAULT);
  final BlockingQueue<Object> news = new LinkedBlockingQueue<>();
  final List<LinkMessage> sent = new ArrayList<>();
  private final String name;
  private final Optional<HaJournal> journal;
  private final ExecutorService owner = Executors.newSingleThreadExecutor();
  private Optional<LinkChannel> channel = Optional.empty();
  private Optional<LinkSession> session = Optional.empty();

  LinkNode(String name, Optional<HaJournal> journal) {
    this.name = name;
    this.journal = journal;
    journal.ifPresent(j -> shadow.replace(new HaSnapshot(j.epoch(), j.segment(), 0, List.of()), 0));
  }

  /** Runs on the owner's thread. */
  <T> T ask(Function<LinkNode, T> question) {
    try {
      return owner.submit(() -> question.apply(this)).get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  long replicate(IkeEvent event) {
    return ask(
        _ -> {
          var frame = journal.orElseThrow().append(event, now());
          shadow.apply(frame, now());
          flush();
          return frame.index();
        });
  }

  /** Waits for a piece of news that is {@code expected}. */
  void awaitNews(Object expected) throws InterruptedException {
    for (Object next = ""; !next.equals(expected); ) {
      next = news.poll(60, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("never heard " + expected);
      }
    }
  }

  @Override
  public void up(LinkChannel up) {
    owner.execute(
        () -> {
          var hello =
              new LinkMessage.Hello(1, 1, name, shadow.epoch(), shadow.index(), Octets.EMPTY);
          LinkSession fresh = new LinkSession(SessionPolicy.DEFAULT, hello);
          session = Optional.of(fresh);
          channel = Optional.of(up);
          handle(
              journal.isPresent()
                  ? fresh.lead(journal.get(), shadow::snapshot, now())
                  : fresh.follow(shadow.epoch(), shadow.index(), now()));
        });
  }

  @Override
  public void down(LinkPath path, LinkDown why, boolean otherPath) {
    owner.execute(
        () -> {
          session.ifPresent(s -> handle(s.closed(why.toString(), now())));
          session = Optional.empty();
          channel = Optional.empty();
        });
  }

  @Override
  public void message(LinkMessage message) {
    owner.execute(() -> session.ifPresent(s -> handle(s.message(message, now()))));
  }

  @Override
  public void writable() {
    owner.execute(this::flush);
  }

  @Override
  public void connected(LinkPath path) {
    news.add("connected " + path.name());
  }

  @Override
  public void disconnected(LinkPath path, LinkDown why) {
    news.add(why.how());
  }

  @Override
  public void close() {
    owner.shutdownNow();
  }

  private void handle(List<SessionOutput> outputs) {
    for (SessionOutput output : outputs) {
      switch (output) {
        case SessionOutput.Received(var frame) -> took(shadow.apply(frame, now()));
        case SessionOutput.ReceivedSnapshot(var snapshot) -> took(shadow.replace(snapshot, now()));
        case SessionOutput.Acknowledged(var received, _) -> {
          barriers.received(received);
          news.add("received " + received);
        }
        case SessionOutput.SyncChanged(_, var to, _) -> news.add(to);
        case SessionOutput.Broken(var why) -> {
          news.add("broken " + why);
          channel.ifPresent(c -> c.close(why));
        }
        case SessionOutput.PeerKnown _,
            SessionOutput.PeerRole _,
            SessionOutput.PeerControl _,
            SessionOutput.PeerHealth _ -> {}
      }
    }
    flush();
  }

  private void took(ShadowOutcome outcome) {
    LinkSession s = session.orElseThrow();
    if (outcome instanceof ShadowOutcome.Applied) {
      handle(s.acknowledgeReceived(shadow.epoch(), shadow.index(), now()));
      s.acknowledgeArmed(shadow.epoch(), shadow.index());
    } else if (outcome instanceof ShadowOutcome.SnapshotNeeded(var why)) {
      handle(s.requestSnapshot(why, now()));
    }
  }

  private void flush() {
    while (channel.isPresent() && channel.get().writable()) {
      Optional<LinkMessage> next = session.orElseThrow().poll(now());
      if (next.isEmpty()) {
        return;
      }
      sent.add(next.get());
      channel.get().send(next.get());
    }
  }

  private static long now() {
    return System.nanoTime();
  }
}
