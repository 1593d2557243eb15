package io.pollux.netlink.conn;

import io.pollux.linux.Namespace;
import io.pollux.netlink.route.AddressRequest;
import io.pollux.netlink.route.LinkQuery;
import io.pollux.netlink.route.LinkRequest;
import io.pollux.netlink.route.RtAddress;
import io.pollux.netlink.route.RtConst;
import io.pollux.netlink.route.RtLink;
import io.pollux.netlink.route.RtPrefix;
import java.net.InetAddress;
import java.util.List;

/**
 * Two namespaces and a cable: {@code left} has v0 with 192.0.2.1, 2001:db8::1 and fe80::1, {@code
 * right} has v1 with 192.0.2.2, 2001:db8::2 and fe80::2.
 */
public final class Cable implements AutoCloseable {
  public static final InetAddress LEFT = InetAddress.ofLiteral("192.0.2.1");
  public static final InetAddress RIGHT = InetAddress.ofLiteral("192.0.2.2");

  public final Namespace left = new Namespace("left");
  public final Namespace right = new Namespace("right");
  public final RtLink v0;
  public final RtLink v1;

  public Cable() throws Exception {
    int target = right.openFd();
    left.run(
        () -> {
          try (NetlinkConnection route = NetlinkConnection.route()) {
            route.execute(LinkRequest.veth("v0", "v1")).orThrow();
            int peer = route.query(LinkQuery.byName("v1")).orThrow().ifindex();
            route.execute(LinkRequest.moveTo(peer, target)).orThrow();
          }
        });
    Namespace.closeFd(target);
    v0 = left.call(() -> configure("v0", 1));
    v1 = right.call(() -> configure("v1", 2));
  }

  private static RtLink configure(String name, int host) {
    try (NetlinkConnection route = NetlinkConnection.route()) {
      int lo = route.query(LinkQuery.byName("lo")).orThrow().ifindex();
      RtLink link = route.query(LinkQuery.byName(name)).orThrow();
      route
          .execute(
              List.of(
                  LinkRequest.up(lo),
                  LinkRequest.up(link.ifindex()),
                  AddressRequest.add(address(link.ifindex(), "192.0.2." + host + "/24")),
                  AddressRequest.add(address(link.ifindex(), "2001:db8::" + host + "/64")),
                  AddressRequest.add(address(link.ifindex(), "fe80::" + host + "/64"))))
          .forEach(NlResult::orThrow);
      return link;
    }
  }

  private static RtAddress address(int ifindex, String text) {
    return new RtAddress(ifindex, RtPrefix.of(text), RtConst.IFA_F_NODAD, 0);
  }

  @Override
  public void close() {
    left.close();
    right.close();
  }
}
