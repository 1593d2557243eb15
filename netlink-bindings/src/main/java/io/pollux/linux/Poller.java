package io.pollux.linux;

import io.pollux.linux.LinuxLayout.Pollfd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** poll(2) on one descriptor and, if wished, a {@link WakeUp}. */
final class Poller {
  private final ByteBuffer fds =
      ByteBuffer.allocateDirect(2 * Pollfd.SIZE).order(ByteOrder.nativeOrder());

  /**
   * Waits. An error on the descriptor counts as input: the read that follows tells it.
   *
   * @param timeoutMs milliseconds; negative for ever. Starts anew after a signal to the process
   */
  Ready await(int fd, WakeUp wakeUp, long timeoutMs) {
    fds.putInt(0, fd);
    fds.putShort(Pollfd.EVENTS, (short) LinuxAbi.POLLIN);
    fds.putInt(Pollfd.SIZE, wakeUp == null ? -1 : wakeUp.fd());
    fds.putShort(Pollfd.SIZE + Pollfd.EVENTS, (short) LinuxAbi.POLLIN);
    int timeout = Math.clamp(timeoutMs, -1, Integer.MAX_VALUE);
    int ready;
    do {
      fds.putShort(Pollfd.REVENTS, (short) 0);
      fds.putShort(Pollfd.SIZE + Pollfd.REVENTS, (short) 0);
      ready = LibC.C.poll(fds, 2, timeout);
    } while (ready < 0 && Errno.EINTR.is(LibC.errno()));
    Fd.check("poll", "", ready);
    if (fds.getShort(Pollfd.SIZE + Pollfd.REVENTS) != 0) {
      wakeUp.drain();
      return Ready.WOKEN;
    }
    return fds.getShort(Pollfd.REVENTS) != 0 ? Ready.INPUT : Ready.TIMEOUT;
  }
}
