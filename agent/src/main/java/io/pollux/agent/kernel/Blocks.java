package io.pollux.agent.kernel;

import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.DelPolicy;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies that keep a configured child's traffic out of the clear while the child is down.
 * Owned by the kernel's thread; says what to ask of the kernel, and asks nothing itself.
 */
final class Blocks {
  private static final Logger LOG = LoggerFactory.getLogger(SaTable.class);

  private Map<PolicyKey, XfrmPolicy> blocks = Map.of();

  Map<PolicyKey, XfrmPolicy> all() {
    return Collections.unmodifiableMap(blocks);
  }

  /**
   * @param isRoute whether a connection has a device: its packets would meet a block on their way
   *     there
   */
  void set(List<ConnectionPolicy> connections, Predicate<String> isRoute) {
    blocks = of(connections, isRoute);
  }

  /**
   * From these connections to others. A policy that lets traffic through under the same selector
   * stays: it is a tunnel's, and {@link #withdraw} puts the block in its place.
   *
   * @param standing what is in the kernel; asked only if a block goes
   */
  List<NlRequest> change(
      List<ConnectionPolicy> connections,
      Predicate<String> isRoute,
      Supplier<List<XfrmPolicy>> standing) {
    Map<PolicyKey, XfrmPolicy> before = blocks;
    blocks = of(connections, isRoute);
    List<NlRequest> requests = new ArrayList<>();
    blocks.forEach(
        (key, policy) -> {
          if (!before.containsKey(key)) {
            requests.add(NewPolicy.add(policy)); // EEXIST: a tunnel's
          }
        });
    if (!blocks.keySet().containsAll(before.keySet())) {
      for (XfrmPolicy policy : standing.get()) {
        PolicyKey key = PolicyKey.of(policy);
        boolean blocking = policy.info().action() == XfrmConst.XFRM_POLICY_BLOCK;
        if (blocking && before.containsKey(key) && !blocks.containsKey(key)) {
          requests.add(new DelPolicy(key));
        }
      }
    }
    return requests;
  }

  private static Map<PolicyKey, XfrmPolicy> of(
      List<ConnectionPolicy> connections, Predicate<String> isRoute) {
    Map<PolicyKey, XfrmPolicy> all = new LinkedHashMap<>();
    connections.stream()
        .filter(c -> !isRoute.test(c.name()))
        .flatMap(c -> c.children().stream())
        .forEach(
            child -> {
              try {
                ChildRequests.blocking(child.localTs(), child.remoteTs())
                    .forEach(p -> all.put(PolicyKey.of(p), p));
              } catch (ChildRequests.Inexpressible cannot) {
                LOG.error("child {}: no blocking policy: {}", child.name(), cannot.getMessage());
              }
            });
    return all;
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
