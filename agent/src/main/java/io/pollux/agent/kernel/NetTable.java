package io.pollux.agent.kernel;

import io.pollux.agent.guard.FenceMessage;
import io.pollux.ha.gate.GateRule;
import io.pollux.ha.vrrp.Announcement;
import io.pollux.ha.vrrp.Vip;
import io.pollux.ike.wire.Octets;
import io.pollux.linux.Errno;
import io.pollux.linux.PacketSocket;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.route.AddressRequest;
import io.pollux.netlink.route.DumpAddresses;
import io.pollux.netlink.route.DumpRules;
import io.pollux.netlink.route.LinkQuery;
import io.pollux.netlink.route.RtAddress;
import io.pollux.netlink.route.RtLink;
import io.pollux.netlink.route.RtRule;
import io.pollux.netlink.route.RuleRequest;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.wire.NlDatagram;
import io.pollux.netlink.wire.NlRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gate, virtual addresses and announcements: each one batch on the kernel thread's most urgent
 * lane. What is there already, or gone already, is fine.
 */
public final class NetTable {
  private static final Logger LOG = LoggerFactory.getLogger(NetTable.class);

  private final KernelThread kernel;
  private final PacketSocket packets = PacketSocket.open();
  private final ByteBuffer frame = ByteBuffer.allocateDirect(256);
  private final Map<String, RtLink> links = new LinkedHashMap<>();

  /**
   * What became of a batch.
   *
   * @param detail how many, or the first refusal in the kernel's words
   */
  public record Outcome(boolean ok, String detail) {}

  /**
   * Looks the devices up.
   *
   * @throws IllegalArgumentException naming the one that is not there
   */
  public NetTable(KernelThread kernel, List<String> interfaces) {
    this.kernel = kernel;
    try (NetlinkConnection route = NetlinkConnection.route()) {
      for (String name : interfaces) {
        links.put(name, link(route, name));
      }
    }
  }

  private static RtLink link(NetlinkConnection route, String name) {
    var reply = route.query(LinkQuery.byName(name));
    if (reply.refusedWith(Errno.ENODEV)) {
      throw new IllegalArgumentException("interface " + name + " is not there");
    }
    return reply.orThrow();
  }

  /** The device of that name, as it was at the start. */
  public RtLink link(String name) {
    return links.get(name);
  }

  /** Adds the rules that keep this node silent. */
  public void closeGate(List<GateRule> rules, Executor where, Consumer<Outcome> reply) {
    submit(rules.stream().map(r -> RuleRequest.add(rule(r))).toList(), "rules", where, reply);
  }

  /**
   * Adds rules that keep this node from passing on what is meant for a virtual address: for a
   * moment of a takeover nobody has it, each node's neighbours say that the other one does, and a
   * packet would go to and fro until its TTL is used up. Where the address is here the table {@code
   * local} comes first, so they stand for good. What this machine itself sends is not meant.
   */
  public void noTransit(List<Vip> vips, Executor where, Consumer<Outcome> reply) {
    submit(
        vips.stream()
            .map(v -> RtRule.noTransit(v.interfaceName(), v.address(), GateRule.PREFERENCE))
            .map(RuleRequest::add)
            .toList(),
        "rules",
        where,
        reply);
  }

  /** Deletes the rules of {@link #closeGate}. */
  public void openGate(List<GateRule> rules, Executor where, Consumer<Outcome> reply) {
    submit(rules.stream().map(r -> RuleRequest.delete(rule(r))).toList(), "rules", where, reply);
  }

  public void addVips(List<Vip> vips, Executor where, Consumer<Outcome> reply) {
    submit(
        vips.stream().map(v -> AddressRequest.add(address(v))).toList(), "addresses", where, reply);
  }

  public void removeVips(List<Vip> vips, Executor where, Consumer<Outcome> reply) {
    submit(
        vips.stream().map(v -> AddressRequest.delete(address(v))).toList(),
        "addresses",
        where,
        reply);
  }

