package io.pollux.netlink.conn;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.linux.Errno;
import io.pollux.linux.Namespace;
import io.pollux.netlink.xfrm.AeReading;
import io.pollux.netlink.xfrm.AllocSpi;
import io.pollux.netlink.xfrm.DelPolicy;
import io.pollux.netlink.xfrm.DelSa;
import io.pollux.netlink.xfrm.DumpPolicies;
import io.pollux.netlink.xfrm.DumpSas;
import io.pollux.netlink.xfrm.FlushPolicy;
import io.pollux.netlink.xfrm.FlushSa;
import io.pollux.netlink.xfrm.GetAe;
import io.pollux.netlink.xfrm.GetDefault;
import io.pollux.netlink.xfrm.GetPolicy;
import io.pollux.netlink.xfrm.GetSa;
import io.pollux.netlink.xfrm.GetSadInfo;
import io.pollux.netlink.xfrm.GetSpdInfo;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.NewSpdInfo;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.Reqid;
import io.pollux.netlink.xfrm.SetDefault;
import io.pollux.netlink.xfrm.Spi;
import io.pollux.netlink.xfrm.XfrmConst;
import io.pollux.netlink.xfrm.XfrmMark;
import io.pollux.netlink.xfrm.XfrmNotification;
import io.pollux.netlink.xfrm.XfrmPolicy;
import io.pollux.netlink.xfrm.XfrmPrefix;
import io.pollux.netlink.xfrm.XfrmSa;
import io.pollux.netlink.xfrm.XfrmSelector;
import io.pollux.netlink.xfrm.XfrmUserTmpl;
import io.pollux.netlink.xfrm.XfrmUserpolicyDefault;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What any kernel with XFRM_USER can do, in a namespace of its own. */
@Tag("netns")
class XfrmNetnsTest {
  private static final InetAddress LOCAL = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress PEER = InetAddress.ofLiteral("192.0.2.2");
  private static final Reqid REQID = new Reqid(0x80001234);

  private interface Body {
    void run(NetlinkConnection xfrm) throws Exception;
  }

  private static void inside(Body body) throws Exception {
    try (Namespace namespace = new Namespace("xfrm")) {
      namespace.run(
          () -> {
            try (NetlinkConnection xfrm = NetlinkConnection.xfrm()) {
              body.run(xfrm);
            }
          });
    }
  }

  private static XfrmPolicy policy(int net, int dir) {
    XfrmSelector sel =
        XfrmSelector.between(
            XfrmPrefix.of(InetAddress.ofLiteral("10.1.0.0"), 16),
            XfrmPrefix.of(InetAddress.ofLiteral("10.2." + net + ".0"), 24));
    return XfrmPolicy.of(sel, dir, 1000).withTemplates(XfrmUserTmpl.espTunnel(LOCAL, PEER, REQID));
  }

  @Test
  void aPolicyComesAndGoes() throws Exception {
    inside(
        xfrm -> {
          XfrmPolicy policy = policy(1, XfrmConst.XFRM_POLICY_OUT).withIfId(7);
          assertThat(xfrm.execute(NewPolicy.add(policy)).ok()).isTrue();
          NlResult again = xfrm.execute(NewPolicy.add(policy));
          assertThat(again.refusedWith(Errno.EEXIST)).isTrue();
          assertThat(again)
              .hasToString(
                  "XFRM_MSG_NEWPOLICY src 10.1.0.0/16 dst 10.2.1.0/24 dir=out prio=1000: EEXIST"
                      + " (File exists)");
          xfrm.execute(NewPolicy.replace(policy.blocking())).orThrow();
          XfrmPolicy read = xfrm.query(new GetPolicy(PolicyKey.of(policy))).orThrow();
          assertThat(read.info().action()).isEqualTo(XfrmConst.XFRM_POLICY_BLOCK);
          assertThat(read.templates()).isEqualTo(policy.templates());
          assertThat(read.attributes().ifId()).hasValue(7);
          PolicyKey byIndex = PolicyKey.ofIndex(read.info().index(), XfrmConst.XFRM_POLICY_OUT);
          PolicyKey byIndexAndIfId = new PolicyKey(byIndex.id(), PolicyKey.of(policy).qualifiers());
          assertThat(xfrm.query(new GetPolicy(byIndexAndIfId)).orThrow().info().sel())
              .isEqualTo(policy.info().sel());
          assertThat(xfrm.execute(new DelPolicy(PolicyKey.of(policy))).ok()).isTrue();
          assertThat(xfrm.query(new GetPolicy(PolicyKey.of(policy))).refusedWith(Errno.ENOENT))
              .isTrue();
        });
  }

