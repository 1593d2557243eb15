package io.pollux.agent.control;

import java.util.Objects;

/**
 * A flag of a command, {@code --name} or {@code --name VALUE}. {@code --json} and {@code --help}
 * exist everywhere and are not declared.
 *
 * @param name without the two dashes
 * @param value what stands for the value in the help, in capitals; empty for a flag without value
 * @param text what it does, one line
 */
public record Flag(String name, String value, String text) {
  public Flag {
    Objects.requireNonNull(value);
    Objects.requireNonNull(text);
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw new IllegalArgumentException("not a flag's name: " + name);
    }
  }

  /** {@code --name}. */
  public static Flag plain(String name, String text) {
    return new Flag(name, "", text);
  }

  /** {@code --name VALUE}. */
  public static Flag withValue(String name, String value, String text) {
    return new Flag(name, value, text);
  }

  boolean takesValue() {
    return !value.isEmpty();
  }

  String usage() {
    return takesValue() ? "--" + name + " " + value : "--" + name;
  }
}
