package io.pollux.ha.role;

import io.pollux.ha.vrrp.Vip;
import io.pollux.ha.vrrp.VrrpChecksum;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The VRRP group of a {@link SimWorld}: an instance on each of two segments. */
final class SimGroup {
  private SimGroup() {}

  static InetAddress ip(int segment, int host) {
    return InetAddress.ofLiteral("192.0." + segment + "." + host);
  }

  static VrrpGroupConfig of(int node, int priority, boolean preempt) {
    List<VrrpGroupConfig.Instance> instances = new ArrayList<>();
    for (int segment = 0; segment < 2; segment++) {
      // The address order differs between the segments on purpose.
      int own = segment == 0 ? 1 + node : 2 - node;
      instances.add(
          new VrrpGroupConfig.Instance(
              SimWorld.SEGMENTS.get(segment),
              "eth" + segment,
              51 + segment,
              ip(segment, own),
              List.of(),
              Optional.of(ip(segment, 3 - own)),
              List.of(Vip.host("eth" + segment, ip(segment, 100))),
              VrrpChecksum.PSEUDO_HEADER));
    }
    return new VrrpGroupConfig(priority, SimWorld.INTERVAL, preempt, 0, List.of(), instances);
  }
}
