package io.pollux.agent.kernel;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Volume;
import io.pollux.netlink.conn.AeVisitor;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.xfrm.AeReading;
import io.pollux.netlink.xfrm.XfrmUsersaId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Reads counters by batched GETAE on the least urgent lane; no keys come back with them. */
final class CounterSweep {
  private static final int PORTION = 256; // SAs between two looks at the more urgent lanes

  private final KernelThread kernel;

  CounterSweep(KernelThread kernel) {
    this.kernel = kernel;
  }

  /**
   * Reads the counters of {@code children}, in portions; {@code reply} gets those that are there.
   */
  void read(
      List<ChildSaSnapshot> children, Executor where, Consumer<List<ChildSas.Reading>> reply) {
    readFrom(children, 0, new ArrayList<>(), where, reply);
  }

  private void readFrom(
      List<ChildSaSnapshot> children,
      int from,
      List<ChildSas.Reading> readings,
      Executor where,
      Consumer<List<ChildSas.Reading>> reply) {
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
      NetlinkConnection xfrm, List<ChildSaSnapshot> children, List<ChildSas.Reading> readings) {
    List<XfrmUsersaId> ids = new ArrayList<>(2 * children.size());
    List<Integer> owner = new ArrayList<>(2 * children.size());
    ReplayState[] read = new ReplayState[children.size()];
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
            boolean in = index == 0 || owner.get(index - 1) != child;
            ReplayState state =
                new ReplayState(
                    ae.oseq64(),
                    ae.seq64(),
                    Jumps.NONE,
                    in
                        ? new Volume(0, 0, ae.bytes(), ae.packets())
                        : new Volume(ae.bytes(), ae.packets(), 0, 0));
            read[child] = read[child] == null ? state : read[child].max(state);
          }
        });
    for (int i = 0; i < children.size(); i++) {
      if (read[i] != null) {
        readings.add(new ChildSas.Reading(children.get(i).inboundSpi(), read[i], now));
      }
    }
  }
}
