package io.pollux.agent.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How packets find their tunnels: routes, and the devices of route tunnels.
 *
 * @param tunnels by the connection's name; one that is absent is a policy tunnel that routes to its
 *     remote selectors
 */
public record NetworkConfig(Routes routes, Map<String, Tunnel> tunnels) {
  /** RT_TABLE_MAIN, linux/rtnetlink.h. */
  public static final int MAIN = 254;

  private static final Tunnel POLICY = new Tunnel(Device.NONE, List.of());

  public NetworkConfig {
    tunnels = Map.copyOf(new LinkedHashMap<>(tunnels));
  }

  /**
   * Reverse routes and the backstop.
   *
   * @param enabled false: this daemon touches no route and no rule
   * @param table where the routes go for others to see: {@link #MAIN}, or the fence table's number
   * @param fenceTable looked up right behind the gate: the routes, and {@code unreachable} below
   *     them
   * @param preference of the rule that leads there, both families
   * @param mtu octets; 0 = the device's
   * @param advmss octets; 0 = what follows from the MTU
   */
  public record Routes(
      boolean enabled, int table, int fenceTable, long preference, long mtu, long advmss) {
    public static final Routes DEFAULT = new Routes(true, MAIN, 4500, 2, 0, 0);
  }

  /** What a route tunnel's packets go through. */
  public enum Device {
    /** A policy tunnel: selectors decide. */
    NONE,
    /** An XFRM interface of its own; a VTI where the kernel has none. */
    OWN,
    /** One collect-metadata XFRM interface; as OWN where the kernel has none. */
    SHARED,
    /** A VTI. */
    VTI
  }

  /**
   * One connection's way into the tunnel.
   *
   * @param routes the protected prefixes; empty = the remote selectors
   */
  public record Tunnel(Device device, List<Prefix> routes) {
    public Tunnel {
      routes = List.copyOf(routes);
    }
  }

  /** What is configured for a connection. */
  public Tunnel tunnel(String connection) {
    return tunnels.getOrDefault(connection, POLICY);
  }
}
