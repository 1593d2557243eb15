package io.pollux.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory behind a descriptor (memfd_create(2)): no file, no name, gone with the last process that
 * holds it. The guard hands one over; or it is made here.
 */
public final class Memfd implements AutoCloseable {
  private final Fd fd;
  private final boolean owned;

  private Memfd(Fd fd, boolean owned) {
    this.fd = fd;
    this.owned = owned;
  }

  /**
   * Makes one, closed on exec.
   *
   * @param name what /proc shows
   * @param size octets, all zero
   */
  public static Memfd create(String name, long size) {
    int number = LibC.C.memfd_create(name, LinuxAbi.MFD_CLOEXEC);
    Fd fd = Fd.of("memfd " + name, Fd.check("memfd_create", name, number));
    int result;
    do {
      result = LibC.C.ftruncate(number, size);
    } while (result < 0 && Errno.EINTR.is(LibC.errno()));
    if (result < 0) {
      SystemCallException failure = fd.failed("ftruncate");
      fd.close();
      throw failure;
    }
    return new Memfd(fd, true);
  }

  /** One that this process was given; {@link #close} leaves it open. */
  public static Memfd inherited(int number) {
    return new Memfd(Fd.of("memfd " + number, number), false);
  }

  /** The descriptor's number. */
  public int number() {
    return fd.number();
  }

  /**
   * Maps it, shared with every other process that does. The mapping outlives {@link #close}.
   *
   * @param size octets; more than it has is an error at the first touch
   */
  public MappedByteBuffer map(long offset, long size) {
    try (FileChannel channel = channel()) {
      MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, offset, size);
      map.order(ByteOrder.nativeOrder());
      return map;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For reads and writes at positions; it grows with the writes. Closed by the caller. */
  public FileChannel channel() throws IOException {
    Path path = Path.of("/proc/self/fd/" + fd.number());
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /**
   * Gives back what it holds there, which reads as 0 from now on; its size stays (fallocate(2)).
   */
  public void punch(long from, long length) {
    int mode = LinuxAbi.FALLOC_FL_PUNCH_HOLE | LinuxAbi.FALLOC_FL_KEEP_SIZE;
    int result;
    do {
      result = LibC.C.fallocate(fd.number(), mode, from, length);
    } while (result < 0 && Errno.EINTR.is(LibC.errno()));
    if (result < 0) {
      throw fd.failed("fallocate");
    }
  }

  @Override
  public void close() {
    if (owned) {
      fd.close();
    }
  }
}
