package io.pollux.ha.counters;

/**
 * Where the outbound SA of an exchange starts that an heir goes on with: earlier reigns may have
 * brought it to the same keys and sent with them, and of that there is no reading. Each reign that
 * goes on from the same copy starts further ahead: the dead heir's own child is not in it.
 */
public final class Inherited {
  private static final long STEP = 1 << 26; // 268 s of what an SA may send unseen
  private static final int STEPS = 32; // reigns from one copy; then they begin anew

  private Inherited() {}

  /**
   * The counter, which counts as a jump.
   *
   * @param reigns the epoch of this reign less that of the copy it goes on from; usually 1
   * @param unheardNs for how long another reign may have gone on from that copy, unheard; 0 for
   *     none
   */
  public static long start(boolean esn, long reigns, long unheardNs) {
    long first = JumpPolicy.Auto.most(esn);
    long most = first + (STEPS - 1) * STEP;
    long ahead = first + Math.floorMod(reigns - 1, STEPS) * STEP;
    return Math.min(ahead + PeakRate.none(0).unseen(unheardNs), most);
  }
}
