package io.pollux.agent.runtime;

import io.pollux.ha.link.HaLink;
import io.pollux.ha.link.LinkChannel;
import io.pollux.ha.link.LinkConfig;
import io.pollux.ha.link.LinkDown;
import io.pollux.ha.link.LinkListener;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.link.LinkPath;
import io.pollux.ha.link.LinkStatus;
import io.pollux.ha.role.RoleInput;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link as the SAs' thread sees it: news go into that thread's queue, messages go out by the
 * channel that it was told of.
 */
final class PairLink implements LinkListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.link");

  private final HaLink link;
  private final String pairName;
  private SaThread sas;
  private volatile LinkChannel channel;
  private volatile boolean carrierLost;

  PairLink(LinkConfig config) {
    this.link = new HaLink(config, this);
    this.pairName = config.own().pairName(config.peer());
  }

  /** See {@link io.pollux.ha.link.NodeIdentity#pairName}. */
  String pairName() {
    return pairName;
  }

  void start(SaThread owner) {
    sas = owner;
    link.start();
  }

  LinkStatus status() {
    return link.status();
  }

  boolean isUp() {
    return channel != null;
  }

  /** The interface of the link lost its carrier: no need to wait for a timeout. */
  void carrierLost() {
    carrierLost = true;
    giveUp("carrier lost");
  }

  void giveUp(String reason) {
    Optional.ofNullable(channel).ifPresent(c -> c.close(reason));
  }

  @Override
  public void up(LinkChannel fresh) {
    LOG.info("link up on {}", fresh.path().name());
    carrierLost = false;
    channel = fresh;
    sas.linkUp(new Wire(fresh));
  }

  @Override
  public void down(LinkPath path, LinkDown why, boolean otherPath) {
    LOG.warn("link down on {}: {}{}", path.name(), why, otherPath ? "; the other path stands" : "");
    channel = null;
    RoleInput.How how = carrierLost ? RoleInput.How.CARRIER : how(why.how());
    carrierLost = false; // the other path's end has a reason of its own
    sas.linkDown(how, why.toString(), otherPath);
  }

  /** What it says about the peer: nothing but its kernel's word tells that its daemon has ended. */
  static RoleInput.How how(LinkDown.How how) {
    return switch (how) {
      case CLOSED_BY_PEER -> RoleInput.How.FIN;
      case RESET -> RoleInput.How.RESET;
      case TIMEOUT -> RoleInput.How.TIMEOUT;
      case GIVEN_UP_BY_PEER,
          UNREACHABLE,
          REFUSED_HERE,
          REFUSED_BY_PEER,
          TLS_FAILED,
          MALFORMED,
          OVERFLOW,
          SUPERSEDED,
          CLOSED_HERE ->
          RoleInput.How.OTHER;
    };
  }

  @Override
  public void message(LinkMessage message) {
    sas.linkMessage(message);
  }

  /** One connection; when it has ended it takes nothing any more. */
  private record Wire(LinkChannel channel) implements Replication.Wire {
    @Override
    public boolean send(LinkMessage message) {
      return channel.send(message);
    }

    @Override
    public boolean isWritable() {
      return channel.writable();
    }
  }

  /** {@link LinkListener}'s news: there is room again. */
  @Override
  public void writable() {
    sas.linkWritable();
  }

  @Override
  public void connected(LinkPath path) {
    LOG.debug("{} connected", path.name());
  }

  @Override
  public void disconnected(LinkPath path, LinkDown why) {
    LOG.debug("{}: {}", path.name(), why);
    if (why.how() == LinkDown.How.REFUSED_HERE || why.how() == LinkDown.How.REFUSED_BY_PEER) {
      LOG.error("{}: {}", path.name(), why);
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
