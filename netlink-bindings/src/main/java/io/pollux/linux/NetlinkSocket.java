package io.pollux.linux;

import io.pollux.linux.LinuxLayout.Iovec;
import io.pollux.linux.LinuxLayout.Mmsghdr;
import io.pollux.linux.LinuxLayout.Msghdr;
import io.pollux.linux.LinuxLayout.SockaddrNl;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A netlink(7) socket: sends datagrams of requests to the kernel, receives one or many at a time
 * into one large direct buffer. Datagrams that do not come from the kernel are dropped.
 */
public final class NetlinkSocket implements AutoCloseable {
  private static final int NAME_STEP = 16; // of a sockaddr_nl, aligned

  private final Fd fd;
  private final int portId;
  private final Poller poller = new Poller();
  private final ByteBuffer buffer;
  private final int slots;
  private final int slotSize;
  private final ByteBuffer headers;
  private final ByteBuffer vectors;
  private final ByteBuffer names;
  private int received; // slots that the kernel has filled

  /**
   * How a socket receives.
   *
   * @param receiveBuffer octets that the kernel may queue (SO_RCVBUFFORCE, else SO_RCVBUF)
   * @param slots datagrams taken by one system call
   * @param slotSize octets for each; a longer datagram is an EMSGSIZE
   * @param strictChecking NETLINK_GET_STRICT_CHK: filters in dump requests are obeyed
   */
  public record Options(int receiveBuffer, int slots, int slotSize, boolean strictChecking) {
    /** For requests in batches: up to 64 answers at once, dumps in pieces of 32 KiB. */
    public static final Options REQUESTS = new Options(4 << 20, 64, 32 << 10, false);

    /** For notifications: the kernel may queue 16 MiB before it drops some. */
    public static final Options NOTIFICATIONS = new Options(16 << 20, 64, 32 << 10, false);
  }

