package io.pollux.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An eventfd that ends another thread's wait. {@link #signal} may be called by any thread at any
 * time, also twice, also after {@link #close}; the rest belongs to the waiting thread.
 */
public final class WakeUp implements AutoCloseable {
  private final ByteBuffer one =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, 1);
  private final ByteBuffer count =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
  private final Fd fd;
  private boolean closed;

  public WakeUp() {
    int flags = LinuxAbi.EFD_CLOEXEC | LinuxAbi.EFD_NONBLOCK;
    fd = Fd.of("eventfd", Fd.check("eventfd", "", LibC.C.eventfd(0, flags)));
  }

  /** Ends the wait that runs, or the next one. */
  public synchronized void signal() {
    if (!closed) {
      LibC.C.write(fd.number(), one, Long.BYTES); // full means: already signalled
    }
  }

  /** Takes the signal back, once it has been seen. */
  public void drain() {
    LibC.C.read(fd.number(), count, Long.BYTES);
  }

  int fd() {
    return fd.number();
  }

  @Override
  public synchronized void close() {
    closed = true;
    fd.close();
  }
}
