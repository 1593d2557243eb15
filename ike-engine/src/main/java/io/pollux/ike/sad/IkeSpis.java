package io.pollux.ike.sad;

/**
 * The pair of SPIs that names an IKE SA, from the original initiator's view (RFC 7296 section 3.1).
 */
public record IkeSpis(IkeSpi initiator, IkeSpi responder) implements Comparable<IkeSpis> {
  @Override
  public int compareTo(IkeSpis other) {
    int first = initiator.compareTo(other.initiator);
    return first != 0 ? first : responder.compareTo(other.responder);
  }

  @Override
  public String toString() {
    return initiator + "_i " + responder + "_r";
  }
}
