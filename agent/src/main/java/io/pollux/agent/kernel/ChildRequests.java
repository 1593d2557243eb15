package io.pollux.agent.kernel;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.Narrowing;
import io.pollux.ike.policy.Prefix;
import io.pollux.ike.policy.SelectorPairs;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.Lifetimes;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.sad.Volume;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.Reqid;
import io.pollux.netlink.xfrm.SaBuilder;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmAlgorithm;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmEncapTmpl;
import io.pollux.netlink.xfrm.XfrmKey;
import io.pollux.netlink.xfrm.XfrmLifetimeCfg;
import io.pollux.netlink.xfrm.XfrmLifetimeCur;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmPrefix;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import io.pollux.netlink.xfrm.XfrmSelector;
import io.pollux.netlink.xfrm.XfrmUserTmpl;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A Child SA as the kernel wants it (linux/xfrm.h). Every SA has the form of XFRMA_REPLAY_ESN_VAL,
 * so that one form of NEWAE fits all and windows over 32 packets work without ESN too.
 */
final class ChildRequests {
  /**
   * A smaller number wins: a narrower selector comes first, and everything that allows before
   * everything that blocks.
   */
  static final int ALLOW_PRIORITY = 100_000;

  static final int BLOCK_PRIORITY = 1_000_000;

  static final int OUTBOUND_WINDOW = 32; // without a meaning, but an ESN SA must have one
  private static final long EVENT_PACKETS =
      65_536; // counters are polled; an event only says that the rate is high
  private static final long EVENT_JIFFIES = 0;
  private static final int ANY_PORT_END = 65_535;

  /** Seconds between two events about a peer that sends from elsewhere. */
  private static final long MAPPING_SECONDS = 1;

  /** Of traps: no SA has it, so that each packet without one of its own asks for one. */
  private static final Reqid TRAP = new Reqid(1);

  private ChildRequests() {}

  /** The kernel cannot express it. */
  static final class Inexpressible extends Exception {
    Inexpressible(String message) {
      super(message);
    }
  }

  /**
   * The inbound SA.
   *
   * @param counters the highest number received, and what the SA has carried under other nodes
   */
  static NewSa inbound(ChildSaSnapshot child, ReplayState counters, Binding binding)
      throws Inexpressible {
    long seq = counters.seq();
    return inbound(
        child,
        counters,
        seq == 0
            ? XfrmReplayStateEsn.fresh(child.replayWindow())
            : XfrmReplayStateEsn.inbound(seq, child.replayWindow()),
        binding);
  }

  /** The inbound SA with this window. */
  static NewSa inbound(
      ChildSaSnapshot child, ReplayState counters, XfrmReplayStateEsn state, Binding binding)
      throws Inexpressible {
    SaBuilder sa =
        NewSa.builder(spi(child.inbound()), child.peer().address(), child.local().address());
    algorithms(
        sa, child.algorithms(), child.keys().inboundEncryption(), child.keys().inboundIntegrity());
    Volume carried = counters.volume();
    common(sa, child, state, carried(child, carried.bytesIn(), carried.packetsIn()));
    if (child.udpEncap()) {
      sa.encap(XfrmEncapTmpl.espInUdp(child.peer().port(), child.local().port()));
      sa.mappingThreshold(MAPPING_SECONDS);
    }
    return binding.on(sa).build();
  }

  /**
   * The outbound SA.
   *
   * @param counters the last number sent, and what the SA has carried under other nodes
   */
  static NewSa outbound(ChildSaSnapshot child, ReplayState counters, Binding binding)
      throws Inexpressible {
    SaBuilder sa =
        NewSa.builder(spi(child.outbound()), child.local().address(), child.peer().address());
    algorithms(
        sa,
        child.algorithms(),
        child.keys().outboundEncryption(),
        child.keys().outboundIntegrity());
    Volume carried = counters.volume();
    common(
        sa,
        child,
        XfrmReplayStateEsn.outbound(counters.oseq(), OUTBOUND_WINDOW),
        carried(child, carried.bytesOut(), carried.packetsOut()));
    if (child.udpEncap()) {
      sa.encap(XfrmEncapTmpl.espInUdp(child.local().port(), child.peer().port()));
    }
    return binding.on(sa).build();
  }

