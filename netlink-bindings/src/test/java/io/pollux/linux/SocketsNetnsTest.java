package io.pollux.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.netlink.conn.Cable;
import io.pollux.netlink.conn.Collected;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NetlinkSubscription;
import io.pollux.netlink.route.NeighbourRequest;
import io.pollux.netlink.route.RtConst;
import io.pollux.netlink.route.RtNeighbour;
import io.pollux.netlink.route.RtNotification;
import io.pollux.netlink.wire.NlOctets;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.SocketPolicy;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmSelector;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Packet, raw and UDP sockets between two namespaces. */
@Tag("netns")
class SocketsNetnsTest {
  private static final InetAddress VRRP_GROUP = InetAddress.ofLiteral("224.0.0.18");
  private static final InetAddress VRRP_GROUP6 = InetAddress.ofLiteral("ff02::12");
  private static final InetAddress VIP = InetAddress.ofLiteral("192.0.2.100");
  private static final InetAddress VIP6 = InetAddress.ofLiteral("2001:db8::100");
  private static final int DEADLINE_MS = 20_000;

  /** An announcement moves an entry of the neighbour's table, IPv4 and IPv6. */
  @Test
  void announcements() throws Exception {
    try (Cable cable = new Cable()) {
      for (InetAddress vip : List.of(VIP, VIP6)) {
        byte[] mac = cable.v0.address().toByteArray();
        NetlinkSubscription news =
            cable.right.call(
                () -> {
                  NetlinkSubscription opened = NetlinkSubscription.route(RtConst.RTNLGRP_NEIGH);
                  NlOctets other =
                      NlOctets.of((byte) 2, (byte) 9, (byte) 9, (byte) 9, (byte) 9, (byte) 9);
                  try (NetlinkConnection route = NetlinkConnection.route()) {
                    RtNeighbour stale =
                        new RtNeighbour(cable.v1.ifindex(), vip, other, RtConst.NUD_REACHABLE, 0);
                    route.execute(NeighbourRequest.replace(stale)).orThrow();
                  }
                  return opened;
                });
        try (news) {
          cable.left.run(
              () -> {
                try (PacketSocket socket = PacketSocket.open()) {
                  ByteBuffer frame = Announcement.of(mac, vip, false);
                  socket.send(cable.v0.ifindex(), frame);
                  socket.send(cable.v0.ifindex(), frame);
                }
              });
          Collected collected = new Collected();
          int seen = 1;
          while (!last(collected, news, seen, vip).equals(cable.v0.address())) {
            seen++;
          }
        }
      }
    }
  }

  /**
   * The link-layer address of a VIP as the n-th piece of news has it; empty for other addresses.
   */
  private static NlOctets last(
      Collected collected, NetlinkSubscription news, int n, InetAddress vip) {
    RtNeighbour neighbour =
        collected.await(news, RtNotification.Neighbour.class, n).get(n - 1).neighbour();
    return neighbour.destination().equals(vip) ? neighbour.address() : NlOctets.of();
  }

  @Test
  void aFrameWithoutADeviceIsRefused() throws Exception {
    try (Cable cable = new Cable()) {
      cable.left.run(
          () -> {
            try (PacketSocket socket = PacketSocket.open()) {
              ByteBuffer frame = Announcement.of(new byte[6], VIP, false);
              assertThatThrownBy(() -> socket.send(99, frame))
                  .isInstanceOf(SystemCallException.class)
                  .hasMessageContaining("sendto packet: ENXIO");
            }
          });
    }
  }

  @Test
  void vrrpOverIpv4Multicast() throws Exception {
    try (Cable cable = new Cable()) {
      RawIpSocket sender =
          cable.left.call(() -> RawIpSocket.open(RawIpSocket.Options.vrrp(false, "v0")));
      RawIpSocket receiver =
          cable.right.call(() -> RawIpSocket.open(RawIpSocket.Options.vrrp(false, "v1")));
      try (sender;
          receiver) {
        cable.right.run(() -> receiver.join(VRRP_GROUP));
        cable.left.run(
            () -> {
              sender.join(VRRP_GROUP);
              sender.multicastFrom(Cable.LEFT);
              sender.send(payload(), VRRP_GROUP);
            });
        RawDatagram datagram = await(receiver);
        assertThat(datagram.source()).isEqualTo(Cable.LEFT);
        assertThat(datagram.destination()).isEqualTo(VRRP_GROUP);
        assertThat(datagram.ttl()).isEqualTo(255);
        assertThat(datagram.ifindex()).isEqualTo(cable.v1.ifindex());
        assertThat(datagram.payload()).isEqualTo(payload());
        assertThat(sender.receive()).isEmpty(); // not looped back
      }
    }
  }

  @Test
  void vrrpOverIpv4Unicast() throws Exception {
    try (Cable cable = new Cable()) {
      RawIpSocket sender =
          cable.left.call(() -> RawIpSocket.open(RawIpSocket.Options.vrrp(false, "v0")));
      RawIpSocket receiver =
          cable.right.call(() -> RawIpSocket.open(RawIpSocket.Options.vrrp(false, "v1")));
      try (sender;
          receiver) {
        cable.left.run(
            () -> {
              sender.bind(Cable.LEFT);
              sender.send(payload(), Cable.RIGHT);
            });
        RawDatagram datagram = await(receiver);
        assertThat(datagram.source()).isEqualTo(Cable.LEFT);
        assertThat(datagram.destination()).isEqualTo(Cable.RIGHT);
        assertThat(datagram.ttl()).isEqualTo(255);
      }
    }
  }

