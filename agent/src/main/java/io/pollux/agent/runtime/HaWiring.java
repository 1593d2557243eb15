package io.pollux.agent.runtime;

import io.pollux.agent.config.HaConfig;
import io.pollux.agent.config.Prefix;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ha.link.Fingerprint;
import io.pollux.ha.link.LinkConfig;
import io.pollux.ha.link.LinkPath;
import io.pollux.ha.link.LinkTimes;
import io.pollux.ha.link.NodeIdentity;
import io.pollux.ha.role.RoleConfig;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import io.pollux.ha.vrrp.AnnouncePolicy;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ha.vrrp.VrrpChecksum;
import io.pollux.ha.vrrp.VrrpGroupConfig;
import io.pollux.ha.vrrp.VrrpGroupConfig.Tracked;
import io.pollux.linux.Errno;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.route.DumpAddresses;
import io.pollux.netlink.route.LinkQuery;
import io.pollux.netlink.route.RtAddress;
import io.pollux.netlink.wire.NlConst;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Turns the configuration's section {@code ha} into what the cores are made from. */
final class HaWiring {
  private static final long MS = 1_000_000L;

  private HaWiring() {}

  static JumpPolicy jump(HaConfig ha) {
    return switch (ha.jump()) {
      case HaConfig.JumpSetting.Auto _ -> new JumpPolicy.Auto();
      case HaConfig.JumpSetting.Fixed(long packets) -> new JumpPolicy.Fixed(packets);
      case HaConfig.JumpSetting.Rate _ -> JumpPolicy.Rate.DEFAULT;
      case HaConfig.JumpSetting.Rekey _ -> new JumpPolicy.Rekey();
    };
  }

  static RekeyAfterTakeover rekey(HaConfig ha) {
    return switch (ha.rekeyAfterTakeover()) {
      case SPREAD -> RekeyAfterTakeover.SPREAD;
      case NOW -> RekeyAfterTakeover.NOW;
      case OFF -> RekeyAfterTakeover.OFF;
    };
  }

  static InboundTop inbound(HaConfig ha) {
    return ha.strictInbound() ? InboundTop.STRICT : InboundTop.LENIENT;
  }

  static PollPolicy poll(HaConfig ha) {
    long slow = Math.max(ha.pollNs(), PollPolicy.DEFAULT.idleNs());
    return new PollPolicy(ha.pollNs(), slow, slow);
  }

  static LinkConfig link(HaConfig ha, NodeIdentity own) {
    HaConfig.LinkConfig link = ha.link();
    List<LinkPath> paths = new ArrayList<>();
    for (HaConfig.LinkPath path : link.paths()) {
      paths.add(
          new LinkPath(
              "path-" + (paths.size() + 1),
              new InetSocketAddress(path.local(), link.port()),
              new InetSocketAddress(path.peer(), link.port())));
    }
    LinkTimes standard = LinkTimes.DEFAULT;
    LinkTimes times =
        new LinkTimes(
            (int) (link.heartbeatNs() / MS),
            (int) (link.timeoutNs() / MS),
            standard.connect(),
            standard.handshake(),
            standard.backoffMin(),
            standard.backoffMax());
    return new LinkConfig(
        own,
        Fingerprint.parse(link.peerFingerprint()),
        paths,
        times,
        LinkConfig.DEFAULT_QUEUED_OCTETS,
        bound -> ThreadLocalRandom.current().nextLong(bound));
  }

  static RoleConfig role(HaConfig ha, int node) throws IOException {
    HaConfig.Vrrp vrrp = ha.vrrp();
    List<VrrpGroupConfig.Instance> instances = new ArrayList<>();
    if (!ha.external()) {
      for (HaConfig.Instance instance : vrrp.instances()) {
        instances.add(instance(instance));
      }
    }
    VrrpGroupConfig group =
        new VrrpGroupConfig(
            vrrp.priority(),
            vrrp.advertNs(),
            vrrp.preempt(),
            vrrp.preemptDelayNs(),
            ha.external() ? List.of() : tracked(vrrp),
            instances);
    RoleConfig role =
        new RoleConfig(
            node,
            group,
            vrrp.instances().stream().flatMap(i -> vips(i).stream()).toList(),
            ha.external(),
            vrrp.startHoldNs(),
            RoleConfig.HANDSHAKE_NS,
            RoleConfig.STEP_NS,
            ha.guardLeaseNs() == 0 ? Optional.empty() : Optional.of(ha.guardLeaseNs()),
            AnnouncePolicy.DEFAULT);
    return ha.witnesses().map(w -> role.withWitnesses(w.timeoutNs())).orElse(role);
  }

