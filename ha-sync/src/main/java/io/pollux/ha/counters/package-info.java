/**
 * Sequence numbers of two nodes that share SAs (RFC 4303 sections 2.2 and 3.3.3): what the active
 * node read, how far ahead the standby is armed, and whether that is enough.
 *
 * <pre>{@code
 * var tracker = new CounterTracker(PollPolicy.DEFAULT);          // active node
 * tracker.add(ikeSpis, childSnapshot, nowNs);
 * for (EspSpi child : tracker.due(nowNs, 64)) {                  // poll these by GETAE
 *   tracker.read(child, replayState, nowNs).ifPresent(journal::stream);
 * }
 * var armed = new ArmedCounters(policy, InboundTop.LENIENT);     // standby
 * Arming install = armed.synced(childSnapshot, ageNs, nowNs); // oseq and seq of NEWSA
 * armed.advanced(child, replayState, ageNs, nowNs).ifPresent(kernel::newAe);
 * armed.atTakeover(nowNs);                                       // -> per SA: safe, NEWAE, or shut
 * }</pre>
 *
 * Numbers are unsigned: 64 bits with ESN, 32 without. Everything is in packets, times in
 * nanoseconds of the caller's monotonic clock.
 */
package io.pollux.ha.counters;
