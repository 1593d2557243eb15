package io.pollux.ha.shadow;

import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.ReplayState;
import java.util.Optional;

/**
 * What the standby's kernel must do so that it stays the image of the shadow; to be carried out in
 * order. At every step at most one generation of a child (children with the same reqid) has its
 * outbound SA in the kernel.
 */
public sealed interface ShadowChange {
  /**
   * Put the child in: the inbound SA, the outbound SA if {@code child.outboundActive()}, and the
   * policies unless {@code replaces} is present, whose policies it shares. {@code child.ageNs()}
   * and {@code child.replay()} are as of now; the outbound counter is armed ahead of {@code
   * replay().oseq()}.
   */
  record ChildAdded(ChildSaSnapshot child, Optional<ChildSaSnapshot> replaces)
      implements ShadowChange {}

  /** {@code old}'s outbound SA out of the kernel and {@code fresh}'s in; both stay inbound. */
  record ChildSwitched(ChildSaSnapshot old, ChildSaSnapshot fresh) implements ShadowChange {}

  /** The endpoints changed: both SAs anew, with the counters that {@code after} has. */
  record ChildMoved(ChildSaSnapshot before, ChildSaSnapshot after) implements ShadowChange {}

  /** Both SAs out, and the policies too unless {@code keepPolicies}. */
  record ChildRemoved(ChildSaSnapshot child, boolean keepPolicies) implements ShadowChange {}

  /**
   * The active node's counters had got this far, or not moved: the standby's tracker decides on
   * arming.
   *
   * @param ageNs since that was so, as far as the active node held it back
   */
  record ReplayAdvanced(ChildSaSnapshot child, ReplayState state, long ageNs)
      implements ShadowChange {}
}
