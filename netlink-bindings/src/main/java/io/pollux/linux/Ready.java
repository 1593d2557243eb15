package io.pollux.linux;

/** What a wait for input found. */
public enum Ready {
  /** Something can be received (or an error is waiting to be told). */
  INPUT,
  /** Another thread has called {@link WakeUp#signal}. */
  WOKEN,
  /** Nothing came in time. */
  TIMEOUT
}
