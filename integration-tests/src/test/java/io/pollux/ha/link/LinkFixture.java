package io.pollux.ha.link;

import io.netty.buffer.ByteBuf;

/**
 * What the edge of the high availability may do and its cores may not, for the tests of the rules.
 */
public final class LinkFixture {
  /** Netty and a clock. */
  public long read(ByteBuf in) {
    return in.readLong() + System.nanoTime();
  }
}
