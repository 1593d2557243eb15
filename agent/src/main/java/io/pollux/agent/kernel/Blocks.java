package io.pollux.agent.kernel;

import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.DelPolicy;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies that keep a configured child's traffic out of the clear while the child is down:
 * they block, or trap the packet that starts the child. Owned by the kernel's thread; says what to
 * ask of the kernel, and asks nothing itself.
 */
final class Blocks {
  private static final Logger LOG = LoggerFactory.getLogger(SaTable.class);

  private final Traps traps;
  private Map<PolicyKey, XfrmPolicy> blocks = Map.of();

  Blocks(Traps traps) {
    this.traps = traps;
  }

  Map<PolicyKey, XfrmPolicy> all() {
    return Collections.unmodifiableMap(blocks);
  }

  /**
   * @param binding what a connection's packets have by the device that they came by; those of one
   *     with a device would meet a block on their way there
   */
  void set(List<ConnectionPolicy> connections, Function<String, Binding> binding) {
    blocks = of(connections, binding);
  }

  /**
   * From these connections to others. A policy that lets traffic through under the same selector
   * stays: it is a tunnel's, and {@link #withdraw} puts the block in its place.
   *
   * @param standing what is in the kernel; asked only if a block goes
   */
  List<NlRequest> change(
      List<ConnectionPolicy> connections,
      Function<String, Binding> binding,
      Supplier<List<XfrmPolicy>> standing) {
    Map<PolicyKey, XfrmPolicy> before = blocks;
    blocks = of(connections, binding);
    List<NlRequest> requests = new ArrayList<>();
    Set<PolicyKey> stale = new HashSet<>();
    before.forEach(
        (key, policy) -> {
          if (!policy.equals(blocks.get(key))) {
            stale.add(key);
          }
        });
    blocks.forEach(
        (key, policy) -> {
          if (!before.containsKey(key)) {
            requests.add(NewPolicy.add(policy)); // EEXIST: a tunnel's
          }
        });
    if (!stale.isEmpty()) {
      for (XfrmPolicy policy : standing.get()) {
        if (stale.contains(PolicyKey.of(policy)) && isOfABlock(policy)) {
          requests.add(withdraw(policy));
        }
      }
    }
    return requests;
  }

  private static boolean isOfABlock(XfrmPolicy policy) {
    return policy.info().action() == XfrmConst.XFRM_POLICY_BLOCK || ChildRequests.isTrap(policy);
  }

  private Map<PolicyKey, XfrmPolicy> of(
      List<ConnectionPolicy> connections, Function<String, Binding> binding) {
    Map<PolicyKey, XfrmPolicy> all = new LinkedHashMap<>();
    Traps.Filling filling = traps.new Filling();
    for (ConnectionPolicy connection : connections) {
      Binding device = binding.apply(connection.name());
      for (ChildPolicy child : connection.children()) {
        try {
          of(connection, child, device, filling).forEach(p -> all.put(PolicyKey.of(p), p));
        } catch (ChildRequests.Inexpressible cannot) {
          LOG.error("child {}: no blocking policy: {}", child.name(), cannot.getMessage());
        }
      }
    }
    filling.done();
    return all;
  }

  private static List<XfrmPolicy> of(
      ConnectionPolicy connection, ChildPolicy child, Binding device, Traps.Filling filling)
      throws ChildRequests.Inexpressible {
    if (!isTrapped(connection, child)) {
      return device.isRoute()
          ? List.of()
          : ChildRequests.blocking(child.localTs(), child.remoteTs());
    }
    List<XfrmPolicy> all =
        new ArrayList<>(
            ChildRequests.trapping(
                child, connection.localAddress(), connection.remoteAddress().orElseThrow()));
    if (device.isRoute()) { // the device asks for outbound policies alone, and with its own mark
      all.removeIf(p -> !ChildRequests.isTrap(p));
      all.replaceAll(device::on);
    }
    filling.add(connection.name(), child.name(), all);
    return all;
  }

  /** Whether a packet starts it. */
  static boolean isTrapped(ConnectionPolicy connection, ChildPolicy child) {
    return child.start() == ChildPolicy.StartAction.ON_DEMAND
        && connection.remoteAddress().isPresent();
  }

  /**
   * A policy of a tunnel goes: where the child is configured with the same selector, what blocks
   * takes its place in one step.
   */
  NlRequest withdraw(XfrmPolicy policy) {
    XfrmPolicy block = blocks.get(PolicyKey.of(policy));
    return block == null ? new DelPolicy(PolicyKey.of(policy)) : NewPolicy.replace(block);
  }
}