  /** Opens a socket of NETLINK_XFRM (6) or NETLINK_ROUTE (0), bound to a port id of its own. */
  public static NetlinkSocket open(int protocol, Options options) {
    Fd fd = Fd.socket("netlink " + protocol, LinuxAbi.AF_NETLINK, LinuxAbi.SOCK_RAW, protocol);
    try {
      return new NetlinkSocket(fd, options);
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private NetlinkSocket(Fd fd, Options options) {
    this.fd = fd;
    fd.receiveBuffer(options.receiveBuffer);
    fd.option(LinuxAbi.SOL_NETLINK, LinuxAbi.NETLINK_EXT_ACK, 1);
    fd.option(LinuxAbi.SOL_NETLINK, LinuxAbi.NETLINK_CAP_ACK, 1);
    if (options.strictChecking) {
      fd.option(LinuxAbi.SOL_NETLINK, LinuxAbi.NETLINK_GET_STRICT_CHK, 1);
    }
    this.portId = bind();
    this.slots = options.slots;
    this.slotSize = options.slotSize;
    this.buffer = direct(slots * slotSize);
    this.headers = direct(slots * Mmsghdr.SIZE);
    this.vectors = direct(slots * Iovec.SIZE);
    this.names = direct(slots * NAME_STEP);
    long data = MemorySegment.ofBuffer(buffer).address();
    long vector = MemorySegment.ofBuffer(vectors).address();
    long name = MemorySegment.ofBuffer(names).address();
    for (int i = 0; i < slots; i++) {
      vectors.putLong(i * Iovec.SIZE, data + (long) i * slotSize);
      vectors.putLong(i * Iovec.SIZE + Iovec.IOV_LEN, slotSize);
      headers.putInt(i * Mmsghdr.SIZE + Msghdr.MSG_NAMELEN, SockaddrNl.SIZE);
      headers.putLong(i * Mmsghdr.SIZE + Msghdr.MSG_NAME, name + (long) i * NAME_STEP);
      headers.putLong(i * Mmsghdr.SIZE + Msghdr.MSG_IOV, vector + (long) i * Iovec.SIZE);
      headers.putLong(i * Mmsghdr.SIZE + Msghdr.MSG_IOVLEN, 1);
    }
  }

  private int bind() {
    ByteBuffer address = direct(SockaddrNl.SIZE);
    address.putShort(0, (short) LinuxAbi.AF_NETLINK);
    fd.bind(address);
    ByteBuffer length = direct(Integer.BYTES).putInt(0, SockaddrNl.SIZE);
    Fd.check("getsockname", "", LibC.C.getsockname(fd.number(), address, length));
    return address.getInt(SockaddrNl.NL_PID);
  }

  /** The number by which the kernel addresses this socket: nlmsg_pid of its answers. */
  public int portId() {
    return portId;
  }

  /** Octets that the kernel may queue, as it says (twice what was asked for). */
  public int receiveBufferSize() {
    return fd.intOption(LinuxAbi.SOL_SOCKET, LinuxAbi.SO_RCVBUF);
  }

  /** Joins a multicast group, by its number (XFRMNLGRP_*, RTNLGRP_*). */
  public void join(int group) {
    fd.option(LinuxAbi.SOL_NETLINK, LinuxAbi.NETLINK_ADD_MEMBERSHIP, group);
  }

  /** Leaves a multicast group. */
  public void leave(int group) {
    fd.option(LinuxAbi.SOL_NETLINK, LinuxAbi.NETLINK_DROP_MEMBERSHIP, group);
  }

  /** Sends what is between position and limit of a direct buffer, as one datagram. */
  public void send(ByteBuffer datagram) {
    fd.sendTo(datagram, null);
  }

  /**
   * Waits for input.
   *
   * @param wakeUp may end the wait; null for none
   * @param timeoutMs milliseconds; negative for ever
   */
  public Ready await(WakeUp wakeUp, long timeoutMs) {
    return poller.await(fd.number(), wakeUp, timeoutMs);
  }

  /**
   * Takes what has arrived, up to all slots, without waiting. Then {@link #buffer}, {@link #start}
   * and {@link #length} tell it, until the next call.
   *
   * @return how many datagrams; 0 when none is there
   * @throws SystemCallException ENOBUFS once after the kernel has dropped some; EMSGSIZE when one
   *     was longer than a slot
   */
  public int receive() {
    for (int i = 0; i < received; i++) {
      headers.putInt(
          i * Mmsghdr.SIZE + Msghdr.MSG_NAMELEN, SockaddrNl.SIZE); // the kernel has written over it
    }
    int count;
    do {
      count = LibC.C.recvmmsg(fd.number(), headers, slots, LinuxAbi.MSG_DONTWAIT, null);
    } while (count < 0 && Errno.EINTR.is(LibC.errno()));
    if (count < 0 && Errno.EAGAIN.is(LibC.errno())) {
      received = 0;
      return 0;
    }
    received = Math.max(count, 0);
    if (count < 0) {
      throw fd.failed("recvmmsg");
    }
    for (int i = 0; i < count; i++) {
      if ((headers.getInt(i * Mmsghdr.SIZE + Msghdr.MSG_FLAGS) & LinuxAbi.MSG_TRUNC) != 0) {
        throw new SystemCallException(
            "recvmmsg", "datagram over " + slotSize + " octets", Errno.EMSGSIZE.number());
      }
    }
    return count;
  }

  /** Where all slots are, in native order. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Where a datagram of the last {@link #receive} starts. */
  public int start(int index) {
    return index * slotSize;
  }

  /** Octets of a datagram of the last {@link #receive}; 0 for one that is not from the kernel. */
  public int length(int index) {
    boolean fromKernel = names.getInt(index * NAME_STEP + SockaddrNl.NL_PID) == 0;
    return fromKernel ? headers.getInt(index * Mmsghdr.SIZE + Mmsghdr.MSG_LEN) : 0;
  }

  /** Zeros over what the last {@link #receive} brought: it held keys. */
  public void wipe() {
    for (int i = 0; i < received; i++) {
      int length = headers.getInt(i * Mmsghdr.SIZE + Mmsghdr.MSG_LEN);
      MemorySegment.ofBuffer(buffer).asSlice((long) i * slotSize, length).fill((byte) 0);
    }
  }

  private static ByteBuffer direct(int octets) {
    return ByteBuffer.allocateDirect(octets).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    fd.close();
  }
}
