package io.pollux.agent.reload;

import io.pollux.agent.config.PolluxConfig;

/**
 * A configuration that was read and found valid, and what taking it over means.
 *
 * @param next what is in force afterwards: keys that need a restart still have their old values
 */
public record ReloadPlan(PolluxConfig next, ConfigDiff diff) {
  public static ReloadPlan of(PolluxConfig running, PolluxConfig read) {
    return new ReloadPlan(running.reloaded(read), ConfigDiff.of(running, read));
  }
}
