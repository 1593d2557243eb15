package io.pollux.agent.token;

import io.pollux.ike.wire.Octets;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The name of a private key in a token, a URI of RFC 7512. What it does not say matches anything.
 *
 * @param token its label (CK_TOKEN_INFO), without the spaces at its end
 * @param serial of the token
 * @param manufacturer of the token
 * @param model of the token
 * @param slot the slot's number
 * @param object the key's CKA_LABEL
 * @param id the key's CKA_ID
 * @param module the file of the PKCS#11 module
 * @param pinSource the file with the user's PIN
 */
public record TokenUri(
    Optional<String> token,
    Optional<String> serial,
    Optional<String> manufacturer,
    Optional<String> model,
    Optional<Long> slot,
    Optional<String> object,
    Optional<Octets> id,
    String module,
    Optional<String> pinSource) {
  private static final String SCHEME = "pkcs11:";
  private static final Set<String> PATH =
      Set.of("token", "serial", "manufacturer", "model", "slot-id", "object", "id", "type");
  private static final Set<String> QUERY = Set.of("module-path", "pin-source");

  /** Whether {@code text} means to be one. */
  public static boolean isOne(String text) {
    return text.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }

  /**
   * The URI {@code text}.
   *
   * @throws IllegalArgumentException with words for the operator, which never quote a PIN
   */
  public static TokenUri parse(String text) {
    String[] parts = text.substring(SCHEME.length()).split("\\?", 2);
    Map<String, byte[]> query = attributes(parts.length > 1 ? parts[1] : "", "&", QUERY);
    Map<String, byte[]> path = attributes(parts[0], ";", PATH);
    String type = word(path, "type").orElse("private");
    if (!type.equals("private")) {
      throw new IllegalArgumentException("names a " + type + "; expected type=private");
    }
    if (!path.containsKey("object") && !path.containsKey("id")) {
      throw new IllegalArgumentException("does not name a key; expected object=LABEL or id=%XX");
    }
    return new TokenUri(
        word(path, "token"),
        word(path, "serial"),
        word(path, "manufacturer"),
        word(path, "model"),
        word(path, "slot-id").map(TokenUri::number),
        word(path, "object"),
        Optional.ofNullable(path.get("id")).map(Octets::of),
        word(query, "module-path")
            .orElseThrow(
                () -> new IllegalArgumentException("does not name a module: ?module-path=FILE")),
        word(query, "pin-source").map(TokenUri::file));
  }

  private static Map<String, byte[]> attributes(String text, String between, Set<String> known) {
    Map<String, byte[]> all = new TreeMap<>();
    for (String attribute : text.isEmpty() ? List.<String>of() : List.of(text.split(between))) {
      String[] pair = attribute.split("=", 2);
      if (pair[0].equals("pin-value")) {
        throw new IllegalArgumentException(
            "has a PIN in it: write that to a file, mode 0600, and name it with pin-source=FILE");
      }
      if (pair.length < 2 || !known.contains(pair[0])) {
        throw new IllegalArgumentException(
            "has " + shown(pair[0]) + "; expected " + String.join(", ", sorted(known)));
      }
      if (all.put(pair[0], decoded(pair[0], pair[1])) != null) {
        throw new IllegalArgumentException("has " + pair[0] + " twice");
      }
    }
    return all;
  }

  /** What is not a word may be a PIN with a character that had to be escaped. */
  private static String shown(String name) {
    return name.matches("[a-z][a-z-]{0,19}") && !name.contains("pin")
        ? "the attribute " + name
        : "something that is no attribute NAME=VALUE";
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private static byte[] decoded(String name, String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < octets.length; i++) {
      if (octets[i] != '%') {
        out.write(octets[i]);
        continue;
      }
      int high = i + 2 < octets.length ? Character.digit(octets[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(octets[i + 2], 16);
      if (low < 0) {
        throw new IllegalArgumentException(
            "has " + name + " with a % that two hex digits do not follow");
      }
      out.write(high << 4 | low);
      i += 2;
    }
    return out.toByteArray();
  }

  private static Optional<String> word(Map<String, byte[]> all, String name) {
    byte[] octets = all.get(name);
    if (octets == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString());
    } catch (CharacterCodingException _) {
      throw new IllegalArgumentException("has " + name + " that is not UTF-8");
    }
  }

  private static long number(String text) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("has slot-id=" + text + "; expected a number");
    }
  }

  /** RFC 7512 section 2.4: a file: URI or a name; a program (|NAME) is none of ours. */
  private static String file(String source) {
    if (source.startsWith("|")) {
      throw new IllegalArgumentException("has a program as pin-source; expected a file");
    }
    if (!source.toLowerCase(Locale.ROOT).startsWith("file:")) {
      return source;
    }
    String path = source.substring("file:".length());
    return path.startsWith("//") ? path.substring(path.indexOf('/', 2)) : path;
  }

  /** What is looked for, for messages. */
  String key() {
    List<String> words = new ArrayList<>();
    object.ifPresent(o -> words.add("object=" + o));
    id.ifPresent(i -> words.add("id=" + i));
    return String.join(";", words);
  }

  /** Which token is looked for, for messages. */
  String whichToken() {
    List<String> words = new ArrayList<>();
    token.ifPresent(t -> words.add("token=" + t));
    serial.ifPresent(t -> words.add("serial=" + t));
    manufacturer.ifPresent(t -> words.add("manufacturer=" + t));
    model.ifPresent(t -> words.add("model=" + t));
    slot.ifPresent(t -> words.add("slot-id=" + Long.toUnsignedString(t)));
    return words.isEmpty() ? "whatever its name" : String.join(";", words);
  }
}
