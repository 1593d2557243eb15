package io.pollux.agent.hooks;

import io.pollux.ha.role.RoleState;
import io.pollux.ha.role.Transition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the operator's program at every transition, one after the other and in order, each with a
 * time limit. Its first argument is the new role. The environment:
 *
 * <pre>
 * POLLUX_NODE     name of this node
 * POLLUX_ROLE     init, standby, active, fault
 * POLLUX_STATE    the role with its quality: "active (paired)"
 * POLLUX_FROM     the role before
 * POLLUX_CHANGED  role, or quality where only that has changed
 * POLLUX_REASON   why, in words; POLLUX_DETAIL more of it
 * POLLUX_EPOCH    number of this node's reign
 * POLLUX_VIPS     the virtual addresses, separated by spaces
 * </pre>
 */
public final class RoleHook {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.hook");
  private static final int WAITING = 64;

  private final String node;
  private final List<String> vips;
  private final List<String> command;
  private final long limitNs;
  private final BlockingQueue<Transition> waiting = new ArrayBlockingQueue<>(WAITING);
  private final AtomicLong dropped = new AtomicLong();

  /** Begins to wait for transitions; its thread ends with the process. */
  public RoleHook(String node, List<String> vips, List<String> command, long limitNs) {
    this.node = node;
    this.vips = List.copyOf(vips);
    this.command = List.copyOf(command);
    this.limitNs = limitNs;
    Thread.ofPlatform().name("role-hook").daemon().start(this::run);
  }

  /** Queues a transition; never waits. When too many wait, this one is dropped and counted. */
  public void changed(Transition transition) {
    if (!waiting.offer(transition)) {
      dropped.incrementAndGet();
    }
  }

  private void run() {
    try {
      while (true) {
        Transition transition = waiting.take();
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
          LOG.error("role hook: {} transitions dropped, it is too slow for them", lost);
        }
        List<String> words = new ArrayList<>(command);
        words.add(name(transition.to()));
        BoundedCommand.Outcome outcome =
            BoundedCommand.run(words, environment(node, vips, transition), limitNs);
        if (!outcome.ok()) {
          LOG.error("role hook for {}: {}", transition.to().text(), outcome.detail());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  static Map<String, String> environment(String node, List<String> vips, Transition t) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("POLLUX_NODE", node);
    all.put("POLLUX_ROLE", name(t.to()));
    all.put("POLLUX_STATE", t.to().text());
    all.put("POLLUX_FROM", name(t.from()));
    all.put("POLLUX_CHANGED", t.to().role() == t.from().role() ? "quality" : "role");
    all.put("POLLUX_REASON", t.reason().text());
    all.put("POLLUX_DETAIL", t.detail());
    all.put("POLLUX_EPOCH", String.valueOf(t.epoch()));
    all.put("POLLUX_VIPS", String.join(" ", vips));
    return all;
  }

  private static String name(RoleState state) {
    return state.role().name().toLowerCase(Locale.ROOT);
  }
}
