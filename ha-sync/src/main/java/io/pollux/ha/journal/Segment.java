package io.pollux.ha.journal;

/**
 * Which part of the connections a history is about: a stable number made from the peer's identity
 * once there are more than two nodes; a pair has the default one only.
 */
public record Segment(int value) {
  /** The only segment of a pair. */
  public static final Segment DEFAULT = new Segment(0);
}