  /** What an SA has carried and since when: the kernel's limits go on from there. */
  static XfrmLifetimeCur carried(ChildSaSnapshot child, long bytes, long packets) {
    long bornSeconds = System.currentTimeMillis() / 1000 - child.ageNs() / 1_000_000_000L;
    return new XfrmLifetimeCur(bytes, packets, bornSeconds, 0);
  }

  private static void common(
      SaBuilder sa, ChildSaSnapshot child, XfrmReplayStateEsn state, XfrmLifetimeCur carried) {
    if (child.ageNs() >= 1_000_000_000L || carried.packets() > 0) {
      sa.carried(carried);
    }
    if (child.transport()) {
      sa.transport();
    }
    sa.reqid(new Reqid(child.reqid().value()))
        .lifetime(limits(child.lifetimes()))
        .thresholds(EVENT_PACKETS, EVENT_JIFFIES);
    if (child.algorithms().esn()) {
      sa.esn(state);
    } else {
      sa.window(state);
    }
  }

  /**
   * The engine rekeys by time; the kernel's hard limit, a tenth later, only ends what no daemon
   * cares for any more.
   */
  private static XfrmLifetimeCfg limits(Lifetimes l) {
    long hardSeconds = l.hardNs() == 0 ? 0 : (l.hardNs() + l.hardNs() / 10) / 1_000_000_000L;
    return new XfrmLifetimeCfg(
        limit(l.softBytes()),
        limit(l.hardBytes()),
        limit(l.softPackets()),
        limit(l.hardPackets()),
        0,
        hardSeconds,
        0,
        0);
  }

  private static long limit(long configured) {
    return configured == 0 ? XfrmLifetimeCfg.XFRM_INF : configured;
  }

  private static void algorithms(
      SaBuilder sa, EspAlgorithms chosen, Secret encryption, Secret integrity)
      throws Inexpressible {
    XfrmAlgorithm cipher =
        switch (chosen.encryption()) {
          case 3 -> XfrmAlgorithm.TRIPLE_DES_CBC;
          case 12 -> XfrmAlgorithm.AES_CBC;
          case 13 -> XfrmAlgorithm.AES_CTR;
          case 14 -> XfrmAlgorithm.AES_CCM_8;
          case 15 -> XfrmAlgorithm.AES_CCM_12;
          case 16 -> XfrmAlgorithm.AES_CCM_16;
          case 18 -> XfrmAlgorithm.AES_GCM_8;
          case 19 -> XfrmAlgorithm.AES_GCM_12;
          case 20 -> XfrmAlgorithm.AES_GCM_16;
          case 28 -> XfrmAlgorithm.CHACHA20_POLY1305;
          default ->
              throw new Inexpressible(
                  "no kernel name for ESP encryption transform " + chosen.encryption());
        };
    if (cipher.kind() == XfrmAlgorithm.Kind.AEAD) {
      sa.aead(cipher, key(encryption));
      return;
    }
    XfrmAlgorithm auth =
        switch (chosen.integrity()) {
          case 2 -> XfrmAlgorithm.HMAC_SHA1_96;
          case 5 -> XfrmAlgorithm.AES_XCBC_96;
          case 8 -> XfrmAlgorithm.AES_CMAC_96;
          case 12 -> XfrmAlgorithm.HMAC_SHA2_256_128;
          case 13 -> XfrmAlgorithm.HMAC_SHA2_384_192;
          case 14 -> XfrmAlgorithm.HMAC_SHA2_512_256;
          default ->
              throw new Inexpressible(
                  "no kernel name for ESP integrity transform " + chosen.integrity());
        };
    sa.crypt(cipher, key(encryption)).auth(auth, key(integrity));
  }

  private static XfrmKey key(Secret secret) {
    return secret.use(octets -> XfrmKey.wrap(octets.clone()));
  }

  static XfrmUsersaId id(SaId sa) {
    return XfrmUsersaId.esp(sa.destination(), spi(sa));
  }

  private static Spi spi(SaId sa) {
    return new Spi(sa.spi().value());
  }