  /** With a header of its own a packet may come from an address that is not there. */
  @Test
  void anyIpv4Source() throws Exception {
    try (Cable cable = new Cable()) {
      RawIpSocket.Options own = new RawIpSocket.Options(false, 112, "v0", 255, false, true, 2048);
      RawIpSocket sender = cable.left.call(() -> RawIpSocket.open(own));
      RawIpSocket receiver =
          cable.right.call(() -> RawIpSocket.open(RawIpSocket.Options.vrrp(false, "v1")));
      try (sender;
          receiver) {
        ByteBuffer packet = ByteBuffer.allocateDirect(20 + 8);
        packet.put((byte) 0x45).put((byte) 0xc0).putShort((short) 28).putInt(0);
        packet.put((byte) 255).put((byte) 112).putShort((short) 0);
        packet.put(VIP.getAddress()).put(Cable.RIGHT.getAddress()).put(payload()).flip();
        cable.left.run(() -> sender.send(packet, Cable.RIGHT));
        assertThat(await(receiver).source()).isEqualTo(VIP);
      }
    }
  }

  @Test
  void vrrpOverIpv6Multicast() throws Exception {
    try (Cable cable = new Cable()) {
      RawIpSocket sender =
          cable.left.call(() -> RawIpSocket.open(RawIpSocket.Options.vrrp(true, "v0")));
      RawIpSocket receiver =
          cable.right.call(() -> RawIpSocket.open(RawIpSocket.Options.vrrp(true, "v1")));
      InetAddress linkLocal = InetAddress.ofLiteral("fe80::1");
      try (sender;
          receiver) {
        cable.right.run(() -> receiver.join(VRRP_GROUP6));
        cable.left.run(
            () -> {
              sender.bind(linkLocal);
              sender.send(payload(), VRRP_GROUP6);
            });
        RawDatagram datagram = await(receiver);
        assertThat(datagram.source().getAddress()).isEqualTo(linkLocal.getAddress());
        assertThat(datagram.destination()).isEqualTo(VRRP_GROUP6);
        assertThat(datagram.ttl()).isEqualTo(255);
        assertThat(datagram.ifindex()).isEqualTo(cable.v1.ifindex());
        assertThat(datagram.payload()).isEqualTo(payload());
      }
    }
  }

  private static ByteBuffer payload() {
    return ByteBuffer.allocateDirect(8).putLong(0, 0x3101640100640000L);
  }

  private static RawDatagram await(RawIpSocket receiver) {
    assertThat(receiver.await(null, DEADLINE_MS)).isEqualTo(Ready.INPUT);
    return receiver.receive().orElseThrow();
  }

  /**
   * What IKE's sockets need: bound before the address is there, ESP in UDP, a policy of their own.
   */
  @Test
  void optionsOfIkesSockets() throws Exception {
    try (Cable cable = new Cable()) {
      cable.left.run(
          () -> {
            try (Fd udp = Fd.socket("udp", LinuxAbi.AF_INET, LinuxAbi.SOCK_DGRAM, 0)) {
              udp.option(SocketOptions.SOL_IP, SocketOptions.IP_FREEBIND, 1);
              udp.bind(SocketAddresses.put(SocketAddresses.direct(28), VIP, 0));
              assertThat(
                      udp.tryOption(
                          SocketOptions.SOL_UDP,
                          SocketOptions.UDP_ENCAP,
                          SocketOptions.UDP_ENCAP_ESPINUDP))
                  .isTrue();
            }
          });
    }
  }

  @Test
  void aSocketsOwnPolicyBeatsABlock() throws Exception {
    try (Cable cable = new Cable()) {
      cable.left.run(
          () -> {
            try (Fd udp = Fd.socket("udp", LinuxAbi.AF_INET, LinuxAbi.SOCK_DGRAM, 0);
                NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
              XfrmPolicy block =
                  XfrmPolicy.of(XfrmSelector.any(LinuxAbi.AF_INET), XfrmConst.XFRM_POLICY_OUT, 1)
                      .blocking();
              xfrm.execute(NewPolicy.add(block)).orThrow();
              ByteBuffer to = SocketAddresses.put(SocketAddresses.direct(28), Cable.RIGHT, 0);
              to.put(3, (byte) 9); // port 9, network order
              ByteBuffer data = ByteBuffer.allocateDirect(8);
              assertThatThrownBy(() -> udp.sendTo(data, to)).hasMessageContaining("EPERM");
              for (int dir : new int[] {XfrmConst.XFRM_POLICY_IN, XfrmConst.XFRM_POLICY_OUT}) {
                udp.option(
                    SocketOptions.SOL_IP,
                    SocketOptions.IP_XFRM_POLICY,
                    SocketPolicy.bypassIpv4(dir));
              }
              udp.sendTo(data, to);
            }
          });
    }
  }
}
