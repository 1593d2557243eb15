package io.pollux.agent.kernel;

import io.pollux.ike.engine.Input;
import io.pollux.ike.sad.Flow;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.XfrmNotification;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmSelector;
import io.pollux.netlink.xfrm.XfrmUserAcquire;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which child an XFRM_MSG_ACQUIRE asks for: the one that has a policy with its selector, and with
 * its mark or if_id, which say by which device the packet came. Filled by the kernel's thread,
 * asked by that of its events.
 */
public final class Traps {
  private static final int ANY_PORT = 65_535;

  private volatile Map<PolicyKey, Owner> owners = Map.of();

  private record Owner(String connection, String child) {}

  /** Collects what stands from now on. */
  final class Filling {
    private final Map<PolicyKey, Owner> next = new LinkedHashMap<>();

    void add(String connection, String child, List<XfrmPolicy> policies) {
      for (XfrmPolicy policy : policies) {
        next.put(PolicyKey.of(policy), new Owner(connection, child));
      }
    }

    void done() {
      owners = Map.copyOf(next);
    }
  }

  /** The child that a packet waits for; empty if its policy is none of these. */
  public Optional<Input.KernelAcquire> find(XfrmNotification.Acquire event) {
    XfrmUserAcquire acquire = event.acquire();
    Owner owner = owners.get(PolicyKey.of(new XfrmPolicy(acquire.policy(), event.attributes())));
    if (owner == null) {
      return Optional.empty();
    }
    XfrmSelector packet = acquire.sel();
    InetAddress local = packet.saddr().toInetAddress(packet.family());
    InetAddress remote = packet.daddr().toInetAddress(packet.family());
    boolean ports = packet.proto() == 6 || packet.proto() == 17; // of ICMP they are type and code
    TrafficSelector from =
        ports
            ? selector(local, packet.proto(), packet.sport())
            : selector(local, packet.proto(), -1);
    TrafficSelector to =
        ports
            ? selector(remote, packet.proto(), packet.dport())
            : selector(remote, packet.proto(), -1);
    return Optional.of(new Input.KernelAcquire(owner.connection, owner.child, new Flow(from, to)));
  }

  private static TrafficSelector selector(InetAddress address, int protocol, int port) {
    return port < 0
        ? new TrafficSelector(address, address, protocol, 0, ANY_PORT)
        : new TrafficSelector(address, address, protocol, port, port);
  }
}
