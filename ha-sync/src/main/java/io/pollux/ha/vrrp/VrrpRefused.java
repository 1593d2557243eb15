package io.pollux.ha.vrrp;

/**
 * A VRRP packet that is discarded (RFC 9568 section 7.1). A stranger can cause it at will, so it
 * carries no stack trace; the caller counts it by {@link #reason()}.
 */
public final class VrrpRefused extends Exception {
  /** Why, one value per check. */
  public enum Reason {
    /** TTL or Hop Limit is not 255 (sections 5.1.1.3 and 5.1.2.3). */
    TTL,
    /** Not version 3 (section 5.2.1). */
    VERSION,
    /** Not an ADVERTISEMENT (section 5.2.2). */
    TYPE,
    /** Shorter or longer than its own count of addresses says. */
    LENGTH,
    /** No address (section 5.2.5), or more than {@link VrrpAdvert#MAX_ADDRESSES}. */
    COUNT,
    /** Max Advertise Interval 0: its Active_Down_Interval would be 0. */
    INTERVAL,
    /** Wrong checksum (section 5.2.8). */
    CHECKSUM,
    /** Another virtual router's VRID. */
    VRID,
    /** The sender is not one of the unicast peers. */
    SOURCE,
    /** Our own packet, looped back. */
    OWN,
    /** The instance is not running, or there is none of that name. */
    NOT_RUNNING
  }

  private final transient Reason reason;

  public VrrpRefused(Reason reason, String problem) {
    super(reason + ": " + problem, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
