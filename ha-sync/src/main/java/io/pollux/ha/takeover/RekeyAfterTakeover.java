package io.pollux.ha.takeover;

/** When SAs that two reigns have used are rekeyed. */
public enum RekeyAfterTakeover {
  /** Uniformly over min(remaining soft lifetime / 2, 1 h), at least a minute later. */
  SPREAD,
  /** Paced, busiest first. */
  NOW,
  /** Not because of the takeover. */
  OFF
}