  @Test
  void aMarkIsPartOfAPolicysName() throws Exception {
    inside(
        xfrm -> {
          XfrmPolicy plain = policy(1, XfrmConst.XFRM_POLICY_IN);
          XfrmPolicy marked = plain.withMark(XfrmMark.exact(9));
          assertThat(xfrm.execute(List.of(NewPolicy.add(plain), NewPolicy.add(marked))))
              .allMatch(NlResult::ok);
          assertThat(xfrm.dump(new DumpPolicies()).orThrow()).hasSize(2);
          xfrm.execute(new DelPolicy(PolicyKey.of(marked))).orThrow();
          List<XfrmPolicy> left = xfrm.dump(new DumpPolicies()).orThrow();
          assertThat(left).hasSize(1);
          assertThat(left.getFirst().attributes().mark()).isEmpty();
        });
  }

  /** Several datagrams, results in the order of the requests, the refused ones among them. */
  @Test
  void batchesKeepTheOrder() throws Exception {
    inside(
        xfrm -> {
          for (AckMode mode : AckMode.values()) {
            List<NewPolicy> requests = new ArrayList<>();
            for (int i = 0; i < 250; i++) {
              requests.add(NewPolicy.add(policy(i - i % 5, XfrmConst.XFRM_POLICY_OUT)));
            }
            List<NlResult> results = xfrm.execute(requests, mode);
            assertThat(results).hasSize(250);
            for (int i = 0; i < 250; i++) {
              assertThat(results.get(i).ok()).as(mode + " " + i).isEqualTo(i % 5 == 0);
            }
            assertThat(xfrm.dump(new DumpPolicies()).orThrow()).hasSize(50);
            xfrm.execute(new FlushPolicy()).orThrow();
          }
          assertThat(xfrm.execute(List.of())).isEmpty();
        });
  }

  @Test
  void aLargeDumpIsWhole() throws Exception {
    inside(
        xfrm -> {
          List<NewPolicy> requests = new ArrayList<>();
          for (int i = 0; i < 3000; i++) {
            InetAddress to = InetAddress.ofLiteral("10." + (i >> 8) + "." + (i & 255) + ".1");
            XfrmSelector sel =
                XfrmSelector.between(XfrmPrefix.of(LOCAL, 32), XfrmPrefix.of(to, 32));
            requests.add(NewPolicy.add(XfrmPolicy.of(sel, XfrmConst.XFRM_POLICY_OUT, i)));
          }
          assertThat(xfrm.execute(requests, AckMode.LAST)).allMatch(NlResult::ok);
          assertThat(xfrm.dump(new DumpPolicies()).orThrow().stream().map(p -> p.info().priority()))
              .hasSize(3000)
              .doesNotHaveDuplicates();
          assertThat(xfrm.query(new GetSpdInfo()).orThrow().counts().outcnt()).isEqualTo(3000);
        });
  }

  @Test
  void hashThresholdsAndDefaults() throws Exception {
    inside(
        xfrm -> {
          xfrm.execute(NewSpdInfo.GATEWAY).orThrow();
          GetSpdInfo.SpdInfo info = xfrm.query(new GetSpdInfo()).orThrow();
          assertThat(info.ipv4()).isEqualTo(NewSpdInfo.GATEWAY.ipv4());
          assertThat(info.ipv6()).isEqualTo(NewSpdInfo.GATEWAY.ipv6());
          XfrmUserpolicyDefault blocking =
              new XfrmUserpolicyDefault(
                  XfrmConst.XFRM_USERPOLICY_ACCEPT,
                  XfrmConst.XFRM_USERPOLICY_BLOCK,
                  XfrmConst.XFRM_USERPOLICY_ACCEPT);
          xfrm.execute(new SetDefault(blocking)).orThrow();
          assertThat(xfrm.query(new GetDefault()).orThrow()).isEqualTo(blocking);
        });
  }