  /** OUT, IN and FWD for every pair of prefixes, bound to the child's SAs by its reqid. */
  static List<XfrmPolicy> allowing(ChildSaSnapshot child, Binding binding) throws Inexpressible {
    InetAddress local = child.local().address();
    InetAddress peer = child.peer().address();
    Reqid reqid = new Reqid(child.reqid().value());
    if (!SelectorPairs.fit(child.localTs(), child.remoteTs())) { // the peer has chosen the ranges
      throw new Inexpressible(SelectorPairs.story(child.localTs(), child.remoteTs()));
    }
    List<XfrmPolicy> all = new ArrayList<>();
    for (Pair pair : pairs(child.localTs(), child.remoteTs())) {
      int priority = ALLOW_PRIORITY - pair.specificity();
      if (child.transport()) { // between the gateways themselves: nothing is forwarded
        XfrmUserTmpl out = XfrmUserTmpl.espTransport(local, peer, reqid);
        XfrmUserTmpl in = XfrmUserTmpl.espTransport(peer, local, reqid);
        all.add(policy(pair.outbound(), XfrmConst.XFRM_POLICY_OUT, priority, out));
        all.add(policy(pair.inbound(), XfrmConst.XFRM_POLICY_IN, priority, in));
        continue;
      }
      XfrmUserTmpl out = XfrmUserTmpl.espTunnel(local, peer, reqid);
      XfrmUserTmpl in = XfrmUserTmpl.espTunnel(peer, local, reqid);
      all.add(policy(pair.outbound(), XfrmConst.XFRM_POLICY_OUT, priority, out));
      all.add(policy(pair.inbound(), XfrmConst.XFRM_POLICY_IN, priority, in));
      all.add(policy(pair.inbound(), XfrmConst.XFRM_POLICY_FWD, priority, in));
    }
    all.replaceAll(binding::on);
    return all;
  }

  private static XfrmPolicy policy(
      XfrmSelector selector, int direction, int priority, XfrmUserTmpl template) {
    return XfrmPolicy.of(selector, direction, priority).withTemplates(template);
  }

  /**
   * What stands in the place of {@link #blocking} where a packet may start the child: outbound it
   * has to have an SA that does not exist, so the kernel drops it and asks for one.
   */
  static List<XfrmPolicy> trapping(ChildPolicy child, InetAddress local, InetAddress peer)
      throws Inexpressible {
    XfrmUserTmpl template =
        child.transport()
            ? XfrmUserTmpl.espTransport(local, peer, TRAP)
            : XfrmUserTmpl.espTunnel(local, peer, TRAP);
    List<XfrmPolicy> all = new ArrayList<>();
    for (XfrmPolicy block : blocking(child.localTs(), child.remoteTs())) {
      boolean out = block.info().dir() == XfrmConst.XFRM_POLICY_OUT;
      int priority = (int) block.info().priority();
      all.add(out ? policy(block.info().sel(), block.info().dir(), priority, template) : block);
    }
    return all;
  }

  /** Whether a policy is one of {@link #trapping}, which leads into no SA. */
  static boolean isTrap(XfrmPolicy policy) {
    return policy.templates().stream().anyMatch(t -> t.reqid().equals(TRAP));
  }

  /**
   * What stands under the tunnel's policies for as long as the child is configured: without a
   * tunnel nothing passes.
   */
  static List<XfrmPolicy> blocking(List<TrafficSelector> localTs, List<TrafficSelector> remoteTs)
      throws Inexpressible {
    List<XfrmPolicy> all = new ArrayList<>();
    for (Pair pair : pairs(localTs, remoteTs)) {
      int priority = BLOCK_PRIORITY - pair.specificity();
      all.add(XfrmPolicy.of(pair.outbound(), XfrmConst.XFRM_POLICY_OUT, priority).blocking());
      all.add(XfrmPolicy.of(pair.inbound(), XfrmConst.XFRM_POLICY_IN, priority).blocking());
      all.add(XfrmPolicy.of(pair.inbound(), XfrmConst.XFRM_POLICY_FWD, priority).blocking());
    }
    return all;
  }

  /** One selector pair in both directions. */
  private record Pair(XfrmSelector outbound, XfrmSelector inbound) {
    int specificity() {
      int ports = (outbound.sportMask() != 0 ? 1 : 0) + (outbound.dportMask() != 0 ? 1 : 0);
      return 4 * (outbound.prefixlenS() + outbound.prefixlenD())
          + 2 * (outbound.proto() != 0 ? 1 : 0)
          + ports;
    }
  }

