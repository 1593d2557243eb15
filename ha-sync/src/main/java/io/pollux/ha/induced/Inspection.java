package io.pollux.ha.induced;

import io.pollux.ike.sad.EspSpi;

/**
 * What an inbound SA has taken and thrown away so far (struct xfrm_stats, linux/xfrm.h).
 *
 * @param inbound the SA
 * @param owner the child that it belongs to, over all its rekeys
 * @param esn whether its numbers have 64 bits: then a number far left of the window shows as a
 *     wrong ICV, because the receiver infers another upper half (RFC 4303 appendix A)
 * @param newest whether no newer inbound SA of the child stands
 * @param top the highest sequence number accepted
 * @param replayWindow dropped: left of the window
 * @param replay dropped: seen before
 * @param integrityFailed dropped: the ICV is wrong
 */
public record Inspection(
    EspSpi inbound,
    String owner,
    boolean esn,
    boolean newest,
    long top,
    long replayWindow,
    long replay,
    long integrityFailed) {

  /** Packets that a sender who has lost count would have left here. */
  long unacceptable() {
    return replayWindow + replay + (esn ? integrityFailed : 0);
  }
}
