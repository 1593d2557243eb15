package io.pollux.agent.kernel;

import io.pollux.ha.audit.AuditItem;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.route.DumpRoutes;
import io.pollux.netlink.route.DumpRules;
import io.pollux.netlink.route.LinkQuery;
import io.pollux.netlink.route.RtConst;
import io.pollux.netlink.route.RtLink;
import io.pollux.netlink.route.RtRoute;
import io.pollux.netlink.route.RtRule;
import io.pollux.netlink.wire.NlConst;
import io.pollux.netlink.xfrm.DumpPolicies;
import io.pollux.netlink.xfrm.DumpSas;
import io.pollux.netlink.xfrm.XfrmAlgo;
import io.pollux.netlink.xfrm.XfrmAlgoAead;
import io.pollux.netlink.xfrm.XfrmAlgoAuth;
import io.pollux.netlink.xfrm.XfrmAttribute;
import io.pollux.netlink.xfrm.XfrmKey;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import io.pollux.netlink.xfrm.XfrmSa;
import io.pollux.netlink.xfrm.XfrmUserTmpl;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands in this node's kernel, as names and keyed digests: SAs, policies, routes and rules.
 * What differs between two healthy nodes is left out: counters, ages, interface indexes, the metric
 * in {@code main}. It reads on a thread and sockets of its own, so that a dump of 100,000 SAs is
 * never in the way of a takeover. Keys go into HMAC-SHA-256 and nowhere else.
 */