  private static List<Pair> pairs(List<TrafficSelector> localTs, List<TrafficSelector> remoteTs)
      throws Inexpressible {
    List<Pair> all = new ArrayList<>();
    for (TrafficSelector local : localTs) {
      for (TrafficSelector remote : remoteTs) {
        if (local.from().getClass() != remote.from().getClass()
            || (local.protocol() != remote.protocol()
                && local.protocol() != 0
                && remote.protocol() != 0)) {
          continue;
        }
        for (Prefix l : Narrowing.toPrefixes(local)) {
          for (Prefix r : Narrowing.toPrefixes(remote)) {
            for (Ports ports : ports(local, remote)) {
              all.add(pair(local, l, remote, r, ports));
            }
          }
        }
      }
    }
    return all;
  }

  /** Ports and masks as a selector has them, seen from here; of ICMP its type and its code. */
  private record Ports(int local, int localMask, int remote, int remoteMask, boolean icmp) {}

  private static List<Ports> ports(TrafficSelector local, TrafficSelector remote)
      throws Inexpressible {
    int protocol = Math.max(local.protocol(), remote.protocol());
    if (protocol == 1 || protocol == 58) {
      return List.of(icmp(anyPort(local) ? remote : local));
    }
    List<Ports> all = new ArrayList<>();
    for (int[] l : blocks(local)) {
      for (int[] r : blocks(remote)) {
        all.add(new Ports(l[0], l[1], r[0], r[1], false));
      }
    }
    return all;
  }

  private static boolean anyPort(TrafficSelector ts) {
    return ts.startPort() == 0 && ts.endPort() == ANY_PORT_END;
  }

  private static Ports icmp(TrafficSelector ts) throws Inexpressible {
    if (anyPort(ts)) {
      return new Ports(0, 0, 0, 0, true);
    }
    int type = ts.startPort() >> 8;
    boolean oneCode = ts.startPort() == ts.endPort();
    boolean allCodes = ts.startPort() == type << 8 && ts.endPort() == (type << 8 | 0xff);
    if (!oneCode && !allCodes) {
      throw new Inexpressible("a policy takes one ICMP type with one code or all, not " + ts);
    }
    return new Ports(type, 0xffff, ts.startPort() & 0xff, oneCode ? 0xffff : 0, true);
  }

  /** The fewest blocks of 2^n ports that are exactly the range, each as port and mask. */
  private static List<int[]> blocks(TrafficSelector ts) throws Inexpressible {
    if (ts.startPort() > ts.endPort()) {
      throw new Inexpressible("no policy can tell that ports are opaque: " + ts);
    }
    List<int[]> all = new ArrayList<>();
    int at = ts.startPort();
    while (at <= ts.endPort()) {
      int aligned = at == 0 ? ANY_PORT_END + 1 : Integer.lowestOneBit(at);
      int size = Math.min(aligned, Integer.highestOneBit(ts.endPort() - at + 1));
      all.add(new int[] {at, ANY_PORT_END + 1 - size});
      at += size;
    }
    return all;
  }

  private static Pair pair(
      TrafficSelector local, Prefix l, TrafficSelector remote, Prefix r, Ports ports) {
    XfrmPrefix source = XfrmPrefix.of(l.address(), l.length());
    XfrmPrefix destination = XfrmPrefix.of(r.address(), r.length());
    int protocol = Math.max(local.protocol(), remote.protocol());
    XfrmSelector out =
        XfrmSelector.between(source, destination)
            .withProtocol(protocol)
            .withPorts(ports.local, ports.localMask, ports.remote, ports.remoteMask);
    XfrmSelector in = XfrmSelector.between(destination, source).withProtocol(protocol);
    return ports.icmp // type and code stand in the same places in both directions
        ? new Pair(out, in.withPorts(ports.local, ports.localMask, ports.remote, ports.remoteMask))
        : new Pair(out, in.withPorts(ports.remote, ports.remoteMask, ports.local, ports.localMask));
  }

  /** A policy between one of these addresses and anybody, or one that blocks as ours do. */
  static boolean ours(XfrmPolicy policy, Set<InetAddress> locals) {
    for (XfrmUserTmpl template : policy.templates()) {
      InetAddress destination = template.id().daddr().toInetAddress(template.family());
      InetAddress source = template.saddr().toInetAddress(template.family());
      if (locals.contains(destination) || locals.contains(source)) {
        return true;
      }
    }
    long priority = policy.info().priority();
    return policy.info().action() == XfrmConst.XFRM_POLICY_BLOCK
        && priority <= BLOCK_PRIORITY
        && priority > BLOCK_PRIORITY - ALLOW_PRIORITY;
  }
}
