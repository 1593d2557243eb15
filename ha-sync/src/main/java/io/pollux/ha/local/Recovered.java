package io.pollux.ha.local;

import io.pollux.ha.shadow.Shadow;

/** What a local journal held. */
public sealed interface Recovered {
  /**
   * The last reign, up to the last whole step of its engine.
   *
   * @param epoch of that reign: the next one's must be larger
   * @param token what {@link LocalJournal#begin} was given
   * @param reads how often this journal was read, this time included, since a reign that began with
   *     it has proved good
   * @param torn whether a step was being written when the writer died; nothing of it is in the
   *     shadow
   */
  record Reign(long epoch, long token, long reads, Shadow shadow, boolean torn)
      implements Recovered {}

  /** No reign was left: a first start, or the last one ended in order. */
  record Nothing() implements Recovered {}

  /** There is something that cannot be used. */
  record Unusable(String why) implements Recovered {}
}
