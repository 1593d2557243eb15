package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlStruct;

/** The counters of an SA, in whichever of the two forms it has them. */
public sealed interface XfrmReplay extends NlStruct permits XfrmReplayState, XfrmReplayStateEsn {
  /** Last sequence number sent, all bits. */
  long oseq64();

  /** Highest sequence number received, all bits. */
  long seq64();

  /** Whether this is the form of XFRMA_REPLAY_ESN_VAL (also that of large windows without ESN). */
  boolean esn();
}
