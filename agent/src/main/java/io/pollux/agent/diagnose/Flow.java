package io.pollux.agent.diagnose;

/**
 * What happened on the SAs of a child between two looks.
 *
 * @param in packets accepted
 * @param out packets sent
 * @param replayWindow dropped, left of the window
 * @param replay dropped, seen before
 * @param integrityFailed dropped, wrong ICV
 * @param sending whether the outbound SA stands in the kernel
 */
public record Flow(
    long in,
    long out,
    long replayWindow,
    long replay,
    long integrityFailed,
    boolean esn,
    boolean udpEncap,
    boolean sending) {

  /** What a sender that has lost count leaves behind (with ESN as a wrong ICV). */
  long oldNumbers() {
    return replayWindow + replay + (esn ? integrityFailed : 0);
  }
}
