package io.pollux.ha.link;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;

/**
 * One TCP connection: its heartbeats, what waits in it, and why it ended. It is ready when the
 * peer's first message has come, because with TLS 1.3 only that proves to a client that its
 * certificate was taken.
 *
 * <p>To the peer the end of a connection tells that this daemon has ended. So one that lives and
 * gives a connection up says CLOSING, is silent from then on and leaves the closing to the peer,
 * for a while: one of an older version skips that word and finds a connection that says nothing.
 */
final class LinkConnection extends SimpleChannelInboundHandler<LinkMessage> implements LinkChannel {
  private static final String ALERT = "Received fatal alert: ";
  private static final int MOST_REASON = 200;

  /** Whoever owns the connections; called on the event loop. */
  interface Owner {
    void opened(LinkConnection connection);

    void ready(LinkConnection connection);

    void message(LinkConnection connection, LinkMessage message);

    void writable(LinkConnection connection);

    void lost(LinkConnection connection, LinkDown why);

    Octets health();
  }

  private final Owner owner;
  private final LinkPath path;
  private final boolean dialed;
  private final LinkConfig config;
  private final AtomicLong queued = new AtomicLong();
  private final long bornNs = System.nanoTime();
  private Optional<ScheduledFuture<?>> timer = Optional.empty();
  private long echoNs;
  private long echoHeardNs;
  private boolean beating;
  private boolean opened;
  private boolean finished; // the owner knows
  private volatile Channel channel;
  private volatile ChannelPromise ended;
  private volatile boolean ready;
  private volatile LinkDown why; // the first reason is the reason; null while there is none
  private volatile long heardNs = bornNs;
  private volatile long rttNs = -1;

  LinkConnection(Owner owner, LinkPath path, boolean dialed, LinkConfig config) {
    super(LinkMessage.class);
    this.owner = owner;
    this.path = path;
    this.dialed = dialed;
    this.config = config;
  }

  @Override
  public LinkPath path() {
    return path;
  }

  @Override
  public boolean send(LinkMessage message) {
    if (why != null) {
      return false;
    }
    byte[] octets = LinkCodec.encode(message);
    long waiting = queued.addAndGet(octets.length);
    if (waiting > config.maxQueuedOctets()) {
      end(new LinkDown(LinkDown.How.OVERFLOW, waiting + " octets wait"));
      return false;
    }
    channel
        .writeAndFlush(Unpooled.wrappedBuffer(octets))
        .addListener(
            done -> {
              queued.addAndGet(-octets.length);
              if (!done.isSuccess()) {
                writeFailed(done.cause());
              }
            });
    return true;
  }

  @Override
  public boolean writable() {
    Channel now = channel;
    return why == null && now != null && now.isWritable();
  }

  @Override
  public void reading(boolean on) {
    channel.config().setAutoRead(on);
  }

  @Override
  public void close(String reason) {
    end(new LinkDown(LinkDown.How.CLOSED_HERE, reason));
  }

  /** Ends the connection for this reason, unless it has one already; this daemon goes on. */
  void end(LinkDown reason) {
    if (why == null) {
      why = reason;
    }
    Channel now = channel;
    if (now == null) {
      return;
    }
    if (now.eventLoop().inEventLoop()) {
      finish();
    } else if (!now.eventLoop().isShuttingDown()) {
      now.eventLoop().execute(this::finish);
    }
  }

  /** This daemon ends: the peer sees a FIN. */
  void shut() {
    if (why == null) {
      why = new LinkDown(LinkDown.How.CLOSED_HERE, "link closed");
    }
    if (channel != null) {
      channel.close();
    }
  }

  /** When this connection is over for its owner; the socket may take longer. */
  Future<?> ended() {
    return ended;
  }

  /** Tells the owner, once, and gets rid of the socket. */
  private void finish() {
    if (finished) {
      return;
    }
    finished = true;
    timer.ifPresent(future -> future.cancel(false));
    if (ready && givesUp(why.how())) {
      leave();
    } else {
      channel.close();
    }
    ended.trySuccess();
    if (opened) {
      owner.lost(this, why);
    }
  }

