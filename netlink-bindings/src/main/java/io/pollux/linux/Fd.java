package io.pollux.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A file descriptor with the calls that all kinds of sockets share. Closes once, never throws. */
final class Fd implements AutoCloseable {
  private final String what;
  private final ByteBuffer option =
      ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder()); // the largest is a membership
  private int number;

  private Fd(String what, int number) {
    this.what = what;
    this.number = number;
  }

  static Fd socket(String what, int domain, int type, int protocol) {
    int fd = LibC.C.socket(domain, type | LinuxAbi.SOCK_CLOEXEC, protocol);
    return new Fd(what, check("socket", what, fd));
  }

  static Fd of(String what, int number) {
    return new Fd(what, number);
  }

  int number() {
    if (number < 0) {
      throw new IllegalStateException(what + " is closed");
    }
    return number;
  }

  /** A result that is not -1, else what went wrong. */
  static int check(String call, String object, int result) {
    if (result < 0) {
      throw new SystemCallException(call, object, LibC.errno());
    }
    return result;
  }

  SystemCallException failed(String call) {
    return new SystemCallException(call, what, LibC.errno());
  }

  void bind(ByteBuffer address) {
    check("bind", what, LibC.C.bind(number(), address, address.remaining()));
  }

  void option(int level, int name, int value) {
    option.putInt(0, value);
    check("setsockopt", what, LibC.C.setsockopt(number(), level, name, option, Integer.BYTES));
  }

  /** Sets an option that the kernel may not know or not allow; false if so. */
  boolean tryOption(int level, int name, int value) {
    option.putInt(0, value);
    return LibC.C.setsockopt(number(), level, name, option, Integer.BYTES) == 0;
  }

  void option(int level, int name, ByteBuffer value) {
    check("setsockopt", what, LibC.C.setsockopt(number(), level, name, value, value.remaining()));
  }

  int intOption(int level, int name) {
    ByteBuffer length = option.slice(8, 4).order(ByteOrder.nativeOrder());
    length.putInt(0, Integer.BYTES);
    check("getsockopt", what, LibC.C.getsockopt(number(), level, name, option, length));
    return option.getInt(0);
  }

  /** A large receive buffer: beyond the system's limit where we may, else as far as it goes. */
  void receiveBuffer(int octets) {
    if (!tryOption(LinuxAbi.SOL_SOCKET, LinuxAbi.SO_RCVBUFFORCE, octets)) {
      option(LinuxAbi.SOL_SOCKET, LinuxAbi.SO_RCVBUF, octets);
    }
  }

  /** Sends what is between position and limit of a direct buffer. */
  void sendTo(ByteBuffer data, ByteBuffer to) {
    int addressLength = to == null ? 0 : to.remaining();
    long sent;
    do {
      sent = LibC.C.sendto(number(), data, data.remaining(), 0, to, addressLength);
    } while (sent < 0 && Errno.EINTR.is(LibC.errno()));
    if (sent < 0) {
      throw failed("sendto");
    }
    if (sent != data.remaining()) {
      throw new SystemCallException("sendto", what + " short", Errno.EMSGSIZE.number());
    }
  }

  @Override
  public void close() {
    if (number >= 0) {
      // Whatever it answers, the descriptor is gone: close(2).
      LibC.C.close(number);
      number = -1;
    }
  }
}
