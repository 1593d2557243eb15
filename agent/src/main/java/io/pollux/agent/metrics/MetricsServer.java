package io.pollux.agent.metrics;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.pollux.agent.commands.Gateway;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /metrics} over HTTP/1.1 (RFC 9112), one request for each connection. As little of HTTP
 * as a scrape needs: everything that a stranger can grow is bounded.
 */
public final class MetricsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);
  private static final int MOST_LINE_OCTETS = 4096;
  private static final int MOST_LINES = 64;
  private static final int MOST_CONNECTIONS = 16;
  private static final int IDLE_SECONDS = 10;
  private static final long KEPT_NS = 1_000_000_000L;

  private final Collector collector;
  private final AtomicInteger connections = new AtomicInteger();
  private final ReentrantLock collecting = new ReentrantLock();
  private Channel server;
  private String kept = "";
  private long keptAtNs;

  private MetricsServer(Collector collector) {
    this.collector = collector;
  }

  /**
   * Listens.
   *
   * @throws IOException the address cannot be bound
   */
  public static MetricsServer start(
      EventLoopGroup group, InetSocketAddress address, Gateway gateway) throws IOException {
    MetricsServer metrics = new MetricsServer(new Collector(gateway));
    try {
      metrics.server =
          new ServerBootstrap()
              .group(group)
              .channel(EpollServerSocketChannel.class)
              .option(ChannelOption.SO_REUSEADDR, true)
              .childHandler(metrics.new Setup())
              .bind(address)
              .sync()
              .channel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while binding " + address, e);
    } catch (RuntimeException refused) {
      throw new IOException("metrics on " + address + ": " + refused.getMessage(), refused);
    }
    if (!address.getAddress().isLoopbackAddress()) {
      LOG.warn("metrics on {}: whoever reaches this address can read them", address);
    }
    LOG.info("metrics on http:/{}/metrics", metrics.server.localAddress());
    return metrics;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  @Override
  public void close() {
    server.close().syncUninterruptibly();
  }

  private String text() throws InterruptedException, ExecutionException, TimeoutException {
    collecting.lockInterruptibly();
    try {
      long now = System.nanoTime();
      if (kept.isEmpty() || now - keptAtNs > KEPT_NS) {
        kept = collector.collect();
        keptAtNs = System.nanoTime();
      }
      return kept;
    } finally {
      collecting.unlock();
    }
  }

  private final class Setup extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (connections.incrementAndGet() > MOST_CONNECTIONS) {
        connections.decrementAndGet();
        channel.close();
        return;
      }
      channel.closeFuture().addListener(_ -> connections.decrementAndGet());
      channel
          .pipeline()
          .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
          .addLast(new LineBasedFrameDecoder(MOST_LINE_OCTETS, true, true))
          .addLast(new Request());
    }
  }

  /** A request line, header lines that do not matter, an empty line. */
  private final class Request extends SimpleChannelInboundHandler<ByteBuf> {
    private String first = "";
    private int lines;
    private boolean answered;

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
      if (answered) {
        return;
      }
      String line = frame.toString(StandardCharsets.ISO_8859_1);
      if (lines++ == 0) {
        first = line;
      } else if (line.isEmpty()) {
        answered = true;
        Thread.ofVirtual().name("metrics").start(() -> answer(context, first));
      } else if (lines > MOST_LINES) {
        answered = true;
        send(context, "431 Request Header Fields Too Large", "too many lines\n", false);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("metrics: {}", cause.toString());
      context.close();
    }
  }

  private void answer(ChannelHandlerContext context, String request) {
    String[] words = request.split(" ");
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      send(context, "400 Bad Request", "expected GET /metrics HTTP/1.1\n", false);
      return;
    }
    boolean head = words[0].equals("HEAD");
    if (!head && !words[0].equals("GET")) {
      send(context, "405 Method Not Allowed\r\nAllow: GET, HEAD", "only GET\n", false);
    } else if (!words[1].equals("/metrics")) {
      send(context, "404 Not Found", "there is only /metrics\n", head);
    } else {
      try {
        send(context, "200 OK", text(), head);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        context.close();
      } catch (ExecutionException | TimeoutException | RuntimeException failed) {
        LOG.warn("metrics could not be collected: {}", failed.toString());
        send(context, "503 Service Unavailable", "the daemon does not answer\n", head);
      }
    }
  }

  private static void send(
      ChannelHandlerContext context, String status, String body, boolean headOnly) {
    byte[] octets = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: "
            + Exposition.CONTENT_TYPE
            + "\r\nContent-Length: "
            + octets.length
            + "\r\nConnection: close\r\n\r\n";
    ByteBuf all = Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1);
    context
        .writeAndFlush(headOnly ? all : Unpooled.wrappedBuffer(all, Unpooled.wrappedBuffer(octets)))
        .addListener(ChannelFutureListener.CLOSE);
  }
}
