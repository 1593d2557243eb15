package io.pollux.ha.takeover;

import java.util.OptionalLong;

/**
 * Whether the other node may have sent on this node's SAs since this node's copy of them was made:
 * a reign that ended before its first snapshot came, or that nobody heard of. Its numbers began a
 * jump ahead of the same readings, so whoever goes on from this copy has to step over them.
 *
 * <p>Two signs. An epoch: a reign later than the copy's was heard of, or this node's own got as far
 * as its gate. And where nothing can have been heard: this node's own reign has ended, the other
 * one held the same SAs, and the link was not there all the time since. A node whose daemon has
 * ended while the link stood can have done no more than it had said.
 */
public final class OtherReign {
  private static final long NONE = -1;

  private boolean elsewhere;
  private boolean linked;
  private boolean unheard;
  private long lostNs;
  private long ownEpoch = NONE; // of the reign that has left this copy
  private boolean reigns;

  /** A session with the other node begins. */
  public void linkUp() {
    linked = true;
  }

  /**
   * It has ended.
   *
   * @param gone the other node's daemon has ended, and with it what it held
   */
  public void linkDown(boolean gone, long nowNs) {
    if (linked) {
      lostNs = nowNs;
    }
    linked = false;
    if (gone) {
      elsewhere = false;
    } else if (!reigns && elsewhere) {
      unheard = true;
    }
  }

  /** Both nodes hold the same SAs. */
  public void shared() {
    elsewhere = true;
  }

  /** This node's reign begins, beyond everything that was sent before. */
  public void began() {
    reigns = true;
    unheard = false;
  }

  /** This node's reign has ended; {@code epoch}'s copy is what it leaves. */
  public void ended(long epoch) {
    reigns = false;
    ownEpoch = epoch;
    unheard = elsewhere && !linked;
  }

  /**
   * At a takeover.
   *
   * @param reigned the latest reign that was heard of, this node's own included
   * @param copyEpoch of the copy that the takeover begins with; 0 for none
   * @return since when the other node may have gone on from older readings than this one knows;
   *     empty where none can have reigned
   */
  public OptionalLong since(long reigned, long copyEpoch, long nowNs) {
    boolean possible = reigned > copyEpoch || unheard && copyEpoch == ownEpoch;
    return possible ? OptionalLong.of(linked ? nowNs : lostNs) : OptionalLong.empty();
  }
}
