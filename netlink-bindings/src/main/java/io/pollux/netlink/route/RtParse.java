package io.pollux.netlink.route;

import io.pollux.netlink.wire.MalformedNetlink;
import java.net.InetAddress;

/** Checks that the readers of this package share. */
final class RtParse {
  private RtParse() {}

  static RtPrefix prefix(InetAddress address, int length) throws MalformedNetlink {
    if (length > address.getAddress().length * Byte.SIZE) {
      throw new MalformedNetlink("prefix", "length " + length);
    }
    return new RtPrefix(address, length);
  }
}
