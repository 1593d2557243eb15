package io.pollux.ha.role;

import io.pollux.ha.vrrp.AnnouncePolicy;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How the role machine behaves.
 *
 * @param node this node's number, 0 or 1
 * @param vips what moves at a takeover, and what the gate is made of; with VRRP at least its VIPs
 * @param external another manager decides: only commands change the role
 * @param startHoldNs how long a starting node listens at least before it takes over on silence; the
 *     Active_Down_Interval at least
 * @param handshakeNs bound of a handshake, default {@link #HANDSHAKE_NS}
 * @param stepNs bound of one step, default {@link #STEP_NS}; at a takeover three advertisement
 *     intervals where that is more
 * @param lease fixed lease of the guard; empty: {@link Lease#defaultNs}
 * @param witnessNs how long witnesses may take to answer; empty: there are none
 */
public record RoleConfig(
    int node,
    VrrpGroupConfig vrrp,
    List<Vip> vips,
    boolean external,
    long startHoldNs,
    long handshakeNs,
    long stepNs,
    Optional<Long> lease,
    AnnouncePolicy announce,
    OptionalLong witnessNs) {
  /** 50 ms. */
  public static final long HANDSHAKE_NS = 50_000_000L;

  /** One second: far above what a step takes, far below what an operator waits for. */
  public static final long STEP_NS = 1_000_000_000L;

  public RoleConfig {
    vips = List.copyOf(vips);
    if (node != 0 && node != 1) {
      throw new IllegalArgumentException("node number " + node);
    }
    if (!vips.containsAll(vrrp.vips())) {
      throw new IllegalArgumentException("VRRP advertises addresses that the gate does not know");
    }
    if (!external && vrrp.instances().isEmpty()) {
      throw new IllegalArgumentException("no VRRP instance, and no other manager decides");
    }
    if (witnessNs.isPresent() && witnessNs.getAsLong() <= 0) {
      throw new IllegalArgumentException("witnesses without time");
    }
    if (startHoldNs < 0 || handshakeNs <= 0 || stepNs <= 0) {
      throw new IllegalArgumentException("a bound is not positive");
    }
  }

  /** Without witnesses. */
  public RoleConfig(
      int node,
      VrrpGroupConfig vrrp,
      List<Vip> vips,
      boolean external,
      long startHoldNs,
      long handshakeNs,
      long stepNs,
      Optional<Long> lease,
      AnnouncePolicy announce) {
    this(
        node,
        vrrp,
        vips,
        external,
        startHoldNs,
        handshakeNs,
        stepNs,
        lease,
        announce,
        OptionalLong.empty());
  }

  /** The same with witnesses that have so much time to answer. */
  public RoleConfig withWitnesses(long limitNs) {
    return new RoleConfig(
        node,
        vrrp,
        vips,
        external,
        startHoldNs,
        handshakeNs,
        stepNs,
        lease,
        announce,
        OptionalLong.of(limitNs));
  }

  /** Everything else at its default: VIPs are those of {@code vrrp}. */
  public static RoleConfig of(int node, VrrpGroupConfig vrrp) {
    return new RoleConfig(
        node,
        vrrp,
        vrrp.vips(),
        false,
        0,
        HANDSHAKE_NS,
        STEP_NS,
        Optional.empty(),
        AnnouncePolicy.DEFAULT);
  }
}