  private void leave() {
    String text = why.toString();
    byte[] closing =
        LinkCodec.encode(
            new LinkMessage.Closing(text.substring(0, Math.min(text.length(), MOST_REASON))));
    channel.pipeline().remove(LinkDecoder.class); // what still comes is nobody's
    channel.config().setAutoRead(true);
    channel
        .writeAndFlush(Unpooled.wrappedBuffer(closing))
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                channel.close();
              }
            });
    Channel left = channel;
    int patience = 2 * config.times().silence();
    Future<?> limit =
        left.eventLoop().schedule(() -> left.close(), patience, TimeUnit.MILLISECONDS);
    left.closeFuture().addListener(_ -> limit.cancel(false));
  }

  /** Whether the peer cannot know by itself that it was our decision. */
  private static boolean givesUp(LinkDown.How how) {
    return switch (how) {
      case TIMEOUT, MALFORMED, OVERFLOW, SUPERSEDED, CLOSED_HERE -> true;
      case CLOSED_BY_PEER,
          GIVEN_UP_BY_PEER,
          RESET,
          UNREACHABLE,
          REFUSED_HERE,
          REFUSED_BY_PEER,
          TLS_FAILED ->
          false;
    };
  }

  boolean ready() {
    return ready;
  }

  long ageNs() {
    return System.nanoTime() - bornNs;
  }

  long rttNs() {
    return rttNs;
  }

  long heardAgeNs() {
    return System.nanoTime() - heardNs;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ended = ctx.newPromise();
    channel = ctx.channel();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    opened = true;
    owner.opened(this);
    super.channelActive(ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        heardNs = System.nanoTime();
        int period = config.times().heartbeat();
        timer =
            Optional.of(
                ctx.executor()
                    .scheduleAtFixedRate(this::beat, period, period, TimeUnit.MILLISECONDS));
        if (!dialed) {
          beating = true; // the dialer waits for this before it says anything
          beat();
        }
      } else {
        end(reasonOf(handshake.cause()));
      }
    }
    if (event instanceof SslCloseCompletionEvent closed && closed.isSuccess() && why == null) {
      // Our own close_notify may meet a socket that is gone: a RST says nothing new then.
      why = new LinkDown(LinkDown.How.CLOSED_BY_PEER, "");
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, LinkMessage message) {
    if (why != null) {
      return;
    }
    heardNs = System.nanoTime();
    if (message instanceof LinkMessage.Closing(var reason)) {
      end(new LinkDown(LinkDown.How.GIVEN_UP_BY_PEER, reason));
      return;
    }
    if (!ready) {
      ready = true;
      owner.ready(this);
      if (!beating) {
        beating = true;
        beat();
      }
    }
    if (message instanceof LinkMessage.Heartbeat(var stamp, var echo, var held, _)) {
      echoNs = stamp;
      echoHeardNs = heardNs;
      if (echo != 0) {
        rttNs = Math.max(0, heardNs - echo - held);
      }
    }
    owner.message(this, message);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      owner.writable(this);
    }
  }

  /**
   * The kernel tells a RST once: if a write was told, the read that follows sees no more than an
   * end.
   */
  private void writeFailed(Throwable cause) {
    LinkDown reason = reasonOf(cause);
    if (reason.how() == LinkDown.How.RESET && why == null) {
      end(reason);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end(reasonOf(cause));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (why == null) {
      why = new LinkDown(LinkDown.How.CLOSED_BY_PEER, "");
    }
    finish();
  }

  private void beat() {
    long now = System.nanoTime();
    long silenceMs = TimeUnit.NANOSECONDS.toMillis(now - heardNs);
    if (silenceMs >= config.times().silence()) {
      end(new LinkDown(LinkDown.How.TIMEOUT, "nothing heard for " + silenceMs + " ms"));
    } else if (beating) {
      long held = echoNs == 0 ? 0 : now - echoHeardNs;
      send(new LinkMessage.Heartbeat(now, echoNs, held, owner.health()));
    }
  }

  private static LinkDown reasonOf(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof PinnedTls.UnknownFingerprint) {
        return new LinkDown(LinkDown.How.REFUSED_HERE, message);
      }
      if (cause instanceof MalformedLink) {
        return new LinkDown(LinkDown.How.MALFORMED, message);
      }
      if (cause instanceof SslHandshakeTimeoutException) {
        return new LinkDown(LinkDown.How.TIMEOUT, message);
      }
      int alert = message.indexOf(ALERT);
      if (alert >= 0) {
        String name = message.substring(alert + ALERT.length());
        boolean refused =
            name.contains("certificate") || name.contains("unknown_ca") || name.contains("denied");
        return new LinkDown(
            refused ? LinkDown.How.REFUSED_BY_PEER : LinkDown.How.TLS_FAILED, "alert " + name);
      }
    }
    Throwable cause =
        thrown instanceof DecoderException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    String message = String.valueOf(cause.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    if (cause instanceof SSLException) {
      return new LinkDown(LinkDown.How.TLS_FAILED, message);
    }
    // A RST that answers what was written after a FIN is told as EPIPE (tcp_reset): the FIN counts.
    boolean afterFin = cause instanceof IOException && lower.contains("broken pipe");
    if (cause instanceof java.nio.channels.ClosedChannelException || afterFin) {
      return new LinkDown(LinkDown.How.CLOSED_BY_PEER, "");
    }
    if (cause instanceof IOException && lower.contains("timed out")) {
      return new LinkDown(LinkDown.How.TIMEOUT, message);
    }
    if (cause instanceof IOException && lower.contains("reset")) {
      return new LinkDown(LinkDown.How.RESET, message);
    }
    return new LinkDown(LinkDown.How.UNREACHABLE, cause.getClass().getSimpleName() + " " + message);
  }
}
