package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlMessages;
import io.pollux.netlink.wire.NlOctets;
import java.net.InetAddress;

/**
 * An entry of the neighbour table (ARP, RFC 4861).
 *
 * @param address its link-layer address; empty while it is being looked for
 * @param state NUD_*
 * @param flags NTF_*
 */
public record RtNeighbour(
    int ifindex, InetAddress destination, NlOctets address, int state, int flags) {
  static RtNeighbour read(NlMessages message) throws MalformedNetlink {
    int at = message.requireBody(Ndmsg.SIZE, "ndmsg");
    Ndmsg fixed = Ndmsg.read(message.buffer(), at);
    InetAddress destination = null;
    NlOctets address = NlOctets.of();
    NlAttr attr = message.attributesBehind(Ndmsg.SIZE);
    while (attr.next()) {
      switch (attr.type()) {
        case RtConst.NDA_DST -> destination = attr.address("NDA_DST");
        case RtConst.NDA_LLADDR -> address = attr.octets();
        default -> {} // cache info, probes
      }
    }
    if (destination == null) {
      return null; // an entry of a bridge's forwarding table
    }
    return new RtNeighbour(
        fixed.ndmIfindex(), destination, address, fixed.ndmState(), fixed.ndmFlags());
  }

  @Override
  public String toString() {
    return destination.getHostAddress() + " dev " + ifindex + " lladdr " + address;
  }
}