  @Test
  void anSpiIsReserved() throws Exception {
    inside(
        xfrm -> {
          AllocSpi request = AllocSpi.esp(LOCAL, PEER, REQID, 0xc0000000L, 0xc00000ffL);
          XfrmSa larval = xfrm.query(request).orThrow();
          assertThat(larval.info().id().spi().value()).isBetween(0xc0000000, 0xc00000ff);
          assertThat(larval.info().reqid()).isEqualTo(REQID);
          assertThat(xfrm.query(new GetSadInfo()).orThrow().count()).isEqualTo(1);
          assertThat(xfrm.query(new GetSa(larval.id())).orThrow().id()).isEqualTo(larval.id());
          assertThat(xfrm.dump(new DumpSas()).orThrow()).hasSize(1);
          xfrm.execute(new DelSa(larval.id())).orThrow();
          assertThat(xfrm.dump(new DumpSas()).orThrow()).isEmpty();
          xfrm.query(request).orThrow();
          xfrm.execute(new FlushSa(XfrmConst.IPPROTO_ESP)).orThrow();
          assertThat(xfrm.dump(new DumpSas()).orThrow()).isEmpty();
        });
  }

  @Test
  void whatIsNotThereIsNamed() throws Exception {
    inside(
        xfrm -> {
          XfrmUsersaId id = XfrmUsersaId.esp(PEER, new Spi(0xc0ffee01));
          assertThat(xfrm.execute(new DelSa(id)))
              .hasToString(
                  "XFRM_MSG_DELSA spi=c0ffee01 dst=192.0.2.2 proto=esp: ESRCH (No such process)");
          assertThat(xfrm.query(new GetAe(id)).refusedWith(Errno.ESRCH)).isTrue();
          List<Integer> refused = new ArrayList<>();
          xfrm.sweep(
              Collections.nCopies(130, id),
              new AeVisitor() {
                @Override
                public void reading(int index, AeReading reading) {
                  throw new AssertionError("there is no SA");
                }

                @Override
                public void refused(int index, NlResult.Refused why) {
                  assertThat(why.is(Errno.ESRCH)).isTrue();
                  refused.add(index);
                }
              });
          assertThat(refused).hasSize(130).isSorted();
        });
  }

  @Test
  void newsOfPolicies() throws Exception {
    inside(
        xfrm -> {
          try (NetlinkSubscription news =
              NetlinkSubscription.xfrm(XfrmConst.XFRMNLGRP_POLICY, XfrmConst.XFRMNLGRP_SA)) {
            XfrmPolicy policy = policy(3, XfrmConst.XFRM_POLICY_FWD);
            xfrm.execute(NewPolicy.add(policy)).orThrow();
            xfrm.execute(new DelPolicy(PolicyKey.of(policy))).orThrow();
            xfrm.execute(new FlushPolicy()).orThrow();
            Collected collected = new Collected();
            XfrmPolicy told = collected.await(news, XfrmNotification.PolicyChanged.class).policy();
            assertThat(told.info().sel()).isEqualTo(policy.info().sel());
            assertThat(told.templates()).isEqualTo(policy.templates());
            assertThat(collected.await(news, XfrmNotification.PolicyDeleted.class).id().sel())
                .isEqualTo(policy.info().sel());
          }
        });
  }

  /** A packet that meets a policy without an SA. */
  @Test
  void anAcquire() throws Exception {
    try (Cable cable = new Cable()) {
      cable.left.run(
          () -> {
            try (NetlinkConnection xfrm = NetlinkConnection.xfrm();
                NetlinkSubscription news = NetlinkSubscription.xfrm(XfrmConst.XFRMNLGRP_ACQUIRE);
                DatagramSocket socket = new DatagramSocket(0, Cable.LEFT)) {
              XfrmSelector sel =
                  XfrmSelector.between(
                      XfrmPrefix.of(Cable.LEFT, 32), XfrmPrefix.of(Cable.RIGHT, 32));
              XfrmPolicy policy =
                  XfrmPolicy.of(sel, XfrmConst.XFRM_POLICY_OUT, 1)
                      .withTemplates(XfrmUserTmpl.espTunnel(Cable.LEFT, Cable.RIGHT, REQID));
              xfrm.execute(NewPolicy.add(policy)).orThrow();
              int index = xfrm.query(new GetPolicy(PolicyKey.of(policy))).orThrow().info().index();
              send(socket, new InetSocketAddress(Cable.RIGHT, 9));
              XfrmNotification.Acquire acquire =
                  new Collected().await(news, XfrmNotification.Acquire.class);
              assertThat(acquire.policyIndex()).isEqualTo(index);
              assertThat(acquire.acquire().id().daddr().toInetAddress(2)).isEqualTo(Cable.RIGHT);
              assertThat(acquire.acquire().sel().dport()).isEqualTo(9);
            }
          });
    }
  }

  private static void send(DatagramSocket socket, InetSocketAddress to) {
    try {
      socket.send(new DatagramPacket(new byte[100], 100, to));
    } catch (IOException expected) {
      // EAGAIN while the SA is being looked for: the packet is what counts
    }
  }
}
