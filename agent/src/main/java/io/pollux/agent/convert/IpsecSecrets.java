package io.pollux.agent.convert;

import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The syntax of ipsec.secrets(5): {@code [ID ...] : KIND VALUE}, continued on indented lines.
 *
 * <p>Its {@code toString} tells nothing.
 */
final class IpsecSecrets {
  private static final Pattern WORD = Pattern.compile("\"[^\"]*\"|'[^']*'|[^\\s\"']+");

  private static final Set<String> KINDS =
      Set.of("PSK", "EAP", "NTLM", "XAUTH", "PIN", "RSA", "ECDSA", "PKCS8", "PRIV", "P12", "BLISS");

  private final List<Entry> entries = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private final Includes includes;
  private final StringBuilder text = new StringBuilder();
  private Place begin;

  private IpsecSecrets(Includes includes) {
    this.includes = includes;
    this.begin = includes.place(1);
  }

  /** One entry; what it holds is never shown. */
  static final class Entry {
    final Place place;
    final List<String> ids;
    final String kind;
    private final List<String> words;
    boolean used;

    Entry(Place place, List<String> ids, String kind, List<String> words) {
      this.place = place;
      this.ids = List.copyOf(ids);
      this.kind = kind;
      this.words = List.copyOf(words);
    }

    /** Its kind, if it is one: where that was forgotten the secret stands in its place. */
    String shown() {
      return KINDS.contains(kind) ? kind : "entry";
    }

    /** The first word, without its quotes. */
    String value() {
      return unquoted(words.getFirst());
    }

    /** Pollux refuses those that can be guessed. */
    boolean tooShort() {
      int digits = value().startsWith("0x") ? 18 : value().startsWith("0s") ? 13 : 8;
      return value().length() < digits;
    }

    /** The passphrase behind a file's name. */
    Optional<String> passphrase() {
      return words.size() < 2 || words.get(1).startsWith("%")
          ? Optional.empty()
          : Optional.of(unquoted(words.get(1)));
    }

    /** The key as pollux.conf(5) writes it: there a quoted text may begin with 0x or 0s too. */
    String hocon() {
      String own = value();
      boolean literal = !words.getFirst().equals(own) && own.matches("0[xs].*");
      return ConfigUtil.quoteString(
          literal
              ? "0s" + Base64.getEncoder().encodeToString(own.getBytes(StandardCharsets.UTF_8))
              : own);
    }

    /**
     * How well it fits: strongSwan's order, both ends before the peer alone before our own end
     * alone before everybody; 0 = not at all.
     */
    int fit(List<String> local, List<String> remote) {
      if (ids.stream().allMatch(id -> id.startsWith("%any"))) {
        return 1;
      }
      boolean ours = ids.stream().anyMatch(local::contains);
      boolean theirs = ids.stream().anyMatch(remote::contains);
      boolean others = ids.stream().anyMatch(id -> id.startsWith("%any"));
      if (ours && theirs) {
        return 5;
      }
      if (theirs) {
        return ids.size() == 1 || others ? 4 : 0;
      }
      return ours && (ids.size() == 1 || others) ? 3 : 0;
    }
  }

  /** None at all. */
  static IpsecSecrets none() {
    Source nothing = new Source(Path.of("/"), "");
    return parse(nothing, new Includes(nothing));
  }

  /**
   * Reads it and what it includes; what cannot be read is noted, without its content, and so is
   * that others may read one of the files.
   */
  static IpsecSecrets parse(Source source, Includes includes) {
    IpsecSecrets secrets = new IpsecSecrets(includes);
    secrets.lines(source);
    secrets.notes.addAll(includes.notes());
    includes.files().forEach(file -> openTo(file).ifPresent(secrets.notes::add));
    return secrets;
  }

  /** Who else may read this file: a sentence, if anybody may. */
  static Optional<String> openTo(Path file) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      return mode.stream().allMatch(p -> p.name().startsWith("OWNER"))
          ? Optional.empty()
          : Optional.of(
              "%s has mode %s: others could read these keys, think of new ones"
                  .formatted(file, PosixFilePermissions.toString(mode)));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private void lines(Source source) {
    int line = 0;
    for (String raw : source.text().split("\n", -1)) {
      line++;
      String rest = withoutComment(raw);
      if (rest.isBlank()) {
        continue;
      }
      if (!Character.isWhitespace(rest.charAt(0))) {
        flush();
        begin = includes.place(line);
        String[] words = rest.strip().split("\\s+", 2);
        if (words[0].equals("include") && words.length == 2) {
          includes.follow(unquoted(words[1].strip()), line, this::lines);
          continue;
        }
      }
      text.append(' ').append(rest);
    }
    flush();
  }

  private void flush() {
    String all = text.toString();
    text.setLength(0);
    entry(all, begin);
  }

  private void entry(String text, Place place) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    if (words.isEmpty()) {
      return;
    }
    int colon = words.indexOf(":");
    int skip = 1;
    for (int i = 0; i < words.size() && colon < 0; i++) { // ":PSK", or "ID:" before it
      if (words.get(i).matches("[^:].*[^:]:")) {
        words.set(i, words.get(i).substring(0, words.get(i).length() - 1));
        words.add(i + 1, ":");
        colon = i + 1;
      } else if (words.get(i).matches(":[A-Za-z0-9]+")) {
        words.set(i, words.get(i).substring(1));
        colon = i;
        skip = 0;
      }
    }
    if (colon < 0 || words.size() < colon + skip + 2) {
      notes.add(place + ": expected IDENTITIES : KIND SECRET");
      return;
    }
    List<String> ids = new ArrayList<>();
    words.subList(0, colon).forEach(word -> ids.add(IpsecWords.identity(unquoted(word))));
    entries.add(
        new Entry(
            place,
            ids,
            words.get(colon + skip).toUpperCase(Locale.ROOT),
            words.subList(colon + skip + 1, words.size())));
  }

  List<Entry> entries() {
    return entries;
  }

  List<Entry> keys() {
    return entries.stream()
        .filter(e -> List.of("RSA", "ECDSA", "PKCS8", "PRIV", "P12").contains(e.kind))
        .toList();
  }

  /** The best one for these two ends; the first of equals. */
  Optional<Entry> psk(List<String> local, List<String> remote) {
    Entry best = null;
    for (Entry entry : entries) {
      if (entry.kind.equals("PSK")
          && entry.fit(local, remote) > (best == null ? 0 : best.fit(local, remote))) {
        best = entry;
      }
    }
    return Optional.ofNullable(best);
  }

  List<String> notes() {
    return notes;
  }

  private static String unquoted(String word) {
    char first = word.charAt(0);
    return first == '"' || first == '\'' ? word.substring(1, word.length() - 1) : word;
  }

  private static String withoutComment(String line) {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote == 0 && c == '#' && (i == 0 || Character.isWhitespace(line.charAt(i - 1)))) {
        return line.substring(0, i);
      }
      if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    return line;
  }
}
