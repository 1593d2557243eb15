package io.pollux.it.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Just enough JSON (RFC 8259) for {@code polluxctl --json} and the report: objects are {@code Map},
 * arrays {@code List}, numbers {@code Long} or {@code Double}.
 */
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** Parses one value; throws DemoFailure with the place of the error. */
  static Object parse(String text) {
    Json j = new Json(text);
    Object v = j.value();
    j.space();
    if (j.at != text.length()) {
      throw j.error("end of text");
    }
    return v;
  }

  /** Follows keys through objects; null where one is missing. */
  static Object get(Object json, String... path) {
    Object v = json;
    for (String key : path) {
      v = v instanceof Map<?, ?> m ? m.get(key) : null;
    }
    return v;
  }

  private DemoFailure error(String expected) {
    return new DemoFailure(
        "JSON: expected " + expected + " at offset " + at + " of: " + text.strip());
  }

  private void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private char peek() {
    space();
    if (at == text.length()) {
      throw error("a value");
    }
    return text.charAt(at);
  }

  private void expect(char c) {
    if (peek() != c) {
      throw error("'" + c + "'");
    }
    at++;
  }

  private Object value() {
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", Boolean.TRUE);
      case 'f' -> word("false", Boolean.FALSE);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw error(word);
    }
    at += word.length();
    return value;
  }

  private Map<String, Object> object() {
    Map<String, Object> out = new LinkedHashMap<>();
    expect('{');
    while (peek() != '}') {
      if (!out.isEmpty()) {
        expect(',');
        space();
      }
      String key = string();
      expect(':');
      out.put(key, value());
    }
    at++;
    return out;
  }

  private List<Object> array() {
    List<Object> out = new ArrayList<>();
    expect('[');
    while (peek() != ']') {
      if (!out.isEmpty()) {
        expect(',');
      }
      out.add(value());
    }
    at++;
    return out;
  }

  private String string() {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      out.append(c == '\\' ? escaped() : c);
    }
    if (at == text.length()) {
      throw error("'\"'");
    }
    at++;
    return out.toString();
  }

  private char escaped() {
    if (at == text.length()) {
      throw error("an escape");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> {
        if (at + 4 > text.length()) {
          throw error("four digits");
        }
        at += 4;
        yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
      }
      default -> c;
    };
  }

  private Number number() {
    int from = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String n = text.substring(from, at);
    try {
      return n.matches("-?[0-9]+") ? (Number) Long.valueOf(n) : (Number) Double.valueOf(n);
    } catch (NumberFormatException _) {
      at = from;
      throw error("a value");
    }
  }

  /** Writes a value, indented by two spaces; strings, numbers, booleans, null, maps and lists. */
  static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, "\n", out);
    return out.append('\n').toString();
  }

  private static void write(Object value, String newLine, StringBuilder out) {
    switch (value) {
      case Map<?, ?> m -> {
        String separator = "{";
        for (Map.Entry<?, ?> e : m.entrySet()) {
          out.append(separator).append(newLine).append("  ");
          quote(e.getKey().toString(), out);
          out.append(": ");
          write(e.getValue(), newLine + "  ", out);
          separator = ",";
        }
        out.append(m.isEmpty() ? "{}" : newLine + "}");
      }
      case List<?> l -> {
        String separator = "[";
        for (Object o : l) {
          out.append(separator);
          write(o, newLine + "  ", out);
          separator = ", ";
        }
        out.append(l.isEmpty() ? "[]" : "]");
      }
      case String s -> quote(s, out);
      case null, default -> out.append(value);
    }
  }

  private static void quote(String s, StringBuilder out) {
    out.append('"');
    for (char c : s.toCharArray()) {
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> out.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
      }
    }
    out.append('"');
  }
}