public final class Audit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Audit.class);
  private static final String MAC = "HmacSHA256";

  private final Supplier<Set<InetAddress>> ours;
  private Set<InetAddress> locals = Set.of(); // of the thread
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("audit").daemon().priority(Thread.MIN_PRIORITY).factory());

  /**
   * @param ours outer addresses of ours
   */
  public Audit(Supplier<Set<InetAddress>> ours) {
    this.ours = ours;
  }

  /** Reads the kernel; {@code reply} gets what is there. Nothing comes if it cannot be read. */
  public void read(byte[] key, Executor where, Consumer<List<AuditItem>> reply) {
    thread.execute(
        () -> {
          try {
            List<AuditItem> items = now(key);
            where.execute(() -> reply.accept(items));
          } catch (GeneralSecurityException | RuntimeException failed) {
            LOG.warn("audit: the kernel could not be read: {}", failed.toString());
          }
        });
  }

  private List<AuditItem> now(byte[] key) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(MAC);
    mac.init(new SecretKeySpec(key, MAC));
    locals = ours.get();
    List<AuditItem> items = new ArrayList<>();
    try (NetlinkConnection xfrm = NetlinkConnection.xfrm();
        NetlinkConnection route = NetlinkConnection.route()) {
      for (XfrmSa sa : xfrm.dump(new DumpSas()).orThrow()) {
        sa(mac, sa, items);
      }
      for (XfrmPolicy policy : xfrm.dump(new DumpPolicies()).orThrow()) {
        if (ChildRequests.ours(policy, locals)) {
          items.add(policy(mac, policy));
        }
      }
      Map<Integer, String> devices = new LinkedHashMap<>();
      for (RtLink link : route.dump(LinkQuery.all()).orThrow()) {
        devices.put(link.ifindex(), link.name());
      }
      for (RtRoute r : route.dump(new DumpRoutes(NlConst.AF_UNSPEC)).orThrow()) {
        if (r.protocol() == RouteTable.PROTOCOL) {
          items.add(route(mac, r, devices));
        }
      }
      for (RtRule rule : route.dump(new DumpRules(NlConst.AF_UNSPEC)).orThrow()) {
        if (rule.protocol() == RouteTable.PROTOCOL) {
          String name = "rule family " + rule.family() + " pref " + rule.priority();
          items.add(item(mac, name, "lookup " + rule.table()));
        }
      }
    }
    return items;
  }

  private void sa(Mac mac, XfrmSa sa, List<AuditItem> items) {
    InetAddress to = sa.info().id().daddr().toInetAddress(sa.info().family());
    InetAddress from = sa.info().saddr().toInetAddress(sa.info().family());
    boolean larval = sa.info().id().spi().value() == 0;
    if (!larval && (locals.contains(to) || locals.contains(from))) {
      String name =
          (locals.contains(to) ? "sa in " : "sa out ")
              + sa.info().id().spi()
              + " to "
              + to.getHostAddress();
      StringBuilder all = new StringBuilder(from.getHostAddress());
      all.append(" reqid ").append(sa.info().reqid()).append(" mode ").append(sa.info().mode());
      all.append(" flags ").append(sa.info().flags()).append(" if ").append(sa.attributes().ifId());
      sa.attributes().mark().ifPresent(m -> all.append(' ').append(m));
      sa.attributes()
          .encap()
          .ifPresent(e -> all.append(" ports ").append(e.encapSport()).append(e.encapDport()));
      sa.replay()
          .filter(XfrmReplayStateEsn.class::isInstance)
          .map(XfrmReplayStateEsn.class::cast)
          .ifPresent(r -> all.append(" window ").append(r.replayWindow()));
      mac.update(octets(name));
      mac.update(octets(all.toString()));
      for (XfrmAttribute attribute : sa.attributes().all()) {
        algorithm(mac, attribute);
      }
      items.add(new AuditItem(name, cut(mac.doFinal())));
    }
    sa.attributes().all().forEach(a -> key(a).close());
  }

  private static void algorithm(Mac mac, XfrmAttribute attribute) {
    if (attribute instanceof XfrmAttribute.Struct(var _, var value)) {
      switch (value) {
        case XfrmAlgoAead a -> mac.update(octets(a.algName() + a.algIcvLen()));
        case XfrmAlgoAuth a -> mac.update(octets(a.algName() + a.algTruncLen()));
        case XfrmAlgo a -> mac.update(octets(a.algName()));
        default -> {} // no algorithm; the interface is not ours to seal
      }
      key(attribute).feed(mac::update);
    }
  }

  private static XfrmKey key(XfrmAttribute attribute) {
    if (attribute instanceof XfrmAttribute.Struct(var _, var value)) {
      return switch (value) {
        case XfrmAlgoAead a -> a.algKey();
        case XfrmAlgoAuth a -> a.algKey();
        case XfrmAlgo a -> a.algKey();
        default -> XfrmKey.NONE;
      };
    }
    return XfrmKey.NONE;
  }

  private static AuditItem policy(Mac mac, XfrmPolicy policy) {
    StringBuilder all = new StringBuilder("action ");
    all.append(policy.info().action()).append(" priority ").append(policy.info().priority());
    for (XfrmUserTmpl t : policy.templates()) {
      all.append(' ').append(t.saddr().toInetAddress(t.family()));
      all.append(' ').append(t.id().daddr().toInetAddress(t.family()));
      all.append(" reqid ").append(t.reqid()).append(" mode ").append(t.mode());
    }
    return item(mac, policyName(policy), all.toString());
  }

  /** What names a policy on both nodes. */
  static String policyName(XfrmPolicy policy) {
    StringBuilder name = new StringBuilder("policy ");
    name.append(
        switch (policy.info().dir()) {
          case 0 -> "in ";
          case 1 -> "out ";
          default -> "fwd ";
        });
    name.append(policy.info().sel());
    policy
        .attributes()
        .ifId()
        .ifPresent(i -> name.append(" if_id ").append(Integer.toHexString(i)));
    policy
        .attributes()
        .mark()
        .filter(m -> m.m() != 0)
        .ifPresent(m -> name.append(" mark ").append(Integer.toHexString(m.v())));
    return name.toString();
  }

  private static AuditItem route(Mac mac, RtRoute r, Map<Integer, String> devices) {
    String name = "route " + r.dst() + " table " + r.table();
    if (r.table() != RtConst.RT_TABLE_MAIN) {
      name += " metric " + r.metric();
    }
    return item(
        mac,
        name,
        "type "
            + r.type()
            + " dev "
            + devices.getOrDefault(r.oif(), "")
            + " via "
            + r.via()
            + " mtu "
            + r.mtu()
            + " advmss "
            + r.advmss()
            + " if "
            + r.xfrmIfId());
  }

  private static AuditItem item(Mac mac, String name, String rest) {
    mac.update(octets(name));
    mac.update((byte) 0);
    mac.update(octets(rest));
    return new AuditItem(name, cut(mac.doFinal()));
  }

  private static byte[] cut(byte[] whole) {
    return Arrays.copyOf(whole, AuditItem.OCTETS);
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
