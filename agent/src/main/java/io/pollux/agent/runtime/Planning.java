package io.pollux.agent.runtime;

import io.pollux.ha.takeover.TakeoverPlan;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** A takeover's plan that is made step by step, so that others have their turn in between. */
final class Planning {
  private final Deque<Runnable> steps;
  private final Supplier<TakeoverPlan> plan;

  /**
   * Begins nothing yet.
   *
   * @param plan what has come of {@code steps} once all of them have run
   */
  Planning(List<Runnable> steps, Supplier<TakeoverPlan> plan) {
    this.steps = new ArrayDeque<>(steps);
    this.plan = plan;
  }

  /** Goes one step on; false when there is none left. */
  boolean step() {
    if (steps.isEmpty()) {
      return false;
    }
    steps.remove().run();
    return true;
  }

  /** The whole plan, with all that is still to be done for it. */
  TakeoverPlan finish() {
    while (step()) {}
    return plan.get();
  }
}
