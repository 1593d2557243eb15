package io.pollux.agent.control;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on the control socket. One event loop for all clients, a virtual thread for each command;
 * a client above the limit is told so and sent away.
 */
public final class ControlServer implements AutoCloseable {
  /** Clients at the same time. */
  static final int MOST_CLIENTS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  private final Path file;
  private final Access access;
  private final CommandRegistry registry;
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("control", true), EpollIoHandler.newFactory());
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ExecutorService commands =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("command-", 0).factory());
  private Channel listener;

  private ControlServer(Path file, Access access, CommandRegistry registry) {
    this.file = file;
    this.access = access;
    this.registry = registry;
  }

  /**
   * Binds the socket and begins to answer. The directory is made where it is missing; a socket that
   * a dead daemon left is replaced.
   *
   * @param file path of the socket, at most 107 octets
   * @throws IOException it cannot be bound, or another daemon listens there
   */
  public static ControlServer start(Path file, Access access, CommandRegistry registry)
      throws IOException {
    SocketFile.prepare(file);
    ControlServer server = new ControlServer(file, access, registry);
    try {
      server.bind();
      SocketFile.give(file, access);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    LOG.info("control: listening at {}", file);
    return server;
  }

  private void bind() throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerDomainSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, MOST_CLIENTS)
            .childHandler(
                new ChannelInitializer<EpollDomainSocketChannel>() {
                  @Override
                  protected void initChannel(EpollDomainSocketChannel channel) throws IOException {
                    accept(channel);
                  }
                })
            .bind(new DomainSocketAddress(file.toFile()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen at " + file + ": " + bound.cause().getMessage(), bound.cause());
    }
    listener = bound.channel();
  }

  private void accept(EpollDomainSocketChannel channel) throws IOException {
    Caller caller = PeerCaller.of(channel);
    Access.Right right = access.of(caller);
    if (right == Access.Right.NONE) {
      // Before anything is read: a stranger takes no place from those who may ask.
      LOG.info("control: {} turned away", caller);
      refuse(
          channel,
          ExitStatus.PERMISSION,
          "no permission: be root or in group "
              + Access.GROUP
              + " (in "
              + Access.MONITOR_GROUP
              + " for read-only commands)");
    } else if (clients.size() >= MOST_CLIENTS) {
      refuse(channel, ExitStatus.UNAVAILABLE, "too many clients at the same time");
    } else {
      clients.add(channel);
      channel.pipeline().addLast(new Connection(registry, caller, right, commands));
    }
  }

  private static void refuse(EpollDomainSocketChannel channel, int status, String message) {
    ChannelOutput output = new ChannelOutput(channel, Terminal.plain(), Request.Asking.NOBODY);
    output.errorLine("polluxctl: " + message);
    output.exit(status);
    output.finish();
  }

  /** Where it listens. */
  public Path file() {
    return file;
  }

  /** Ends all answers, interrupts the commands that still run and removes the socket. */
  @Override
  public void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.warn("control: {} stays behind: {}", file, e.toString());
      }
    }
    commands.shutdownNow();
    clients.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
