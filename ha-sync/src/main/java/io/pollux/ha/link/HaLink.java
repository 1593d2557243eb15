package io.pollux.ha.link;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.pollux.ike.wire.Octets;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The link between the two nodes: one TLS 1.3 connection for each address pair, one of them in use,
 * the other warm.
 *
 * <p>The node with the smaller fingerprint dials, the other listens. The dialer puts a connection
 * to use by saying HELLO on it; when that connection ends it says HELLO on the warm one at once.
 * Lost connections are dialed again with back-off.
 */
public final class HaLink implements AutoCloseable {
  private static final int MAX_HANDSHAKES = 8; // strangers can make no more than this wait
  private static final WriteBufferWaterMark WATER =
      new WriteBufferWaterMark(128 << 10, 512 << 10); // a barrier waits for no more than this

  private final LinkConfig config;
  private final LongAdder skipped = new LongAdder();
  private final LinkListener listener;
  private final boolean dials;
  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup loop;
  private final List<LinkConnection> connections = new CopyOnWriteArrayList<>();
  private final Map<LinkPath, InetSocketAddress> bound = new ConcurrentHashMap<>();
  private final Map<LinkDown.How, Long> losses = new ConcurrentHashMap<>();
  private final Owner owner = new Owner();
  private volatile LinkConnection inUse; // null while there is none
  private boolean promised; // the listener was told of another path, and of none in use since
  private volatile Octets health = Octets.EMPTY;
  private volatile boolean closed;

