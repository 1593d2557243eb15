package io.pollux.agent.metrics;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** Text in Prometheus' exposition format 0.0.4, family by family. */
final class Exposition {
  /** The Content-Type that goes with it. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder(4096);
  private final Set<String> families = new LinkedHashSet<>();
  private String family = "";

  /** What a family's samples are. */
  enum Type {
    /** Goes up and down. */
    GAUGE,
    /** Only goes up while the daemon lives; the name ends in {@code _total}. */
    COUNTER
  }

  /**
   * Begins a family; its samples follow.
   *
   * @throws IllegalArgumentException a family of that name was there before, or a counter's name
   *     does not say that it is one
   */
  Exposition family(Type type, String name, String help) {
    if (!families.add(name) || (type == Type.COUNTER) != name.endsWith("_total")) {
      throw new IllegalArgumentException(name);
    }
    family = name;
    text.append("# HELP ").append(name).append(' ').append(escape(help)).append('\n');
    text.append("# TYPE ").append(name).append(' ');
    text.append(type.name().toLowerCase(Locale.ROOT)).append('\n');
    return this;
  }

  Exposition gauge(String name, String help) {
    return family(Type.GAUGE, name, help);
  }

  Exposition counter(String name, String help) {
    return family(Type.COUNTER, name, help);
  }

  /**
   * One sample of the family begun last.
   *
   * @param labels names and values by turns
   */
  Exposition sample(double value, String... labels) {
    text.append(family);
    for (int i = 0; i < labels.length; i += 2) {
      text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      text.append(escape(labels[i + 1]).replace("\"", "\\\"")).append('"');
    }
    if (labels.length > 0) {
      text.append('}');
    }
    text.append(' ');
    if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
      text.append((long) value);
    } else {
      text.append(value);
    }
    text.append('\n');
    return this;
  }

  Exposition sample(boolean value, String... labels) {
    return sample(value ? 1 : 0, labels);
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
