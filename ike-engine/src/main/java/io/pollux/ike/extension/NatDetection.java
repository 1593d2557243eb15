package io.pollux.ike.extension;

import io.pollux.ike.payload.NotifyPayload;
import io.pollux.ike.payload.NotifyType;
import io.pollux.ike.sad.Endpoint;
import io.pollux.ike.sad.IkeSpis;
import io.pollux.ike.wire.Octets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.List;

/**
 * NAT detection, RFC 7296 section 2.23: each side tells the hash of the addresses as it sees them;
 * where a hash differs from what arrives, a NAT stands.
 */
public final class NatDetection {
  private NatDetection() {}

  /**
   * What a pair of notifies says.
   *
   * @param localBehindNat our address is not what the peer sent to
   * @param peerBehindNat the peer's address is not what it believes
   */
  public record Finding(boolean localBehindNat, boolean peerBehindNat) {
    /** No NAT, or a peer that does not do NAT detection. */
    public static final Finding NONE = new Finding(false, false);

    public boolean any() {
      return localBehindNat || peerBehindNat;
    }
  }

  /**
   * The two notifies of an IKE_SA_INIT message.
   *
   * @param pretend send a source hash that cannot match, so that both sides encapsulate (what an
   *     operator asks for when a firewall drops ESP)
   */
  public static List<NotifyPayload> notifies(
      IkeSpis spis, Endpoint local, Endpoint peer, boolean pretend) {
    Octets source = pretend ? hash(spis, new Endpoint(local.address(), 0)) : hash(spis, local);
    return List.of(
        NotifyPayload.of(NotifyType.NAT_DETECTION_SOURCE_IP, source),
        NotifyPayload.of(NotifyType.NAT_DETECTION_DESTINATION_IP, hash(spis, peer)));
  }

  /** Compares the peer's notifies, of which there may be several sources, with what arrived. */
  public static Finding look(
      List<NotifyPayload> notifies, IkeSpis spis, Endpoint local, Endpoint peer) {
    List<Octets> sources = data(notifies, NotifyType.NAT_DETECTION_SOURCE_IP);
    List<Octets> destinations = data(notifies, NotifyType.NAT_DETECTION_DESTINATION_IP);
    if (sources.isEmpty() || destinations.isEmpty()) {
      return Finding.NONE;
    }
    return new Finding(
        !destinations.contains(hash(spis, local)), !sources.contains(hash(spis, peer)));
  }

  private static List<Octets> data(List<NotifyPayload> notifies, NotifyType type) {
    return notifies.stream().filter(n -> n.type().equals(type)).map(NotifyPayload::data).toList();
  }

  private static Octets hash(IkeSpis spis, Endpoint endpoint) {
    byte[] address = endpoint.address().getAddress();
    ByteBuffer text = ByteBuffer.allocate(16 + address.length + 2).order(ByteOrder.BIG_ENDIAN);
    text.putLong(spis.initiator().value()).putLong(spis.responder().value());
    text.put(address).putShort((short) endpoint.port());
    MessageDigest sha1 = Digests.sha1();
    return Octets.owning(sha1.digest(text.array()));
  }
}
