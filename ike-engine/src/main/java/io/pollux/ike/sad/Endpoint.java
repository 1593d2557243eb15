package io.pollux.ike.sad;

import java.net.InetAddress;

/** An address and a UDP port. */
public record Endpoint(InetAddress address, int port) {
  @Override
  public String toString() {
    String host = address.getHostAddress();
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
