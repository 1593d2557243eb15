/**
 * The history of a reign on its way to the standby: frames, their octets, the unacknowledged tail,
 * snapshots, and what waits until the standby has caught up. Pure; time is an argument.
 *
 * <p>On the active node, on the one thread that owns all of it:
 *
 * <pre>{@code
 * HaJournal journal = new HaJournal(epoch, JournalBound.DEFAULT);
 * BarrierQueue<Transmit> barriers = new BarrierQueue<>(BarrierPolicy.DEFAULT);
 *
 * case Replicate(var event) -> {                         // effects in list order
 *   HaFrame frame = journal.append(event, nowNs);
 *   mirror.apply(frame, nowNs);
 *   if (event.barrier()) barriers.barrier(event.sa(), frame.index());
 * }
 * case Transmit t -> send(t.sa().isEmpty() ? List.of(t) : barriers.submit(t.sa().get(), t, nowNs).items());
 * // the session acknowledged (it has told the journal already):
 * send(barriers.received(index).items());
 * // barriers.nextTimeoutNs() has come:
 * Released<Transmit> late = barriers.timeout(nowNs);     // late.degraded() says so
 * }</pre>
 */
package io.pollux.ha.journal;
