package io.pollux.ike.sad;

import io.pollux.ike.crypto.pki.DistinguishedName;
import io.pollux.ike.wire.Octets;
import io.pollux.ike.wire.Printable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/**
 * An identification payload's content (RFC 7296 section 3.5): ID type and data.
 *
 * @param type 1 ID_IPV4_ADDR, 2 ID_FQDN, 3 ID_RFC822_ADDR, 5 ID_IPV6_ADDR, 9 ID_DER_ASN1_DN, 11
 *     ID_KEY_ID
 */
public record Identity(int type, Octets data) {
  @Override
  public String toString() {
    return switch (type) {
      case 2, 3 -> Printable.text(new String(data.toArray(), StandardCharsets.UTF_8));
      case 1, 5 -> address();
      case 9 -> DistinguishedName.text(data);
      default -> "id" + type + ":" + data.toHex();
    };
  }

  private String address() {
    try {
      return InetAddress.getByAddress(data.toArray()).getHostAddress();
    } catch (UnknownHostException _) {
      return "id" + type + ":" + data.toHex();
    }
  }
}
