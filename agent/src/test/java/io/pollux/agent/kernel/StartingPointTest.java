package io.pollux.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Volume;
import io.pollux.netlink.xfrm.NewSa;
import io.pollux.netlink.xfrm.XfrmSa;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Which SA in the kernel is the one that the journal speaks of, and what it has counted. */
class StartingPointTest {
  private static final ReplayState COUNTED =
      new ReplayState(700, 900, Jumps.NONE, new Volume(10, 11, 12, 13));
  private final ChildSaSnapshot child = TestChild.of(0xc0001001).encapsulated().snapshot();

  private static XfrmSa stands(NewSa request) {
    return new XfrmSa(request.info(), request.attributes());
  }

  private static NewSa outbound(ChildSaSnapshot child) throws ChildRequests.Inexpressible {
    return ChildRequests.outbound(child, COUNTED, Binding.NONE);
  }

  @Test
  void whatWasInstalledFitsWhateverItHasCounted() throws ChildRequests.Inexpressible {
    NewSa wanted = ChildRequests.outbound(child, ReplayState.NEW, Binding.NONE);
    assertThat(StartingPoint.fits(wanted, stands(outbound(child)))).isTrue();
    NewSa in = ChildRequests.inbound(child, ReplayState.NEW, Binding.NONE);
    assertThat(StartingPoint.fits(in, stands(ChildRequests.inbound(child, COUNTED, Binding.NONE))))
        .isTrue();
  }

  @Test
  void aMovedPeerAnotherPortOrAnotherDeviceDoesNotFit() throws ChildRequests.Inexpressible {
    XfrmSa there = stands(outbound(child));
    Endpoint port = new Endpoint(child.peer().address(), child.peer().port() + 1);
    Endpoint host = new Endpoint(InetAddress.ofLiteral("198.51.100.9"), child.local().port());
    assertThat(StartingPoint.fits(outbound(child.withEndpoints(child.local(), port, true)), there))
        .isFalse();
    assertThat(StartingPoint.fits(outbound(child.withEndpoints(host, child.peer(), true)), there))
        .isFalse();
    assertThat(
            StartingPoint.fits(
                outbound(child.withEndpoints(child.local(), child.peer(), false)), there))
        .isFalse();
    NewSa onDevice = ChildRequests.outbound(child, COUNTED, new Binding(5, 0));
    assertThat(StartingPoint.fits(onDevice, there)).isFalse();
  }

  @Test
  void anSaCountsForItsOwnDirection() throws ChildRequests.Inexpressible {
    assertThat(StartingPoint.counters(stands(outbound(child)), false).oseq()).isEqualTo(700);
    assertThat(StartingPoint.counters(stands(outbound(child)), false).seq()).isZero();
    XfrmSa in = stands(ChildRequests.inbound(child, COUNTED, Binding.NONE));
    assertThat(StartingPoint.counters(in, true).seq()).isEqualTo(900);
    assertThat(StartingPoint.counters(in, true).oseq()).isZero();
  }
}
