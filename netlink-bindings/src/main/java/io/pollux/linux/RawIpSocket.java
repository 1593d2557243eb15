package io.pollux.linux;

import io.pollux.linux.LinuxLayout.Cmsghdr;
import io.pollux.linux.LinuxLayout.In6Pktinfo;
import io.pollux.linux.LinuxLayout.InPktinfo;
import io.pollux.linux.LinuxLayout.Iovec;
import io.pollux.linux.LinuxLayout.IpMreqn;
import io.pollux.linux.LinuxLayout.Ipv6Mreq;
import io.pollux.linux.LinuxLayout.Msghdr;
import io.pollux.linux.LinuxLayout.SockaddrIn6;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A raw(7) socket of one IP protocol on one device, such as VRRP's: multicast and unicast, with the
 * source, destination, TTL and device of what it receives. Other groups than those that it has
 * joined do not reach it.
 */
public final class RawIpSocket implements AutoCloseable {
  private static final int CONTROL = 256;
  private static final int IPV4_HEADER = 20;
  private static final int IPV4_TTL = 8;
  private static final int IPV4_SOURCE = 12;
  private static final int IPV4_DESTINATION = 16;

  private final Options options;
  private final Fd fd;
  private final Poller poller = new Poller();
  private final ByteBuffer address = SocketAddresses.direct(SockaddrIn6.SIZE);
  private final ByteBuffer sender = SocketAddresses.direct(SockaddrIn6.SIZE);
  private final ByteBuffer control = SocketAddresses.direct(CONTROL);
  private final ByteBuffer vector = SocketAddresses.direct(Iovec.SIZE);
  private final ByteBuffer header = SocketAddresses.direct(Msghdr.SIZE);
  private final ByteBuffer data;

  /**
   * What a socket is for.
   *
   * @param protocol 112 for VRRP (RFC 9568)
   * @param ifname the device; nothing comes or goes by another one
   * @param ttl of what it sends, unicast and multicast: 255 for VRRP
   * @param loop whether its own multicasts reach this machine too
   * @param headerIncluded IPv4: what is sent starts with an IP header (length, identification and
   *     checksum are the kernel's), so that the source may be any address
   * @param maxOctets of a packet received; a longer one is cut
   */
  public record Options(
      boolean ipv6,
      int protocol,
      String ifname,
      int ttl,
      boolean loop,
      boolean headerIncluded,
      int maxOctets) {
    private static final int VRRP = 112; // RFC 9568 section 5.1.1.4
    private static final int CS6 = 0xc0; // RFC 2474 section 4.2.2: what keeps a network running

    /** VRRP on a device: TTL 255, own packets not looped back. */
    public static Options vrrp(boolean ipv6, String ifname) {
      return new Options(ipv6, VRRP, ifname, 255, false, false, 2048);
    }

    /** TOS or Traffic Class of what it sends: routers mark their own protocols, VRRP's too. */
    int trafficClass() {
      return protocol == VRRP ? CS6 : 0;
    }
  }

  private RawIpSocket(Fd fd, Options options) {
    this.fd = fd;
    this.options = options;
    this.data = SocketAddresses.direct(options.maxOctets);
    vector.putLong(Iovec.IOV_BASE, MemorySegment.ofBuffer(data).address());
    vector.putLong(Iovec.IOV_LEN, options.maxOctets);
    header.putLong(Msghdr.MSG_NAME, MemorySegment.ofBuffer(sender).address());
    header.putLong(Msghdr.MSG_IOV, MemorySegment.ofBuffer(vector).address());
    header.putLong(Msghdr.MSG_IOVLEN, 1);
    header.putLong(Msghdr.MSG_CONTROL, MemorySegment.ofBuffer(control).address());
  }

