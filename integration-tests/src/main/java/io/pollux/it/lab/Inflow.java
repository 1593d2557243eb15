package io.pollux.it.lab;

import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;

/** Octets that another thread hands over, as a stream; unbounded, so that nobody waits to give. */
final class Inflow extends InputStream {
  private final Deque<byte[]> pieces = new ArrayDeque<>();
  private int at;
  private boolean ended;

  synchronized void give(byte[] octets) {
    if (octets.length > 0) {
      pieces.add(octets);
      notifyAll();
    }
  }

  /** What was given can still be read. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  @Override
  public synchronized int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] into, int from, int length) {
    if (length == 0) {
      return 0;
    }
    try {
      while (pieces.isEmpty() && !ended) {
        wait();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return -1;
    }
    if (pieces.isEmpty()) {
      return -1;
    }
    byte[] first = pieces.peek();
    int count = Math.min(length, first.length - at);
    System.arraycopy(first, at, into, from, count);
    at += count;
    if (at == first.length) {
      pieces.remove();
      at = 0;
    }
    return count;
  }

  @Override
  public synchronized int available() {
    return pieces.isEmpty() ? 0 : pieces.peek().length - at;
  }
}