  /** Interfaces of instances and of their lists by fault, everything else by its weight. */
  private static List<Tracked> tracked(HaConfig.Vrrp vrrp) {
    List<Tracked> tracked = new ArrayList<>();
    for (HaConfig.Instance instance : vrrp.instances()) {
      tracked.add(new Tracked(instance.interfaceName(), 0));
      instance.track().forEach(name -> tracked.add(new Tracked(name, 0)));
    }
    HaConfig.Tracking more = vrrp.tracking();
    more.interfaces().forEach((name, weight) -> tracked.add(new Tracked(name, weight)));
    more.checks().forEach(c -> tracked.add(new Tracked(Tracked.check(c.name()), c.weight())));
    more.link().ifPresent(weight -> tracked.add(new Tracked(Tracked.LINK, weight)));
    more.engine().ifPresent(weight -> tracked.add(new Tracked(Tracked.ENGINE, weight)));
    return tracked.stream().distinct().toList();
  }

  /** Every interface whose state or index matters to the role. */
  static List<String> interfaces(HaConfig ha) {
    Set<String> all = new LinkedHashSet<>();
    for (HaConfig.Instance instance : ha.vrrp().instances()) {
      all.add(instance.interfaceName());
      all.addAll(instance.track());
    }
    all.addAll(ha.vrrp().tracking().interfaces().keySet());
    return List.copyOf(all);
  }

  private static List<Vip> vips(HaConfig.Instance instance) {
    return instance.addresses().stream()
        .map(Prefix::address)
        .map(a -> Vip.host(instance.interfaceName(), a))
        .toList();
  }

  private static VrrpGroupConfig.Instance instance(HaConfig.Instance instance) throws IOException {
    List<Vip> vips = vips(instance);
    InetAddress source =
        instance.source().isPresent()
            ? instance.source().get()
            : primaryAddress(instance.interfaceName(), vips.getFirst().address(), vips);
    return new VrrpGroupConfig.Instance(
        instance.name(),
        instance.interfaceName(),
        instance.vrid(),
        source,
        instance.unicast() ? instance.peer().stream().toList() : List.of(),
        instance.peer(),
        vips,
        VrrpChecksum.PSEUDO_HEADER);
  }

  /**
   * The interface's first address of the VIP's family that is no VIP; for IPv6 the link-local one
   * (RFC 9568 section 5.1.2.1).
   */
  private static InetAddress primaryAddress(String device, InetAddress like, List<Vip> vips)
      throws IOException {
    boolean v6 = like.getAddress().length == 16;
    List<InetAddress> virtual = vips.stream().map(Vip::address).toList();
    try (NetlinkConnection route = NetlinkConnection.route()) {
      var link = route.query(LinkQuery.byName(device));
      if (link.refusedWith(Errno.ENODEV)) {
        throw new IOException("interface " + device + " is not there");
      }
      int ifindex = link.orThrow().ifindex();
      for (RtAddress address : route.dump(new DumpAddresses(NlConst.AF_UNSPEC)).orThrow()) {
        InetAddress own = address.prefix().address();
        if (address.ifindex() == ifindex
            && own.getAddress().length == like.getAddress().length
            && v6 == own.isLinkLocalAddress()
            && !virtual.contains(own)) {
          return own;
        }
      }
    }
    throw new IOException(
        "interface "
            + device
            + " has no address of its own to send VRRP from; give it one, or set source");
  }

  /** The interfaces that hold the link's own addresses. */
  static Set<Integer> linkInterfaces(HaConfig ha) {
    List<InetAddress> own = ha.link().paths().stream().map(HaConfig.LinkPath::local).toList();
    Set<Integer> found = new LinkedHashSet<>();
    try (NetlinkConnection route = NetlinkConnection.route()) {
      for (RtAddress address : route.dump(new DumpAddresses(NlConst.AF_UNSPEC)).orThrow()) {
        if (own.contains(address.prefix().address())) {
          found.add(address.ifindex());
        }
      }
    }
    return found;
  }
}
