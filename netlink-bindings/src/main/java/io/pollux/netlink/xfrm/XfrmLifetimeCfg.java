package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_lifetime_cfg, linux/xfrm.h: limits of an SA or policy in octets, packets and seconds.
 * XFRM_INF (all ones) is no limit of volume, 0 no limit of time.
 */
public record XfrmLifetimeCfg(
    long softByteLimit,
    long hardByteLimit,
    long softPacketLimit,
    long hardPacketLimit,
    long softAddExpiresSeconds,
    long hardAddExpiresSeconds,
    long softUseExpiresSeconds,
    long hardUseExpiresSeconds)
    implements NlStruct {
  /** Octets of the struct. */
  public static final int SIZE = 64;

  private static final int SOFT_BYTE_LIMIT = 0;
  private static final int HARD_BYTE_LIMIT = 8;
  private static final int SOFT_PACKET_LIMIT = 16;
  private static final int HARD_PACKET_LIMIT = 24;
  private static final int SOFT_ADD_EXPIRES_SECONDS = 32;
  private static final int HARD_ADD_EXPIRES_SECONDS = 40;
  private static final int SOFT_USE_EXPIRES_SECONDS = 48;
  private static final int HARD_USE_EXPIRES_SECONDS = 56;

  /** Reads the struct at an absolute offset; the caller has checked that SIZE octets are there. */
  public static XfrmLifetimeCfg read(ByteBuffer in, int at) {
    return new XfrmLifetimeCfg(
        in.getLong(at + SOFT_BYTE_LIMIT),
        in.getLong(at + HARD_BYTE_LIMIT),
        in.getLong(at + SOFT_PACKET_LIMIT),
        in.getLong(at + HARD_PACKET_LIMIT),
        in.getLong(at + SOFT_ADD_EXPIRES_SECONDS),
        in.getLong(at + HARD_ADD_EXPIRES_SECONDS),
        in.getLong(at + SOFT_USE_EXPIRES_SECONDS),
        in.getLong(at + HARD_USE_EXPIRES_SECONDS));
  }

  @Override
  public int size() {
    return SIZE;
  }

  @Override
  public void write(ByteBuffer out, int at) {
    out.putLong(at + SOFT_BYTE_LIMIT, softByteLimit);
    out.putLong(at + HARD_BYTE_LIMIT, hardByteLimit);
    out.putLong(at + SOFT_PACKET_LIMIT, softPacketLimit);
    out.putLong(at + HARD_PACKET_LIMIT, hardPacketLimit);
    out.putLong(at + SOFT_ADD_EXPIRES_SECONDS, softAddExpiresSeconds);
    out.putLong(at + HARD_ADD_EXPIRES_SECONDS, hardAddExpiresSeconds);
    out.putLong(at + SOFT_USE_EXPIRES_SECONDS, softUseExpiresSeconds);
    out.putLong(at + HARD_USE_EXPIRES_SECONDS, hardUseExpiresSeconds);
  }

  /** XFRM_INF of linux/xfrm.h: no limit of octets or packets. */
  public static final long XFRM_INF = -1;

  /** No limit at all. */
  public static final XfrmLifetimeCfg UNLIMITED =
      new XfrmLifetimeCfg(XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0);

  /** Only limits of age, in seconds since the SA was added; 0 is none. */
  public static XfrmLifetimeCfg ofAge(long softSeconds, long hardSeconds) {
    return new XfrmLifetimeCfg(
        XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, softSeconds, hardSeconds, 0, 0);
  }
}
