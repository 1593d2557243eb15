package io.pollux.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.netlink.conn.Cable;
import io.pollux.netlink.conn.Collected;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NetlinkSubscription;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.Reqid;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmAlgorithm;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmEncapTmpl;
import io.pollux.netlink.xfrm.XfrmKey;
import io.pollux.netlink.xfrm.XfrmNotification;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmPrefix;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import io.pollux.netlink.xfrm.XfrmSelector;
import io.pollux.netlink.xfrm.XfrmUserTmpl;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** ESP in UDP from a port that the SA does not name: the peer's NAT has given it a new one. */
@Tag("lab")
class MappingLabTest {
  private static final Reqid REQID = new Reqid(9);
  private static final int IKE_PORT = 4500;
  private static final int NEW_PORT = 4501;

  private static NewSa sa(int sourcePort) {
    return NewSa.builder(new Spi(0xc0ffee02), Cable.LEFT, Cable.RIGHT)
        .reqid(REQID)
        .aead(XfrmAlgorithm.AES_GCM_16, XfrmKey.wrap(new byte[20]))
        .esn(XfrmReplayStateEsn.fresh(64))
        .encap(XfrmEncapTmpl.espInUdp(sourcePort, IKE_PORT))
        .build();
  }

  @Test
  void theNewPortIsTold() throws Exception {
    try (Cable cable = new Cable();
        Fd encapsulating = cable.right.call(MappingLabTest::encapsulatingSocket);
        NetlinkSubscription news =
            cable.right.call(() -> NetlinkSubscription.xfrm(XfrmConst.XFRMNLGRP_MAPPING))) {
      assertThat(encapsulating.number()).isPositive();
      cable.right.run(
          () -> {
            try (NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
              xfrm.execute(sa(IKE_PORT)).orThrow();
            }
          });
      cable.left.run(
          () -> {
            try (NetlinkConnection xfrm = NetlinkConnection.xfrm();
                Fd udp = Fd.socket("udp", LinuxAbi.AF_INET, LinuxAbi.SOCK_DGRAM, 0)) {
              XfrmSelector sel =
                  XfrmSelector.between(
                      XfrmPrefix.of(Cable.LEFT, 32), XfrmPrefix.of(Cable.RIGHT, 32));
              XfrmPolicy policy =
                  XfrmPolicy.of(sel, XfrmConst.XFRM_POLICY_OUT, 1)
                      .withTemplates(XfrmUserTmpl.espTunnel(Cable.LEFT, Cable.RIGHT, REQID));
              xfrm.execute(List.of(sa(NEW_PORT), NewPolicy.add(policy))).forEach(NlResult::orThrow);
              udp.sendTo(ByteBuffer.allocateDirect(32), address(Cable.RIGHT, 9));
            }
          });
      XfrmNotification.Mapping mapping =
          new Collected().await(news, XfrmNotification.Mapping.class);
      assertThat(mapping.mapping().oldSport()).isEqualTo(IKE_PORT);
      assertThat(mapping.mapping().newSport()).isEqualTo(NEW_PORT);
      assertThat(mapping.mapping().id()).isEqualTo(sa(0).id());
      assertThat(mapping.mapping().reqid()).isEqualTo(REQID);
    }
  }

  private static Fd encapsulatingSocket() {
    Fd udp = Fd.socket("udp", LinuxAbi.AF_INET, LinuxAbi.SOCK_DGRAM, 0);
    udp.bind(address(Cable.RIGHT, IKE_PORT));
    udp.option(SocketOptions.SOL_UDP, SocketOptions.UDP_ENCAP, SocketOptions.UDP_ENCAP_ESPINUDP);
    return udp;
  }

  private static ByteBuffer address(InetAddress address, int port) {
    ByteBuffer out = SocketAddresses.put(SocketAddresses.direct(28), address, 0);
    return out.put(2, (byte) (port >> 8)).put(3, (byte) port); // sin_port, network order
  }
}
