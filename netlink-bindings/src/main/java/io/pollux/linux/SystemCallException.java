package io.pollux.linux;

/** A system call that failed, with the call, what it was about, and the errno. */
public final class SystemCallException extends RuntimeException {
  private final int errno;

  public SystemCallException(String call, String object, int errno) {
    super(
        call
            + (object.isEmpty() ? "" : " " + object)
            + ": "
            + Errno.nameOf(errno)
            + " ("
            + Errno.textOf(errno)
            + ")");
    this.errno = errno;
  }

  /** The number, to compare with {@link Errno#number}. */
  public int errno() {
    return errno;
  }

  public boolean is(Errno other) {
    return other.is(errno);
  }
}
