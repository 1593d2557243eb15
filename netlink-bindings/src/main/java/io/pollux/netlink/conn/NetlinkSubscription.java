package io.pollux.netlink.conn;

import io.pollux.linux.Errno;
import io.pollux.linux.NetlinkSocket;
import io.pollux.linux.SystemCallException;
import io.pollux.linux.WakeUp;
import io.pollux.netlink.route.RtNotification;
import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlNotification;
import io.pollux.netlink.xfrm.XfrmNotification;

/**
 * Multicast groups of one netlink family. One thread calls {@link #poll} in a loop; any thread may
 * end its wait by {@link #wakeUp}.
 */
public final class NetlinkSubscription implements AutoCloseable {
  /** Takes what the kernel tells. */
  public interface Listener {
    void notification(NlNotification notification);

    /** The kernel had to drop notifications: read everything again. */
    void overrun();

    /** A message that cannot be read; it is dropped. */
    void malformed(MalformedNetlink problem);
  }

  /** How a wait ended. */
  public enum Polled {
    /** The listener was called. */
    NOTIFIED,
    /** {@link #wakeUp} was called. */
    WOKEN,
    /** Nothing came in time. */
    TIMEOUT
  }

  private interface Reader {
    NlNotification read(NlMessages message) throws MalformedNetlink;
  }

  private final NetlinkSocket socket;
  private final NlMessages in;
  private final Reader reader;
  private final WakeUp wakeUp = new WakeUp();

  private NetlinkSubscription(NetlinkSocket socket, Reader reader, int... groups) {
    this.socket = socket;
    this.reader = reader;
    this.in = new NlMessages(socket.buffer(), 0, 0);
    for (int group : groups) {
      socket.join(group);
    }
  }

  /** Groups of the XFRM family, by number (XFRMNLGRP_*): {@link XfrmNotification}s. */
  public static NetlinkSubscription xfrm(int... groups) {
    return xfrm(NetlinkSocket.Options.NOTIFICATIONS, groups);
  }

  /** The same over a socket with other buffers. */
  public static NetlinkSubscription xfrm(NetlinkSocket.Options options, int... groups) {
    return open(NlConst.NETLINK_XFRM, options, XfrmNotification::read, groups);
  }

  /** Groups of rtnetlink, by number (RTNLGRP_*): {@link RtNotification}s. */
  public static NetlinkSubscription route(int... groups) {
    return route(NetlinkSocket.Options.NOTIFICATIONS, groups);
  }

  /** The same over a socket with other buffers. */
  public static NetlinkSubscription route(NetlinkSocket.Options options, int... groups) {
    return open(NlConst.NETLINK_ROUTE, options, RtNotification::read, groups);
  }

  private static NetlinkSubscription open(
      int protocol, NetlinkSocket.Options options, Reader reader, int... groups) {
    NetlinkSocket socket = NetlinkSocket.open(protocol, options);
    try {
      return new NetlinkSubscription(socket, reader, groups);
    } catch (RuntimeException e) {
      socket.close(); // a kernel may lack a group
      throw e;
    }
  }

  /**
   * Waits for notifications and hands those that have come to the listener, in order.
   *
   * @param timeoutMs milliseconds; negative for ever
   */
  public Polled poll(Listener listener, long timeoutMs) {
    return switch (socket.await(wakeUp, timeoutMs)) {
      case WOKEN -> Polled.WOKEN;
      case TIMEOUT -> Polled.TIMEOUT;
      case INPUT -> {
        take(listener);
        yield Polled.NOTIFIED;
      }
    };
  }

  /** Ends the wait of the polling thread, or its next one. */
  public void wakeUp() {
    wakeUp.signal();
  }

  private void take(Listener listener) {
    int datagrams;
    try {
      datagrams = socket.receive();
    } catch (SystemCallException e) {
      if (!e.is(Errno.ENOBUFS)) {
        throw e;
      }
      listener.overrun();
      return;
    }
    for (int i = 0; i < datagrams; i++) {
      in.reset(socket.start(i), socket.start(i) + socket.length(i));
      try {
        while (in.next()) {
          if (in.type() >= NlConst.NLMSG_MIN_TYPE) {
            listener.notification(reader.read(in));
          }
        }
      } catch (MalformedNetlink e) {
        listener.malformed(e);
      }
    }
    socket.wipe(); // news of SAs hold keys
  }

  @Override
  public void close() {
    socket.close();
    wakeUp.close();
  }
}
