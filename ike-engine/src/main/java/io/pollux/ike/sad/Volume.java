package io.pollux.ike.sad;

/**
 * What the two SAs of a child have carried, as the kernel counts it for the limits by volume
 * (struct xfrm_lifetime_cur, linux/xfrm.h; RFC 4301 section 4.4.2.1).
 */
public record Volume(long bytesOut, long packetsOut, long bytesIn, long packetsIn) {
  /** Nothing yet. */
  public static final Volume NONE = new Volume(0, 0, 0, 0);

  /** The larger of each. */
  public Volume max(Volume other) {
    return new Volume(
        Math.max(bytesOut, other.bytesOut),
        Math.max(packetsOut, other.packetsOut),
        Math.max(bytesIn, other.bytesIn),
        Math.max(packetsIn, other.packetsIn));
  }
}
