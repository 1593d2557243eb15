package io.pollux.linux;

import io.pollux.linux.LinuxLayout.SockaddrLl;
import java.nio.ByteBuffer;

/** A packet(7) socket that sends whole Ethernet frames, for announcements, and receives nothing. */
public final class PacketSocket implements AutoCloseable {
  private static final int ETH_TYPE = 12; // behind the two hardware addresses

  private final Fd fd;
  private final ByteBuffer address = SocketAddresses.direct(SockaddrLl.SIZE);

  private PacketSocket(Fd fd) {
    this.fd = fd;
  }

  /** Opens one for all devices. Protocol 0: no frame is ever queued to it. */
  public static PacketSocket open() {
    return new PacketSocket(Fd.socket("packet", LinuxAbi.AF_PACKET, LinuxAbi.SOCK_RAW, 0));
  }

  /**
   * Sends a frame.
   *
   * @param frame direct; from its position to its limit, starting with the destination's address
   * @throws SystemCallException ENXIO or ENODEV without the device, ENETDOWN when it is off,
   *     ENOBUFS when its queue is full
   */
  public void send(int ifindex, ByteBuffer frame) {
    address.putShort(SockaddrLl.SLL_FAMILY, (short) LinuxAbi.AF_PACKET);
    // sll_protocol is in network order, as the frame has it: copied as it stands.
    address.put(SockaddrLl.SLL_PROTOCOL, frame.get(frame.position() + ETH_TYPE));
    address.put(SockaddrLl.SLL_PROTOCOL + 1, frame.get(frame.position() + ETH_TYPE + 1));
    address.putInt(SockaddrLl.SLL_IFINDEX, ifindex);
    fd.sendTo(frame, address);
  }

  @Override
  public void close() {
    fd.close();
  }
}
