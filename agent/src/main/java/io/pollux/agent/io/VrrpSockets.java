package io.pollux.agent.io;

import io.pollux.agent.guard.FenceMessage;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import io.pollux.ha.vrrp.VrrpOutput;
import io.pollux.ike.wire.Octets;
import io.pollux.linux.Interfaces;
import io.pollux.linux.RawDatagram;
import io.pollux.linux.RawIpSocket;
import io.pollux.linux.SocketPoll;
import io.pollux.linux.WakeUp;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One raw socket of protocol 112 for each VRRP instance (RFC 9568 section 5.1). Owned by the role
 * thread, {@link #wakeUp} apart.
 */
public final class VrrpSockets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.vrrp");
  private static final int PROTOCOL = 112;
  private static final int TTL = 255; // RFC 9568 section 5.1.1.3
  private static final int PRECEDENCE =
      0xc0; // internetwork control, as routers mark their protocols
  private static final InetAddress GROUP4 = address("224.0.0.18");
  private static final InetAddress GROUP6 = address("ff02::12");

  /** Who gets what arrives. */
  public interface Receiver {
    void received(String instance, InetAddress source, int ttl, Octets octets);
  }

  private final Map<String, RawIpSocket> sockets = new LinkedHashMap<>();
  private final Map<String, String> interfaces = new LinkedHashMap<>();
  private final WakeUp wake = new WakeUp();
  private final SocketPoll poll;
  private final ByteBuffer out = ByteBuffer.allocateDirect(4096);
  private long refused;

  /** Opens the sockets; needs CAP_NET_RAW. */
  public VrrpSockets(List<VrrpGroupConfig.Instance> instances) {
    for (VrrpGroupConfig.Instance instance : instances) {
      boolean v6 = instance.primaryAddress() instanceof Inet6Address;
      RawIpSocket socket = RawIpSocket.open(RawIpSocket.Options.vrrp(v6, instance.interfaceName()));
      if (instance.unicastPeers().isEmpty()) {
        socket.join(v6 ? GROUP6 : GROUP4);
        if (v6) {
          socket.bind(instance.primaryAddress()); // still hears the group
        } else {
          socket.multicastFrom(instance.primaryAddress());
        }
      } else {
        socket.bind(instance.primaryAddress());
      }
      sockets.put(instance.name(), socket);
      interfaces.put(instance.name(), instance.interfaceName());
    }
    poll = new SocketPoll(List.copyOf(sockets.values()));
  }

  /** Hands everything that has arrived to {@code receiver}. */
  public void drain(Receiver receiver) {
    for (Map.Entry<String, RawIpSocket> entry : sockets.entrySet()) {
      Optional<RawDatagram> packet;
      while ((packet = receive(entry.getKey(), entry.getValue())).isPresent()) {
        RawDatagram datagram = packet.get();
        receiver.received(
            entry.getKey(), datagram.source(), datagram.ttl(), Octets.of(datagram.payload()));
      }
    }
  }

  private static Optional<RawDatagram> receive(String instance, RawIpSocket socket) {
    try {
      return socket.receive();
    } catch (RuntimeException e) {
      LOG.debug(
          "vrrp={} receive: {}",
          instance,
          e.getMessage()); // an ICMP error, or the device went down
      return Optional.empty();
    }
  }

  /**
   * Waits until something arrives, {@link #wakeUp} is called, or the time has passed (negative: for
   * ever).
   */
  public void await(long timeoutMs) {
    poll.await(wake, timeoutMs);
  }

  /** Ends a wait; any thread may call it. */
  public void wakeUp() {
    wake.signal();
  }

  public void send(String instance, InetAddress source, InetAddress destination, Octets octets) {
    out.clear();
    octets.writeTo(out);
    out.flip();
    try {
      sockets.get(instance).send(out, destination);
    } catch (RuntimeException e) {
      if (refused++ % 100 == 0) {
        LOG.warn(
            "vrrp={} from {}: {} ({} refused so far)",
            instance,
            source.getHostAddress(),
            e.getMessage(),
            refused);
      }
    }
  }

  /** The same packet, with its IP header, for the guard. */
  public FenceMessage goodbye(VrrpOutput.Send packet) {
    int ifindex = Interfaces.index(interfaces.get(packet.instance()));
    byte[] whole = packet.source() instanceof Inet6Address ? ipv6(packet) : ipv4(packet);
    return packet.source() instanceof Inet6Address
        ? FenceMessage.ipv6(ifindex, whole)
        : FenceMessage.ipv4(ifindex, whole);
  }

  private static byte[] ipv4(VrrpOutput.Send packet) {
    int length = 20 + packet.octets().length();
    ByteBuffer ip =
        ByteBuffer.allocate(length); // RFC 791 section 3.1; the kernel fills in the checksum
    ip.put((byte) 0x45).put((byte) PRECEDENCE).putShort((short) length).putInt(0);
    ip.put((byte) TTL).put((byte) PROTOCOL).putShort((short) 0);
    ip.put(packet.source().getAddress()).put(packet.destination().getAddress());
    packet.octets().writeTo(ip);
    return ip.array();
  }

  private static byte[] ipv6(VrrpOutput.Send packet) {
    ByteBuffer ip = ByteBuffer.allocate(40 + packet.octets().length()); // RFC 8200 section 3
    ip.putInt(0x6c00_0000)
        .putShort((short) packet.octets().length())
        .put((byte) PROTOCOL)
        .put((byte) TTL);
    ip.put(packet.source().getAddress()).put(packet.destination().getAddress());
    packet.octets().writeTo(ip);
    return ip.array();
  }

  @Override
  public void close() {
    sockets.values().forEach(RawIpSocket::close);
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
