package io.pollux.agent.kernel;

import io.pollux.agent.kernel.ChildSas.Armed;
import io.pollux.agent.kernel.ChildSas.Write;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.linux.Errno;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NlResult;
import io.pollux.netlink.wire.NlRequest;
import io.pollux.netlink.xfrm.DelSa;
import io.pollux.netlink.xfrm.NewAe;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link ChildSas#arm} on the kernel's thread. */
final class ArmOrder {
  private static final Logger LOG = LoggerFactory.getLogger(SaTable.class);

  private ArmOrder() {}

  static Armed run(NetlinkConnection xfrm, List<Write> writes, List<ChildSaSnapshot> shut) {
    return run(xfrm::execute, writes, shut);
  }

  /** The same with anything that answers requests, one result for each, in their order. */
  static Armed run(
      Function<List<NlRequest>, List<NlResult>> kernel,
      List<Write> writes,
      List<ChildSaSnapshot> shut) {
    List<ChildSaSnapshot> refused = new ArrayList<>();
    List<NlRequest> wanted = new ArrayList<>();
    writes.forEach(write -> wanted.add(newAe(write)));
    List<NlResult> written = wanted.isEmpty() ? List.of() : kernel.apply(wanted);
    for (int i = 0; i < written.size(); i++) {
      if (written.get(i) instanceof NlResult.Refused no) {
        LOG.error("{}: its outbound SA goes out", no);
        refused.add(writes.get(i).child());
      }
    }
    List<ChildSaSnapshot> out = new ArrayList<>(shut);
    out.addAll(refused);
    return new Armed(List.copyOf(refused), out.isEmpty() ? Optional.empty() : takeOut(kernel, out));
  }

  private static Optional<String> takeOut(
      Function<List<NlRequest>, List<NlResult>> kernel, List<ChildSaSnapshot> out) {
    List<NlRequest> requests = new ArrayList<>();
    out.forEach(child -> requests.add(new DelSa(ChildRequests.id(child.outbound()))));
    Optional<String> standing = Optional.empty();
    for (NlResult result : kernel.apply(requests)) {
      if (result instanceof NlResult.Refused no && !no.is(Errno.ESRCH)) {
        LOG.error("{}", no);
        standing = Optional.of(no.toString());
      }
    }
    return standing;
  }

  static NewAe newAe(Write write) {
    return NewAe.replay(
        ChildRequests.id(write.child().outbound()),
        XfrmReplayStateEsn.outbound(write.value(), ChildRequests.OUTBOUND_WINDOW));
  }
}
