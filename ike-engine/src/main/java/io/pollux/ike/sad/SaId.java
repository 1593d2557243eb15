package io.pollux.ike.sad;

import java.net.InetAddress;

/** An ESP SA as the kernel finds it: SPI and destination (struct xfrm_usersa_id). */
public record SaId(EspSpi spi, InetAddress destination) {
  @Override
  public String toString() {
    return spi + "@" + destination.getHostAddress();
  }
}
