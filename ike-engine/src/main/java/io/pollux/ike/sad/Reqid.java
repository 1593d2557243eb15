package io.pollux.ike.sad;

/**
 * The kernel's request id that ties policies to SAs (xfrm_user_tmpl.reqid); not zero. A rekeyed
 * Child SA keeps it.
 */
public record Reqid(int value) {
  public Reqid {
    if (value == 0) {
      throw new IllegalArgumentException("reqid 0");
    }
  }

  @Override
  public String toString() {
    return Integer.toUnsignedString(value);
  }
}
