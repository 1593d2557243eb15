package io.pollux.agent.convert;

import io.pollux.agent.config.Identities;
import io.pollux.agent.config.Prefix;
import io.pollux.ike.policy.SelectorText;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words of ipsec.conf(5) as pollux.conf(5) writes them. */
final class IpsecWords {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smhdw]?)");
  private static final Pattern SPLIT_SIZE =
      Pattern.compile("\\b(aes(?:_(?:gcm|ccm|ctr|cbc)(?:_[abc])?)?)-(128|192|256)\\b");
  private static final Pattern AES =
      Pattern.compile("aes_(gcm|ccm|ctr|cbc)(?:_([abc]))?_?(128|192|256)?");
  private static final String KE = "(modp|ecp|x25519|x448|curve|mlkem|ke[1-7]_).*";
  private static final String INTEGRITY = "sha[0-9]+|md5|aesxcbc|aescmac|null|none";
  private static final String AEAD = ".*(gcm|ccm|poly1305).*";

  /** libreswan offers these when a line names none. */
  static final String USUAL_KE = "ecp256-ecp384-modp2048-x25519";

  private static final Map<String, String> SAME =
      Map.ofEntries(
          Map.entry("aes", "aes256-aes128"),
          Map.entry("3des_cbc", "3des"),
          Map.entry("chacha20_poly1305", "chacha20poly1305"),
          Map.entry("sha", "sha1"),
          Map.entry("hmac_sha1", "sha1"),
          Map.entry("sha2", "sha256"),
          Map.entry("sha2_256", "sha256"),
          Map.entry("sha2_384", "sha384"),
          Map.entry("sha2_512", "sha512"),
          Map.entry("aes_xcbc", "aesxcbc"),
          Map.entry("dh2", "modp1024"),
          Map.entry("dh14", "modp2048"),
          Map.entry("dh15", "modp3072"),
          Map.entry("dh16", "modp4096"),
          Map.entry("dh17", "modp6144"),
          Map.entry("dh18", "modp8192"),
          Map.entry("dh19", "ecp256"),
          Map.entry("dh20", "ecp384"),
          Map.entry("dh21", "ecp521"),
          Map.entry("dh31", "x25519"));

  private IpsecWords() {}

  /**
   * An identity as pollux.conf writes it, without {@code @} and prefixes; unchanged if it is none.
   */
  static String identity(String text) {
    String plain = text.replaceFirst("^(fqdn|rfc822|email|ipv4|ipv6|asn1dn|dn):", "");
    if (plain.startsWith("/") && plain.indexOf('=') > 0) {
      plain = plain.substring(1).replaceAll("(?<!\\\\)/", ", ");
    }
    try {
      return Identities.parse(plain).toString();
    } catch (IllegalArgumentException _) {
      return text;
    }
  }

  static boolean isIdentity(String text) {
    try {
      Identities.parse(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  static boolean isAddress(String text) {
    try {
      Prefix.parseAddress(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  static boolean yes(String text) {
    return text.toLowerCase(Locale.ROOT).matches("yes|true|1|on|enabled");
  }

  /** Seconds; empty if it is no duration. */
  static OptionalLong seconds(String text) {
    Matcher m = DURATION.matcher(text);
    if (!m.matches()) {
      return OptionalLong.empty();
    }
    int unit =
        switch (m.group(2)) {
          case "m" -> 60;
          case "h" -> 3600;
          case "d" -> 86_400;
          case "w" -> 604_800;
          default -> 1;
        };
    return OptionalLong.of(Long.parseLong(m.group(1)) * unit);
  }

  /** {@code 3h}, {@code 50m}, {@code 10s}. */
  static String duration(long seconds) {
    return seconds > 0 && seconds % 3600 == 0
        ? seconds / 3600 + "h"
        : seconds > 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** An IKE proposal in strongSwan's or libreswan's spelling; always with a key exchange. */
  static String ikeProposal(String text) {
    List<String> words = words(text);
    words.removeIf(w -> w.equals("null") || w.equals("none"));
    if (words.stream().noneMatch(w -> w.matches(KE))) {
      words.add(USUAL_KE);
    }
    return String.join("-", words);
  }

  /**
   * An ESP proposal.
   *
   * @param ke joined in where none is named; may be empty
   * @param esn {@code esn}, {@code noesn} or nothing, for a proposal that names neither
   */
  static String espProposal(String text, String ke, String esn) {
    List<String> words = words(text);
    if (words.stream().anyMatch(w -> w.matches(AEAD))) {
      words.removeIf(w -> w.matches(INTEGRITY));
    }
    if (!ke.isEmpty() && words.stream().noneMatch(w -> w.matches(KE))) {
      words.add(ke);
    }
    if (!esn.isEmpty() && words.stream().noneMatch(w -> w.endsWith("esn"))) {
      words.add(esn);
    }
    return String.join("-", words);
  }

  /** The key exchanges of a proposal. */
  static String keOf(String proposal) {
    List<String> words = words(proposal);
    words.removeIf(w -> !w.matches(KE) || w.startsWith("ke"));
    return String.join("-", words);
  }

  private static List<String> words(String text) {
    String plain = text.strip().toLowerCase(Locale.ROOT).replaceAll("[;+]", "-");
    List<String> words = new ArrayList<>();
    for (String word : SPLIT_SIZE.matcher(plain).replaceAll("$1$2").split("-")) {
      Matcher aes = AES.matcher(word);
      if (!aes.matches()) {
        words.addAll(List.of(SAME.getOrDefault(word, word).split("-")));
        continue;
      }
      String tag =
          switch (aes.group(2) == null ? "c" : aes.group(2)) {
            case "a" -> "8";
            case "b" -> "12";
            default -> "16";
          };
      String mode =
          switch (aes.group(1)) {
            case "cbc" -> "";
            case "ctr" -> "ctr";
            default -> aes.group(1) + tag;
          };
      for (String size : aes.group(3) == null ? List.of("256", "128") : List.of(aes.group(3))) {
        words.add("aes" + size + mode);
      }
    }
    return words;
  }

  /**
   * A network, its host bits cleared, {@code /MASK} as a length; with a protocol and port in
   * brackets if it had them.
   *
   * @throws IllegalArgumentException if it is none
   */
  static String network(String text) {
    int bracket = text.indexOf('[');
    String plain = bracket < 0 ? text : text.substring(0, bracket);
    int slash = plain.indexOf('/');
    if (slash >= 0 && plain.indexOf('.', slash) > 0) {
      byte[] mask = Prefix.parseAddress(plain.substring(slash + 1)).getAddress();
      int length = new BigInteger(1, mask).bitCount();
      plain = plain.substring(0, slash + 1) + length;
    }
    Prefix prefix = Prefix.parse(plain);
    byte[] octets = prefix.address().getAddress();
    for (int bit = prefix.length(); bit < octets.length * 8; bit++) {
      octets[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    String result;
    try {
      result = InetAddress.getByAddress(octets).getHostAddress() + "/" + prefix.length();
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
    String all = bracket < 0 ? result : result + text.substring(bracket);
    SelectorText.parse(all);
    return all;
  }

  /** {@code tcp/80}, {@code 17/%any}: as the end of a selector; empty for any protocol. */
  static String protocolAndPort(String text) {
    String plain = text.replace("%any", "any");
    return plain.isEmpty() || plain.matches("(0|any)(/(0|any))?")
        ? ""
        : "[" + plain.replaceFirst("/(0|any)$", "") + "]";
  }
}
