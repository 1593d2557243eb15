package io.pollux.ike.crypto.pki;

import io.pollux.ike.sad.Identity;
import io.pollux.ike.wire.Printable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a certificate speaks for an identity (RFC 4945 section 3.1), and whether an identity is
 * one that the operator meant.
 */
public final class IdentityMatch {
  private static final int FQDN = 2;
  private static final int RFC822 = 3;
  private static final int DN = 9;

  private IdentityMatch() {}

  /**
   * Why {@code certificate} does not speak for {@code id}; empty if it does. A subject's common
   * name is not looked at.
   */
  public static Optional<String> problem(EndEntity certificate, Identity id) {
    boolean good =
        switch (id.type()) {
          case 1, 5 ->
              certificate.names().stream()
                  .anyMatch(n -> n.type() == id.type() && n.address().equals(id.data()));
          case FQDN ->
              texts(certificate, FQDN).stream().anyMatch(n -> covers(lower(n), lower(text(id))));
          case RFC822 ->
              texts(certificate, RFC822).stream().anyMatch(n -> sameMailbox(n, text(id)));
          case DN -> DistinguishedName.same(certificate.subject(), id.data());
          default -> false;
        };
    if (good) {
      return Optional.empty();
    }
    String has =
        switch (id.type()) {
          case FQDN -> "its dNSNames are " + Printable.list(texts(certificate, FQDN));
          case RFC822 -> "its rfc822Names are " + Printable.list(texts(certificate, RFC822));
          case DN -> "that is its whole subject";
          case 1, 5 ->
              "its iPAddresses are "
                  + Printable.list(
                      certificate.names().stream()
                          .filter(n -> n.type() == 1 || n.type() == 5)
                          .map(n -> new Identity(n.type(), n.address()).toString())
                          .toList());
          default -> "certificates do not speak for identities of type " + id.type();
        };
    return Optional.of("certificate " + certificate + " does not speak for " + id + ": " + has);
  }

  /** Whether {@code actual} is {@code wanted}, or fits it where that has a wildcard. */
  public static boolean accepts(Identity wanted, Identity actual) {
    if (wanted.equals(actual)) {
      return true;
    }
    if (wanted.type() != actual.type()) {
      return false;
    }
    return switch (wanted.type()) {
      case FQDN -> {
        String pattern = lower(text(wanted));
        String name = lower(text(actual));
        yield pattern.startsWith("*.")
            ? name.endsWith(pattern.substring(1)) && name.length() >= pattern.length()
            : pattern.equals(name);
      }
      case RFC822 -> {
        String pattern = text(wanted);
        yield pattern.startsWith("*@")
            ? lower(domain(text(actual))).equals(lower(domain(pattern)))
            : sameMailbox(pattern, text(actual));
      }
      case DN -> DistinguishedName.matches(wanted.data(), actual.data());
      default -> false;
    };
  }

  /** Whether more than one identity fits. */
  public static boolean isPattern(Identity wanted) {
    return switch (wanted.type()) {
      case FQDN -> text(wanted).startsWith("*.");
      case RFC822 -> text(wanted).startsWith("*@");
      case DN -> DistinguishedName.isPattern(wanted.data());
      default -> false;
    };
  }

  /** RFC 6125 section 6.4.3: the wildcard stands for the whole leftmost label and no more. */
  private static boolean covers(String certified, String name) {
    if (name.startsWith("*")) {
      return false;
    }
    if (!certified.startsWith("*.")) {
      return certified.equals(name);
    }
    int dot = name.indexOf('.');
    return dot > 0
        && name.substring(dot).equals(certified.substring(1))
        && certified.indexOf('.', 2) > 0;
  }

  private static boolean sameMailbox(String one, String other) {
    int at = one.lastIndexOf('@');
    return at > 0
        && at == other.lastIndexOf('@')
        && one.substring(0, at).equals(other.substring(0, at))
        && lower(one.substring(at)).equals(lower(other.substring(at)));
  }

  private static String domain(String mailbox) {
    return mailbox.substring(mailbox.lastIndexOf('@') + 1);
  }

  private static List<String> texts(EndEntity certificate, int type) {
    return certificate.names().stream()
        .filter(n -> n.type() == type)
        .map(EndEntity.Name::text)
        .toList();
  }

  private static String text(Identity id) {
    return new String(id.data().toArray(), StandardCharsets.UTF_8);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
