package io.pollux.agent.guard;

/**
 * The last time that the guard fenced this node, as it stands in the shared page.
 *
 * @param count fences since the guard started; 0 if there was none, and then all the rest is 0
 * @param atNs when it began, in {@link System#nanoTime()} of this machine
 * @param reason why
 * @param refused messages that the kernel refused for good; 0 is what one hopes for
 * @param tookNs from the decision until the last message was with the kernel
 */
public record Fence(int count, long atNs, Reason reason, int refused, long tookNs) {

  /** {@code enum fence_reason} of {@code native/guard/page.h}. */
  public enum Reason {
    NEVER,
    LEASE_EXPIRED,
    CHILD_EXITED,
    STOPPED,
    /** A number that this version does not know. */
    UNKNOWN;

    static Reason of(int number) {
      return number >= 0 && number < UNKNOWN.ordinal() ? values()[number] : UNKNOWN;
    }
  }
}
