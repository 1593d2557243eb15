package io.pollux.agent.config;

import io.pollux.ike.crypto.pki.DistinguishedName;
import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Identities as operators write them (RFC 7296 section 3.5): an address, {@code name@domain}, a
 * domain name, or a distinguished name ({@code CN=gw, O=Example}). A peer's may have wildcards:
 * {@code *.example.org}, {@code *@example.org}, {@code CN=*, O=Example}.
 */
public final class Identities {
  private static final Pattern FQDN =
      Pattern.compile("(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?");

  private Identities() {}

  public static Identity parse(String text) {
    if (text.indexOf('=') > 0) {
      return new Identity(9, DistinguishedName.parse(text));
    }
    if (text.indexOf('@') > 0) {
      return text(3, text);
    }
    String name = text.startsWith("@") ? text.substring(1) : text;
    try {
      InetAddress address = Prefix.parseAddress(name);
      byte[] octets = address.getAddress();
      return new Identity(octets.length == 4 ? 1 : 5, Octets.owning(octets));
    } catch (IllegalArgumentException _) {
      if (FQDN.matcher(name).matches()) {
        return text(2, name);
      }
      throw new IllegalArgumentException(
          "expected an address, a domain name, name@domain or a distinguished name");
    }
  }

  private static Identity text(int type, String text) {
    return new Identity(type, Octets.owning(text.getBytes(StandardCharsets.UTF_8)));
  }
}
