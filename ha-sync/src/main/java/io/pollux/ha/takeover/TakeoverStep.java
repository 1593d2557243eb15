package io.pollux.ha.takeover;

/** The steps of a takeover, in their order. */
public enum TakeoverStep {
  /** The epoch is on the disk: from here on nothing of this reign can be confused with another. */
  EPOCH,
  /** SAs whose armed counter is not safely ahead have a new one, or are shut. */
  MARGINS,
  /** The virtual addresses stand on the interfaces. */
  ADDRESSES,
  /** The gate's rules are gone: packets leave. */
  GATE,
  /** Advertisement and announcements are sent. */
  ANNOUNCE,
  /** The engine has the shadow's SAs. */
  ENGINE
}
