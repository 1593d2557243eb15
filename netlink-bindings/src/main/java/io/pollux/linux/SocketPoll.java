package io.pollux.linux;

import io.pollux.linux.LinuxLayout.Pollfd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** poll(2) on several raw sockets at once. Owned by the thread that waits. */
public final class SocketPoll {
  private final List<RawIpSocket> sockets;
  private final ByteBuffer fds;

  public SocketPoll(List<RawIpSocket> sockets) {
    this.sockets = List.copyOf(sockets);
    this.fds =
        ByteBuffer.allocateDirect((sockets.size() + 1) * Pollfd.SIZE)
            .order(ByteOrder.nativeOrder());
  }

  /**
   * Waits until one of the sockets has input, or {@code wakeUp} was signalled.
   *
   * @param timeoutMs milliseconds; negative for ever. Starts anew after a signal to the process
   */
  public Ready await(WakeUp wakeUp, long timeoutMs) {
    int last = sockets.size();
    int timeout = Math.clamp(timeoutMs, -1, Integer.MAX_VALUE);
    int ready;
    do {
      for (int i = 0; i <= last; i++) {
        fds.putInt(i * Pollfd.SIZE, i == last ? wakeUp.fd() : sockets.get(i).fd());
        fds.putShort(i * Pollfd.SIZE + Pollfd.EVENTS, (short) LinuxAbi.POLLIN);
        fds.putShort(i * Pollfd.SIZE + Pollfd.REVENTS, (short) 0);
      }
      ready = LibC.C.poll(fds, last + 1, timeout);
    } while (ready < 0 && Errno.EINTR.is(LibC.errno()));
    Fd.check("poll", "", ready);
    if (fds.getShort(last * Pollfd.SIZE + Pollfd.REVENTS) != 0) {
      wakeUp.drain();
      return Ready.WOKEN;
    }
    return ready > 0 ? Ready.INPUT : Ready.TIMEOUT;
  }
}
