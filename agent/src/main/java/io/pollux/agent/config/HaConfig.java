package io.pollux.agent.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One half of a pair.
 *
 * @param pollNs how often the counters of SAs in use are read
 * @param barrierBoundNs how long a message waits for the standby at most
 * @param guardLeaseNs 0 = half of the peer's Active_Down_Interval
 * @param strictInbound the inbound window of the standby: strict or lenient (see the failover
 *     document)
 * @param rekeyAfterTakeover when SAs that two nodes have used are rekeyed
 */
public record HaConfig(
    LinkConfig link,
    JumpSetting jump,
    long pollNs,
    long barrierBoundNs,
    long guardLeaseNs,
    boolean strictInbound,
    RekeySetting rekeyAfterTakeover,
    Vrrp vrrp) {

  /**
   * The link between the nodes.
   *
   * @param paths one or two pairs of addresses, the first one preferred
   * @param peerFingerprint of the peer's certificate, {@code sha256:} and 64 hex digits
   */
  public record LinkConfig(
      List<LinkPath> paths,
      int port,
      Path identity,
      String peerFingerprint,
      long heartbeatNs,
      long timeoutNs) {
    public LinkConfig {
      paths = List.copyOf(paths);
    }
  }

  /** One path of the link. */
  public record LinkPath(InetAddress local, InetAddress peer) {}

  /**
   * VRRPv3 (RFC 9568); all instances move together.
   *
   * @param priority 1 to 254
   * @param advertNs a multiple of 10 ms
   */
  public record Vrrp(
      int priority, long advertNs, boolean preempt, long preemptDelayNs, List<Instance> instances) {
    public Vrrp {
      instances = List.copyOf(instances);
    }
  }

  /**
   * One virtual router.
   *
   * @param source our primary address there, the source of advertisements; empty = the interface's
   *     first one
   * @param peer the other node's primary address there: it breaks ties of priority
   * @param unicast advertisements go to {@code peer} instead of the multicast group
   * @param track further interfaces whose loss is a fault of this node
   */
  public record Instance(
      String name,
      String interfaceName,
      int vrid,
      List<Prefix> addresses,
      Optional<InetAddress> source,
      Optional<InetAddress> peer,
      boolean unicast,
      List<String> track) {
    public Instance {
      addresses = List.copyOf(addresses);
      track = List.copyOf(track);
    }
  }

  /** How far the standby's outbound sequence numbers are ahead (DESIGN 4.2). */
  public sealed interface JumpSetting {
    /** 2^30 with ESN; by rate without. */
    record Auto() implements JumpSetting {}

    /** The same number of packets for every SA. */
    record Fixed(long packets) implements JumpSetting {}

    /** By peak rate and staleness. */
    record Rate() implements JumpSetting {}

    /** No traffic on an SA before it was rekeyed. */
    record Rekey() implements JumpSetting {}
  }

  /** When SAs that two nodes have used are rekeyed (DESIGN 4.2). */
  public enum RekeySetting {
    /** Over min(remaining lifetime / 2, 1 h), at least a minute later. */
    SPREAD,
    /** At once, paced, busiest first. */
    NOW,
    /** When they would have been anyway. */
    OFF
  }

  /** Every virtual address. */
  public List<Prefix> vips() {
    return vrrp.instances().stream().flatMap(i -> i.addresses().stream()).toList();
  }
}
