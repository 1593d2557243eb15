package io.pollux.agent.control;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What polluxctl sends.
 *
 * @param terminal where the answer will be shown
 * @param asking whether somebody can be asked
 * @param words command and arguments
 */
record Request(Terminal terminal, Asking asking, List<String> words) {
  static final String PROTOCOL = "1";

  /** Longest payload, in octets. */
  static final int MOST = 64 << 10;

  /**
   * Whether somebody sits at the terminal.
   *
   * @param possible a question can be answered
   * @param confirmed the question that was answered by yes; empty for none
   */
  record Asking(boolean possible, String confirmed) {
    static final Asking NOBODY = new Asking(false, "");
  }

  Request {
    words = List.copyOf(words);
  }

  /** Parses the payload, without its length. */
  static Request parse(byte[] payload) throws CommandException {
    List<String> strings = strings(payload);
    if (strings.isEmpty() || !strings.getFirst().equals(PROTOCOL)) {
      throw CommandException.data("this polluxctl does not fit this polluxd");
    }
    int end = strings.indexOf("");
    if (end < 0) {
      throw CommandException.data("malformed request: no end of the settings");
    }
    Map<String, String> settings = new LinkedHashMap<>();
    for (String setting : strings.subList(1, end)) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw CommandException.data("malformed request: not a setting");
      }
      settings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    Asking asking =
        new Asking(
            settings.getOrDefault("ask", "0").equals("1"), settings.getOrDefault("confirmed", ""));
    return new Request(terminal(settings), asking, strings.subList(end + 1, strings.size()));
  }

  private static List<String> strings(byte[] payload) throws CommandException {
    if (payload.length == 0 || payload[payload.length - 1] != 0) {
      throw CommandException.data("malformed request: not terminated");
    }
    List<String> strings = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < payload.length; i++) {
      if (payload[i] == 0) {
        strings.add(text(ByteBuffer.wrap(payload, start, i - start)));
        start = i + 1;
      }
    }
    return strings;
  }

  private static String text(ByteBuffer octets) throws CommandException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(octets).toString();
    } catch (CharacterCodingException e) {
      throw CommandException.data("arguments must be UTF-8");
    }
  }

  private static Terminal terminal(Map<String, String> settings) throws CommandException {
    try {
      return new Terminal(
          Integer.parseInt(settings.getOrDefault("columns", "0")),
          settings.getOrDefault("tty", "0").equals("1"),
          settings.getOrDefault("color", "0").equals("1"),
          Path.of(settings.getOrDefault("cwd", "/")));
    } catch (NumberFormatException | InvalidPathException e) {
      throw CommandException.data("malformed request: not a setting's value");
    }
  }
}
