package io.pollux.it.verdict;

import java.util.List;

/**
 * What a scenario amounts to.
 *
 * @param reasons what did not hold, in words; for {@code pass} remarks only
 * @param figures the numbers it was judged by
 */
public record Verdict(String name, Outcome outcome, List<String> reasons, Figures figures) {

  /** How it ended. */
  public enum Outcome {
    /** All that is required holds. */
    PASS,
    /** Something required does not hold. */
    FAIL,
    /** The machine disturbed the scenario before the blow: it says nothing, either way. */
    INVALID;

    /** As in the report. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * The numbers of the report; times in milliseconds, -1 for "did not happen".
   *
   * @param sent test packets of both directions, as the senders counted them
   * @param received those captured at their destination's LAN, each once
   * @param lostOutsideGap of the lost ones, those outside the interruption by the blow
   * @param replayDropsAtPeer replay + replay_window + integrity failures of the peer's SAs
   * @param newIkeSasAtPeer IKE SAs that were not there before, or were begun in the meantime
   */
  public record Figures(
      long sent,
      long received,
      long lost,
      long lostOutsideGap,
      double gapMillisHubToBranch,
      double gapMillisBranchToHub,
      double takeoverMillis,
      double detectionMillis,
      long replayDropsAtPeer,
      long replayDropsAtGateway,
      boolean tcpSurvived,
      long newIkeSasAtPeer,
      List<String> ikeSpisBefore,
      List<String> ikeSpisAfter,
      List<String> espSpisBefore,
      List<String> espSpisAfter,
      long plaintextPacketsOnWan,
      long duplicateEspSequences,
      long duplicateEspIvs,
      long espFromOldNodeAfterGate) {}
}
