/**
 * The standby's copy: a fold over the frames of the active node, and what the standby's kernel has
 * to do to stay its image. Pure; ages become instants of the local clock on arrival and ages again
 * in a snapshot.
 *
 * <p>On the standby, on the one thread that owns the shadow and the link session:
 *
 * <pre>{@code
 * Shadow shadow = new Shadow();
 * // SessionOutput.Received(frame): shadow.apply(frame, nowNs);  .ReceivedSnapshot(s): shadow.replace(s, nowNs)
 * switch (outcome) {
 *   case Applied(var changes) -> {
 *     session.acknowledgeReceived(shadow.epoch(), shadow.index());
 *     kernel.run(changes, done -> session.acknowledgeArmed(epoch, index));
 *   }
 *   case Duplicate _ -> session.acknowledgeReceived(shadow.epoch(), shadow.index());
 *   case OldEpoch old -> alarm(old);
 *   case SnapshotNeeded(var why) -> session.requestSnapshot(why);
 * }
 * // promotion: shadow.reign(newEpoch); engine.step(new Promote(newEpoch, shadow.lent(nowNs).sas()), nowNs)
 * }</pre>
 */
package io.pollux.ha.shadow;
