package io.pollux.agent.control;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client: collects its request, hands it to a thread of its own, notices when the client goes
 * away.
 */
final class Connection extends ByteToMessageDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final int SECONDS_FOR_REQUEST = 10;

  private final CommandRegistry registry;
  private final Caller caller;
  private final Access.Right right;
  private final Executor commands;
  private ScheduledFuture<?> timeout;
  private ChannelOutput output;

  Connection(CommandRegistry registry, Caller caller, Access.Right right, Executor commands) {
    this.registry = registry;
    this.caller = caller;
    this.right = right;
    this.commands = commands;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    timeout =
        context.executor().schedule(() -> context.close(), SECONDS_FOR_REQUEST, TimeUnit.SECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> unused) {
    if (output != null) {
      in.skipBytes(in.readableBytes()); // there is one request to a connection
      return;
    }
    if (in.readableBytes() < 4) {
      return;
    }
    long length = in.getUnsignedInt(in.readerIndex());
    if (length > Request.MOST) {
      in.skipBytes(in.readableBytes());
      refuse(context, CommandException.data("malformed request: too long"));
    } else if (in.readableBytes() >= 4 + length) {
      in.skipBytes(4);
      byte[] payload = ByteBufUtil.getBytes(in.readSlice((int) length));
      try {
        start(context, Request.parse(payload));
      } catch (CommandException e) {
        refuse(context, e);
      }
    }
  }

  private void start(ChannelHandlerContext context, Request request) {
    timeout.cancel(false);
    output = new ChannelOutput(context.channel(), request.terminal(), request.asking());
    ChannelOutput to = output;
    commands.execute(
        () -> {
          try {
            registry.dispatch(request.words(), right, caller, to);
          } finally {
            to.finish();
          }
        });
  }

  private void refuse(ChannelHandlerContext context, CommandException why) {
    timeout.cancel(false);
    output = new ChannelOutput(context.channel(), Terminal.plain(), Request.Asking.NOBODY);
    LOG.info("control: {}: {}", caller, why.getMessage());
    output.errorLine("polluxctl: " + why.getMessage());
    output.exit(why.status());
    output.finish();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (output != null) {
      output.changed();
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    timeout.cancel(false);
    if (output != null) {
      output.changed();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("control: {}: {}", caller, cause.toString());
    context.close();
  }
}
