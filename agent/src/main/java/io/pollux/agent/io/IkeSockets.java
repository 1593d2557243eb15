package io.pollux.agent.io;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.wire.Octets;
import io.pollux.linux.SocketOptions;
import io.pollux.netlink.xfrm.SocketPolicy;
import io.pollux.netlink.xfrm.XfrmConst;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * UDP 500 and 4500, one socket for each local address (RFC 7296 section 2, RFC 3948). They are
 * bound before the node owns the address (IP_FREEBIND), so that a takeover binds nothing; each has
 * bypass policies of its own (IP_XFRM_POLICY), so that IKE is never caught by a tunnel.
 */
public final class IkeSockets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");
  private static final int MAX_DATAGRAM = 65_535;
  private static final int NON_ESP_MARKER = 4; // zero octets, RFC 3948 section 2.2
  private static final int HEADER = 28; // a shorter datagram is no IKE message

  /** Who gets what arrives; called on the event loop's thread, must not block. */
  public interface Receiver {
    void received(Endpoint local, Endpoint peer, Octets octets);
  }

  private final EventLoopGroup group;
  private final int natPort;
  private final Receiver receiver;
  private final Map<Endpoint, Channel> channels = new ConcurrentHashMap<>();

  /** Datagrams sent, received, too short, and refused by the kernel when sending. */
  public final LongAdder sent = new LongAdder();

  public final LongAdder receivedCount = new LongAdder();
  public final LongAdder tooShort = new LongAdder();
  public final LongAdder sendRefused = new LongAdder();

  public IkeSockets(EventLoopGroup group, int natPort, Receiver receiver) {
    this.group = group;
    this.natPort = natPort;
    this.receiver = receiver;
  }

  /** Opens the sockets of {@code addresses} on both ports; those that are open stay. */
  public void open(Set<InetAddress> addresses, int port) throws IOException {
    for (InetAddress address : addresses) {
      bind(new Endpoint(address, port));
      bind(new Endpoint(address, natPort));
    }
  }

  private void bind(Endpoint local) throws IOException {
    if (channels.containsKey(local)) {
      return;
    }
    boolean v4 = local.address() instanceof Inet4Address;
    RawUnixChannelOption policy =
        v4
            ? bypassOption(SocketOptions.SOL_IP, SocketOptions.IP_XFRM_POLICY)
            : bypassOption(SocketOptions.SOL_IPV6, SocketOptions.IPV6_XFRM_POLICY);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(group)
            .channelFactory(
                () ->
                    new EpollDatagramChannel(
                        v4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6))
            .option(EpollChannelOption.IP_FREEBIND, true)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM))
            .option(ChannelOption.SO_RCVBUF, 4 << 20)
            .handler(new Handler(local));
    bootstrap.option(policy, bypass(v4, XfrmConst.XFRM_POLICY_IN));
    Channel channel;
    try {
      channel =
          bootstrap.bind(new InetSocketAddress(local.address(), local.port())).sync().channel();
      channel.config().setOption(policy, bypass(v4, XfrmConst.XFRM_POLICY_OUT));
      if (local.port() == natPort) {
        channel
            .config()
            .setOption(
                new IntegerUnixChannelOption(
                    "UDP_ENCAP", SocketOptions.SOL_UDP, SocketOptions.UDP_ENCAP),
                SocketOptions.UDP_ENCAP_ESPINUDP);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while binding " + local, e);
    } catch (RuntimeException refused) {
      throw new IOException("UDP " + local + ": " + refused.getMessage(), refused);
    }
    channels.put(local, channel);
    LOG.info("listening on UDP {}", local);
  }

  private static RawUnixChannelOption bypassOption(int level, int option) {
    return new RawUnixChannelOption("IP_XFRM_POLICY", level, option, SocketPolicy.SIZE);
  }

  private static ByteBuffer bypass(boolean v4, int direction) {
    return v4 ? SocketPolicy.bypassIpv4(direction) : SocketPolicy.bypassIpv6(direction);
  }

  /**
   * Sends, with the non-ESP marker where the local port asks for it. Errors are counted: IKE
   * repeats what matters.
   */
  public void send(Endpoint local, Endpoint peer, Octets octets) {
    Channel channel = channels.get(local);
    if (channel == null) {
      sendRefused.increment();
      LOG.warn("no socket for {}: a message to {} was not sent", local, peer);
      return;
    }
    boolean keepalive = octets.length() == 1; // RFC 3948 section 2.3: no marker
    ByteBuf marker =
        Unpooled.wrappedBuffer(
            new byte[local.port() == natPort && !keepalive ? NON_ESP_MARKER : 0]);
    ByteBuf body = Unpooled.wrappedBuffer(marker, Unpooled.wrappedBuffer(octets.toArray()));
    channel
        .writeAndFlush(new DatagramPacket(body, new InetSocketAddress(peer.address(), peer.port())))
        .addListener(
            done -> {
              if (done.isSuccess()) {
                sent.increment();
              } else {
                sendRefused.increment();
                LOG.debug("{} -> {}: {}", local, peer, String.valueOf(done.cause()));
              }
            });
  }

  @Override
  public void close() {
    channels.values().forEach(c -> c.close().syncUninterruptibly());
    channels.clear();
  }

  private final class Handler extends SimpleChannelInboundHandler<DatagramPacket> {
    private final Endpoint local;

    Handler(Endpoint local) {
      this.local = local;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      ByteBuf in = packet.content();
      receivedCount.increment();
      if (local.port() == natPort) {
        if (in.readableBytes() < NON_ESP_MARKER || in.readInt() != 0) {
          tooShort.increment(); // ESP for which the kernel knows no SA, or noise
          return;
        }
      }
      if (in.readableBytes() < HEADER) {
        tooShort.increment();
        return;
      }
      byte[] octets = new byte[in.readableBytes()];
      in.readBytes(octets);
      InetSocketAddress sender = packet.sender();
      receiver.received(
          local, new Endpoint(sender.getAddress(), sender.getPort()), Octets.owning(octets));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug(
          "UDP {}: {}", local, cause.toString()); // ICMP errors arrive here; retransmission decides
    }
  }
}