  public HaLink(LinkConfig config, LinkListener listener) {
    this.config = config;
    this.listener = listener;
    this.dials = config.own().nodeNumber(config.peer()) == 0;
    this.loop =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("ha-link", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /** Starts to listen or to dial; everything else comes through the listener. */
  public void start() {
    for (LinkPath path : config.paths()) {
      loop.execute(() -> open(path, 0));
    }
  }

  /** What the next heartbeats say about this node. */
  public void health(Octets octets) {
    health = octets;
  }

  /** Where this node listens for {@code path}; empty until it does, and always on the dialer. */
  public Optional<InetSocketAddress> listensAt(LinkPath path) {
    return Optional.ofNullable(bound.get(path));
  }

  /** Whether this node is the one that dials. */
  public boolean dials() {
    return dials;
  }

  public LinkStatus status() {
    List<LinkStatus.PathStatus> paths = new ArrayList<>();
    for (LinkPath path : config.paths()) {
      Optional<LinkConnection> ready = connected(path);
      paths.add(
          new LinkStatus.PathStatus(
              path,
              ready.isPresent(),
              ready.isPresent() && ready.get() == inUse,
              ready.map(LinkConnection::rttNs).orElse(-1L),
              ready.map(LinkConnection::heardAgeNs).orElse(-1L)));
    }
    return new LinkStatus(paths, losses, skipped.sum());
  }

  /** Closes everything; the peer sees a FIN. Nothing comes through the listener afterwards. */
  @Override
  public void close() {
    closed = true;
    connections.forEach(LinkConnection::shut);
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  private void open(LinkPath path, int failures) {
    if (closed) {
      return;
    }
    if (dials) {
      dial(path, failures);
    } else {
      listen(path, failures);
    }
  }

  private void listen(LinkPath path, int failures) {
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loop)
            .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(new Pipeline(path));
    if (epoll) {
      server.option(EpollChannelOption.IP_FREEBIND, true); // the address may come later
      server.childOption(EpollChannelOption.TCP_USER_TIMEOUT, config.times().silence());
    }
    server
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
        .bind(path.local())
        .addListener(
            (ChannelFuture done) -> {
              if (done.isSuccess()) {
                bound.put(path, (InetSocketAddress) done.channel().localAddress());
              } else {
                failed(path, "listen on " + path.local(), done.cause());
                later(path, failures);
              }
            });
  }

  private void dial(LinkPath path, int failures) {
    Bootstrap client =
        new Bootstrap()
            .group(loop)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, config.times().connect())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
            .handler(new Pipeline(path));
    if (epoll) {
      client.option(EpollChannelOption.TCP_USER_TIMEOUT, config.times().silence());
    }
    client
        .connect(path.peer(), new InetSocketAddress(path.local().getAddress(), 0))
        .addListener(
            (ChannelFuture done) -> {
              if (done.isSuccess()) {
                long sinceNs = System.nanoTime();
                ended(done.channel()).addListener(_ -> later(path, lasted(sinceNs) ? 0 : failures));
              } else {
                failed(path, "connect to " + path.peer(), done.cause());
                later(path, failures);
              }
            });
  }

  private static Future<?> ended(Channel channel) {
    LinkConnection made = channel.pipeline().get(LinkConnection.class);
    return made == null ? channel.closeFuture() : made.ended();
  }

  /** Whether a connection was no mere attempt. */
  private boolean lasted(long sinceNs) {
    return System.nanoTime() - sinceNs > TimeUnit.MILLISECONDS.toNanos(config.times().silence());
  }

  private void failed(LinkPath path, String what, Throwable cause) {
    LinkDown why = new LinkDown(LinkDown.How.UNREACHABLE, what + ": " + cause.getMessage());
    losses.merge(why.how(), 1L, Long::sum);
    if (!closed) {
      listener.disconnected(path, why);
    }
  }

  private void later(LinkPath path, int failures) {
    if (closed) {
      return;
    }
    LinkTimes times = config.times();
    long delay = Math.min(times.backoffMax(), (long) times.backoffMin() << Math.min(failures, 20));
    long jitter = delay < 2 ? 0 : config.jitter().applyAsLong(delay / 2);
    loop.schedule(() -> open(path, failures + 1), delay + jitter, TimeUnit.MILLISECONDS);
  }

  private Optional<LinkConnection> connected(LinkPath path) {
    return connections.stream().filter(c -> c.ready() && c.path().equals(path)).findFirst();
  }

  private void use(LinkConnection connection) {
    inUse = connection;
    promised = false;
    listener.up(connection);
  }

  private long handshakes(LinkPath path) {
    return connections.stream().filter(c -> !c.ready() && c.path().equals(path)).count();
  }

  /** What becomes of a connection, on the event loop. */
  private final class Owner implements LinkConnection.Owner {
    @Override
    public void opened(LinkConnection connection) {
      connections.add(connection);
    }

    @Override
    public void ready(LinkConnection connection) {
      for (LinkConnection other : connections) { // the peer has no use for its older ones
        if (other != connection
            && other != inUse
            && other.ready()
            && other.path().equals(connection.path())) {
          other.end(new LinkDown(LinkDown.How.SUPERSEDED, "by a newer connection"));
        }
      }
      listener.connected(connection.path());
      if (dials && inUse == null) {
        use(connection);
      }
    }

    @Override
    public void message(LinkConnection connection, LinkMessage message) {
      if (connection != inUse && !dials && message instanceof LinkMessage.Hello) {
        LinkConnection old = inUse;
        if (old != null) {
          LinkDown why =
              new LinkDown(LinkDown.How.SUPERSEDED, "peer uses " + connection.path().name());
          listener.down(old.path(), why, true);
          inUse = null;
          old.end(why);
        }
        use(connection);
      }
      if (connection == inUse && !closed) {
        listener.message(message);
      }
    }

    @Override
    public void writable(LinkConnection connection) {
      if (connection == inUse && !closed) {
        listener.writable();
      }
    }

    @Override
    public void lost(LinkConnection connection, LinkDown why) {
      connections.remove(connection);
      losses.merge(why.how(), 1L, Long::sum);
      if (closed) {
        return;
      }
      listener.disconnected(connection.path(), why);
      Optional<LinkConnection> warm =
          connections.stream().filter(LinkConnection::ready).findFirst();
      if (connection == inUse) {
        inUse = null;
        promised = warm.isPresent();
        listener.down(connection.path(), why, warm.isPresent());
        if (dials && warm.isPresent()) {
          use(warm.get());
        }
      } else if (promised && warm.isEmpty()) {
        // The one who dials is gone before it could say HELLO there: with two paths a process that
        // ends closes both.
        promised = false;
        listener.down(connection.path(), why, false);
      }
    }

    @Override
    public Octets health() {
      return health;
    }
  }

  private final class Pipeline extends ChannelInitializer<Channel> {
    private final LinkPath path;

    Pipeline(LinkPath path) {
      this.path = path;
    }

    @Override
    protected void initChannel(Channel channel) throws GeneralSecurityException {
      if (!dials && handshakes(path) >= MAX_HANDSHAKES) {
        channel.close();
        return;
      }
      LinkConnection connection = new LinkConnection(owner, path, dials, config);
      SslHandler tls = new SslHandler(PinnedTls.engine(config.own(), config.peer(), dials));
      tls.setHandshakeTimeoutMillis(config.times().handshake());
      tls.setCloseNotifyFlushTimeoutMillis(config.times().silence());
      channel
          .pipeline()
          .addLast(tls)
          .addLast(new FlushConsolidationHandler(256, true))
          .addLast(new LinkDecoder(skipped::increment))
          .addLast(connection);
    }
  }
}
