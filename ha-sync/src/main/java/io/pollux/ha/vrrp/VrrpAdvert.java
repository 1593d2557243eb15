package io.pollux.ha.vrrp;

import io.pollux.ha.vrrp.VrrpRefused.Reason;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A VRRPv3 ADVERTISEMENT (RFC 9568 section 5.1), without its IP header.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+---------------+---------------+---------------+
 * |Version| Type  | Virtual Rtr ID|   Priority    |IPvX Addr Count|
 * +-------+-------+---------------+---------------+---------------+
 * |Reserve| Max Advertise Interval|          Checksum             |
 * +-------+-----------------------+-------------------------------+
 * |                       IPvX Address(es)                        |
 * </pre>
 *
 * @param vrid 1 to 255
 * @param priority 0 (the Active Router leaves) to 255
 * @param maxAdvertiseInterval centiseconds, 1 to 4095
 * @param addresses 1 to {@link #MAX_ADDRESSES}, all of one family
 */
public record VrrpAdvert(
    int vrid, int priority, int maxAdvertiseInterval, List<InetAddress> addresses) {
  /** The count is one octet. */
  public static final int MAX_ADDRESSES = 255;

  static final int CHECKSUM = 6;
  private static final int HEADER = 8;
  private static final int VERSION_AND_TYPE = 0x31;

  public VrrpAdvert {
    addresses = List.copyOf(addresses);
    require(vrid >= 1 && vrid <= 255, "VRID " + vrid);
    require(priority >= 0 && priority <= 255, "priority " + priority);
    require(
        maxAdvertiseInterval >= 1 && maxAdvertiseInterval <= 4095,
        "Max Advertise Interval " + maxAdvertiseInterval);
    require(
        !addresses.isEmpty() && addresses.size() <= MAX_ADDRESSES, addresses.size() + " addresses");
    int size = addresses.getFirst().getAddress().length;
    for (InetAddress address : addresses) {
      require(address.getAddress().length == size, "addresses of both families");
    }
  }

  /**
   * Reads one message. An IPv4 checksum with and without a pseudo-header is accepted, because both
   * are sent (see {@link VrrpChecksum}).
   *
   * @param destinations the addresses that the packet may have been sent to: the multicast group,
   *     or our own for a unicast one; the pseudo-header has one of them
   */
  public static VrrpAdvert read(Octets octets, InetAddress source, List<InetAddress> destinations)
      throws VrrpRefused {
    if (octets.length() < HEADER) {
      throw new VrrpRefused(Reason.LENGTH, octets.length() + " octets");
    }
    if (octets.at(0) >> 4 != 3) {
      throw new VrrpRefused(Reason.VERSION, "version " + (octets.at(0) >> 4));
    }
    if ((octets.at(0) & 0xf) != 1) {
      throw new VrrpRefused(Reason.TYPE, "type " + (octets.at(0) & 0xf));
    }
    int count = octets.at(3);
    if (count == 0) {
      throw new VrrpRefused(Reason.COUNT, "no address");
    }
    int size = source.getAddress().length;
    if (octets.length() != HEADER + count * size) {
      throw new VrrpRefused(Reason.LENGTH, octets.length() + " octets, " + count + " addresses");
    }
    checkSum(octets, source, destinations);
    if (octets.at(1) == 0) {
      throw new VrrpRefused(Reason.VRID, "VRID 0");
    }
    int interval = (octets.at(4) & 0xf) << 8 | octets.at(5);
    if (interval == 0) {
      throw new VrrpRefused(Reason.INTERVAL, "Max Advertise Interval 0");
    }
    List<InetAddress> addresses = new ArrayList<>(count);
    for (int at = HEADER; at < octets.length(); at += size) {
      addresses.add(address(octets.slice(at, at + size).toArray()));
    }
    return new VrrpAdvert(octets.at(1), octets.at(2), interval, addresses);
  }

  /** The message as it goes on the wire from {@code source} to {@code destination}. */
  public Octets write(InetAddress source, InetAddress destination, VrrpChecksum checksum) {
    int size = addresses.getFirst().getAddress().length;
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + addresses.size() * size).order(ByteOrder.BIG_ENDIAN);
    out.put((byte) VERSION_AND_TYPE).put((byte) vrid).put((byte) priority);
    out.put((byte) addresses.size());
    out.putShort((short) maxAdvertiseInterval).putShort((short) 0);
    for (InetAddress address : addresses) {
      out.put(address.getAddress());
    }
    out.putShort(CHECKSUM, (short) checksum.over(out.array(), source, destination));
    return Octets.owning(out.array());
  }

  private static void checkSum(Octets octets, InetAddress source, List<InetAddress> destinations)
      throws VrrpRefused {
    byte[] message = octets.toArray();
    int sum = octets.at(CHECKSUM) << 8 | octets.at(CHECKSUM + 1);
    for (InetAddress destination : destinations) {
      if (destination.getAddress().length == source.getAddress().length) {
        for (VrrpChecksum style : VrrpChecksum.values()) {
          if (style.over(message, source, destination) == sum) {
            return;
          }
        }
      }
    }
    throw new VrrpRefused(Reason.CHECKSUM, String.format("checksum %04x", sum));
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 octets by construction", e);
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
