package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlConst;
import java.net.InetAddress;

/**
 * An address prefix of a selector.
 *
 * @param family AF_INET or AF_INET6
 * @param length bits, 0 to 32 or 128
 */
public record XfrmPrefix(XfrmAddress address, int family, int length) {
  public XfrmPrefix {
    if (length < 0 || length > (family == NlConst.AF_INET ? 32 : 128)) {
      throw new IllegalArgumentException("prefix length " + length);
    }
  }

  public static XfrmPrefix of(InetAddress address, int length) {
    return new XfrmPrefix(XfrmAddress.of(address), XfrmAddress.family(address), length);
  }

  @Override
  public String toString() {
    return address.text(family) + "/" + length;
  }
}
