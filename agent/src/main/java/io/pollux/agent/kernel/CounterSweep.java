package io.pollux.agent.kernel;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.ReplayState;
import io.pollux.netlink.conn.AeVisitor;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.xfrm.AeReading;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Reads the counters of many children by GETAE, a portion at a time. */
final class CounterSweep {
  private static final int PORTION =
      256; // SAs of a sweep between two looks at the more urgent lanes

  private final KernelThread kernel;

  CounterSweep(KernelThread kernel) {
    this.kernel = kernel;
  }

  void readFrom(
      List<ChildSaSnapshot> children,
      int from,
      List<SaTable.Reading> readings,
      Executor where,
      Consumer<List<SaTable.Reading>> reply) {
    int to = Math.min(children.size(), from + PORTION);
    kernel.submit(
        KernelThread.SWEEP,
        s -> {
          sweep(s.xfrm(), children.subList(from, to), readings);
          if (to < children.size()) {
            readFrom(children, to, readings, where, reply);
          } else {
            where.execute(() -> reply.accept(List.copyOf(readings)));
          }
        });
  }

  private static void sweep(
      NetlinkConnection xfrm, List<ChildSaSnapshot> children, List<SaTable.Reading> readings) {
    List<XfrmUsersaId> ids = new ArrayList<>(2 * children.size());
    List<Integer> owner = new ArrayList<>(2 * children.size());
    long[] oseq = new long[children.size()];
    long[] seq = new long[children.size()];
    boolean[] seen = new boolean[children.size()];
    for (int i = 0; i < children.size(); i++) {
      ids.add(ChildRequests.id(children.get(i).inbound()));
      owner.add(i);
      if (children.get(i).outboundActive()) {
        ids.add(ChildRequests.id(children.get(i).outbound()));
        owner.add(i);
      }
    }
    long now = System.nanoTime(); // before the reading: an age is never understated
    xfrm.sweep(
        ids,
        new AeVisitor() {
          @Override
          public void reading(int index, AeReading ae) {
            int child = owner.get(index);
            seen[child] = true;
            oseq[child] = Math.max(oseq[child], ae.oseq64());
            seq[child] = Math.max(seq[child], ae.seq64());
          }
        });
    for (int i = 0; i < children.size(); i++) {
      if (seen[i]) {
        readings.add(
            new SaTable.Reading(
                children.get(i).inboundSpi(), new ReplayState(oseq[i], seq[i]), now));
      }
    }
  }
}
