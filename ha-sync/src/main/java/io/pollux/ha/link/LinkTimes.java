package io.pollux.ha.link;

/**
 * The link's times in milliseconds.
 *
 * @param heartbeat between two heartbeats
 * @param silence after which a connection that says nothing is closed
 * @param connect limit for connecting
 * @param handshake limit for the TLS handshake
 * @param backoffMin and {@code backoffMax}: between attempts, doubling, with jitter of up to a half
 */
public record LinkTimes(
    int heartbeat, int silence, int connect, int handshake, int backoffMin, int backoffMax) {
  public static final LinkTimes DEFAULT = new LinkTimes(100, 1000, 2000, 5000, 100, 5000);

  public LinkTimes {
    if (heartbeat < 1 || silence <= heartbeat || backoffMin < 1 || backoffMax < backoffMin) {
      throw new IllegalArgumentException(
          "heartbeat "
              + heartbeat
              + " ms, silence "
              + silence
              + " ms, back-off "
              + backoffMin
              + " to "
              + backoffMax
              + " ms");
    }
  }
}
