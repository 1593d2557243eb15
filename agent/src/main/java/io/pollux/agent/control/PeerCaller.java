package io.pollux.agent.control;

import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.Set;

/** Asks the kernel who connected. */
final class PeerCaller {
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERGROUPS = 59;
  private static final int MOST_GROUPS = 4096;

  /** Supplementary groups of the peer when it connected; SO_PEERCRED has only the first. */
  private static final RawUnixChannelOption PEER_GROUPS =
      new RawUnixChannelOption("SO_PEERGROUPS", SOL_SOCKET, SO_PEERGROUPS, 4 * MOST_GROUPS);

  private PeerCaller() {}

  static Caller of(EpollDomainSocketChannel channel) throws IOException {
    PeerCredentials credentials = channel.peerCredentials();
    Set<Integer> gids = new LinkedHashSet<>();
    for (int gid : credentials.gids()) {
      gids.add(gid);
    }
    gids.addAll(supplementary(channel));
    return new Caller(credentials.pid(), credentials.uid(), gids);
  }

  /**
   * The kernel's answer is shorter than the buffer and its length is not told: the rest is 0, and
   * group 0 grants nothing.
   */
  private static Set<Integer> supplementary(EpollDomainSocketChannel channel) {
    Set<Integer> gids = new LinkedHashSet<>();
    try {
      ByteBuffer answer = channel.config().getOption(PEER_GROUPS);
      if (answer != null) {
        answer.order(ByteOrder.nativeOrder());
        for (int i = 0; i + 4 <= answer.limit(); i += 4) {
          gids.add(answer.getInt(i));
        }
      }
    } catch (RuntimeException e) {
      // A kernel before 4.13, or more groups than fit: the first group must do.
    }
    gids.remove(0);
    return gids;
  }
}
