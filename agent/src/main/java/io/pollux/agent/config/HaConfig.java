package io.pollux.agent.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One half of a pair.
 *
 * @param pollNs how often the counters of SAs in use are read
 * @param barrierBoundNs how long a message waits for the standby at most
 * @param guardLeaseNs 0 = half of the peer's Active_Down_Interval
 * @param strictInbound the inbound window of the standby: strict or lenient (see the failover
 *     document)
 * @param rekeyAfterTakeover when SAs that two nodes have used are rekeyed
 * @param vrrp with {@code external} its instances are only groups of addresses, without VRID
 * @param external another manager decides who is active
 * @param witnesses who is asked before this node takes over on silence alone
 */
public record HaConfig(
    LinkConfig link,
    JumpSetting jump,
    long pollNs,
    long barrierBoundNs,
    long guardLeaseNs,
    boolean strictInbound,
    RekeySetting rekeyAfterTakeover,
    Vrrp vrrp,
    boolean external,
    Optional<RoleHook> hook,
    Optional<Witnesses> witnesses) {

  /**
   * Third parties that tell an isolated node from one whose peer is gone; one that answers is
   * enough.
   *
   * @param timeoutNs how long they may take
   */
  public record Witnesses(List<Witness> all, long timeoutNs) {
    public Witnesses {
      all = List.copyOf(all);
    }
  }

  /**
   * One witness.
   *
   * @param port to connect to with TCP; empty: it is pinged
   */
  public record Witness(InetAddress address, OptionalInt port) {
    @Override
    public String toString() {
      String host = address.getHostAddress();
      if (port.isEmpty()) {
        return host;
      }
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port.getAsInt();
    }
  }

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
   * @param startHoldNs how long a starting node only listens, at least
   */
  public record Vrrp(
      int priority,
      long advertNs,
      boolean preempt,
      long preemptDelayNs,
      long startHoldNs,
      Tracking tracking,
      List<Instance> instances) {
    public Vrrp {
      instances = List.copyOf(instances);
    }
  }

  /**
   * What moves the priority. A weight is added while the thing is up if it is positive, while it is
   * down if it is negative; 0: down is a fault of this node.
   *
   * @param interfaces weights by name
   * @param link weight of the pair's link; empty = not tracked
   * @param engine weight of the own engine; empty = not tracked
   */
  public record Tracking(
      Map<String, Integer> interfaces, List<Check> checks, OptionalInt link, OptionalInt engine) {
    /** Nothing is tracked. */
    public static final Tracking NONE =
        new Tracking(Map.of(), List.of(), OptionalInt.empty(), OptionalInt.empty());

    public Tracking {
      interfaces = Collections.unmodifiableMap(new LinkedHashMap<>(interfaces));
      checks = List.copyOf(checks);
    }
  }

  /**
   * A program that says by its exit status whether something is well.
   *
   * @param timeoutNs after which it is killed and has failed
   * @param weight as in {@link Tracking}
   * @param rise successes in a row until it is up again
   * @param fall failures in a row until it is down
   */
  public record Check(
      String name,
      List<String> command,
      long intervalNs,
      long timeoutNs,
      int weight,
      int rise,
      int fall) {
    public Check {
      command = List.copyOf(command);
    }
  }

  /** What is run at every change of role, and how long it may take. */
  public record RoleHook(String program, long timeoutNs) {}

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

  /** How far the standby's outbound sequence numbers are ahead. */
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

  /** When SAs that two nodes have used are rekeyed. */
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
