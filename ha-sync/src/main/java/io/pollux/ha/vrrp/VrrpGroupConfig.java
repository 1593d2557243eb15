package io.pollux.ha.vrrp;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Virtual Routers that move together, and what they have in common (RFC 9568 section 6.1).
 *
 * @param priority base priority, 1 to 254; tracked interfaces change it
 * @param advertiseIntervalNs Advertisement_Interval, a multiple of 10 ms from 10 ms to 40.95 s
 * @param preempt Preempt_Mode
 * @param preemptDelayNs how long a lower-priority Active Router must have been heard before it is
 *     preempted; the Active_Down_Interval at least
 * @param instances one per interface side; the first one is the reference, whose primary address
 *     breaks ties; empty when another manager decides (no VRRP)
 */
public record VrrpGroupConfig(
    int priority,
    long advertiseIntervalNs,
    boolean preempt,
    long preemptDelayNs,
    List<Tracked> tracked,
    List<Instance> instances) {
  /** One centisecond. */
  public static final long CENTISECOND_NS = 10_000_000L;

  public VrrpGroupConfig {
    tracked = List.copyOf(tracked);
    instances = List.copyOf(instances);
    require(priority >= 1 && priority <= 254, "priority " + priority);
    require(
        advertiseIntervalNs % CENTISECOND_NS == 0
            && advertiseIntervalNs >= CENTISECOND_NS
            && advertiseIntervalNs <= 4095 * CENTISECOND_NS,
        "advertisement interval " + advertiseIntervalNs + " ns");
    require(preemptDelayNs >= 0, "preempt delay " + preemptDelayNs);
    require(
        instances.stream().map(Instance::name).distinct().count() == instances.size(),
        "two instances of one name");
    require(
        instances.size() <= 1 || instances.stream().allMatch(i -> i.peerAddress().isPresent()),
        "several instances need the peer's primary address of each: equal priorities are decided"
            + " by the first one's");
  }

  /** Max Advertise Interval on the wire, 1 to 4095. */
  public int centiseconds() {
    return (int) (advertiseIntervalNs / CENTISECOND_NS);
  }

  /** All virtual addresses of all instances. */
  public List<Vip> vips() {
    return instances.stream().flatMap(instance -> instance.vips().stream()).toList();
  }

  /**
   * An interface (or another check of that name) whose state matters, as keepalived defines it.
   *
   * @param weight 0: down is a fault of the group; positive: added while up; negative: added while
   *     down; -253 to 253
   */
  public record Tracked(String name, int weight) {
    /**
     * This node's link to its partner; told by the role machine itself. No interface has a colon.
     */
    public static final String LINK = "own:link";

    /** Whether this node's engine answers. */
    public static final String ENGINE = "own:engine";

    /** The name of a check, apart from those of interfaces. */
    public static String check(String name) {
      return "check:" + name;
    }

    public Tracked {
      require(weight >= -253 && weight <= 253, "weight " + weight);
    }
  }

  /**
   * One Virtual Router.
   *
   * @param vrid 1 to 255
   * @param primaryAddress source of our advertisements; IPv6: the interface's link-local one
   * @param unicastPeers where advertisements go and the only senders that are believed; empty:
   *     multicast (224.0.0.18, ff02::12)
   * @param peer the other node's primary address; not needed with one unicast peer, nor with one
   *     instance
   * @param vips what is advertised, in this order, of the family of {@code primaryAddress}
   */
  public record Instance(
      String name,
      String interfaceName,
      int vrid,
      InetAddress primaryAddress,
      List<InetAddress> unicastPeers,
      Optional<InetAddress> peer,
      List<Vip> vips,
      VrrpChecksum checksum) {
    public Instance {
      unicastPeers = List.copyOf(unicastPeers);
      vips = List.copyOf(vips);
      require(vrid >= 1 && vrid <= 255, "VRID " + vrid);
      require(
          !vips.isEmpty() && vips.size() <= VrrpAdvert.MAX_ADDRESSES, vips.size() + " addresses");
      int size = primaryAddress.getAddress().length;
      for (Vip vip : vips) {
        require(vip.address().getAddress().length == size, "VIP of the other family: " + vip);
      }
      for (InetAddress other : unicastPeers) {
        require(other.getAddress().length == size, "peer of the other family: " + other);
        require(!other.equals(primaryAddress), "peer is our own address: " + other);
      }
    }

    /** The other node's primary address, where it is known. */
    public Optional<InetAddress> peerAddress() {
      return peer.isPresent() || unicastPeers.size() != 1
          ? peer
          : Optional.of(unicastPeers.getFirst());
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
