package io.pollux.agent.kernel;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.EspSpi;
import io.pollux.netlink.conn.NlReply;
import io.pollux.netlink.xfrm.GetSa;
import io.pollux.netlink.xfrm.XfrmReplay;
import io.pollux.netlink.xfrm.XfrmSa;
import io.pollux.netlink.xfrm.XfrmStats;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What inbound SAs have thrown away. Only GETSA tells, and it brings the keys along: so the
 * namespace's own counts are asked first, and single SAs only when those moved.
 */
public final class InboundStatistics {
  private static final int PORTION = 64; // SAs between two looks at the more urgent lanes

  private final KernelThread kernel;

  /** One SA's counts and the highest number that it has accepted. */
  public record Drops(EspSpi inbound, long top, XfrmStats stats) {}

  public InboundStatistics(KernelThread kernel) {
    this.kernel = kernel;
  }

  /** Packets that were dropped for a number or an ICV, of the whole namespace; -1 if unknown. */
  public void dropped(Executor where, Consumer<Long> reply) {
    kernel.submit(
        KernelThread.SWEEP,
        _ -> {
          var all = XfrmStatistics.read();
          return all.isEmpty()
              ? -1L
              : all.getOrDefault(XfrmStatistics.IN_STATE_SEQ_ERROR, 0L)
                  + all.getOrDefault(XfrmStatistics.IN_STATE_PROTO_ERROR, 0L);
        },
        where,
        reply);
  }

  /** Reads the inbound SAs; those that are gone are left out. */
  public void read(List<ChildSaSnapshot> children, Executor where, Consumer<List<Drops>> reply) {
    readFrom(List.copyOf(children), 0, new ArrayList<>(), where, reply);
  }

  private void readFrom(
      List<ChildSaSnapshot> children,
      int from,
      List<Drops> found,
      Executor where,
      Consumer<List<Drops>> reply) {
    int to = Math.min(children.size(), from + PORTION);
    kernel.submit(
        KernelThread.SWEEP,
        s -> {
          for (ChildSaSnapshot child : children.subList(from, to)) {
            NlReply<XfrmSa> sa = s.xfrm().query(new GetSa(ChildRequests.id(child.inbound())));
            if (sa instanceof NlReply.Answer<XfrmSa>(var value)) {
              found.add(drops(child.inboundSpi(), value));
            }
          }
          if (to < children.size()) {
            readFrom(children, to, found, where, reply);
          } else {
            where.execute(() -> reply.accept(List.copyOf(found)));
          }
        });
  }

  private static Drops drops(EspSpi inbound, XfrmSa sa) {
    long top = sa.replay().map(XfrmReplay::seq64).orElse(0L);
    return new Drops(inbound, top, sa.info().stats());
  }
}
