package io.pollux.ike.sad;

/**
 * The counters of a Child SA: the last sequence number that was sent on its outbound SA and the
 * highest that was received on its inbound one, 64 bits wide with ESN (RFC 4303 section 2.2.1), 32
 * without.
 */
public record ReplayState(long oseq, long seq) {
  /** Nothing sent, nothing received. */
  public static final ReplayState NEW = new ReplayState(0, 0);

  /** The further of both in each direction; unsigned. */
  public ReplayState max(ReplayState other) {
    return new ReplayState(
        Long.compareUnsigned(oseq, other.oseq) >= 0 ? oseq : other.oseq,
        Long.compareUnsigned(seq, other.seq) >= 0 ? seq : other.seq);
  }
}
