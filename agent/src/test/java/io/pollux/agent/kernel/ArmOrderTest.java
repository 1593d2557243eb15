package io.pollux.agent.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.agent.TestChild;
import io.pollux.agent.kernel.ChildSas.Write;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.linux.Errno;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.DelSa;
import io.pollux.netlink.xfrm.NewAe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Counters are written, or their SAs are out; which, is known for each. */
class ArmOrderTest {
  private final ChildSaSnapshot first = TestChild.of(0x1001).snapshot();
  private final ChildSaSnapshot second = TestChild.of(0x1002).snapshot();
  private final ChildSaSnapshot shut = TestChild.of(0x1003).snapshot();
  private final List<NlRequest> asked = new ArrayList<>();
  private Errno deletion = Errno.ESRCH;

  /** Takes the first counter, not the second. */
  private List<NlResult> kernel(List<NlRequest> requests) {
    List<NlResult> results = new ArrayList<>();
    for (NlRequest request : requests) {
      boolean ok = request.equals(ArmOrder.newAe(new Write(first, 7)));
      asked.add(request);
      Errno why = request instanceof NewAe ? Errno.EINVAL : deletion;
      results.add(
          ok ? new NlResult.Ok() : new NlResult.Refused(why.number(), why.name(), "", "op", "sa"));
    }
    return results;
  }

  private ChildSas.Armed run() {
    return ArmOrder.run(
        this::kernel, List.of(new Write(first, 7), new Write(second, 8)), List.of(shut));
  }

  @Test
  void whatIsRefusedGoesOutWithWhatIsShut() {
    assertThat(run()).isEqualTo(new ChildSas.Armed(List.of(second), Optional.empty()));
    assertThat(asked.subList(2, 4))
        .containsExactly(
            new DelSa(ChildRequests.id(shut.outbound())),
            new DelSa(ChildRequests.id(second.outbound())));
  }

  @Test
  void whatStaysInTheKernelIsSaid() {
    deletion = Errno.EPERM;
    assertThat(run().standing().orElseThrow()).contains("EPERM");
  }

  @Test
  void nothingToDoAsksNothing() {
    assertThat(ArmOrder.run(this::kernel, List.of(), List.of()))
        .isEqualTo(new ChildSas.Armed(List.of(), Optional.empty()));
    assertThat(asked).isEmpty();
  }
}
