package io.pollux.linux;

import java.nio.ByteBuffer;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.annotations.SaveError;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.u_int64_t;

/**
 * The functions of the C library that Pollux calls. Every ByteBuffer is direct, or null for NULL.
 */
public interface LibC {
  /** The one instance. */
  LibC C = LibraryLoader.create(LibC.class).load("c");

  /** Where the errno of the calling thread's last call is kept. */
  Runtime RUNTIME = Runtime.getRuntime(C);

  /** The errno of this thread's last call of a function here. */
  static int errno() {
    return LastError.getLastError(RUNTIME);
  }

  @SaveError
  int socket(int domain, int type, int protocol);

  @SaveError
  int close(int fd);

  @SaveError
  int bind(int fd, @In ByteBuffer address, int length);

  @SaveError
  int getsockname(int fd, @Out ByteBuffer address, ByteBuffer length);

  @SaveError
  int setsockopt(int fd, int level, int name, @In ByteBuffer value, int length);

  @SaveError
  int getsockopt(int fd, int level, int name, @Out ByteBuffer value, ByteBuffer length);

  @SaveError
  @ssize_t
  long sendto(
      int fd, @In ByteBuffer data, @size_t long size, int flags, @In ByteBuffer to, int length);

  @SaveError
  @ssize_t
  long recv(int fd, @Out ByteBuffer data, @size_t long size, int flags);

  @SaveError
  @ssize_t
  long recvmsg(int fd, ByteBuffer msghdr, int flags);

  @SaveError
  int recvmmsg(int fd, ByteBuffer vector, int length, int flags, @In ByteBuffer timeout);

  @SaveError
  int poll(ByteBuffer fds, @u_int64_t long count, int timeoutMs);

  @SaveError
  int eventfd(int initial, int flags);

  @SaveError
  @ssize_t
  long read(int fd, @Out ByteBuffer data, @size_t long size);

  @SaveError
  @ssize_t
  long write(int fd, @In ByteBuffer data, @size_t long size);

  @SaveError
  int memfd_create(@In String name, int flags);

  @SaveError
  int ftruncate(int fd, long size);

  @SaveError
  int fallocate(int fd, int mode, long offset, long length);

  @SaveError
  int if_nametoindex(@In String name);

  @SaveError
  int gettid();

  @SaveError
  int clock_gettime(int clock, @Out ByteBuffer time);

  @SaveError
  int sched_setscheduler(int tid, int policy, @In ByteBuffer param);

  @SaveError
  int sched_getscheduler(int tid);

  @SaveError
  int mlockall(int flags);

  @SaveError
  int setns(int fd, int type);

  @SaveError
  int unshare(int flags);

  @SaveError
  int open(@In String path, int flags);

  @SaveError
  int prctl(int option, @u_int64_t long a, @u_int64_t long b, @u_int64_t long c, @u_int64_t long d);
}
