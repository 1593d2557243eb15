package io.pollux.ha.journal;

/** What a frame turned out to be. */
public sealed interface DecodedFrame {
  /** A frame with an event that this version knows. */
  record Known(HaFrame frame) implements DecodedFrame {}

  /**
   * An event of a type that only a newer version knows. It cannot be skipped: ask for a snapshot,
   * which holds its consequences.
   */
  record UnknownEvent(long epoch, long index, int type) implements DecodedFrame {}
}
