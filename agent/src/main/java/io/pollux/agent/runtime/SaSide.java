package io.pollux.agent.runtime;

import io.pollux.agent.kernel.NetTable.Outcome;
import io.pollux.ike.wire.Octets;
import java.util.function.Consumer;

/** What the role thread asks of the SAs' thread; replies come on the SAs' thread. */
interface SaSide {
  /**
   * Counters that are not safely ahead are written anew before the gate opens: where {@code
   * reigned} is later than the copy's epoch, all of them.
   */
  void repairMargins(long epoch, long reigned, Consumer<Outcome> reply);

  /** The engine takes over what the shadow holds. */
  void promote(long epoch, Consumer<Outcome> reply);

  /** The engine forgets everything; the shadow stays as this node's copy. Harmless on a standby. */
  void demote();

  /** Two equal readings of all outbound counters go to the peer. */
  void finalCounters(Consumer<Outcome> reply);

  /** Follow the peer from a snapshot; {@code discard}: our own copy and SAs go first. */
  void resync(boolean discard);

  /** Two reigns have sent on the same keys: all SAs are rekeyed. */
  void rekeyUsed();

  /** To the peer's role machine. */
  void sendLinkRole(Octets octets);
}
