package io.pollux.agent.kernel;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.SaId;
import io.pollux.ike.sad.Volume;
import io.pollux.netlink.conn.NetlinkConnection;
import io.pollux.netlink.conn.NlReply;
import io.pollux.netlink.xfrm.GetAe;
import io.pollux.netlink.xfrm.XfrmAevent;
import io.pollux.netlink.xfrm.XfrmLifetimeCur;
import io.pollux.netlink.xfrm.XfrmReplay;
import io.pollux.netlink.xfrm.XfrmReplayStateEsn;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where SAs go on that are made anew at other addresses. What was told last is up to seconds old;
 * the kernel knows what its SAs have taken since, and a window that began at less would take it a
 * second time from whoever has recorded it.
 *
 * @param counters the larger of what was told and what was read
 * @param window the inbound SA's, with its bitmap; empty: full up to {@code counters.seq}
 */
record GoingOn(ReplayState counters, Optional<XfrmReplayStateEsn> window) {

  /** Reads the SAs of {@code before}, right before they go out. */
  static GoingOn read(NetlinkConnection xfrm, ChildSaSnapshot before, ReplayState told) {
    return read(
        id -> {
          NlReply<XfrmAevent> reply = xfrm.query(new GetAe(ChildRequests.id(id)));
          return reply instanceof NlReply.Answer(XfrmAevent there)
              ? Optional.of(there)
              : Optional.empty();
        },
        before,
        told);
  }

  /** The same with anything that knows SAs; empty for one that is not there. */
  static GoingOn read(
      Function<SaId, Optional<XfrmAevent>> kernel, ChildSaSnapshot before, ReplayState told) {
    Optional<XfrmAevent> in = kernel.apply(before.inbound());
    Optional<XfrmAevent> out =
        before.outboundActive() ? kernel.apply(before.outbound()) : Optional.empty();
    XfrmLifetimeCur came = in.flatMap(XfrmAevent::lifetime).orElse(XfrmLifetimeCur.ZERO);
    XfrmLifetimeCur went = out.flatMap(XfrmAevent::lifetime).orElse(XfrmLifetimeCur.ZERO);
    Optional<XfrmReplay> top = in.flatMap(XfrmAevent::replay);
    ReplayState counters =
        told.max(
            new ReplayState(
                out.flatMap(XfrmAevent::replay).map(XfrmReplay::oseq64).orElse(0L),
                top.map(XfrmReplay::seq64).orElse(0L),
                Jumps.NONE,
                new Volume(went.bytes(), went.packets(), came.bytes(), came.packets())));
    return new GoingOn(
        counters,
        top.filter(XfrmReplayStateEsn.class::isInstance)
            .map(XfrmReplayStateEsn.class::cast)
            .filter(w -> w.seq64() == counters.seq() && fits(w, before.replayWindow())));
  }

  private static boolean fits(XfrmReplayStateEsn state, int window) {
    return state.replayWindow() == window
        && state.bmp().length() == XfrmReplayStateEsn.words(window);
  }
}
