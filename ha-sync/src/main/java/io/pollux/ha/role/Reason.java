package io.pollux.ha.role;

/**
 * Why a role changed; counted and shown. Their order is part of what nodes say to each other: new
 * ones come last.
 */
public enum Reason {
  STARTED("started"),
  VRRP_SILENT_LINK_DOWN("VRRP silent and link down"),
  VRRP_SILENT_PEER_FAULT("VRRP silent and the active node in fault"),
  VRRP_SILENT_NOBODY_ACTIVE("VRRP silent and the peer is not active"),
  VRRP_SILENT_PEER_MUTE("VRRP silent and the peer says nothing on an open link"),
  LINK_CLOSED("link closed and an advertisement missed"),
  GOODBYE("the active node said goodbye"),
  PREEMPT("preempted a lower priority"),
  PEER_GO("the active node handed over"),
  COMMAND_PROMOTE("command: promote"),
  COMMAND_DEMOTE("command: demote"),
  COMMAND_SWITCHOVER("command: switchover"),
  COMMAND_FAULT("command: fault"),
  COMMAND_STOP("command: stop"),
  YIELDED("yielded to the peer's request"),
  LOST_TO_PEER("two active nodes met and the other one wins"),
  PEER_IS_DEAF("another active node does not hear us"),
  ACTIVE_RETURNED("an active node was heard before the gate was opened"),
  GUARD_FENCED("the guard closed the gate"),
  STALLED("this process stood still for longer than its lease"),
  TRACKED_DOWN("tracked interface or check down"),
  STEP_FAILED("a step failed"),
  STEP_TIMED_OUT("a step did not end in time"),
  GATE_NOT_CLOSED("the gate could not be closed at the start"),
  SELF_TEST("stalls are too long for the advertisement interval"),
  CAUSE_GONE("cause of the fault gone"),
  SYNC_CHANGED("copy"),
  PAIR_CHANGED("pair"),
  RESUMED("restarted while alone: this node goes on with its own reign"),
  OVERSLEPT("this node stood still for longer than a standby waits");

  private final String text;

  Reason(String text) {
    this.text = text;
  }

  /** For logs and tables. */
  public String text() {
    return text;
  }
}
