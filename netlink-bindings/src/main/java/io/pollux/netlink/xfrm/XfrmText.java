package io.pollux.netlink.xfrm;

import java.util.HexFormat;

/** How SPIs, protocols and directions are written in errors. */
final class XfrmText {
  private XfrmText() {}

  static String hex8(int value) {
    return HexFormat.of().toHexDigits(value);
  }

  static String protocol(int proto) {
    return switch (proto) {
      case XfrmConst.IPPROTO_ESP -> "esp";
      case XfrmConst.IPPROTO_AH -> "ah";
      case XfrmConst.IPPROTO_COMP -> "comp";
      default -> Integer.toString(proto);
    };
  }

  static String direction(int dir) {
    return switch (dir) {
      case XfrmConst.XFRM_POLICY_IN -> "in";
      case XfrmConst.XFRM_POLICY_OUT -> "out";
      case XfrmConst.XFRM_POLICY_FWD -> "fwd";
      default -> Integer.toString(dir);
    };
  }
}
