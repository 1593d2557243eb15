package io.pollux.it.vrrp;

import io.pollux.it.lab.Namespaces;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment with routers on it, and a second one for the link between two of them.
 *
 * <pre>
 *   NODE lan0 192.0.2.N    -- lan (bridge br0, ports to-NODE)  -- host 192.0.2.200
 *        lan0 2001:db8::N
 *        link0 198.51.100.N -- link (bridge br0, ports to-NODE)
 * </pre>
 */
public final class Lan implements AutoCloseable {
  /** The namespace of the segment's bridge; captures are made here. */
  public static final String SEGMENT = "lan";

  /** The namespace of the link's bridge. */
  public static final String LINK = "link";

  /** The virtual addresses that the tests move. */
  public static final String VIP4 = "192.0.2.100";

  /** As {@link #VIP4}. */
  public static final String VIP6 = "2001:db8::100";

  private final Namespaces ns;

  private Lan(Namespaces ns) {
    this.ns = ns;
  }

  /** Makes both segments and these nodes, numbered from 11 on. */
  public static Lan of(String... nodes) {
    List<String> names = new ArrayList<>(List.of(SEGMENT, LINK, "host"));
    names.addAll(List.of(nodes));
    Lan lan = new Lan(Namespaces.of(names.toArray(String[]::new)));
    for (String name : names) {
      lan.ns.sysctl(name, "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0");
    }
    lan.ns.bridge(SEGMENT, "br0");
    lan.ns.bridge(LINK, "br0");
    int number = 11;
    for (String node : nodes) {
      lan.plug(SEGMENT, node, "lan0", number);
      lan.plug(LINK, node, "link0", number);
      lan.ns.ip(
          node,
          "addr add 192.0.2." + number + "/24 dev lan0",
          "addr add 2001:db8::" + number + "/64 dev lan0 nodad",
          "addr add 198.51.100." + number + "/24 dev link0");
      number++;
    }
    lan.plug(SEGMENT, "host", "lan0", 200);
    lan.ns.ip(
        "host", "addr add 192.0.2.200/24 dev lan0", "addr add 2001:db8::200/64 dev lan0 nodad");
    return lan;
  }

  private void plug(String segment, String node, String device, int number) {
    ns.veth(new Namespaces.End(node, device), new Namespaces.End(segment, "to-" + node));
    ns.ip(
        node,
        "link set " + device + " down",
        "link set " + device + " address " + mac(segment, number),
        "link set " + device + " up");
    ns.ip(segment, "link set to-" + node + " master br0");
  }

  private static String mac(String segment, int number) {
    return "02:00:00:00:%02x:%02x".formatted(segment.equals(LINK) ? 1 : 0, number);
  }

  /** The MAC address of the node with that number on the segment. */
  public static String mac(int number) {
    return mac(SEGMENT, number);
  }

  /** The link-local address that follows from {@link #mac(int)}. */
  public static String linkLocal(int number) {
    return "fe80::ff:fe00:%x".formatted(number);
  }

  /** The namespaces themselves. */
  public Namespaces namespaces() {
    return ns;
  }

  /** Pulls a node's plug, or puts it back. */
  public void plugged(String segment, String node, boolean in) {
    ns.ip(segment, "link set to-" + node + (in ? " up" : " down"));
  }

  /** Loses this share of what goes towards a node, in percent; its carrier stays. 0 for none. */
  public void lossTowards(String segment, String node, int percent) {
    String device = "to-" + node;
    if (percent == 0) {
      ns.run(segment, "tc", "qdisc", "del", "dev", device, "root");
    } else {
      ns.run(
              segment,
              "tc",
              "qdisc",
              "replace",
              "dev",
              device,
              "root",
              "netem",
              "loss",
              percent + "%")
          .orFail();
    }
  }

  @Override
  public void close() {
    ns.close();
  }
}
