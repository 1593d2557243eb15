package io.pollux.it.verdict;

import io.pollux.ha.link.LinkFixture;

/** A judge that shares code with what it judges, for the tests of the rules. */
public final class BadJudgeFixture {
  /** The forbidden arrow. */
  public String judge(LinkFixture pollux) {
    return pollux.toString();
  }
}
