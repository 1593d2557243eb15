package io.pollux.agent.hooks;

import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.policy.Narrowing;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.TrafficSelector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the operator's program when a child comes up and when it is gone, one after the other and in
 * order, each with a time limit. A rekey is neither; nor is a takeover, which is the role hook's:
 * the children are up before and after it. The first argument is {@code up} or {@code down}. The
 * environment:
 *
 * <pre>
 * POLLUX_NODE        name of this node
 * POLLUX_EVENT       up, down
 * POLLUX_CONNECTION  and POLLUX_CHILD: their names
 * POLLUX_LOCAL       address of this side; POLLUX_PEER that of the other one
 * POLLUX_LOCAL_TS    and POLLUX_REMOTE_TS: the networks that were agreed on, separated by spaces
 * POLLUX_REQID       of the SAs and policies in the kernel
 * </pre>
 *
 * <p>Events come on the SAs' thread, which waits for nothing here.
 */
public final class ConnectionHook {
  /** For a gateway without one. */
  public static final ConnectionHook NONE = new ConnectionHook();

  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.hook");
  private static final int WAITING = 4096;

  private final String node;
  private final List<String> command;
  private final long limitNs;
  private final BlockingQueue<Happened> waiting = new ArrayBlockingQueue<>(WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private final Map<String, Set<EspSpi>> standing = new LinkedHashMap<>(); // of the SAs' thread
  private final Map<EspSpi, ChildSaSnapshot> children = new LinkedHashMap<>();

  private record Happened(boolean up, ChildSaSnapshot child) {}

  private ConnectionHook() {
    this.node = "";
    this.command = List.of();
    this.limitNs = 0;
  }

  /** Begins to wait for events; its thread ends with the process. */
  public ConnectionHook(String node, List<String> command, long limitNs) {
    this.node = node;
    this.command = List.copyOf(command);
    this.limitNs = limitNs;
    Thread.ofPlatform().name("connection-hook").daemon().start(this::run);
  }

  /** Whether it runs anything. */
  public boolean isUsed() {
    return !command.isEmpty();
  }

  /** A reign begins; {@link #stands} says with what, before anything of it can change. */
  public void begin() {
    standing.clear();
    children.clear();
  }

  /** The reign begins with {@code child}: it was up before. */
  public void stands(ChildSaSnapshot child) {
    add(child);
  }

  /** What the engine says of children that come. */
  public void follow(IkeEvent event) {
    switch (event) {
      case IkeEvent.ChildSaUp(var _, var child) -> up(child);
      case IkeEvent.ChildSaRekeyed(var _, var _, var fresh) -> up(fresh);
      case IkeEvent.ChildSaDown(var _, var inbound, var _) -> gone(inbound);
      case IkeEvent.IkeSaUp _,
          IkeEvent.IkeSaRekeyed _,
          IkeEvent.IkeSaMoved _,
          IkeEvent.IkeSaDown _,
          IkeEvent.ChildSaSwitched _,
          IkeEvent.ExchangeStarted _,
          IkeEvent.ExchangeFinished _,
          IkeEvent.ExchangeAnswered _,
          IkeEvent.IkeSaLimited _,
          IkeEvent.WindowMoved _,
          IkeEvent.IkeSaHalfOpen _,
          IkeEvent.ReplayAdvanced _ -> {}
    }
  }

  /** The child's SAs are taken out of the kernel. */
  public void gone(EspSpi inbound) {
    ChildSaSnapshot child = children.remove(inbound);
    if (child == null) {
      return;
    }
    Set<EspSpi> all = standing.get(owner(child));
    all.remove(inbound);
    if (all.isEmpty()) {
      standing.remove(owner(child));
      queue(new Happened(false, child));
    }
  }

  private void up(ChildSaSnapshot child) {
    if (isUsed() && add(child)) {
      queue(new Happened(true, child));
    }
  }

  /** True if it is the first SA of its child. */
  private boolean add(ChildSaSnapshot child) {
    if (!isUsed()) {
      return false;
    }
    children.put(child.inboundSpi(), child);
    Set<EspSpi> all = standing.computeIfAbsent(owner(child), _ -> new LinkedHashSet<>());
    return all.add(child.inboundSpi()) && all.size() == 1;
  }

  /** A responder may have a child once for each of many peers: the peer is part of its name. */
  private static String owner(ChildSaSnapshot child) {
    return child.connection() + '\n' + child.child() + '\n' + child.reqid().value();
  }

  private void queue(Happened happened) {
    if (!waiting.offer(happened)) {
      dropped.incrementAndGet();
    }
  }

  private void run() {
    try {
      while (true) {
        Happened next = waiting.take();
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
          LOG.error("connection hook: {} events dropped, it is too slow for them", lost);
        }
        List<String> words = new ArrayList<>(command);
        words.add(next.up ? "up" : "down");
        BoundedCommand.Outcome outcome =
            BoundedCommand.run(words, environment(node, next.up, next.child), limitNs);
        if (!outcome.ok()) {
          LOG.error(
              "conn={} child={}: connection hook: {}",
              next.child.connection(),
              next.child.child(),
              outcome.detail());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  static Map<String, String> environment(String node, boolean up, ChildSaSnapshot child) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("POLLUX_NODE", node);
    all.put("POLLUX_EVENT", up ? "up" : "down");
    all.put("POLLUX_CONNECTION", child.connection());
    all.put("POLLUX_CHILD", child.child());
    all.put("POLLUX_LOCAL", child.local().address().getHostAddress());
    all.put("POLLUX_PEER", child.peer().address().getHostAddress());
    all.put("POLLUX_LOCAL_TS", networks(child.localTs()));
    all.put("POLLUX_REMOTE_TS", networks(child.remoteTs()));
    all.put("POLLUX_REQID", Integer.toUnsignedString(child.reqid().value()));
    return all;
  }

  private static String networks(List<TrafficSelector> selectors) {
    return selectors.stream()
        .flatMap(ts -> Narrowing.toPrefixes(ts).stream())
        .map(p -> p.address().getHostAddress() + "/" + p.length())
        .distinct()
        .collect(Collectors.joining(" "));
  }
}
