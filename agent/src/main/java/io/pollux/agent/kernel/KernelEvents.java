package io.pollux.agent.kernel;

import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.netlink.conn.NetlinkSubscription;
import io.pollux.netlink.route.RtConst;
import io.pollux.netlink.route.RtLink;
import io.pollux.netlink.route.RtNotification;
import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlNotification;
import io.pollux.netlink.xfrm.XfrmAevent;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmNotification;
import io.pollux.netlink.xfrm.XfrmReplay;
import io.pollux.netlink.xfrm.XfrmUserMapping;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel says by itself: XFRM events and the state of interfaces, a thread for each. It
 * only passes on.
 */
public final class KernelEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KernelEvents.class);

  /** Who hears it; called on the events' threads, must not block. */
  public interface Listener {
    /** An SA's counters moved by its threshold; {@code state} has the direction's half. */
    void counters(EspSpi spi, ReplayState state, long atNs);

    /** A limit by volume or the hard lifetime was reached. */
    void expired(SaId sa, boolean hard);

    /** A packet has a policy and no SA. */
    void acquire(XfrmNotification.Acquire acquire);

    /** An authentic packet on the inbound SA {@code spi} came from {@code peer}, not as before. */
    void mapped(EspSpi spi, Endpoint peer);

    /** A device changed. */
    void link(RtLink link, boolean gone);

    /** Notifications were lost: everything is to be read again. */
    void overrun();
  }

  private final NetlinkSubscription xfrm;
  private final NetlinkSubscription route = NetlinkSubscription.route(RtConst.RTNLGRP_LINK);
  private final List<Thread> threads = new ArrayList<>();
  private final Listener listener;
  private volatile boolean closed;

  /**
   * @param acquires whether packets may start a child: once somebody listens to ACQUIRE, the kernel
   *     keeps a larval SA for each packet without an SA
   */
  public KernelEvents(Listener listener, boolean acquires) {
    this.listener = listener;
    this.xfrm =
        acquires
            ? NetlinkSubscription.xfrm(
                XfrmConst.XFRMNLGRP_AEVENTS,
                XfrmConst.XFRMNLGRP_EXPIRE,
                XfrmConst.XFRMNLGRP_MAPPING,
                XfrmConst.XFRMNLGRP_ACQUIRE)
            : NetlinkSubscription.xfrm(
                XfrmConst.XFRMNLGRP_AEVENTS,
                XfrmConst.XFRMNLGRP_EXPIRE,
                XfrmConst.XFRMNLGRP_MAPPING);
  }

  public void start() {
    threads.add(Thread.ofPlatform().name("xfrm-events").daemon().start(() -> run(xfrm)));
    threads.add(Thread.ofPlatform().name("link-events").daemon().start(() -> run(route)));
  }

  private void run(NetlinkSubscription subscription) {
    NetlinkSubscription.Listener in =
        new NetlinkSubscription.Listener() {
          @Override
          public void notification(NlNotification notification) {
            try {
              take(notification);
            } catch (RuntimeException mistake) { // the next event is worth as much as this one
              LOG.error("kernel event {} was not understood", notification, mistake);
            }
          }

          @Override
          public void overrun() {
            LOG.warn("kernel events were lost: reading everything again");
            listener.overrun();
          }

          @Override
          public void malformed(MalformedNetlink problem) {
            LOG.warn("kernel event: {}", problem.getMessage());
          }
        };
    while (!closed) {
      subscription.poll(in, -1);
    }
    subscription.close();
  }

  private void take(NlNotification notification) {
    switch (notification) {
      case XfrmNotification.Aevent(XfrmAevent event) -> counters(event);
      case XfrmNotification.Acquire acquire -> listener.acquire(acquire);
      case XfrmNotification.Mapping(XfrmUserMapping mapping) ->
          listener.mapped(
              new EspSpi(mapping.id().spi().value()),
              new Endpoint(
                  mapping.newSaddr().toInetAddress(mapping.id().family()), mapping.newSport()));
      case XfrmNotification.Expire expire -> {
        XfrmUsersaId id = expire.id();
        if (id.spi().value() == 0) {
          return; // a larval SA: what a packet waited for did not come
        }
        listener.expired(new SaId(new EspSpi(id.spi().value()), id.destination()), expire.hard());
      }
      case RtNotification.Link(RtLink link, boolean gone) -> listener.link(link, gone);
      default -> {} // other groups' business: the interface is not ours to seal
    }
  }

  private void counters(XfrmAevent event) {
    if (event.becauseOfUpdate() || event.replay().isEmpty()) {
      return; // our own NEWAE
    }
    XfrmReplay replay = event.replay().get();
    EspSpi spi = new EspSpi(event.id().saId().spi().value());
    listener.counters(spi, new ReplayState(replay.oseq64(), replay.seq64()), System.nanoTime());
  }

  @Override
  public void close() {
    closed = true;
    xfrm.wakeUp();
    route.wakeUp();
  }
}
