package io.pollux.ike.engine;

import io.pollux.ike.sad.IkeSaSnapshot;
import java.util.List;
import java.util.OptionalLong;

/**
 * IKEv2 (RFC 7296) as a function. One thread calls it; {@code nowNs} is monotonic and never goes
 * back.
 *
 * <p>A new engine is passive: it answers nothing and starts nothing until {@link Input.Promote},
 * and again after {@link Input.Demote}.
 */
public interface IkeEngine {
  /** Takes one input and returns what is to be done, in the order in which it is to be done. */
  List<Effect> step(Input input, long nowNs);

  /** When {@link Input.Timeout} is due at the latest; empty when nothing waits. */
  OptionalLong nextTimeoutNs();

  /**
   * Every established IKE SA as of {@code nowNs}: for status, snapshots and a planned switchover.
   */
  List<IkeSaSnapshot> snapshot(long nowNs);

  /**
   * Half-open and closing IKE SAs, counters and refusals, for status and metrics; one line of
   * figures per name, sorted.
   */
  EngineStatistics statistics();

  /** Configured children that are not up, in the configuration's order; none while passive. */
  List<ChildDown> down();
}