  /** Opens one; needs CAP_NET_RAW. */
  public static RawIpSocket open(Options options) {
    int family = options.ipv6 ? LinuxAbi.AF_INET6 : LinuxAbi.AF_INET;
    String what = "raw " + options.protocol + " " + options.ifname;
    Fd fd = Fd.socket(what, family, LinuxAbi.SOCK_RAW, options.protocol);
    try {
      RawIpSocket socket = new RawIpSocket(fd, options);
      socket.configure();
      return socket;
    } catch (RuntimeException e) {
      fd.close();
      throw e;
    }
  }

  private void configure() {
    byte[] name = (options.ifname + "\0").getBytes(StandardCharsets.UTF_8);
    ByteBuffer device = SocketAddresses.direct(name.length).put(0, name);
    fd.option(LinuxAbi.SOL_SOCKET, LinuxAbi.SO_BINDTODEVICE, device);
    int loop = options.loop ? 1 : 0;
    if (options.ipv6) {
      fd.option(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_RECVPKTINFO, 1);
      fd.option(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_RECVHOPLIMIT, 1);
      fd.option(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_UNICAST_HOPS, options.ttl);
      fd.option(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_MULTICAST_HOPS, options.ttl);
      fd.option(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_TCLASS, options.trafficClass());
      fd.option(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_MULTICAST_LOOP, loop);
      fd.option(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_MULTICAST_IF, ifindex());
      fd.tryOption(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_MULTICAST_ALL, 0);
      return;
    }
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_PKTINFO, 1);
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_RECVTTL, 1);
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_TTL, options.ttl);
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_MULTICAST_TTL, options.ttl);
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_TOS, options.trafficClass());
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_MULTICAST_LOOP, loop);
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_MULTICAST_ALL, 0);
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_HDRINCL, options.headerIncluded ? 1 : 0);
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_MULTICAST_IF, mreqn(new byte[4], new byte[4]));
  }

  private int ifindex() {
    return Interfaces.index(options.ifname);
  }

  private ByteBuffer mreqn(byte[] group, byte[] local) {
    ByteBuffer request = SocketAddresses.direct(IpMreqn.SIZE);
    request.put(IpMreqn.IMR_MULTIADDR, group).put(IpMreqn.IMR_ADDRESS, local);
    return request.putInt(IpMreqn.IMR_IFINDEX, ifindex());
  }

  /**
   * Sends from this address, and receives unicasts only for it. EADDRNOTAVAIL when it is not this
   * machine's.
   */
  public void bind(InetAddress source) {
    fd.bind(SocketAddresses.put(address, source, ifindex()));
  }

  /** Sends IPv4 multicasts from this address, without binding. */
  public void multicastFrom(InetAddress source) {
    ByteBuffer request = mreqn(new byte[4], source.getAddress());
    fd.option(LinuxAbi.SOL_IP, LinuxAbi.IP_MULTICAST_IF, request);
  }

  /** Joins a group on the device: 224.0.0.18 and ff02::12 are VRRP's. */
  public void join(InetAddress group) {
    membership(group, LinuxAbi.IP_ADD_MEMBERSHIP, LinuxAbi.IPV6_ADD_MEMBERSHIP);
  }

  /** Leaves a group. */
  public void leave(InetAddress group) {
    membership(group, LinuxAbi.IP_DROP_MEMBERSHIP, LinuxAbi.IPV6_DROP_MEMBERSHIP);
  }

  private void membership(InetAddress group, int ipv4Option, int ipv6Option) {
    if (options.ipv6) {
      ByteBuffer request = SocketAddresses.direct(Ipv6Mreq.SIZE);
      request.put(Ipv6Mreq.IPV6MR_MULTIADDR, group.getAddress());
      request.putInt(Ipv6Mreq.IPV6MR_INTERFACE, ifindex());
      fd.option(LinuxAbi.SOL_IPV6, ipv6Option, request);
    } else {
      fd.option(LinuxAbi.SOL_IP, ipv4Option, mreqn(group.getAddress(), new byte[4]));
    }
  }

  /** Sends what is between position and limit of a direct buffer to one address. */
  public void send(ByteBuffer packet, InetAddress destination) {
    int scope = options.ipv6 ? ifindex() : 0;
    fd.sendTo(packet, SocketAddresses.put(address, destination, scope));
  }

  /**
   * Waits for a packet.
   *
   * @param wakeUp may end the wait; null for none
   * @param timeoutMs milliseconds; negative for ever
   */
  public Ready await(WakeUp wakeUp, long timeoutMs) {
    return poller.await(fd.number(), wakeUp, timeoutMs);
  }

  /** Takes a packet that has come, without waiting; empty when none is there. */
  public Optional<RawDatagram> receive() {
    header.putInt(Msghdr.MSG_NAMELEN, SockaddrIn6.SIZE);
    header.putLong(Msghdr.MSG_CONTROLLEN, CONTROL);
    long octets;
    do {
      octets = LibC.C.recvmsg(fd.number(), header, LinuxAbi.MSG_DONTWAIT);
    } while (octets < 0 && Errno.EINTR.is(LibC.errno()));
    if (octets < 0 && Errno.EAGAIN.is(LibC.errno())) {
      return Optional.empty();
    }
    if (octets < 0) {
      throw fd.failed("recvmsg");
    }
    return options.ipv6 ? readIpv6((int) octets) : readIpv4((int) octets);
  }

  private Optional<RawDatagram> readIpv4(int octets) {
    int length = (data.get(0) & 0xf) * Integer.BYTES;
    if (octets < IPV4_HEADER || length < IPV4_HEADER || length > octets) {
      return Optional.empty(); // the kernel checks this before it hands a packet on
    }
    int info = controlOf(LinuxAbi.SOL_IP, LinuxAbi.IP_PKTINFO, InPktinfo.SIZE);
    return Optional.of(
        new RawDatagram(
            SocketAddresses.read(data, IPV4_SOURCE, 4),
            SocketAddresses.read(data, IPV4_DESTINATION, 4),
            Byte.toUnsignedInt(data.get(IPV4_TTL)),
            info < 0 ? 0 : control.getInt(info + InPktinfo.IPI_IFINDEX),
            payload(length, octets)));
  }

  private Optional<RawDatagram> readIpv6(int octets) {
    int info = controlOf(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_PKTINFO, In6Pktinfo.SIZE);
    int hops = controlOf(LinuxAbi.SOL_IPV6, LinuxAbi.IPV6_HOPLIMIT, Integer.BYTES);
    if (info < 0 || hops < 0) {
      return Optional.empty(); // both were asked for, so they are there
    }
    return Optional.of(
        new RawDatagram(
            SocketAddresses.read(sender, SockaddrIn6.SIN6_ADDR, 16),
            SocketAddresses.read(control, info + In6Pktinfo.IPI6_ADDR, 16),
            control.getInt(hops),
            control.getInt(info + In6Pktinfo.IPI6_IFINDEX),
            payload(0, octets)));
  }

  private ByteBuffer payload(int from, int to) {
    return data.slice(from, to - from).order(ByteOrder.BIG_ENDIAN).asReadOnlyBuffer();
  }

  /**
   * Where the data of a control message is that has at least so many octets; -1 if there is none.
   */
  private int controlOf(int level, int type, int octets) {
    int limit = (int) header.getLong(Msghdr.MSG_CONTROLLEN);
    int at = 0;
    while (limit - at >= Cmsghdr.SIZE) {
      long length = control.getLong(at + Cmsghdr.CMSG_LEN);
      if (length < Cmsghdr.SIZE || length > limit - at) {
        return -1;
      }
      if (control.getInt(at + Cmsghdr.CMSG_LEVEL) == level
          && control.getInt(at + Cmsghdr.CMSG_TYPE) == type
          && length >= Cmsghdr.SIZE + octets) {
        return at + Cmsghdr.SIZE;
      }
      at += (int) (length + Long.BYTES - 1) & -Long.BYTES; // CMSG_ALIGN
    }
    return -1;
  }

  int fd() {
    return fd.number();
  }

  @Override
  public void close() {
    fd.close();
  }
}
