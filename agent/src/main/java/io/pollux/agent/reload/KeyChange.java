package io.pollux.agent.reload;

import java.util.Optional;

/**
 * A key that was set, removed, or given another value.
 *
 * @param key its full path
 */
public record KeyChange(String key, Optional<String> before, Optional<String> now) {
  @Override
  public String toString() {
    return key + ": " + before.orElse("(not set)") + " -> " + now.orElse("(not set)");
  }
}
