package io.pollux.ike.engine;

/** What the kernel said: refusals are data, not exceptions (STYLE R11). */
public sealed interface KernelResult {
  /** Done. */
  record Done() implements KernelResult {}

  /**
   * Refused.
   *
   * @param errno the positive number, for example 17
   * @param description operation, object, errno's name and the kernel's own words, ready for a log
   *     line
   */
  record Refused(int errno, String description) implements KernelResult {}
}
