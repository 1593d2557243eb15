package io.pollux.ha.journal;

/**
 * How much an unreachable standby may cost.
 *
 * @param frames unacknowledged frames at most
 * @param octets their events' octets at most
 */
public record JournalBound(int frames, long octets) {
  /** A rekey of some 30,000 Child SAs. */
  public static final JournalBound DEFAULT = new JournalBound(65_536, 32L << 20);

  public JournalBound {
    if (frames < 1 || octets < 1) {
      throw new IllegalArgumentException("journal of " + frames + " frames, " + octets + " octets");
    }
  }
}
