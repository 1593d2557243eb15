package io.pollux.ha.vrrp;

import io.pollux.ike.wire.Octets;
import java.net.InetAddress;

/** What a Virtual Router wants done or known. */
public sealed interface VrrpOutput {
  /**
   * Send an advertisement: IP protocol 112, TTL or Hop Limit {@link #TTL}.
   *
   * @param octets the VRRP message without its IP header
   */
  record Send(
      String instance,
      String interfaceName,
      InetAddress source,
      InetAddress destination,
      Octets octets)
      implements VrrpOutput {
    /** RFC 9568 section 5.1.1.3. */
    public static final int TTL = 255;
  }

  /** The instance would go to Active by RFC 9568 section 6.4.2; whether it does is not its own. */
  record WantsActive(String instance, Want want) implements VrrpOutput {}

  /** The Active Router said that it leaves (priority 0). */
  record Goodbye(String instance, InetAddress source) implements VrrpOutput {}

  /** While we are Active: another Active Router was heard (priority not zero). */
  record Contested(String instance, InetAddress source, int priority) implements VrrpOutput {}

  /** An advertisement of an Active Router was heard in Backup. */
  record Heard(String instance, InetAddress source, int priority) implements VrrpOutput {}

  /** Discarded by one of the checks of RFC 9568 section 7.1. */
  record Dropped(String instance, InetAddress source, VrrpRefused.Reason reason, String problem)
      implements VrrpOutput {}

  /** Interval or addresses differ from ours (RFC 9568 section 7.1); once per change. */
  record Misconfigured(String instance, InetAddress source, String problem) implements VrrpOutput {}

  /** Why an instance wants to be Active. */
  enum Want {
    /** Active_Down_Timer fired: nothing was heard. */
    ACTIVE_DOWN,
    /** Priority 0 was heard and Skew_Time is over. */
    GOODBYE,
    /** A lower priority was heard for long enough, and Preempt_Mode is on. */
    PREEMPT
  }
}
