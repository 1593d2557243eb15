package io.pollux.agent.control;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Output to a connected polluxctl. Commands wait here while the client reads slowly; the event loop
 * never does.
 */
final class ChannelOutput implements Output {
  /** A client that reads nothing for this long is given up. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Channel channel;
  private final Terminal terminal;
  private final Request.Asking asking;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean closed;
  private volatile int status;

  ChannelOutput(Channel channel, Terminal terminal, Request.Asking asking) {
    this.channel = channel;
    this.terminal = terminal;
    this.asking = asking;
  }

  @Override
  public void out(String text) {
    write(Frames.OUT, text);
  }

  @Override
  public void err(String text) {
    write(Frames.ERR, text);
  }

  /** What was confirmed is what is done: another question is asked anew. */
  @Override
  public Consent ask(String question) {
    if (question.equals(asking.confirmed())) {
      return Consent.YES;
    }
    if (!asking.possible()) {
      return Consent.NOBODY;
    }
    write(Frames.QUESTION, question);
    return Consent.ASKED;
  }

  private void write(byte type, String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      for (int at = 0; at < octets.length && awaitRoom(); at += Frames.MOST) {
        int length = Math.min(Frames.MOST, octets.length - at);
        channel.writeAndFlush(
            Frames.text(channel.alloc(), type, octets, at, length), channel.voidPromise());
      }
    } finally {
      lock.unlock();
    }
  }

  /** False if nobody reads any more. */
  private boolean awaitRoom() {
    long left = PATIENCE.toNanos();
    try {
      while (!closed && !channel.isWritable() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      left = 0;
    }
    if (left <= 0 && !channel.isWritable()) {
      close();
    }
    return !closed;
  }

  private void close() {
    closed = true;
    channel.close();
    changed.signalAll();
  }

  /** Called by the event loop: the channel has closed, or has room again. */
  void changed() {
    lock.lock();
    try {
      closed |= !channel.isOpen();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the answer. A client that does not read it to the end is given up after a while, too. */
  void finish() {
    Future<?> limit =
        channel.eventLoop().schedule(() -> channel.close(), PATIENCE.toSeconds(), TimeUnit.SECONDS);
    lock.lock();
    try {
      channel
          .writeAndFlush(Frames.exit(channel.alloc(), status))
          .addListener(ChannelFutureListener.CLOSE)
          .addListener(_ -> limit.cancel(false));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void exit(int status) {
    this.status = status;
  }

  @Override
  public boolean closed() {
    return closed;
  }

  @Override
  public boolean awaitClosed(Duration limit) throws InterruptedException {
    long left = TimeUnit.NANOSECONDS.convert(limit);
    lock.lockInterruptibly();
    try {
      while (!closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Terminal terminal() {
    return terminal;
  }
}
