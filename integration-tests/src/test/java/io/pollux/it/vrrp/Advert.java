package io.pollux.it.vrrp;

import java.net.InetAddress;
import java.util.List;

/**
 * A captured VRRP advertisement with everything that RFC 9568 sections 5.1 and 5.2 say about it.
 *
 * @param trafficClass TOS or Traffic Class
 * @param checksum whether it is right with a pseudo-header
 */
public record Advert(
    long timeNs,
    String sourceMac,
    String destinationMac,
    int trafficClass,
    int ttl,
    InetAddress source,
    InetAddress destination,
    int versionAndType,
    int vrid,
    int priority,
    int count,
    int interval,
    boolean checksum,
    List<InetAddress> addresses) {

  /** Whether that sender's MAC address is in the frame. */
  public boolean from(String mac) {
    return sourceMac.equals(mac);
  }

  /** All that must be the same whoever sends it: sender, priority and time left out. */
  public List<Object> common() {
    return List.of(
        destinationMac,
        trafficClass,
        ttl,
        destination,
        versionAndType,
        vrid,
        count,
        interval,
        checksum,
        addresses);
  }
}
