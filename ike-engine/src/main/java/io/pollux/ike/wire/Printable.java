package io.pollux.ike.wire;

import java.util.List;
import java.util.regex.Pattern;

/** Text of strangers for log lines and terminals. */
public final class Printable {
  private static final int MAX_LISTED = 8;
  private static final int MAX_CHARS = 255; // of one of a list: as long as a DNS name

  /** Control characters of ASCII and ISO 8859, line separators, and what turns text around. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private static final Pattern UNPRINTABLE_IN_LINES =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\\n\\t]]");

  private Printable() {}

  /** With a question mark for each character that may not be printed. */
  public static String text(String foreign) {
    return UNPRINTABLE.matcher(foreign).replaceAll("?");
  }

  /** The same, but the ends of lines and tabulators stay. */
  public static String lines(String foreign) {
    return UNPRINTABLE_IN_LINES.matcher(foreign).replaceAll("?");
  }

  /** The first few of {@code foreign}, none too long. */
  public static String list(List<String> foreign) {
    List<String> first =
        foreign.stream()
            .limit(MAX_LISTED)
            .map(t -> text(t.length() > MAX_CHARS ? t.substring(0, MAX_CHARS) + "..." : t))
            .toList();
    int more = foreign.size() - first.size();
    return first + (more > 0 ? " and " + more + " more" : "");
  }
}
