package io.pollux.netlink.conn;

/**
 * A request that the kernel has refused, where the caller did not want that as a value, or a
 * conversation that cannot go on (a malformed answer, no answer in time).
 */
public final class NetlinkException extends RuntimeException {
  private final NlResult.Refused refused;

  NetlinkException(NlResult.Refused refused) {
    super(refused.toString());
    this.refused = refused;
  }

  NetlinkException(String problem, Throwable cause) {
    super(problem, cause);
    this.refused = null;
  }

  /** What the kernel has refused; null when it was not the kernel that did. */
  public NlResult.Refused refused() {
    return refused;
  }
}
