package io.pollux.agent.convert;

import com.typesafe.config.ConfigUtil;
import io.pollux.agent.convert.SwanctlFile.Block;
import io.pollux.agent.convert.SwanctlFile.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiFunction;

/** A section of swanctl.conf while it is translated: remembers what was asked for. */
final class SwanctlTaken {
  private static final String YES = "1|yes|true|enabled";
  private static final String NO = "0|no|false|disabled";

  /** Values without effect here: what they ask for is always so. Any other is named. */
  private static final Map<String, String> ALWAYS_SO =
      Map.ofEntries(
          Map.entry("version", ".*"), // 1 is refused before
          Map.entry("aggressive", ".*"), // of IKEv1, like the next two
          Map.entry("pull", ".*"),
          Map.entry("dpd_timeout", ".*"),
          Map.entry("keyingtries", ".*"), // start = start never gives up
          Map.entry("round", ".*"),
          Map.entry("hostaccess", ".*"), // a word for updown, which is named itself
          Map.entry("mobike", NO),
          Map.entry("fragmentation", YES + "|force|accept"),
          Map.entry("unique", "no"),
          Map.entry("send_cert", "always|ifasked"),
          Map.entry("send_certreq", YES),
          Map.entry("childless", "allow|never"),
          Map.entry("local_port", "500"),
          Map.entry("remote_port", "500"),
          Map.entry("policies", YES),
          Map.entry("policies_fwd_out", NO),
          Map.entry("ipcomp", NO),
          Map.entry("sha256_96", NO),
          Map.entry("hw_offload", NO),
          Map.entry("inactivity", "0s?"),
          Map.entry("reqid", "0"),
          Map.entry("priority", "0"),
          Map.entry("tfc_padding", "0"));

  final String where;
  final Block block;
  private final StringBuilder out;
  private final List<String> notes;
  private final Map<String, Value> left;

  SwanctlTaken(String where, Block block, StringBuilder out, List<String> notes) {
    this.where = where;
    this.block = block;
    this.out = out;
    this.notes = notes;
    this.left = new LinkedHashMap<>(block.values);
  }

  /** The value, which is then done with; empty if there is none. */
  String text(String key) {
    Value value = left.remove(key);
    return value == null ? "" : value.text();
  }

  void note(String key, String what) {
    Place place = block.value(key).map(Value::place).orElse(block.place);
    notes.add(place + ": " + path(key) + " " + what);
  }

  private String path(String key) {
    return where.isEmpty() ? key : where + "." + key;
  }

  /** About the whole section. */
  void note(String what) {
    notes.add(block.place + ": " + where + " " + what);
  }

  /** As strongSwan's settings read it; what is neither yes nor no is named. */
  boolean yes(String key) {
    String text = text(key).toLowerCase(Locale.ROOT);
    if (!text.matches(YES + "|" + NO + "|")) {
      note(key, "is " + text + "; expected yes or no");
    }
    return text.matches(YES);
  }

  /** The first of a list of addresses. */
  String first(String key) {
    String[] all = text(key).split(",");
    if (all.length > 1) {
      note(key, "has several addresses; only the first is taken");
    }
    return all[0].strip();
  }

  /** A number; with k, m or g behind it a multiple of 1024, as there. */
  void amount(String key, String as) {
    String text = text(key).toLowerCase(Locale.ROOT);
    if (text.matches("[0-9]{1,12}[kmg]?")) {
      int power = text.matches("[0-9]+") ? 0 : 1 + "kmg".indexOf(text.charAt(text.length() - 1));
      long number = Long.parseLong(text.replaceFirst("[kmg]$", "")) << 10 * power;
      out.append("        ").append(as).append(" = ").append(number).append('\n');
    } else if (!text.isEmpty()) {
      note(key, "is " + text + "; expected a number");
    }
  }

  /** Seconds unless it has a unit; what is no duration is named. */
  OptionalLong seconds(String key) {
    String text = text(key);
    OptionalLong seconds = IpsecWords.seconds(text);
    if (seconds.isEmpty() && !text.isEmpty()) {
      note(key, "is " + text + "; expected a duration");
    }
    return seconds;
  }

  void list(String key, String indent, String as, BiFunction<String, Boolean, ?> parse) {
    List<String> good = new ArrayList<>();
    for (String one : text(key).split(",")) {
      String proposal = one.strip();
      if (proposal.isEmpty() || proposal.equals("default")) {
        continue;
      }
      try {
        parse.apply(proposal, false);
        good.add(ConfigUtil.quoteString(proposal));
      } catch (IllegalArgumentException unknown) {
        note(key, proposal + ": " + unknown.getMessage());
      }
    }
    if (!good.isEmpty()) {
      out.append(indent).append(as).append(" = [").append(String.join(", ", good)).append("]\n");
    }
  }

  /** What nobody asked for is named; sections too, but those that begin like these. */
  void rest(String... sections) {
    left.forEach(
        (key, value) -> {
          String always = ALWAYS_SO.get(key);
          if (always == null) {
            note(key, "has no counterpart");
          } else if (!value.text().toLowerCase(Locale.ROOT).matches(always)) {
            note(key, "is " + value.text() + ", which has no counterpart");
          }
        });
    block.blocks.forEach(
        (name, inner) -> {
          if (List.of(sections).stream().noneMatch(name::startsWith)) {
            notes.add(inner.place + ": " + path(name) + " has no counterpart");
          }
        });
  }
}
