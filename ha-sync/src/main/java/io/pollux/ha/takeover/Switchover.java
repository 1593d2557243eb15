package io.pollux.ha.takeover;

import java.util.List;

/**
 * A planned handover, step by step, as the active node walks it. The role machine emits the steps;
 * this is what the adapter does within {@code FINAL_READING}.
 *
 * @param betweenReadingsNs how long after a reading the next one is taken
 * @param attempts how many readings at most; the last one counts
 */
public record Switchover(long betweenReadingsNs, int attempts) {
  /** Two equal readings 10 ms apart, at most four. */
  public static final Switchover DEFAULT = new Switchover(10_000_000L, 4);

  /** In this order. */
  public static final List<Step> STEPS = List.of(Step.values());

  public Switchover {
    if (betweenReadingsNs <= 0 || attempts < 2) {
      throw new IllegalArgumentException(betweenReadingsNs + " " + attempts);
    }
  }

  /** Whether another reading is needed. */
  public <T> boolean again(List<T> readings) {
    int count = readings.size();
    boolean equal = count >= 2 && readings.get(count - 1).equals(readings.get(count - 2));
    return !equal && count < attempts;
  }

  /** The steps on the node that hands over. */
  public enum Step {
    CLOSE_GATE,
    REMOVE_ADDRESSES,
    DEMOTE_ENGINE,
    FINAL_READING,
    GO
  }
}
