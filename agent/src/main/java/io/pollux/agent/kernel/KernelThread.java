package io.pollux.agent.kernel;

import io.pollux.agent.runtime.Loop;
import io.pollux.ike.engine.KernelResult;
import io.pollux.netlink.conn.NetlinkConnection;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The one thread that sends requests to the kernel, in three lanes of falling urgency: role (gate
 * and addresses), SAs, sweeps. A sweep is posted in portions, so that a takeover waits for one
 * datagram at most.
 */
public final class KernelThread implements AutoCloseable {
  /** Gate, addresses, announcements. */
  public static final int ROLE = 0;

  /** SAs and policies. */
  public static final int SA = 1;

  /** Reading counters. */
  public static final int SWEEP = 2;

  private static final int LANES = 3;

  /** The sockets, for work that runs on the thread. */
  public record Sockets(NetlinkConnection xfrm, NetlinkConnection route) {}

  private final Sockets sockets = new Sockets(NetlinkConnection.xfrm(), NetlinkConnection.route());
  private final Loop loop =
      new Loop(
          "kernel",
          LANES,
          new Loop.Owner() {
            @Override
            public long nextWakeNs() {
              return Long.MAX_VALUE;
            }

            @Override
            public void wake(long nowNs) {}
          });

  public void start() {
    loop.start();
  }

  /**
   * Runs {@code work} on the kernel's thread and hands what it returns to {@code reply} on {@code
   * where}.
   */
  public <T> void submit(int lane, Function<Sockets, T> work, Executor where, Consumer<T> reply) {
    loop.post(
        lane,
        () -> {
          T result = work.apply(sockets);
          where.execute(() -> reply.accept(result));
        });
  }

  /** Runs {@code work}; nobody waits for it. */
  public void submit(int lane, Consumer<Sockets> work) {
    loop.post(lane, () -> work.accept(sockets));
  }

  static KernelResult done() {
    return new KernelResult.Done();
  }

  @Override
  public void close() {
    loop.post(
        SWEEP,
        () -> {
          sockets.xfrm().close();
          sockets.route().close();
        });
    loop.stop();
    try {
      loop.join(2000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
