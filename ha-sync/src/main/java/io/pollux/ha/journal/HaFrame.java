package io.pollux.ha.journal;

import io.pollux.ike.event.IkeEvent;

/**
 * One event with its place in the history of a reign.
 *
 * @param epoch the reign that the event belongs to; a larger one always wins
 * @param segment whose history this is; {@link Segment#DEFAULT} on a pair
 * @param index 1, 2, 3, ... within the epoch
 * @param previous the index of the frame that goes before this one: {@code index - 1}, or less
 *     where counters in between were overtaken by newer ones and are not sent any more. A receiver
 *     that has everything up to {@code previous} has missed nothing
 * @param heldNs how long the event waited on its way, nanoseconds: its ages are older by that
 * @param more whether the next frame belongs to the same step of the engine. A step is taken as a
 *     whole or not at all: between two of its events a takeover would find half an exchange
 */
public record HaFrame(
    long epoch,
    Segment segment,
    long index,
    long previous,
    long heldNs,
    boolean more,
    IkeEvent event) {
  public HaFrame {
    if (index < 1 || previous < 0 || previous >= index || heldNs < 0) {
      throw new IllegalArgumentException("frame " + index + " after " + previous);
    }
  }

  /** A step of one event. */
  public HaFrame(
      long epoch, Segment segment, long index, long previous, long heldNs, IkeEvent event) {
    this(epoch, segment, index, previous, heldNs, false, event);
  }

  /** A step of one event that did not wait. */
  public HaFrame(long epoch, Segment segment, long index, long previous, IkeEvent event) {
    this(epoch, segment, index, previous, 0, event);
  }

  /** The same, {@code ns} later. */
  public HaFrame heldFor(long ns) {
    return new HaFrame(epoch, segment, index, previous, heldNs + Math.max(0, ns), more, event);
  }

  /** A frame of the default segment that follows {@code index - 1}. */
  public HaFrame(long epoch, long index, IkeEvent event) {
    this(epoch, Segment.DEFAULT, index, index - 1, event);
  }
}