  /** Whether no rule of the gate stands and every address is there; the detail says what is not. */
  public void reigns(
      List<GateRule> rules, List<Vip> vips, Executor where, Consumer<Outcome> reply) {
    kernel.submit(KernelThread.ROLE, s -> reignsNow(s.route(), rules, vips), where, reply);
  }

  private Outcome reignsNow(NetlinkConnection route, List<GateRule> rules, List<Vip> vips) {
    for (RtRule there : route.dump(new DumpRules(NlConst.AF_UNSPEC)).orThrow()) {
      for (GateRule one : rules) {
        RtRule gate = rule(one);
        if (there.family() == gate.family()
            && there.priority() == gate.priority()
            && there.from().equals(gate.from())
            && there.action() == gate.action()) {
          return new Outcome(false, "the gate is closed: " + one);
        }
      }
    }
    List<RtAddress> addresses = route.dump(new DumpAddresses(NlConst.AF_UNSPEC)).orThrow();
    for (Vip vip : vips) {
      RtAddress wanted = address(vip);
      if (addresses.stream()
          .noneMatch(a -> a.ifindex() == wanted.ifindex() && a.prefix().equals(wanted.prefix()))) {
        return new Outcome(false, vip.address().getHostAddress() + " is gone");
      }
    }
    return new Outcome(true, rules.size() + " rules, " + vips.size() + " addresses");
  }

  /** Sends gratuitous ARP and unsolicited neighbour advertisements. */
  public void announce(List<Announcement> announcements, Executor where, Consumer<Outcome> reply) {
    kernel.submit(KernelThread.ROLE, _ -> announceNow(announcements), where, reply);
  }

  private Outcome announceNow(List<Announcement> announcements) {
    String refused = "";
    for (Announcement announcement : announcements) {
      RtLink link = links.get(announcement.interfaceName());
      try {
        frame.clear();
        announcement.frame(Octets.owning(link.address().toByteArray())).writeTo(frame);
        packets.send(link.ifindex(), frame.flip());
      } catch (RuntimeException e) {
        refused = announcement + ": " + e.getMessage();
        LOG.warn("announcement {}", refused);
      }
    }
    return new Outcome(
        refused.isEmpty(), refused.isEmpty() ? announcements.size() + " announcements" : refused);
  }

  private void submit(
      List<? extends NlRequest> requests, String what, Executor where, Consumer<Outcome> reply) {
    kernel.submit(KernelThread.ROLE, s -> run(s.route(), requests, what), where, reply);
  }

  private static Outcome run(
      NetlinkConnection route, List<? extends NlRequest> requests, String what) {
    for (NlResult result : route.execute(requests)) {
      if (result instanceof NlResult.Refused refused && !alreadySo(refused)) {
        LOG.error("{}", refused);
        return new Outcome(false, refused.toString());
      }
    }
    return new Outcome(true, requests.size() + " " + what);
  }

  private static boolean alreadySo(NlResult.Refused refused) {
    return refused.is(Errno.EEXIST)
        || refused.is(Errno.ENOENT)
        || refused.is(Errno.ESRCH)
        || refused.is(Errno.EADDRNOTAVAIL);
  }

  /** The same as ready-made messages for the guard: close the gate, remove the addresses. */
  public List<FenceMessage> fence(List<GateRule> rules, List<Vip> vips) {
    List<NlRequest> requests = new ArrayList<>();
    rules.forEach(r -> requests.add(RuleRequest.add(rule(r))));
    vips.forEach(v -> requests.add(AddressRequest.delete(address(v))));
    return List.of(FenceMessage.netlink(NlDatagram.of(requests)));
  }

  private static RtRule rule(GateRule rule) {
    return RtRule.blackholeFrom(rule.vip(), GateRule.PREFERENCE);
  }

  private RtAddress address(Vip vip) {
    return RtAddress.vip(links.get(vip.interfaceName()).ifindex(), vip.address());
  }
}
