package io.pollux.netlink.wire;

import java.util.List;

/**
 * Ready-made octets of requests, each with NLM_F_REQUEST and NLM_F_ACK, sequence numbers counted
 * from 1 and port id 0, for somebody else to send (the guard).
 */
public final class NlDatagram {
  private static final int CAPACITY = 64 * 1024;

  private NlDatagram() {}

  /** All requests in one datagram. Requests of different netlink families cannot be mixed. */
  public static byte[] of(NlRequest... requests) {
    return of(List.of(requests));
  }

  /** All requests in one datagram. Requests of different netlink families cannot be mixed. */
  public static byte[] of(List<? extends NlRequest> requests) {
    NlBuffer out = NlBuffer.allocate(CAPACITY);
    int seq = 0;
    for (NlRequest request : requests) {
      if (request.protocol() != requests.getFirst().protocol()) {
        throw new IllegalArgumentException("netlink families mixed: " + request.operation());
      }
      out.request(request, NlConst.NLM_F_ACK, ++seq);
    }
    byte[] datagram = new byte[out.position()];
    out.buffer().get(0, datagram);
    out.clear();
    return datagram;
  }
}
