package io.pollux.agent.config;

import com.typesafe.config.ConfigOrigin;

/**
 * One thing that is wrong with the configuration.
 *
 * @param where file and line
 * @param key the full path of the key; empty for a file that could not be read at all
 * @param message what was found and what was expected
 */
public record ConfigProblem(String where, String key, String message) {
  static ConfigProblem at(ConfigOrigin origin, String key, String message) {
    String file = origin.filename() != null ? origin.filename() : origin.description();
    return new ConfigProblem(
        origin.lineNumber() > 0 ? file + ":" + origin.lineNumber() : file, key, message);
  }

  @Override
  public String toString() {
    return where + ": " + (key.isEmpty() ? "" : key + ": ") + message;
  }
}
