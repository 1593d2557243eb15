package io.pollux.ha.role;

/** One change of role, as it goes into the history and the log. */
public record Transition(
    RoleState from, RoleState to, Reason reason, String detail, long epoch, long atNs) {
  /** One line: {@code epoch=7 standby (in sync) -> active (alone): link closed ...}. */
  public String line() {
    return "epoch="
        + epoch
        + " "
        + from.text()
        + " -> "
        + to.text()
        + ": "
        + reason.text()
        + (detail.isEmpty() ? "" : " (" + detail + ")");
  }
}
