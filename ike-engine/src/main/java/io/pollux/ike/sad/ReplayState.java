package io.pollux.ike.sad;

/**
 * The counters of a Child SA: the last sequence number that was sent on its outbound SA and the
 * highest that was received on its inbound one, 64 bits wide with ESN (RFC 4303 section 2.2.1), 32
 * without; what takeovers have done to them; and what both SAs have carried. Nothing of it ever
 * goes back.
 */
public record ReplayState(long oseq, long seq, Jumps jumps, Volume volume) {
  /** Nothing sent, nothing received. */
  public static final ReplayState NEW = new ReplayState(0, 0);

  /** Counters of an SA that no takeover has touched, whatever it has carried. */
  public ReplayState(long oseq, long seq) {
    this(oseq, seq, Jumps.NONE, Volume.NONE);
  }

  /** The further of both in each respect; unsigned. */
  public ReplayState max(ReplayState other) {
    return new ReplayState(
        Long.compareUnsigned(oseq, other.oseq) >= 0 ? oseq : other.oseq,
        Long.compareUnsigned(seq, other.seq) >= 0 ? seq : other.seq,
        jumps.max(other.jumps),
        volume.max(other.volume));
  }

  public ReplayState withJumps(Jumps known) {
    return new ReplayState(oseq, seq, known, volume);
  }
}
