package io.pollux.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ike.policy.AuthPolicy;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import io.pollux.ike.policy.ProposalKeywords;
import io.pollux.ike.policy.ReauthPolicy;
import io.pollux.ike.policy.RekeyPolicy;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.sad.Reqid;
import io.pollux.ike.sad.TrafficSelector;
import io.pollux.ike.wire.Octets;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.DelPolicy;
import io.pollux.netlink.xfrm.NewPolicy;
import io.pollux.netlink.xfrm.PolicyKey;
import io.pollux.netlink.xfrm.XfrmPolicy;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Several children that need one policy: the kernel has one for a selector. */
class PermitsTest {
  private static final RekeyPolicy NEVER = new RekeyPolicy(0, 0, 0, 0, 0, 0, 0);
  private static final TrafficSelector HERE = TestChild.range("10.1.0.0", "10.1.255.255");
  private static final TrafficSelector A = TestChild.range("10.2.0.0", "10.2.255.255");
  private static final TrafficSelector B = TestChild.range("10.3.0.0", "10.3.255.255");

  private final Blocks blocks = new Blocks(new Traps());
  private final Permits permits = new Permits(blocks);
  private final Map<PolicyKey, XfrmPolicy> kernel = new LinkedHashMap<>();

  private static ChildSaSnapshot child(int reqid, TrafficSelector... remote) {
    return TestChild.of(reqid)
        .between("192.0.2.1", "198.51.100.1", List.of(HERE), List.of(remote))
        .snapshot()
        .withReqid(new Reqid(reqid));
  }

  private void run(List<NlRequest> requests) {
    for (NlRequest request : requests) {
      switch (request) {
        case NewPolicy put -> kernel.put(PolicyKey.of(put.policy()), put.policy());
        case DelPolicy gone -> assertThat(kernel.remove(gone.key())).isNotNull();
        default -> throw new AssertionError(request);
      }
    }
  }

  private void add(ChildSaSnapshot child) {
    permits.add(child, Binding.NONE);
    run(permits.standing(child));
  }

  private void remove(ChildSaSnapshot child) {
    run(permits.release(child));
  }

  /** The kernel has all policies for {@code remote}, and they lead to these SAs. */
  private void requireLeads(TrafficSelector remote, int reqid) throws Exception {
    for (XfrmPolicy p : ChildRequests.allowing(child(reqid, remote), Binding.NONE)) {
      assertThat(kernel.get(PolicyKey.of(p))).isEqualTo(p);
    }
  }

  private void requireBlocked(TrafficSelector remote) throws Exception {
    for (XfrmPolicy p : ChildRequests.blocking(List.of(HERE), List.of(remote))) {
      assertThat(kernel.get(PolicyKey.of(p))).isEqualTo(p);
    }
  }

  private void configure() {
    ChildPolicy net =
        new ChildPolicy(
            "net",
            List.of(HERE),
            List.of(A, B),
            ProposalKeywords.defaultEsp(),
            NEVER,
            ChildPolicy.StartAction.NONE,
            1024);
    ConnectionPolicy site =
        new ConnectionPolicy(
            "site",
            InetAddress.ofLiteral("192.0.2.1"),
            Optional.of(InetAddress.ofLiteral("198.51.100.1")),
            new Identity(2, Octets.EMPTY),
            Optional.empty(),
            List.of(),
            NEVER,
            0,
            false,
            List.of(net),
            AuthPolicy.PSK,
            ReauthPolicy.NEVER);
    blocks.set(List.of(site), _ -> Binding.NONE);
    kernel.putAll(blocks.all());
  }

  @Test
  void aNetworkThatTheSuccessorHasTooStaysOpenWhenTheOldOneGoes() throws Exception {
    configure();
    ChildSaSnapshot narrow = child(0x7001, A);
    ChildSaSnapshot wide = child(0x7002, B, A);
    add(narrow);
    requireBlocked(B);
    add(wide);
    requireLeads(A, 0x7002);
    remove(narrow);
    requireLeads(A, 0x7002);
    requireLeads(B, 0x7002);
    remove(wide);
    requireBlocked(A);
    requireBlocked(B);
    assertThat(permits.all()).isEmpty();
  }

  @Test
  void whenTheNewerOneGoesTheOlderOnesPoliciesAreBack() throws Exception {
    configure();
    ChildSaSnapshot old = child(0x7001, A, B);
    add(old);
    ChildSaSnapshot fresh = child(0x7002, A);
    add(fresh);
    requireLeads(A, 0x7002);
    requireLeads(B, 0x7001);
    assertThat(permits.all()).isEqualTo(kernel);
    remove(fresh);
    requireLeads(A, 0x7001);
    assertThat(permits.all()).isEqualTo(kernel);
  }

  @Test
  void withoutAnythingThatBlocksNothingIsLeft() {
    ChildSaSnapshot one = child(0x7001, A);
    ChildSaSnapshot other = child(0x7002, A);
    add(one);
    add(other);
    assertThat(kernel).hasSize(3);
    remove(other);
    assertThat(kernel).hasSize(3);
    remove(one);
    assertThat(kernel).isEmpty();
    remove(one);
  }

  @Test
  void whatIsInstalledOnceMoreDoesNotComeBeforeANewerOne() throws Exception {
    ChildSaSnapshot one = child(0x7001, A);
    add(one);
    add(child(0x7002, A));
    assertThat(permits.add(one, Binding.NONE)).isFalse();
    run(permits.standing(one));
    requireLeads(A, 0x7002);
  }

  @Test
  void aTunnelsForwardPolicyIsBackAfterTransportMode() throws Exception {
    TrafficSelector here = TestChild.range("192.0.2.1", "192.0.2.1");
    TrafficSelector there = TestChild.range("198.51.100.1", "198.51.100.1");
    ChildSaSnapshot tunnel =
        TestChild.of(0x8001)
            .between("192.0.2.1", "198.51.100.1", List.of(here), List.of(there))
            .snapshot()
            .withReqid(new Reqid(0x7001));
    ChildSaSnapshot transport =
        TestChild.transport(TestChild.of(0x8002).snapshot()).withReqid(new Reqid(0x7002));
    add(transport);
    add(tunnel);
    remove(tunnel);
    assertThat(kernel).hasSize(2);
    add(tunnel);
    remove(transport);
    assertThat(kernel.values())
        .containsExactlyInAnyOrderElementsOf(ChildRequests.allowing(tunnel, Binding.NONE));
  }
}
